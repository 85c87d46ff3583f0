"""The ways in which the hospital masks a copy before it hands it out: Orthanc, a script of its own, or ``pacslab deidentify``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pydicom import dcmread

SCRIPTED = {"PatientName": "ANONYME", "PatientID": "0000", "PatientBirthDate": "19000101"}
"""What home-made scripts replace, and all that they do."""


def by_script(original: bytes) -> bytes:
    """The image as a home-made script masks it: three elements of the header are replaced."""
    dataset, masked = dcmread(BytesIO(original)), BytesIO()
    for keyword, value in SCRIPTED.items():
        setattr(dataset, keyword, value)
    dataset.save_as(masked)
    return masked.getvalue()


def by_pacslab(originals: Mapping[str, bytes]) -> dict[str, bytes]:
    """The images as ``pacslab deidentify`` cleans them, for research, under a key that is forgotten. What it cannot clean is left out.

    The same images are cleaned once in a process: to look for letters in a picture takes most of a second.
    """
    cleaned = _cleaned(tuple(originals.values()))
    return {name: content for name, content in zip(originals, cleaned, strict=True) if content is not None}


@lru_cache(maxsize=4)
def _cleaned(originals: tuple[bytes, ...]) -> tuple[bytes | None, ...]:
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
