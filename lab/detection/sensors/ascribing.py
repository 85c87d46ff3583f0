"""Whose is this line? Finds the requests of the truth that were under way at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lab.detection.recording import Recording
from lab.detection.truth import Request

BUCKET_SECONDS = 0.25
SLACK_SECONDS = 0.03
"""The client's clock reading and the server's log line are not the same moment."""
REFUSED = (401, None)
"""The answers to requests of which Orthanc writes no line."""
ASSOCIATION_SECONDS = 0.5
"""How long before its first request, and behind its last, an association may have lines."""


@dataclass(frozen=True)
class Association:
    """A DICOM connection of the truth, from a little before its first request, which stands for it, to after its last."""

    request: Request
    began: float
    ended: float


class Ascription:
    """The truth of a recording, ready to be asked by time."""

    def __init__(self, recording: Recording) -> None:
        self.transparent = recording.day.transparent
        self._buckets: dict[int, list[Request]] = {}
        groups: dict[int, list[Request]] = {}
        for request in recording.truth.requests:
            for bucket in range(_bucket(request.began - SLACK_SECONDS), _bucket(request.ended + SLACK_SECONDS) + 1):
                self._buckets.setdefault(bucket, []).append(request)
            if request.protocol == "dicom":
                groups.setdefault(request.connection, []).append(request)
        self._associations: dict[int, list[Association]] = {}
        for group in groups.values():
            began, ended = group[0].began, max(request.ended for request in group)
            found = Association(group[0], began - ASSOCIATION_SECONDS, ended + ASSOCIATION_SECONDS)
            for bucket in range(_bucket(found.began), _bucket(found.ended) + 1):
                self._associations.setdefault(bucket, []).append(found)

    def under_way(self, moment: float) -> Iterator[Request]:
        """The requests that were under way at a moment."""
        for request in self._buckets.get(_bucket(moment), ()):
            if request.began - SLACK_SECONDS <= moment <= request.ended + SLACK_SECONDS:
                yield request

    def alone(self, moment: float, fits: Callable[[Request], bool] = lambda request: True) -> Request | None:
        """The request that a line without a name belongs to: of those that fit, the one whose incident was alone then."""
        return only(request for request in self.under_way(moment) if fits(request))

    def web(self, moment: float, method: str, path: str, account: str | None = None) -> Request | None:
        """The HTTP request that Orthanc logs with this method and path, without its query, at a moment."""
        return only(
            request
            for request in self.under_way(moment)
            if request.verb == method
            and request.target.split("?")[0] == path
            and request.status not in REFUSED
            and account in (None, request.account)
        )

    def visit(self, moment: float, client: tuple[str, str], method: str, path: str) -> Request | None:
        """The HTTP request that the gateway logs with its client (address, account) and its whole path at a moment."""
        address, account = client
        return only(
            request
            for request in self.under_way(moment)
            if (request.verb, request.target, request.account or "-") == (method, path, account)
            and (not self.transparent or request.address == address)
        )

    def association(self, moment: float, address: str, aet: str | None = None) -> Request | None:
        """The association from an address (and under an AE title) at a moment."""
        return only(
            association.request
            for association in self._associations.get(_bucket(moment), ())
            if association.began <= moment <= association.ended
            and aet in (None, association.request.aet)
            and (not self.transparent or association.request.address == address)
        )


def only(requests: Iterable[Request]) -> Request | None:
    """The first of some requests, if all of them belong to the same incident or all to the hospital's routine."""
    found = list(requests)
    return found[0] if len({request.incident for request in found}) == 1 else None


def _bucket(moment: float) -> int:
    return int(moment / BUCKET_SECONDS)
