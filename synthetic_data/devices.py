"""The hospital's devices: invented makers and models, and how much noise each leaves in its pictures."""

from __future__ import annotations

from synthetic_data.model import Device, Series, Study
from synthetic_data.seeding import Role

DEVICES: dict[str, tuple[Device, ...]] = {
    "CT": (
        Device("CT", "SYNCT01", "Fictiva Spiral 64", "SYN-CT-0001"),
        Device("CT", "SYNCT02", "Inventa Volume 16", "SYN-CT-0002", 1.45),
    ),
    "MR": (
        Device("MR", "SYNMR01", "Fictiva Magnet 1.5T", "SYN-MR-0001"),
        Device("MR", "SYNMR02", "Inventa Ring 1.5T", "SYN-MR-0002", 1.6),
    ),
    "DX": (
        Device("DX", "SYNDX01", "Fictiva Thorax Stand", "SYN-DX-0001"),
        Device("DX", "SYNDX02", "Fictiva Bone Table", "SYN-DX-0002"),
        Device("DX", "SYNDX03", "Inventa Wall Detector", "SYN-DX-0003", 1.8),
        Device("DX", "SYNDX04", "Inventa Bucky", "SYN-DX-0004", 1.8),
    ),
    "US": (
        Device("US", "SYNUS01", "Fictiva Echo 5", "SYN-US-0001"),
        Device("US", "SYNUS02", "Inventa Sono Cart", "SYN-US-0002", 1.7),
    ),
    "MG": (
        Device("MG", "SYNMG01", "Fictiva Senologe", "SYN-MG-0001"),
        Device("MG", "SYNMG02", "Inventa Mammo F", "SYN-MG-0002", 1.5),
    ),
    "CR": (
        Device("CR", "SYNCR01", "Fictiva Cassette Reader", "SYN-CR-0001"),
        Device("CR", "SYNCR02", "Inventa Plate Scanner", "SYN-CR-0002", 1.5),
    ),
    "XA": (
        Device("XA", "SYNXA01", "Fictiva Angio C", "SYN-XA-0001"),
        Device("XA", "SYNXA02", "Inventa Cath 2", "SYN-XA-0002", 1.5),
    ),
    "PT": (
        Device("PT", "SYNPT01", "Fictiva Positron 16", "SYN-PT-0001"),
        Device("PT", "SYNPT02", "Inventa Ring Detector", "SYN-PT-0002", 1.4),
    ),
    "NM": (
        Device("NM", "SYNNM01", "Fictiva Gamma Duo", "SYN-NM-0001"),
        Device("NM", "SYNNM02", "Inventa Scinti 2", "SYN-NM-0002", 1.3),
    ),
}
"""By modality, the older and noisier ones last; of the four for radiographs the first and third do chests, the others bones."""

_CARDIOGRAPH = Device("ECG", "SYNECG01", "Fictiva Cardio 12", "SYN-ECG-0001")
_DESK = Device("SR", "SYNRIS01", "Fictiva Reporting Desk", "SYN-RIS-0001")
_FRONT_OFFICE = Device("OT", "SYNOFF01", "Inventa Paper Scanner", "SYN-OFF-0001")
_OF_DOCUMENTS = {"ECG": _CARDIOGRAPH, "SR": _DESK, "KO": _DESK, "PR": _DESK, "DOC": _FRONT_OFFICE, "OT": _FRONT_OFFICE}

EVERY_DEVICE: tuple[Device, ...] = (
    *(device for rooms in DEVICES.values() for device in rooms), _CARDIOGRAPH, _DESK, _FRONT_OFFICE,
)  # fmt: skip

_OLDER = 0.35
"""How many examinations the older device makes."""


def device_for(modality: str, bones: bool, role: Role) -> Device:
    """The device that makes an examination; `bones` matters for radiographs only."""
    rooms = DEVICES[modality]
    if len(rooms) > 2:
        rooms = rooms[int(bones) :: 2]
    return rooms[role.random().random() < _OLDER]


def device_of(study: Study, series: Series) -> Device:
    """The device that made a series: the examination's own for pictures, another one for what accompanies them."""
    return _OF_DOCUMENTS.get(series.modality, study.device)
