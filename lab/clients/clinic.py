"""The clinic's day: what a repair must not stop. Real clients do what CT, workstation, doctor and administrator do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache

import httpx
from pydicom.dataset import Dataset

from lab.clients import dimse
from lab.clients.live import LiveSite
from lab.clients.rest import BROWSER
from lab.i18n import Text, t
from lab.model import ClinicDay, DayStep
from lab.site.zones import Door, Station
from synthetic_data import generate
from synthetic_data.instance import Instance


class Stopped(Exception):
    """Somebody could not do their work. ``detail`` says what happened to them."""

    def __init__(self, detail: Text) -> None:
        super().__init__(detail)
        self.detail = detail


def clinic_day(site: LiveSite) -> ClinicDay:
    """Play the day against a running site.

    The CT reads its worklist and stores a study, the workstation finds and retrieves it, the referring doctor opens it with her
    account, the administrator reaches the REST API, has an image anonymised for the research office, and removes the study
    again. One step that fails does not keep the next from being tried. What an earlier day could not remove is gone first, so that
    nobody finds that instead.
    """
    _clear(site)
    steps = (
        ("ct-stores", t("The CT reads its worklist and stores a study"), _ct_stores),
        ("workstation-retrieves", t("The workstation finds and retrieves it"), _workstation_retrieves),
        ("doctor-views", t("The referring doctor opens it with her account"), _doctor_views),
        ("administrator-works", t("The administrator reaches the REST API"), _administrator_works),
    )
    day = ClinicDay(tuple(_step(name, title, action, site) for name, title, action in steps))
    if day.stopped:
        _clear(site)
    return day


def _clear(site: LiveSite) -> None:
    """Remove the day's study at the archive's own console, where the administrator may."""
    with suppress(httpx.HTTPError, Stopped), site.console(site.account("administrator")) as console:
        for study in _find_study(console):
            console.delete(f"/studies/{study}")


@cache
def emergency_study() -> Dataset:
    """The study of the day: one synthetic CT image of a patient who is not among the archive's others."""
    hospital = generate(seed=911, patients=4)
    instance = next(instance for instance in hospital.instances() if instance.study.modality == "CT")
    dataset: Dataset = instance.dataset
    return dataset


@cache
def foreign_image() -> Instance:
    """A synthetic image of somebody who is not among the archive's patients, as another hospital's CD brings it."""
    return next(generate(seed=912, patients=1).instances())


def _step(name: str, title: Text, action: Callable[[LiveSite], Text], site: LiveSite) -> DayStep:
    try:
        return DayStep(name, title, True, action(site))
    except Stopped as stopped:
        return DayStep(name, title, False, stopped.detail)
    except dimse.NoAssociation as refusal:
        return DayStep(name, title, False, t("no association: {reason}", reason=refusal))
    except httpx.HTTPError as error:
        return DayStep(name, title, False, t("no answer: {reason}", reason=str(error) or type(error).__name__))


def _ct_stores(site: LiveSite) -> Text:
    peer = site.equipment("ct")
    has_worklist = True
    try:
        _read_worklist(peer)
    except (Stopped, dimse.NoAssociation):
        if has_worklist := _could_have_worklists(site):
            raise
    (status,) = dimse.store(peer, [emergency_study()])
    if status != 0:
        raise Stopped(t("C-STORE was refused with status 0x{status:04X}", status=status))
    if not has_worklist:
        return t("C-STORE accepted (this Orthanc has no worklist plugin)")
    return t("worklist read, C-STORE accepted")


def _read_worklist(peer: dimse.Peer) -> None:
    status, _ = dimse.worklist(peer, _whom_to_expect())
    if status != 0:
        raise Stopped(t("its worklist was refused with status 0x{status:04X}", status=status))


def _could_have_worklists(site: LiveSite) -> bool:
    """Whether the archive could serve a worklist. One that lacks a plugin which the site asks for cannot, whatever a repair does."""
    if not site.config.worklists.enabled:
        return True
    try:
        with site.console(site.account("administrator")) as console:
            answer = console.get("/plugins")
            return answer.status_code != 200 or "worklists" in answer.json()
    except (httpx.HTTPError, ValueError):
        return True


def _whom_to_expect() -> Dataset:
    """A machine's question to the worklist: everybody who is scheduled (PS3.4 K.6.1.2)."""
    step = Dataset()
    step.ScheduledProcedureStepStartDate = step.Modality = ""
    identifier = Dataset()
    identifier.PatientName = identifier.PatientID = ""
    identifier.ScheduledProcedureStepSequence = [step]
    return identifier


def _workstation_retrieves(site: LiveSite) -> Text:
    peer = site.equipment("workstation")
    study = emergency_study()
    identifier = Dataset()
    identifier.QueryRetrieveLevel = "STUDY"
    identifier.PatientID = study.PatientID
    identifier.StudyInstanceUID = ""
    status, matches = dimse.find(peer, identifier)
    if status != 0:
        raise Stopped(t("C-FIND was refused with status 0x{status:04X}", status=status))
    if study.StudyInstanceUID not in [match.StudyInstanceUID for match in matches]:
        raise Stopped(t("C-FIND does not show the study that the CT should have stored"))
    status, images = dimse.get_study(peer, str(study.StudyInstanceUID))
    if status != 0 or not images:
        raise Stopped(t("C-GET brought no image (status 0x{status:04X})", status=status))
    return t("C-FIND and C-GET brought the study")


def _web_door(site: LiveSite, station: Station) -> Door:
    doors = site.web_doors(station)
    if not doors:
        raise Stopped(t("no web address of the archive answers in zone {zone}", zone=station.zone.label))
    return doors[-1]  # https where there is one


def _find_study(client: httpx.Client) -> list[str]:
    uid = str(emergency_study().StudyInstanceUID)
    answer = client.post("/tools/find", json={"Level": "Study", "Query": {"StudyInstanceUID": uid}})
    _require(answer, "/tools/find")
    return [str(study) for study in answer.json()]


def _require(answer: httpx.Response, what: str) -> None:
    if answer.status_code != 200:
        raise Stopped(t("{what} answered {status}", what=what, status=answer.status_code))


def _doctor_views(site: LiveSite) -> Text:
    station = site.station("doctor")
    with site.web(station, _web_door(site, station), site.account("doctor")) as client:
        client.headers["User-Agent"] = BROWSER
        studies = _find_study(client)
        if not studies:
            raise Stopped(t("the study is not there"))
        images = client.get(f"/studies/{studies[0]}/instances")
        _require(images, "/studies/…/instances")
        picture = client.get(f"/instances/{images.json()[0]['ID']}/preview")
        _require(picture, "/instances/…/preview")
    if not picture.content.startswith(b"\x89PNG"):
        raise Stopped(t("the preview is no picture"))
    return t("the image opens")


def _anonymised(client: httpx.Client, study: str) -> httpx.Response:
    """An image as the research office gets it. Nothing is stored: Orthanc answers with the anonymised file."""
    images = client.get(f"/studies/{study}/instances")
    _require(images, "/studies/…/instances")
    return client.post(f"/instances/{images.json()[0]['ID']}/anonymize", json={})


def _administrator_works(site: LiveSite) -> Text:
    station = site.station("administrator")
    with site.web(station, _web_door(site, station), site.account("administrator")) as client:
        _require(client.get("/system"), "/system")
        _require(client.get("/series?since=0&limit=1"), "/series")
        for study in _find_study(client):
            _require(_anonymised(client, study), "/instances/…/anonymize")
            _require(client.delete(f"/studies/{study}"), "DELETE /studies/…")
    return t("the REST API answers and obeys")
