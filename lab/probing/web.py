"""How an outsider comes to the archive's web doors: from where, with whose password, and what is noted on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import httpx

from lab.clients.live import LiveSite
from lab.clients.rest import BROWSER
from lab.i18n import Text, t
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Verdict, Vulnerable
from lab.site.zones import Door, Station

STUDIES, ROWS = 500, 3
TOO_MANY = 429  # still, though one has waited as one was told: no refusal, and no answer
_TAGS = (
    (Attribute.NAME, "PatientMainDicomTags", "PatientName"),
    (Attribute.BIRTH_DATE, "PatientMainDicomTags", "PatientBirthDate"),
    (Attribute.STUDY_DATE, "MainDicomTags", "StudyDate"),
    (Attribute.PROCEDURE, "MainDicomTags", "StudyDescription"),
    (Attribute.PHYSICIAN, "MainDicomTags", "ReferringPhysicianName"),
    (Attribute.FACILITY, "MainDicomTags", "InstitutionName"),
)
Account = tuple[str, str]
_Study = dict[str, Any]  # as Orthanc's REST API shows one


class Unanswered(Exception):
    """The gateway answers for an archive that does not, or says what nobody can read. Nothing follows from it."""


@dataclass(frozen=True)
class Way:
    """One way to the archive: a door, seen from a station, with an account or none."""

    station: Station
    door: Door
    account: Account | None


@dataclass(frozen=True)
class Visitor:
    """Somebody at a door. What is asked and answered is noted in ``steps``."""

    client: httpx.Client
    url: str
    account: Account | None
    steps: list[str]

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request. Raises Unanswered when the archive behind the gateway does not answer."""
        if self.account:
            more.setdefault("auth", self.account)
        if more.keys() & {"json", "content", "data", "files"}:
            # who refuses what he was sent unread ends the connection: the next request must not come on it
            more["headers"] = {**more.get("headers", {}), "Connection": "close"}
        answer = self.client.request(method, path, **more)
        who = f" [{self.account[0]}]" if self.account else ""
        self.steps.append(f"{method} {self.url}{path}{who} → {answer.status_code}")
        if answer.status_code == TOO_MANY or answer.status_code >= 502:
            raise Unanswered(str(answer.status_code))
        return answer

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def logged_in(self, account: Account) -> Visitor:
        """The same visitor with this account."""
        return replace(self, account=account)


@dataclass(frozen=True)
class Loot:
    """What somebody got: in one sentence, and in the patients' terms."""

    summary: Text
    exposure: Exposure | None = None


Attack = Callable[[Visitor], Loot | NotChecked | None]


def ways(site: LiveSite, *roles: str, stations: Iterable[str] = ("intruder",)) -> list[Way]:
    """The doors that answer at these stations: first without an account, then with the stolen password of each role.

    A password that somebody else has got is the plainest way in: http-plaintext shows how one comes by it.
    """
    accounts = [None, *(site.account(role) for role in roles)]
    return [
        Way(station, door, account)
        for station in map(site.station, stations)
        for door in site.web_doors(station)
        for number, account in enumerate(accounts)
        if number == 0 or account is not None
    ]


def attempt(site: LiveSite, tries: Iterable[Way], attack: Attack, safe: Text) -> Verdict:
    """Try an attack on each way until one succeeds. ``attack`` returns None where it was turned away."""
    steps: list[str] = []
    for way in tries:
        with site.web(way.station, way.door, way.account, trusting=True) as client:
            client.headers["User-Agent"] = BROWSER
            try:
                loot = attack(Visitor(client, site.url(way.station.zone, way.door), way.account, steps))
            except Unanswered as answer:
                if str(answer) == str(TOO_MANY):
                    return NotChecked(t("The gateway wants one to wait longer than a probe takes (429)."))
                return NotChecked(
                    t("The gateway answered {status}: the archive behind it does not answer.", status=str(answer))
                )
            except httpx.HTTPError as error:
                return NotChecked(t("The gateway's answer broke off: {error}.", error=type(error).__name__))
            except (ValueError, KeyError, TypeError) as error:
                return NotChecked(t("The archive's answer cannot be read: {error}.", error=type(error).__name__))
        if isinstance(loot, NotChecked):
            return loot
        if loot is not None:
            return Vulnerable(Evidence(loot.summary, tuple(steps), loot.exposure))
    return Safe(Evidence(safe, tuple(steps)))


