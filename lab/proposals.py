"""Repairs that colleagues propose for more than one weakness of the DICOM port, each with what always comes of it."""

from __future__ import annotations

from lab.i18n import t
from lab.scenario import Fix, Outcome, Reference

RENAME = Fix(
    "rename",
    t("Give the archive an AE title that nobody guesses"),
    {"orthanc": {"DicomAet": "XK7Q2ARCHIV"}},
    Outcome.STILL_OPEN,
    t(
        "An AE title is an address, not a secret: it stands on every modality's configuration sheet, crosses the network in the clear "
        "and can be tried out. Who knows it gets on as before."
    ),
)
NO_DICOM = Fix(
    "no-dicom",
    t("Close the DICOM port everywhere"),
    {"gateway": {"publish": {"dicom": []}}},
    Outcome.STOPS_HOSPITAL,
    t("No intruder gets in, and no CT image either: the modalities cannot store, the workstations cannot read."),
)
ONLY_FIND_CLOSED = Fix(
    "no-list",
    t("Let nobody unknown query"),
    {"orthanc": {"DicomAlwaysAllowFind": False}},
    Outcome.STILL_OPEN,
    t(
        "Strangers get no list any more. Who has a number, from a letter or a list that was copied yesterday, asks with that."
    ),
)
ONLY_STORE_CLOSED = Fix(
    "declared-only",
    t("Take images from declared machines only"),
    {"orthanc": {"DicomAlwaysAllowStore": False}},
    Outcome.STILL_OPEN,
    t(
        "Strangers are shut out. A declared machine that is faulty, or in whose place somebody else sits, does it all the same."
    ),
)
NOBODY_STORES = Fix(
    "nobody-stores",
    t("Let nobody store any more"),
    {"orthanc": {"DicomAlwaysAllowStore": False}, "modalities": {"ct": {"store": False}}},
    Outcome.STOPS_HOSPITAL,
    t("What is in the archive stays as it is, and today's images never get there: the CT is refused as well."),
)
BOOK_SECURITY = Reference("Orthanc Book: Securing Orthanc", "https://orthanc.uclouvain.be/book/faq/security.html")
PS3_4 = "https://dicom.nema.org/medical/dicom/current/output/html/part04.html"
