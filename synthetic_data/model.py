"""The hospital as data: who is in it, what was examined, with which device. All frozen, none of it rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from synthetic_data.seeding import Role

Sex = Literal["F", "M"]
Side = Literal["R", "L"]
FindingKind = Literal[
    "infarct",
    "old_infarct",
    "haematoma",
    "tumour",
    "plaque",
    "nodule",
    "consolidation",
    "effusion",
    "large_heart",
    "fracture",
    "callus",
    "erosion",
    "gallstone",
    "foetus",
    "breast_mass",
    "stenosis",
    "metastasis",
]


@dataclass(frozen=True)
class PersonName:
    """A person's name; `prefix` is a doctor's title or empty."""

    family: str
    given: str
    prefix: str = ""

    @property
    def dicom(self) -> str:
        """The name as a PN value, `family^given^^prefix` (DICOM PS3.5 6.2.1.1)."""
        return f"{self.family}^{self.given}^^{self.prefix}".rstrip("^")

    @property
    def spoken(self) -> str:
        """The name as one writes it in a letter: title and family name."""
        return f"{self.prefix} {self.family}".strip()


@dataclass(frozen=True)
class Address:
    """A postal address; `line` is the whole of it as the country writes it, at most 64 characters (VR LO)."""

    street: str
    postcode: str
    city: str
    line: str


@dataclass(frozen=True)
class Contact:
    """Whom the hospital rings up about a patient."""

    name: PersonName
    phone: str


@dataclass(frozen=True)
class Patient:
    """An invented person. Height in metres, weight in kilograms; `index` counts from 0."""

    index: int
    patient_id: str
    name: PersonName
    birth_name: str
    birth_date: date
    sex: Sex
    address: Address
    phone: str
    mobile: str
    email: str
    national_id: str
    height: float
    weight: float
    contact: Contact
    story: str
    role: Role = field(repr=False, compare=False)

    def age(self, on: date) -> int:
        """Completed years on a day."""
        birthday_passed = (on.month, on.day) >= (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - (not birthday_passed)


@dataclass(frozen=True)
class Staff:
    """Someone who works in or for the hospital; `staff_id` stands for the person in the ledger."""

    staff_id: str
    name: PersonName


@dataclass(frozen=True)
class Institution:
    name: str
    address: str
    department: str


@dataclass(frozen=True)
class Device:
    """An imaging device; makers and models are invented."""

    modality: str
    station_name: str
    model: str
    serial_number: str


@dataclass(frozen=True)
class Finding:
    """What a picture shows that it should not: its place and half-lengths in mm, in a medium adult's body.

    `scale` is how far it has grown; for a large heart, which has no place of its own, the heart's size.
    """

    kind: FindingKind
    centre: tuple[float, float, float] = (0.0, 0.0, 0.0)
    axes: tuple[float, float, float] = (0.0, 0.0, 0.0)
    yaw: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Series:
    """One series: `key` names its protocol, `images` is the number of its instances of `rows` by `columns` pixels.

    `modality` is the attribute's value, `content` the kind of object (see `modalities`). `weight` is about how many
    bytes an instance takes besides its header.
    """

    uid: str
    number: int
    key: str
    modality: str
    content: str
    transfer_syntax_uid: str
    description: str
    started: datetime
    images: int
    rows: int
    columns: int
    frames: int
    weight: int


@dataclass(frozen=True)
class Study:
    """One examination of one patient. `exam` names what was done; `number` counts the patient's studies from 1.

    `history` is a template of free text, see `locales.locale.StoryText`; `side` is the patient's
    troubled one, the hand that a radiograph shows; `marker` is the lead letter on a radiograph. `locale` names the
    hospital's locale.
    """

    uid: str
    number: int
    patient: Patient
    exam: str
    modality: str
    body_part: str
    started: datetime
    description: str
    procedure: str
    reason: str
    history: str
    side: Side
    marker: str
    accession_number: str
    study_id: str
    admission_id: str
    referring: Staff
    performing: Staff
    operator: Staff
    institution: Institution
    device: Device
    frame_of_reference_uid: str
    findings: tuple[Finding, ...]
    series: tuple[Series, ...]
    locale: str
    role: Role = field(repr=False, compare=False)

    @property
    def age(self) -> int:
        """The patient's age in completed years on the day of the study."""
        return self.patient.age(self.started.date())
