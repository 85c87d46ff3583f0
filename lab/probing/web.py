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
    """Whose data the REST API gives to this visitor; None when it refuses (401, 403 or a redirect to elsewhere)."""
    counts = visitor.get("/statistics")
    if counts.status_code != 200:
        return None
    listed = visitor.get(f"/studies?expand&since=0&limit={STUDIES}")
    if listed.status_code != 200:
        return None
    studies = listed.json()
    people = list({study["ParentPatient"]: study for study in reversed(studies)}.values())[-ROWS:]
    rows = [[str(study[part].get(tag, "")) for _, part, tag in _TAGS] for study in people]
    numbers = counts.json()
    return exposure(
        [attribute for attribute, _, _ in _TAGS],
        rows,
        patients=int(numbers["CountPatients"]),
        studies=int(numbers["CountStudies"]),
        images=int(numbers["CountInstances"]),
        dates=[str(study["MainDicomTags"].get("StudyDate", "")) for study in studies],
    )


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
