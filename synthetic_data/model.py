"""The hospital as data: who is in it, what was examined, with which device. All frozen, none of it rendered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from synthetic_data.growth import Sex as Sex
from synthetic_data.growth import body_share, head_share, height_at, weight_at
from synthetic_data.seeding import Role
from synthetic_data.transliteration import latin

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
    """A person's name; `prefix` is a doctor's title or empty.

    `family` and `given` are in the alphabet that the hospital writes first. A Japanese name has two more writings of
    both, `ideographic` and `phonetic`.
    """

    family: str
    given: str
    prefix: str = ""
    middle: str = ""
    ideographic: tuple[str, str] | None = None
    phonetic: tuple[str, str] | None = None

    @property
    def dicom(self) -> str:
        """The name as a PN value, `family^given^middle^prefix` by component groups (DICOM PS3.5 6.2.1)."""
        alphabetic = f"{self.family}^{self.given}^{self.middle}^{self.prefix}".rstrip("^")
        others = ("^".join(group) if group else "" for group in (self.ideographic, self.phonetic))
        return "=".join((alphabetic, *others)).rstrip("=")

    @property
    def written_family(self) -> str:
        """The family name as it stands in a text."""
        return self.ideographic[0] if self.ideographic else self.family

    @property
    def full(self) -> str:
        """Given and family name as they stand in a text."""
        return " ".join(self.ideographic) if self.ideographic else f"{self.given} {self.family}"

    @property
    def spoken(self) -> str:
        """The name as one writes it in a letter: title and family name."""
        return f"{self.prefix} {self.written_family}".strip()

    @property
    def latin(self) -> str:
        """The name as a device shows it that has Latin capitals only: family name, given name."""
        return f"{latin(self.family)} {latin(self.given)}".upper()


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
    """An invented person; `index` counts from 0.

    `height` (in metres) and `body_mass_index` (kg/m²) are those of the adult; `height_on` and `weight_on` are those of
    a day.
    """

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
    body_mass_index: float
    contact: Contact
    story: str
    role: Role = field(repr=False, compare=False)

    def age(self, on: date) -> int:
        """Completed years on a day."""
        birthday_passed = (on.month, on.day) >= (self.birth_date.month, self.birth_date.day)
        return on.year - self.birth_date.year - (not birthday_passed)

    def age_string(self, on: date) -> str:
        """The age as an AS value (DICOM PS3.5 table 6.2-1): in days, weeks, months or years, as one says it."""
        days = (on - self.birth_date).days
        months = (
            (on.year - self.birth_date.year) * 12 + on.month - self.birth_date.month - (on.day < self.birth_date.day)
        )
        if days < 28:
            return f"{days:03d}D"
        if months < 3:
            return f"{days // 7:03d}W"
        return f"{months:03d}M" if months < 24 else f"{self.age(on):03d}Y"

    def height_on(self, day: date) -> float:
        """In metres."""
        return height_at(self._years(day), self.sex, self.height)

    def weight_on(self, day: date) -> float:
        """In kilograms."""
        return weight_at(self._years(day), self.height_on(day), self.body_mass_index)

    def body_share_on(self, day: date) -> float:
        """How large the trunk and the limbs are, as a share of what they will be or are in the adult."""
        return round(body_share(self._years(day), self.sex), 3)

    def head_share_on(self, day: date) -> float:
        """The same of the head."""
        return round(head_share(self._years(day)), 3)

    def _years(self, day: date) -> float:
        return (day - self.birth_date).days / 365.25


@dataclass(frozen=True)
class Staff:
    """Someone who works in or for the hospital; `staff_id` stands for the person in the ledger."""

    staff_id: str
    name: PersonName


@dataclass(frozen=True)
class Institution:
    """The hospital; `department` is the one for imaging."""

    name: str
    address: str
    department: str


@dataclass(frozen=True)
class Device:
    """An imaging device; makers and models are invented. `grain` is its pictures' noise, 1 for a good device's."""

    modality: str
    station_name: str
    model: str
    serial_number: str
    grain: float = 1.0


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
    hospital's locale. `service` is the department that asked for it, `requesting` its doctor, or the referring one;
    `order_number` is that of its order.
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
    order_number: str
    service: str
    requesting: Staff
    referring: Staff
    performing: Staff
    reporting: Staff
    operator: Staff
    institution: Institution
    device: Device
    frame_of_reference_uid: str
    findings: tuple[Finding, ...]
    series: tuple[Series, ...]
    locale: str
    role: Role = field(repr=False, compare=False)

    @property
    def growth(self) -> float:
        """How large the part that is examined is, as a share of the adult's: what the field of view is adapted to."""
        day = self.started.date()
        return self.patient.head_share_on(day) if "head" in self.exam else self.patient.body_share_on(day)

    @property
    def age(self) -> int:
        """The patient's age in completed years on the day of the study."""
        return self.patient.age(self.started.date())