def records(visitor: Visitor) -> Exposure | None:
    """Whose data the REST API gives to this visitor; None when it refuses (401, 403 or a redirect to elsewhere).

    That one path is refused says nothing of the others: a gateway may close or lend any of them by itself. So all that lead
    to a patient are asked until one gives something. Only a password that is not taken is not tried any further.
    """
    counts = visitor.get("/statistics")
    if visitor.account and counts.status_code == 401:
        return None
    for asked in (_listed_studies, _found_studies, _listed_patients, _patients_by_parts):
        studies = asked(visitor)
        if studies is not None:
            return _exposed(studies, counts.json() if counts.status_code == 200 else {})
    return None


def _exposed(studies: list[_Study], counts: dict[str, Any]) -> Exposure:
    people = list({study["ParentPatient"]: study for study in reversed(studies)}.values())
    return exposure(
        [attribute for attribute, _, _ in _TAGS],
        [[str(study[part].get(tag, "")) for _, part, tag in _TAGS] for study in people[-ROWS:]],
        patients=int(counts.get("CountPatients", len(people))),
        studies=int(counts.get("CountStudies", sum(bool(study["MainDicomTags"]) for study in studies))),
        images=int(counts.get("CountInstances", 0)),
        dates=[str(study["MainDicomTags"].get("StudyDate", "")) for study in studies],
    )


def _listed_studies(visitor: Visitor) -> list[_Study] | None:
    answer = visitor.get(f"/studies?expand&since=0&limit={STUDIES}")
    return list(answer.json()) if answer.status_code == 200 else None


def _found_studies(visitor: Visitor) -> list[_Study] | None:
    question = {"Level": "Study", "Query": {}, "Expand": True, "Limit": STUDIES}
    answer = visitor.ask("POST", "/tools/find", json=question)
    return list(answer.json()) if answer.status_code == 200 else None


def _listed_patients(visitor: Visitor) -> list[_Study] | None:
    answer = visitor.get(f"/patients?expand&since=0&limit={STUDIES}")
    return [_of_patient(patient) for patient in answer.json()] if answer.status_code == 200 else None


def _patients_by_parts(visitor: Visitor) -> list[_Study] | None:
    """By way of what belongs to them: a series and an image name their patient, too."""
    found = []
    for level in ("series", "instances"):
        listed = visitor.get(f"/{level}?since=0&limit={ROWS}")
        for part in listed.json() if listed.status_code == 200 else []:
            owner = visitor.get(f"/{level}/{part}/patient")
            found += [_of_patient(owner.json())] if owner.status_code == 200 else []
    return found or None


def _of_patient(patient: dict[str, Any]) -> _Study:
    """What Orthanc says of a patient in the form of what it says of a study."""
    return {"ParentPatient": patient["ID"], "PatientMainDicomTags": patient["MainDicomTags"], "MainDicomTags": {}}


def nobody_asked() -> NotChecked:
    """What to say of a weakness of accounts where none is needed."""
    return NotChecked(t("The archive asks nobody for an account: the graver weakness http-no-auth stands."))


def exposure(
    attributes: list[Attribute],
    rows: list[list[str]],
    *,
    patients: int,
    studies: int = 0,
    images: int = 0,
    dates: Iterable[str] = (),
) -> Exposure:
    """Counts, the attributes that every row has a value for, a few rows, and the oldest of the dates."""
    rows = rows[:ROWS]
    shown = [number for number in range(len(attributes)) if rows and all(row[number] for row in rows)]
    return Exposure(
        patients=patients,
        studies=studies,
        images=images,
        attributes=tuple(attributes[number] for number in shown),
        samples=tuple(tuple(row[number] for number in shown) for row in rows),
        since=min(filter(None, dates), default=""),
    )
