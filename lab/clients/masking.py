"""The ways in which the hospital masks a copy before it hands it out: Orthanc, a script of its own, or ``pacslab deidentify``."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from pydicom import dcmread

from lab.site.certificates import write_private

_LAB = Path(__file__).resolve().parent.parent
_CLEANERS = ("deid", "inventory")
_PROGRAM = (".py", ".json", ".toml", ".csv")
_KEPT = 8
SCRIPTED = {"PatientName": "ANONYME", "PatientID": "0000", "PatientBirthDate": "19000101"}
"""What home-made scripts replace, and all that they do."""


def by_script(original: bytes) -> bytes:
    """The image as a home-made script masks it: three elements of the header are replaced."""
    dataset, masked = dcmread(BytesIO(original)), BytesIO()
    for keyword, value in SCRIPTED.items():
        setattr(dataset, keyword, value)
    dataset.save_as(masked)
    return masked.getvalue()


def by_pacslab(originals: Mapping[str, bytes], kept: Path | None = None) -> dict[str, bytes]:
    """The images as ``pacslab deidentify`` cleans them, for research, under a key that is forgotten. What it cannot clean is left out.

    To look for letters in a picture takes most of a second, so the same images are cleaned once in a process, and once for
    all where there is a folder to keep the copies in.
    """
    cleaned = _cleaned(tuple(originals.values()), kept)
    return {name: content for name, content in zip(originals, cleaned, strict=True) if content is not None}


@lru_cache(maxsize=4)
def _cleaned(originals: tuple[bytes, ...], kept: Path | None) -> tuple[bytes | None, ...]:
    if kept is None:
        return _clean(originals)
    file = kept / f"{_fingerprint(originals)}.zip"
    try:
        return _unpacked(file.read_bytes(), len(originals))
    except (OSError, BadZipFile):
        cleaned = _clean(originals)
        _keep(file, _packed(cleaned))
        return cleaned


def _fingerprint(originals: tuple[bytes, ...]) -> str:
    """Names these images and the program that cleans them, file by file: another one cleans anew."""
    told = sha256()
    for path in sorted(path for folder in _CLEANERS for path in (_LAB / folder).rglob("*") if path.suffix in _PROGRAM):
        status = path.stat()
        told.update(f"{path.name} {status.st_size} {status.st_mtime_ns}\n".encode())
    for content in originals:
        told.update(sha256(content).digest())
    return told.hexdigest()


def _packed(cleaned: tuple[bytes | None, ...]) -> bytes:
    """The copies as a ZIP file, by their number; one that could not be made has none."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED, compresslevel=1) as copies:
        for number, content in enumerate(cleaned):
            if content is not None:
                copies.writestr(str(number), content)
    return packed.getvalue()


def _unpacked(packed: bytes, count: int) -> tuple[bytes | None, ...]:
    with ZipFile(BytesIO(packed)) as copies:
        there = set(copies.namelist())
        return tuple(copies.read(name) if name in there else None for name in map(str, range(count)))


def _keep(file: Path, packed: bytes) -> None:
    """Keep the copies beside the latest few. A folder that takes nothing costs time only."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(file, packed)
        for old in sorted(file.parent.glob("*.zip"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)


def _clean(originals: tuple[bytes, ...]) -> tuple[bytes | None, ...]:
    from lab.deid.elements import read_file  # loaded here: every command reads the catalogue, few hand anything out
    from lab.deid.identities import Identities
    from lab.deid.options import RESEARCH
    from lab.deid.problems import Unclean
    from lab.deid.profile import Profile
    from lab.deid.secret import fresh
    from lab.deid.whole import FileCleaner

    with TemporaryDirectory(prefix="pacslab-masking-") as folder:
        paths = _written(originals, Path(folder))
        identities = Identities()
        for path in paths:
            try:
                identities.learn(read_file(path))
            except Unclean:
                continue
        cleaner, cleaned = FileCleaner(Profile.of(RESEARCH), fresh(), identities), list[bytes | None]()
        for path in paths:
            try:
                cleaned.append(b"".join(cleaner.clean(path).pieces))
            except Unclean:
                cleaned.append(None)
        return tuple(cleaned)


def _written(contents: Iterable[bytes], folder: Path) -> list[Path]:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(content)
    return paths
