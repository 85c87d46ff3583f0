"""Synthetic patients for a security lab: DICOM images that look real and belong to no one, with an answer key.

    from synthetic_data import generate

    hospital = generate(seed=2019, patients=30, locale="fr_FR")
    hospital.write("hospital")

Everything follows from the seed; see `seeding`. Each object bears several `synthetic_marks`, every identifier is
provably fictional (`fictional`), and each is written in the `ledger` as it is planted.
"""

from synthetic_data.errors import SyntheticDataError
from synthetic_data.hospital import Hospital, Shard, generate
from synthetic_data.instance import Instance
from synthetic_data.ledger import Action, Kind, LedgerEntry, Place
from synthetic_data.ledger_table import read_ledger
from synthetic_data.locales import LOCALES
from synthetic_data.marks import is_synthetic, synthetic_marks
from synthetic_data.model import Finding, Patient, PersonName, Series, Staff, Study
from synthetic_data.options import DEFAULT_PATIENTS, DEFAULT_SEED, MODALITIES, Options
from synthetic_data.people import REFERENCE_DATE
from synthetic_data.sets import Written
from synthetic_data.version import __version__

__all__ = [
    "DEFAULT_PATIENTS",
    "DEFAULT_SEED",
    "LOCALES",
    "MODALITIES",
    "REFERENCE_DATE",
    "Action",
    "Finding",
    "Hospital",
    "Instance",
    "Kind",
    "LedgerEntry",
    "Options",
    "Patient",
    "PersonName",
    "Place",
    "Series",
    "Shard",
    "Staff",
    "Study",
    "SyntheticDataError",
    "Written",
    "__version__",
    "generate",
    "is_synthetic",
    "read_ledger",
    "synthetic_marks",
]
