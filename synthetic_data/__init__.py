"""Synthetic patients for a security lab: DICOM images that look real and belong to no one, with an answer key.

    from synthetic_data import generate

    hospital = generate(seed=2019, patients=30, locale="fr_FR")
    hospital.write("hospital")

Everything follows from the seed; see `seeding`. Each object bears several `synthetic_marks`, every identifier is
provably fictional (`fictional`), and each is written in the `ledger` as it is planted.
"""

from synthetic_data.errors import SyntheticDataError
from synthetic_data.hospital import DEFAULT_PATIENTS, DEFAULT_SEED, Hospital, generate
from synthetic_data.instance import Instance
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place
from synthetic_data.locales import LOCALES
from synthetic_data.marks import is_synthetic, synthetic_marks
from synthetic_data.model import Finding, Patient, PersonName, Series, Staff, Study
from synthetic_data.people import REFERENCE_DATE
from synthetic_data.writing import Written

__version__ = "0.1.0"

__all__ = [
    "DEFAULT_PATIENTS",
    "DEFAULT_SEED",
    "LOCALES",
    "REFERENCE_DATE",
    "Action",
    "Finding",
    "Hospital",
    "Instance",
    "Kind",
    "LedgerEntry",
    "Patient",
    "PersonName",
    "Place",
    "Series",
    "Staff",
    "Study",
    "SyntheticDataError",
    "Written",
    "generate",
    "is_synthetic",
    "synthetic_marks",
]
