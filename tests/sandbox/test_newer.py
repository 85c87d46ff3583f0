"""The upgrade that the scenario ``outdated`` asks for, made for real: the distribution's Orthanc, a current one, and back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.api import Lab
from lab.clients.clinic import clinic_day
from lab.home import PROJECT, Home
from lab.model import Safe, Vulnerable
from lab.probing.versions import flaws_of, version_of
from tests.conftest import TEST_INSTANCE

FOLDER = PROJECT / "tests" / "output" / "newer-orthanc"
pytestmark = [pytest.mark.native, pytest.mark.slow]


@pytest.fixture(scope="module")
def newer() -> Path:
    """A current Orthanc, fetched once and kept in tests/output."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    fetched = subprocess.run(
        [PROJECT / "tools" / "newer_orthanc.sh", FOLDER], capture_output=True, text=True, timeout=240, check=False
    )
    if fetched.returncode != 0:
        pytest.skip(f"a current Orthanc cannot be had here: {fetched.stderr.splitlines()[-1:]}")
    return FOLDER / "Orthanc"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home of its own, beside the suite's lab."""
    monkeypatch.setenv("PACSLAB_INSTANCE", str(TEST_INSTANCE + 1))
    monkeypatch.delenv("ORTHANC_BIN", raising=False)
    own = Home(tmp_path)
    yield own
    own.sandbox("native").stop()


def started(home: Home) -> tuple[Lab, tuple[int, ...]]:
    """The lab after a start, and the version of its Orthanc."""
    lab = Lab(language="en", home=home, sandbox="native")
    lab.start(with_parent=True, patients=1)
    return lab, version_of(lab.sandbox.health().archive.version) or ()


def test_after_the_upgrade_the_archive_has_no_published_flaw_and_the_hospital_works_and_back_again(
    newer: Path, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, old = started(home)
    if not flaws_of(old):
        pytest.skip(f"this machine's own Orthanc {old} is a current one")
    lab.misconfigure("outdated")
    assert isinstance(lab.probe("outdated").verdict, Vulnerable)
    lab.stop()

    monkeypatch.setenv("ORTHANC_BIN", str(newer))
    lab, new = started(home)
    assert new > old
    checked = lab.check("outdated")
    assert (checked.passed, isinstance(checked.grade.verdict, Safe)) == (True, True), checked.card().to_text()
    assert isinstance(lab.probe("dicomweb-open").verdict, Safe), "it has its own plugins"
    lab.stop()

    monkeypatch.delenv("ORTHANC_BIN")
    lab = Lab(language="en", home=home, sandbox="native")
    status = lab.start(with_parent=True, patients=1)
    assert "the patients were loaded anew" in str(status.note)
    assert version_of(status.health.archive.version) == old
    assert clinic_day(lab.live()).runs, "an index that a newer Orthanc had would not store"
