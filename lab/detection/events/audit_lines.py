"""The audit lines that the site's Lua filters write into Orthanc's log (lab/site/lua.py): one JSON object after ``AUDIT``."""

from __future__ import annotations

import json

from lab.detection.events.lines import written_out
from lab.detection.events.schema import KEPT, Event

AUDIT = "orthanc.audit"
_HEAD = "Lua says: AUDIT "
_NAMES_SOMEBODY = {"0010,0010", "0010,0020", "0020,000d", "0008,0050", "0020,000e", "0008,0018", "0010,0030"}


def read(event: Event, text: str) -> str | None:
    """Fill an event from a line's text; returns which kind of audit line it is, or None when it is none."""
    said = _said(text)
    kind = str(said.get("event")) if said else ""
    reader = {"http": _http, "find": _find, "worklist": _worklist, "received": _received}.get(kind)
    if said is None or reader is None:
        return None
    event |= {"event.dataset": AUDIT, "source.ip": _text(said, "ip"), "dicom.calling_aet": _text(said, "aet")}
    event["event.outcome"] = "success" if said.get("allowed", True) else "failure"
    reader(event, said)
    return kind


def path_of(text: str) -> str:
    """The path of a request as it was sent, line ends and all."""
    return str((_said(text) or {}).get("uri") or "")


def _said(text: str) -> Event | None:
    if not text.startswith(_HEAD + "{"):
        return None
    try:
        said = json.loads(text[len(_HEAD) :])
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _http(event: Event, said: Event) -> None:
    path = str(said.get("uri") or "")
    event["event.action"] = "log-injection" if "\n" in path else "http"
    event["http.request.method"], event["url.path"] = _text(said, "method"), written_out(path, KEPT)
    event["user.name"] = _text(said, "user") or None


def _find(event: Event, said: Event) -> None:
    query = said.get("query")
    query = query if isinstance(query, dict) else {}
    keys = sorted(
        str(tag) for tag, value in query.items() if isinstance(value, str) and value.strip("*? ") and tag != "0008,0052"
    )
    event |= {"event.action": "c-find", "dicom.called_aet": _text(said, "called")}
    event |= {"dicom.level": _text(query, "0008,0052"), "dicom.keys": " ".join(keys) or None}
    event["dicom.wildcard"] = int(not _NAMES_SOMEBODY.intersection(keys))
    event["dicom.study_uid"] = _text(query, "0020,000d") or None
    name, patient = _text(query, "0010,0010") or "", _text(query, "0010,0020") or ""
    event["dicom.pattern"] = name if "*" in name or "?" in name else None
    event["dicom.patient"] = patient if patient and not set("*?\\") & set(patient) else None


def _worklist(event: Event, said: Event) -> None:
    _find(event, said)
    event["dicom.level"] = "WORKLIST"


def _received(event: Event, said: Event) -> None:
    event |= {"event.action": "instance-received", "dicom.origin": _text(said, "origin")}
    event |= {"dicom.study_uid": _text(said, "study"), "dicom.instance_uid": _text(said, "instance")}
    event["user.name"] = _text(said, "user") or None


def _text(said: Event, name: str) -> str | None:
    value = said.get(name)
    return written_out(value, KEPT) if isinstance(value, str) else None
