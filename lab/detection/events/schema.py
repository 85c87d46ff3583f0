"""The columns of the table of events.

Names follow the Elastic Common Schema where it has one (``source.ip``, ``url.path``, ``event.action`` …), as Sigma rules for
web servers do; what ECS lacks stands under ``dicom.``. Every column may be NULL: a source says what it knows, no more.
"""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]

DATASETS = (
    "orthanc.log",
    "orthanc.audit",
    "orthanc.changes",
    "orthanc.jobs",
    "orthanc.metadata",
    "nginx.access",
    "nginx.stream",
)
"""The sources that have a parser."""

FIELDS: dict[str, tuple[str, str]] = {
    "timestamp": ("TEXT", "when, UTC, ISO 8601 with microseconds"),
    "log.time": (
        "REAL",
        "the same moment by the log's own clock, in seconds since 1970; another where a day is played faster than real time",
    ),
    "event.dataset": (
        "TEXT",
        " or ".join((", ".join(DATASETS[:-1]), DATASETS[-1])),
    ),
    "event.action": ("TEXT", "what was done: c-find, http, association-rejected …"),
    "event.outcome": ("TEXT", "success, failure, or NULL where the source does not tell"),
    "event.reason": ("TEXT", "why it was refused, in the source's words"),
    "event.duration": ("REAL", "seconds"),
    "event.forged": ("INTEGER", "1: the line was planted by what a visitor sent, and says nothing"),
    "source.ip": ("TEXT", "the client's address"),
    "network.zone": ("TEXT", "the zone that the address lies in: clinic, office, internet"),
    "source.bytes": ("INTEGER", "bytes from the client"),
    "destination.bytes": ("INTEGER", "bytes to the client"),
    "destination.port": ("INTEGER", "the door that was used"),
    "user.name": ("TEXT", "the account, as sent (access log) or as authenticated (audit line)"),
    "user.role": ("TEXT", "what the hospital employs the account for: doctor, administrator, backup …"),
    "user.usual_zone": (
        "INTEGER",
        "1: the account's owner works in this zone, 0: elsewhere; NULL for an unknown account",
    ),
    "user.in_care": ("INTEGER", "1: the patient is in this doctor's care, 0: not; NULL where nobody can say"),
    "http.request.method": ("TEXT", "GET, POST …"),
    "url.path": ("TEXT", "the path, decoded as the source has it"),
    "url.query": ("TEXT", "what stands behind the question mark"),
    "http.response.status_code": ("INTEGER", "the status"),
    "user_agent.original": ("TEXT", "as sent"),
    "dicom.calling_aet": ("TEXT", "the client's AE title, as claimed"),
    "dicom.called_aet": ("TEXT", "the AE title that it asked for"),
    "dicom.association": (
        "INTEGER",
        "the line of Orthanc's log with which the association began: what was done over it has the same",
    ),
    "dicom.declared": ("INTEGER", "1: the hospital has a modality of this AE title"),
    "source.expected": (
        "INTEGER",
        "1: the address is that of the modality which has this AE title; NULL where addresses do not survive",
    ),
    "dicom.known": ("INTEGER", "0: the archive says that it does not know this modality"),
    "dicom.level": ("TEXT", "PATIENT, STUDY, SERIES or IMAGE"),
    "dicom.keys": ("TEXT", "the attributes that the query names a value for, by tag"),
    "dicom.pattern": ("TEXT", "the pattern that the query has for the patient's name, where it has wildcards"),
    "dicom.wildcard": ("INTEGER", "1: the query names nobody, and so asks for everybody"),
    "dicom.matches": ("INTEGER", "how many answers a query had"),
    "dicom.resource": ("TEXT", "the archive's own identifier of what was read, sent, changed or deleted"),
    "dicom.resource_type": ("TEXT", "patient, study, series or instance"),
    "dicom.patient": ("TEXT", "PatientID (0010,0020), where the archive's index or the query tells"),
    "dicom.study_uid": ("TEXT", "Study Instance UID (0020,000D)"),
    "dicom.instance_uid": ("TEXT", "SOP Instance UID (0008,0018)"),
    "dicom.resent": (
        "INTEGER",
        "1: the same client sent this image less than an hour before, 0: another one, or longer ago; NULL for a first arrival",
    ),
    "dicom.origin": ("TEXT", "how an object came in: DicomProtocol, RestApi …"),
    "dicom.peer_aet": ("TEXT", "the AE title that the archive itself sent to"),
    "log.file": ("TEXT", "the file"),
    "log.line": ("INTEGER", "the line in it, from 1"),
    "event.original": ("TEXT", "the line, at most 500 characters, control characters written out"),
}
COLUMNS = tuple(FIELDS)
KEPT = 500
"""How many characters of a line are kept as ``event.original``."""
