"""What the gateway does at its https door, on a live sandbox."""

from __future__ import annotations

import re

from lab.api import Lab
from lab.clients import dimse
from lab.clients.clinic import clinic_day, emergency_study
from lab.clients.dimse import Peer
from lab.clients.receiver import receiver
from lab.site.baseline import DOCTOR, DOCTOR_PASSWORD
from lab.site.zones import Door

WRONG = (DOCTOR, "wrong")
PART = re.compile(r'(?:src|href)="([^"#:]+\.(?:js|css|png|gif|ico))"')


def test_the_viewer_opens_with_all_its_parts_within_the_limits(lab: Lab) -> None:
    live = lab.live()
    doctor = live.station("doctor")
    with live.web(doctor, Door.HTTPS, (DOCTOR, DOCTOR_PASSWORD), patient=False) as web:
        page = web.get("/app/explorer.html")
        parts = PART.findall(page.text)
        answers = [web.get(f"/app/{part}").status_code for part in parts]
        answers += [web.get(path).status_code for path in ("/statistics", "/patients?expand", "/studies?expand")]
    assert page.status_code == 200
    assert len(parts) > 15
    assert set(answers) == {200}


def test_who_guesses_has_to_wait_and_who_waits_gets_an_answer(lab: Lab) -> None:
    live = lab.live()
    guesser = live.station("guesser")
    with live.web(guesser, Door.HTTPS, WRONG, trusting=True, patient=False) as web:
        answers = [web.get("/system") for _ in range(100)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert {answer.headers.get("Retry-After") for answer in answers if answer.status_code == 429} == {"1"}
    with live.web(guesser, Door.HTTPS, WRONG, trusting=True) as web:
        assert web.get("/system").status_code == 401
    assert clinic_day(live).runs, "where doctor and guesser share an address, she waits as she is told"


def test_requests_without_a_password_are_no_tries(lab: Lab) -> None:
    live = lab.live()
    with live.web(live.station("guesser"), Door.HTTPS, trusting=True, patient=False) as web:
        assert {web.get("/system").status_code for _ in range(100)} == {401}


def test_the_gateway_asks_for_the_password_in_its_own_words(lab: Lab) -> None:
    live = lab.live()
    with live.web(live.station("intruder"), Door.HTTPS, trusting=True) as web:
        refused = web.get("/system")
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="Restricted"'
    assert "orthanc" not in str(refused.headers).lower()


def test_a_denied_path_is_refused_in_its_zone_and_nowhere_else(lab: Lab) -> None:
    lab.change({"gateway": {"deny": {"internet": ["/app/"]}}})
    live = lab.live()
    answers = {}
    for name in ("doctor", "administrator"):
        station = live.station(name)
        with live.web(station, Door.HTTPS, (DOCTOR, DOCTOR_PASSWORD)) as web:
            answers[name] = [
                web.get(path).status_code for path in ("/app/explorer.html", "/app/../app/explorer.html", "/patients")
            ]
    assert answers == {"doctor": [403, 403, 200], "administrator": [200, 200, 200]}


def test_a_lent_account_serves_its_path_and_no_other(lab: Lab) -> None:
    lab.change({"gateway": {"lends": {"/patients": DOCTOR}}})
    live = lab.live()
    with live.web(live.station("intruder"), Door.HTTPS, trusting=True) as web:
        assert [web.get(path).status_code for path in ("/patients", "/studies")] == [200, 401]
        assert web.delete("/patients/nothing").status_code == 403, "it is a doctor's account: it reads"


def test_a_receiver_notes_what_comes_in(lab: Lab) -> None:
    live = lab.live()
    visitor = live.station("visitor")
    with receiver(live.network, visitor, "COLLECTOR") as inbox:
        peer = Peer(live.network, live.station("ct"), inbox.address, inbox.port, "CT1", "COLLECTOR")
        assert dimse.store(peer, [emergency_study()]) == [0]
    assert inbox.instances == [str(emergency_study().SOPInstanceUID)]
