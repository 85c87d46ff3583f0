"""Putting synthetic patients into the archive. Real ones are refused: no one practises on a real patient here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from io import BytesIO
from pathlib import Path
from threading import Event, Lock

import httpx
from pydicom import dcmread
from pynetdicom import build_context
from pynetdicom.presentation import PresentationContext

from lab.clients.bulk import BulkSender, Object
from lab.clients.dimse import NoAssociation, associate
from lab.clients.folders import dicom_files
from lab.clients.live import LiveSite
from lab.clients.rest import rest
from lab.errors import LabError, NotSynthetic
from lab.i18n import t
from lab.site.zones import ARCHIVE_HTTP_PORT
from synthetic_data import Hospital, is_synthetic
from synthetic_data.instance import storage_kinds

Progress = Callable[[int, int], None]
WORKERS = 3
ASSOCIATIONS = 5
ZIP = b"PK"
PATIENCE_SECONDS = 30.0
ANSWERS_THAT_MAY_BE_LOST = 5
"""On a busy machine an answer may not come in time."""
_FILTERED = "FilteredOut"
"""What Orthanc says, with status 200, of an object that a filter of the site did not let in."""
_WHY_REFUSED = t(
    "It takes only DICOM objects with the synthetic marks, while its disk has room; pacslab logs says more. "
    "If the site was changed, pacslab reset hardens it again."
)


def load_hospital(site: LiveSite, hospital: Hospital, progress: Progress | None = None) -> int:
    """Store every instance of a synthetic hospital. Returns their number. Raises LabError when the archive refuses one."""
    return _store(site, ((one.path, one.encode()) for one in hospital.instances()), hospital.instance_count, progress)


def store_hospital(site: LiveSite, hospital: Hospital, progress: Progress | None = None) -> int:
    """Store every instance by C-STORE (PS3.7 9.1.1) from the CT, over a few associations at once. Returns their number.

    An object whose answer does not come is sent again over a new association. Raises LabError when the archive refuses an
    object or an association.
    """
    instances, lock, stored, ended = hospital.instances(), Lock(), 0, Event()
    contexts = [build_context(sop_class, syntax) for sop_class, syntax in storage_kinds(hospital.options.syntax)]

    def take() -> Object | None:
        with lock:  # instances of a study share what is made at their first use
            one = None if ended.is_set() else next(instances, None)
            if one is None:
                return None
            return one.sop_class_uid, one.sop_instance_uid, one.transfer_syntax_uid, one.encode()

    def count() -> None:
        nonlocal stored
        with lock:
            stored += 1
            if progress:
                progress(stored, hospital.instance_count)

    try:
        _together(lambda: _send(site, contexts, take, count), ended)
    except NoAssociation as refusal:
        raise LabError(
            t("The archive accepts no association from the CT: {reason}.", reason=refusal),
            t("Load patients with the hardened site: pacslab reset."),
        ) from refusal
    return stored


def _together(work: Callable[[], None], ended: Event) -> None:
    """Do ``work`` in a few threads. An error of one, and Ctrl-C, set ``ended``, for the others not to begin with another object."""
    with ThreadPoolExecutor(ASSOCIATIONS) as pool:
        working = [pool.submit(work) for _ in range(ASSOCIATIONS)]
        try:
            wait(working, return_when=FIRST_EXCEPTION)
        finally:
            ended.set()
        for one in working:
            one.result()


def _send(
    site: LiveSite,
    contexts: list[PresentationContext],
    take: Callable[[], Object | None],
    count: Callable[[], None],
) -> None:
    """Send what ``take`` gives until it gives None, and ``count`` each object that the archive has confirmed."""
    one, lost = take(), 0
    while one is not None:
        with associate(site.equipment("ct"), contexts) as association:
            association.network_timeout = PATIENCE_SECONDS
            sender = BulkSender(association, PATIENCE_SECONDS)
            while one is not None:
                status = sender.store(*one)
                if status is None and lost < ANSWERS_THAT_MAY_BE_LOST:
                    lost += 1
                    break
                if status != 0:
                    raise _not_stored(one[1], status)
                count()
                one = take()


def _not_stored(uid: str, status: int | None) -> LabError:
    if status is None:
        return LabError(
            t("The archive broke off again and again without an answer, the last time at object {uid}.", uid=uid),
            t("Look at pacslab status and pacslab logs."),
        )
    return LabError(
        t("The archive refused object {uid} with DIMSE status {status}.", uid=uid, status=f"0x{status:04X}"),
        _WHY_REFUSED,
    )


def load_files(site: LiveSite, paths: Iterable[Path], progress: Progress | None = None) -> int:
    """Store DICOM files, and those of folders, after a look at each. Returns their number.

    One without the synthetic marks raises NotSynthetic, and nothing is stored; so does LabError for a folder without any.
    """
    files = [path for start in paths for path in (dicom_files(start) if start.is_dir() else [start])]
    for path in files:
        require_synthetic(path)
    # looked at once more: what is sent is what bears the marks, even where a file has changed meanwhile
    return _store(site, ((path, require_synthetic(path)) for path in files), len(files), progress)


def require_synthetic(path: Path) -> bytes:
    """The content of a DICOM file that bears the synthetic marks. Raises NotSynthetic for any other file. Read-only."""
    try:
        if not path.is_file():
            raise ValueError("it is not a file")
        content = path.read_bytes()
        if content.startswith(ZIP):
            raise ValueError("the archive would take it for a ZIP archive and store what is in it")
        synthetic = is_synthetic(dcmread(BytesIO(content), stop_before_pixels=True))
    except Exception as error:  # pydicom raises whatever a broken file makes it stumble over
        raise NotSynthetic(
            t("{path} cannot be read as DICOM: {reason}", path=path, reason=error),
            t("Only synthetic DICOM files can be loaded."),
        ) from error
    if not synthetic:
        raise NotSynthetic(
            t("{path} does not carry the marks of synthetic data. It may be a real patient.", path=path),
            t(
                "Make patients with pacslab data generate. Real data must never enter an archive that is meant to be broken into."
            ),
        )
    return content


def _store(site: LiveSite, objects: Iterable[tuple[str | Path, bytes]], total: int, progress: Progress | None) -> int:
    """Send objects, each with its name, to the archive's console with a few connections, never holding more than a few in memory."""
    url = f"http://{site.network.archive}:{ARCHIVE_HTTP_PORT}"
    stored = 0
    with (
        rest(site.network, site.station("ct"), url, user=site.account("administrator")) as client,
        ThreadPoolExecutor(WORKERS) as pool,
    ):
        waiting: set[Future[None]] = set()
        for name, content in objects:
            if len(waiting) >= 2 * WORKERS:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                stored = _count(done, stored, total, progress)
            waiting.add(pool.submit(_post, client, name, content))
        stored = _count(waiting, stored, total, progress)
    return stored


def _count(done: set[Future[None]], stored: int, total: int, progress: Progress | None) -> int:
    for future in done:
        future.result()
        stored += 1
        if progress:
            progress(stored, total)
    return stored


def _post(client: httpx.Client, name: str | Path, content: bytes) -> None:
    try:
        answer = client.post("/instances", content=content, headers={"Content-Type": "application/dicom"}, timeout=30.0)
    except httpx.HTTPError as error:
        raise LabError(
            t("The archive broke off while patients were loaded: {reason}.", reason=str(error) or type(error).__name__),
            t("Look at pacslab status and pacslab logs."),
        ) from error
    if answer.status_code != 200 or _FILTERED in answer.text:
        status = answer.status_code if answer.status_code != 200 else _FILTERED
        raise LabError(t("The archive refused {name} with status {status}.", name=name, status=status), _WHY_REFUSED)
