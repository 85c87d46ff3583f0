"""What a visitor asks who wants the patients' records, where everything is refused."""

from __future__ import annotations

import httpx
import pytest

from lab.probing.web import Visitor, records

EVERYTHING = [
    "GET /statistics",
    "GET /studies",
    "POST /tools/find",
    "GET /patients",
    "GET /series",
    "GET /instances",
]


@pytest.mark.parametrize(
    ("account", "status", "asked"),
    [
        (None, 401, EVERYTHING),
        (None, 403, EVERYTHING),
        (("orthanc", "orthanc"), 403, EVERYTHING),
        (("orthanc", "orthanc"), 401, EVERYTHING[:1]),  # a password that is not taken is one guess, not six
    ],
)
def test_each_way_to_a_patient_is_tried_until_one_gives_something(
    account: tuple[str, str] | None, status: int, asked: list[str]
) -> None:
    requests: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(status)

    with httpx.Client(transport=httpx.MockTransport(refuse), base_url="http://127.0.0.1") as client:
        assert records(Visitor(client, "http://127.0.0.1", account, [])) is None
    assert [f"{request.method} {request.url.path}" for request in requests] == asked
    bodies = [request for request in requests if request.content]
    assert {request.headers["Connection"] for request in bodies} <= {"close"}, "a refused body ends the connection"
