"""The staff's routine: what modalities, workstations, doctors, administrator, monitoring, backup and research do.

Each task is a generator that acts through ``Hands`` and yields its pauses in seconds of the day. *Modelled*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from pydicom import Dataset

from lab.detection.traffic.cast import Cast, Member
from lab.detection.traffic.dicom import Dicom
from lab.detection.traffic.hands import Hands
from lab.detection.traffic.stock import Held, held_from
from lab.detection.traffic.viewer import open_study
from lab.detection.traffic.web import Web
from lab.site.zones import Zone

COVERING = 0.02
"""How often a doctor opens the record of a colleague's patient, as a doctor on call does."""
MISTYPED = 1 / 12
"""How often a password is mistyped, once or twice."""
BY_NAME = 1 / 12
"""How often a worklist question at a workstation is one for the first letters of a name."""
SENT_AGAIN = 1 / 20
"""How often a modality sends its last image twice, because the answer was late."""
DOWNLOADED = 1 / 40
"""How often a doctor takes a study with her as ZIP."""
FROM_HOME, VERBOSE, TRIED_OUT = 1 / 8, 1 / 15, 1 / 15
"""How often the administrator works from home, has the archive write more, tries out a new destination."""
TECHNICIAN = "technician"
BOARD = 3
"""How many patients are prepared for the tumour board."""
STUDY_KEYS = ("PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "StudyDate", "StudyDescription")
_MADE_BY = {"ct1": ("CT",), "mr1": ("MR",)}


@dataclass(frozen=True)
class Work:
    """What a task of the routine has at hand."""

    hands: Hands
    cast: Cast
    random: Random
    treatment: Mapping[str, tuple[str, ...]]
    incoming: list[list[Dataset]]
    """Studies that are still to come in."""


Task = Callable[[Work], Iterator[float]]


def modality_check(work: Work) -> Iterator[float]:
    """Every modality asks in the morning whether the archive is there; so does the laptop of a technician, whom nobody declared."""
    for modality in work.cast.role("modality"):
        with work.hands.dicom(modality, "echo") as link:
            if link:
                link.echo()
        yield work.random.uniform(30, 400)
    technician = work.cast.elsewhere(work.cast.role("modality")[0], Zone.CLINIC, 60, "SERVICE")
    with work.hands.dicom(replace(technician, who=TECHNICIAN, role=TECHNICIAN), "echo") as link:
        if link:
            link.echo()


def study_comes_in(work: Work) -> Iterator[float]:
    """A modality asks the worklist who is next, and stores a study, image by image over one association."""
    if not work.incoming:
        return
    datasets = work.incoming.pop()
    modality = _maker(work, str(datasets[0].Modality))
    with work.hands.dicom(modality, "worklist") as link:
        if link:
            link.worklist()
    yield work.random.uniform(60, 300)
    again = datasets[-1:] if work.random.random() < SENT_AGAIN else []
    done = work.hands.store_all(modality, [*datasets, *again])
    if done:
        work.hands.stock.add(held_from(done[: len(datasets)]))


def worklist(work: Work) -> Iterator[float]:
    """A workstation asks what there is to read: what was examined on a day; now and then by the first letters of a name."""
    station = work.random.choice(work.cast.role("workstation"))
    by_name = work.random.random() < BY_NAME
    study = work.hands.stock.choose(work.random)
    with work.hands.dicom(station, "find") as link:
        if link and by_name and (name := _name_of(link, study)):
            link.find(**dict.fromkeys(STUDY_KEYS, "") | {"PatientName": f"{name[:3]}*"})
        elif link:
            link.find(**dict.fromkeys(STUDY_KEYS, "") | {"StudyDate": study.date})
    yield 0.0


def read_study(work: Work) -> Iterator[float]:
    """A radiologist at a workstation finds a patient, looks for earlier studies, and fetches one."""
    station = work.random.choice(work.cast.role("workstation"))
    study = work.hands.stock.choose(work.random)
    with work.hands.dicom(station, "find") as link:
        if link:
            link.find(**dict.fromkeys(STUDY_KEYS, "") | {"PatientID": study.patient})
            link.find("SERIES", StudyInstanceUID=study.uid, SeriesInstanceUID="", Modality="")
    yield work.random.uniform(20, 90)
    with work.hands.dicom(station, "get") as link:
        if link:
            link.get(study.uid)


def view(work: Work) -> Iterator[float]:
    """A doctor opens a study of one of her patients in the viewer; now and then one of a colleague's."""
    present = {study.patient for study in work.hands.stock.studies}
    doctors = [one for one in work.cast.role("doctor") if present.intersection(work.treatment.get(one.who, ()))]
    if not doctors:  # in a very small archive: nobody has a patient in it yet
        return
    doctor = work.random.choice(doctors)
    treated = work.treatment[doctor.who]
    yield from _mistyped(work, doctor)
    study = work.hands.stock.choose(work.random, None if work.random.random() < COVERING else treated)
    with work.hands.web(doctor) as web:
        yield from open_study(web, study, work.random)
        if work.random.random() < DOWNLOADED:
            yield work.random.uniform(10, 60)
            web.get(f"/studies/{study.id}/archive")


def prepare_board(work: Work) -> Iterator[float]:
    """A doctor takes the studies of a few of her patients to the tumour board."""
    doctor = work.random.choice(work.cast.role("doctor"))
    treated = {
        study.patient: study for study in work.hands.stock.studies if study.patient in work.treatment[doctor.who]
    }
    chosen = work.random.sample(sorted(treated), min(BOARD, len(treated)))
    with work.hands.web(doctor) as web:
        for patient in chosen:
            web.get(f"/studies/{treated[patient].id}")
            web.get(f"/studies/{treated[patient].id}/archive")
            yield work.random.uniform(60, 400)


def administer(work: Work) -> Iterator[float]:
    """The administrator looks after the archive; sometimes a study that was stored twice goes. Sometimes he does so from home."""
    administrator = work.cast.role("administrator")[0]
    if work.random.random() < FROM_HOME:
        administrator = work.cast.elsewhere(administrator, Zone.INTERNET, 52)
    yield from _mistyped(work, administrator)
    with work.hands.web(administrator) as web:
        for path in ("/system", "/statistics", "/changes?limit=20", "/jobs?expand", "/modalities?expand", "/plugins"):
            web.get(path)
            yield work.random.uniform(10, 120)
        study = work.hands.stock.choose_to_delete(work.random)
        web.ask("POST", "/tools/find", {"Level": "Study", "Query": {"StudyInstanceUID": study.uid}, "Expand": True})
        if work.random.random() < VERBOSE:
            web.ask("PUT", "/tools/log-level", data=b"verbose")
        if work.random.random() < TRIED_OUT:
            yield from _try_out(work, web)
        if work.random.random() < 0.15:
            yield work.random.uniform(10, 60)
            answer = web.ask("DELETE", f"/studies/{study.id}")
            if answer is not None and answer.status_code == 200:
                work.hands.stock.forget(study.id)


def poll(work: Work) -> Iterator[float]:
    """The monitoring asks whether all is well."""
    monitoring = work.cast.member("monitoring")
    with work.hands.web(monitoring) as web:
        web.get("/system")
        web.get("/statistics")
    with work.hands.dicom(monitoring, "echo") as link:
        if link:
            link.echo()
    yield 0.0


def back_up(work: Work) -> Iterator[float]:
    """The backup copies a part of the archive at night, as ZIP."""
    with work.hands.web(work.cast.role("backup")[0]) as web:
        web.get("/changes?limit=100&last")
        for study in work.random.sample(work.hands.stock.studies, min(BACKED_UP, len(work.hands.stock.studies))):
            web.get(f"/studies/{study.id}/archive")
            yield work.random.uniform(20, 60)


BACKED_UP = 40


def export_for_research(work: Work) -> Iterator[float]:
    """Research gets anonymised copies: made in the archive, downloaded as ZIP, and removed again."""
    with work.hands.web(work.cast.role("research")[0]) as web:
        web.ask("POST", "/tools/find", {"Level": "Study", "Query": {"ModalitiesInStudy": "CT"}, "Limit": 20})
        for _ in range(5):
            study = work.hands.stock.choose(work.random)
            answer = web.ask("POST", f"/studies/{study.id}/anonymize", {"Synchronous": True})
            copy = answer.json()["ID"] if answer is not None and answer.status_code == 200 else None
            try:
                yield work.random.uniform(30, 90)
                if copy is not None:
                    web.get(f"/studies/{copy}/archive")
                    yield work.random.uniform(30, 90)
            finally:  # also where the day ends in between
                if copy is not None:
                    web.ask("DELETE", f"/studies/{copy}")


def _mistyped(work: Work, member: Member) -> Iterator[float]:
    """A password that is wrong once or twice, now and then."""
    assert member.account is not None
    name, password = member.account
    for _ in range(work.random.choice((1, 2)) if work.random.random() < MISTYPED else 0):
        with work.hands.web(replace(member, account=(name, password[:-1]))) as web:
            web.get("/app/explorer.html")
        yield work.random.uniform(5, 20)


def _try_out(work: Work, web: Web) -> Iterator[float]:
    """A modality that shall be connected is declared, asked in vain whether it is there, and taken out again."""
    name = f"essai{work.random.randrange(100)}"
    new = {"AET": name.upper(), "Host": work.hands.site.network.archive, "Port": 11112}
    web.ask("PUT", f"/modalities/{name}", new)
    try:
        yield work.random.uniform(10, 60)
        web.ask("POST", f"/modalities/{name}/echo", {})
    finally:  # also where the day ends in between
        web.ask("DELETE", f"/modalities/{name}")


def _name_of(link: Dicom, study: Held) -> str:
    """The name that somebody asks for who has it from a letter: the archive itself says what it is."""
    matches = link.find(StudyInstanceUID=study.uid, PatientName="", PatientID="")
    return str(matches[0].PatientName) if matches else ""


def _maker(work: Work, modality: str) -> Member:
    makers = work.cast.role("modality")
    return next((maker for maker in makers if modality in _MADE_BY.get(maker.who, ())), makers[-1])
