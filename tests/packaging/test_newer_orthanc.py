"""A current Orthanc beside the distribution's: ``tools/newer_orthanc.sh`` and ``./start.sh --newer-orthanc``, with stand-ins for apt and Docker.

That the one it fetches works: tests/sandbox/test_newer.py.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lab.probing.versions import FLAWS
from tests.packaging.test_scripts import COMPOSE_STUB, ROOT, Copy, copy

__all__ = ["copy"]  # a fixture

TOOL = "tools/newer_orthanc.sh"
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()
NEWER = ROOT / "docker" / "newer.sh"
MIRROR = "http://mirror.example/debian"
LINE = f"deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg check-valid-until=no] {MIRROR} forky main"
URIS = "\n".join(
    f"'{MIRROR}{place}/InRelease' InRelease 0 "
    for place in ("-security/dists/stable-security", "/dists/stable-updates", "/dists/stable")
)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A machine on which every program of the system is there but those of packages."""
    stand_ins = tmp_path / "bin"
    stand_ins.mkdir()
    for name in ("bash", "cat", "cp", "dirname", "head", "mkdir", "rm", "sed", "sh"):
        (stand_ins / name).symlink_to(shutil.which(name) or "")
    return stand_ins


def put(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def fetch(stand_ins: Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": str(stand_ins), "LANG": "C.UTF-8"} | environment
    return subprocess.run([str(ROOT / TOOL), str(folder)], env=own, capture_output=True, text=True, timeout=30)


def test_both_sandboxes_take_it_from_the_same_signed_suite_and_nothing_that_has_a_published_flaw() -> None:
    newest = ".".join(map(str, max(flaw.fixed for flaw in FLAWS)))
    tool = (ROOT / TOOL).read_text()
    assert f"\noldest={newest}\n" in tool
    assert f'orthanc)" ge {newest}\n' in DOCKERFILE
    assert "docker/newer.sh" in DOCKERFILE
    assert "docker)/newer.sh" in tool.replace('" && pwd', "")
    assert "FROM base AS newer\n" in DOCKERFILE


def test_the_mirror_is_the_one_of_the_systems_own_release_or_the_one_that_is_named(bare: Path) -> None:
    put(bare, "apt-get", f"cat <<'E'\n{URIS}\nE")
    for named, mirror in (("", MIRROR), ("https://another.example/debian/", "https://another.example/debian")):
        own = {"PATH": str(bare), "PACSLAB_DEBIAN_MIRROR": named}
        assert subprocess.check_output([str(NEWER)], env=own, text=True) == LINE.replace(MIRROR, mirror) + "\n"


def test_without_debians_package_tools_it_says_what_to_do_instead(bare: Path, tmp_path: Path) -> None:
    answer = fetch(bare, tmp_path / "here")
    assert answer.returncode == 1
    assert answer.stderr.startswith("apt-get is missing")
    assert "./start.sh --docker --newer-orthanc" in answer.stderr
    assert fetch(bare, tmp_path / "here", PACSLAB_LANG="fr").stderr.startswith("apt-get manque")


def test_where_the_suite_cannot_be_reached_it_says_from_where_it_is_wanted_and_leaves_nothing(
    bare: Path, tmp_path: Path
) -> None:
    if not Path(re.findall(r"signed-by=(\S+)", LINE)[0]).exists():
        pytest.skip("this machine has no keys of Debian")
    put(bare, "dpkg", "echo amd64")
    put(bare, "dpkg-deb", "exit 0")
    put(
        bare,
        "apt-get",
        f"[ $1 = --print-uris ] && cat <<'E' || {{ echo 'E: Could not resolve host' >&2; exit 100; }}\n{URIS}\nE",
    )
    answer = fetch(bare, tmp_path / "a folder")
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "E: Could not resolve host",
        f"Debian's package list could not be fetched (the lines above say why). It is wanted from: {LINE}. "
        "Where that is no mirror of Debian (Ubuntu), name one in PACSLAB_DEBIAN_MIRROR, or use Docker: "
        "./start.sh --docker --newer-orthanc",
    ]
    assert os.listdir(tmp_path / "a folder") == []


def test_what_was_fetched_before_is_kept(bare: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    put(folder, "Orthanc", "exit 0")
    assert (fetch(bare, folder).returncode, os.listdir(folder)) == (0, ["Orthanc"])


def test_natively_the_lab_starts_with_what_was_fetched_into_the_state_folder(copy: Copy) -> None:
    (copy.folder / "tools").mkdir()
    put(copy.folder / "tools", "newer_orthanc.sh", 'mkdir -p "$1"')
    python = copy.folder / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$ORTHANC_BIN"\n')
    answer = copy.run("start.sh", "--native", "--newer-orthanc")
    assert answer.stdout.splitlines()[-1] == str(copy.folder / ".pacslab" / "newer-orthanc" / "Orthanc")
    assert "about 70 MB the first time" in answer.stdout
    put(copy.folder / "tools", "newer_orthanc.sh", "echo 'no network' >&2; exit 1")
    answer = copy.run("start.sh", "--native", "--newer-orthanc")
    assert (answer.returncode, "no network" in answer.stderr) == (1, True)


def test_in_containers_the_archives_image_is_built_from_it_and_no_older_one_serves_instead(copy: Copy) -> None:
    copy.put("docker", f'case "$*" in *build*) echo "$ORTHANC_IMAGE" >>image ;; esac\n{COMPOSE_STUB}')
    for option in ([], ["--newer-orthanc"]):
        assert copy.run("start.sh", "--docker", "--prepare", *option).returncode == 0
    assert (copy.folder / "image").read_text().splitlines() == ["", "newer"]
    copy.put("docker", f'case "$*" in *build*) exit 1 ;; esac\n{COMPOSE_STUB}')
    assert copy.run("start.sh", "--docker", "--prepare").returncode == 0  # what was built before serves
    assert copy.run("start.sh", "--docker", "--prepare", "--newer-orthanc").returncode == 1
