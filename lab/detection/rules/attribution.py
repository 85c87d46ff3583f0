"""Whose event is it? Each event of a recorded day is laid beside the request of the truth ledger that made it.

Logs tell the moment, and some of address, AE title, account, method and path; in compose everybody in a zone has one
address. So the request that agrees in most of these at that moment is taken, and one that disagrees in any is not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lab.detection.truth import Request, Truth

_BEFORE, _AFTER = 0.1, 0.5  # seconds of tolerance around a request, for lines with microseconds
_SECOND = 1.2  # nginx writes whole seconds, cut off, when the answer is out


class Attribution:
    """Finds the request of an event. ``transparent`` says whether addresses tell clients apart."""

    def __init__(self, truth: Truth, transparent: bool) -> None:
        self._requests = sorted(truth.requests, key=lambda request: request.began)
        self._began = [request.began for request in self._requests]
        self._longest = max((request.ended - request.began for request in self._requests), default=0.0)
        self._transparent = transparent

    def request(self, event: Mapping[str, Any]) -> Request | None:
        """The request that left this event, or None when no request fits."""
        moment = float(event["log.time"])
        coarse = event["event.dataset"] not in ("orthanc.log", "orthanc.audit")
        first = bisect_left(self._began, moment - self._longest - _SECOND - _BEFORE)
        last = bisect_left(self._began, moment + _SECOND + _BEFORE)
        best: tuple[int, float] | None = None
        found = None
        for request in self._requests[first:last]:
            if not _at(moment, request, coarse):
                continue
            likeness = self._likeness(event, request)
            if likeness is None:
                continue
            rank = (likeness, -abs(request.ended - moment))
            if best is None or rank > best:
                best, found = rank, request
        return found

    def _likeness(self, event: Mapping[str, Any], request: Request) -> int | None:
        """In how many things they agree; None when they disagree in one."""
        web = event["event.action"] in ("http", "log-injection", "log-level-changed") or event["destination.port"] in (
            8042,
            8443,
        )
        dicom = str(event["event.action"]).startswith(("c-", "association", "resource-sent"))
        if (web and request.protocol != "http") or (dicom and request.protocol != "dicom"):
            return None
        pairs = [
            (_stripped(event["dicom.calling_aet"]), request.aet, 3),
            (event["user.name"], request.account, 3),
            (event["http.request.method"], request.verb if request.protocol == "http" else None, 1),
            (_path(event["url.path"]), _path(request.target) if request.protocol == "http" else None, 4),
            (event["source.ip"] if self._transparent else None, request.address, 2),
        ]
        score = 0
        for seen, true, weight in pairs:
            if seen is None or true is None:
                continue
            if seen != true:
                return None
            score += weight
        return score + int(request.verb.replace("-", "").lower() == str(event["event.action"]).replace("-", ""))


def _at(moment: float, request: Request, coarse: bool) -> bool:
    if coarse:
        return (
            moment - _BEFORE <= request.ended <= moment + _SECOND
            or moment - _BEFORE <= request.began <= moment + _SECOND
        )
    return request.began - _BEFORE <= moment <= request.ended + _AFTER


def _stripped(title: str | None) -> str | None:
    return title.strip() if title else None


def _path(target: str | None) -> str | None:
    """A path without its query, decoded and cut as the events have it."""
    return unquote(target.partition("?")[0])[:500] if target else None
