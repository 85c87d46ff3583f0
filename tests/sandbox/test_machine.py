"""The archive's machine: its disk, its backup, its verification, and who sees what of them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from lab.api import Lab
from lab.clients.clinic import foreign_image
from lab.model import Safe
from lab.sandbox.inside.verify import says_bad
from lab.sandbox.machine import OtherAccount, read_within
from lab.sandbox.protocol import Log
from lab.site.baseline import baseline
from synthetic_data.instance import Instance

MARKED = b"MZ a harmless marker".ljust(128, b"x")


def storage_with(folder: Path, mode: int) -> Path:
    """A storage folder with one file, as open as ``mode`` says."""
    (folder / "ab").mkdir(parents=True)
    (folder / "ab").chmod(0o755)
    (folder / "index").write_bytes(b"names")
    (folder / "index").chmod(0o644)
    (folder / "ab" / "secret").write_bytes(b"image")
    (folder / "ab" / "secret").chmod(0o600)
    folder.chmod(mode)
    return folder


def test_a_stranger_sees_what_permissions_let_others_see(tmp_path: Path) -> None:
    stranger = OtherAccount(storage_with(tmp_path / "open", 0o755))
    assert stranger.names() == ["ab", "index"]
    assert stranger.names("ab") == ["secret"]
    assert stranger.read("index") == b"names"
    assert stranger.read("index", most=2) == b"na"
    with pytest.raises(PermissionError):
        stranger.read("ab/secret")


def test_a_stranger_passes_a_folder_that_may_not_be_listed_and_no_other(tmp_path: Path) -> None:
    passing = OtherAccount(storage_with(tmp_path / "passing", 0o711))
    assert passing.read("index") == b"names"
    with pytest.raises(PermissionError):
        passing.names()
    for mode in (0o700, 0o600):
        closed = OtherAccount(storage_with(tmp_path / oct(mode), mode))
        with pytest.raises(PermissionError):
            closed.read("index")
        with pytest.raises(PermissionError):
            closed.names()
        (tmp_path / oct(mode)).chmod(0o700)


def test_the_rights_of_a_stranger_end_with_the_look(tmp_path: Path) -> None:
    OtherAccount(storage_with(tmp_path / "open", 0o755)).names()
    (tmp_path / "mine").write_text("still mine")
    assert (tmp_path / "mine").stat().st_uid == os.geteuid()
    assert (tmp_path / "open" / "ab" / "secret").read_bytes() == b"image"


def test_nobody_is_led_astray_by_a_link_or_kept_waiting_by_a_pipe(tmp_path: Path) -> None:
    storage = storage_with(tmp_path / "open", 0o755)
    (storage / "link").symlink_to("/etc/hostname")
    (storage / "folder").symlink_to("/etc")
    os.mkfifo(storage / "pipe", 0o644)
    stranger = OtherAccount(storage)
    for path in ("link", "folder/hostname", "pipe", "ab", "../elsewhere"):
        with pytest.raises(OSError, match=r"."):
            stranger.read(path)
    assert [read_within(storage / name) for name in ("link", "pipe", "ab", "missing")] == [b""] * 4
    assert read_within(storage / "index", most=3, start=1) == b"ame"


def altered_image(lab: Lab, site: dict[str, object], patience: float = 30) -> list[str]:
    """Alter an image of one's own on a site; what the machine's log says of it, once it does, or nothing after ``patience`` seconds."""
    lab.change(site)
    live = lab.live()
    start = live.machine.log_end(Log.HOST)
    with live.console(live.account("administrator")) as archive:
        image = archive.post("/instances", content=foreign_image().encode()).json()["ID"]
        live.machine.alter(image)
        deadline = time.monotonic() + patience
        while not any(image in line for line in live.machine.log_lines(Log.HOST, start)):
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        archive.delete(f"/instances/{image}")
    return [line for line in live.machine.log_lines(Log.HOST, start) if image in line]


def test_an_image_that_was_altered_on_the_disk_is_named_by_the_verification_every_time(lab: Lab) -> None:
    for _ in range(2):
        (line,) = altered_image(lab, {"host": {"verification": {"by": "disk"}}})
        found = json.loads(line)
        assert (found["job"], found["by"], len(found["bad"])) == ("verification", "disk", 1)


@pytest.mark.parametrize(
    ("status", "answer", "bad"),
    [
        (200, b"{}", False),
        (400, b"", True),
        (500, b'{"HttpStatus": 500, "OrthancStatus": 20}', True),  # 1.13.0
        (500, b'{"HttpStatus": 500, "OrthancStatus": 14}', False),  # a file that cannot be read
        (500, b"[]", False),
        (502, b"<html>", False),
    ],
)
def test_orthanc_says_in_two_ways_that_an_image_is_not_what_was_stored(status: int, answer: bytes, bad: bool) -> None:
    assert says_bad(status, answer) is bad


@pytest.mark.slow
@pytest.mark.native  # in compose, with 1.12.7, the lines come too late or not at all: not understood yet
def test_orthanc_itself_answers_from_its_cache_or_from_the_disk_by_its_version(lab: Lab) -> None:
    """1.10.1 and 1.13.0 compare what their cache holds, and find nothing amiss; 1.12.7 reads the disk (all seen)."""
    from_memory = lab.sandbox.health().archive.version.startswith(("1.10.", "1.13."))
    asks = {"host": {"verification": {"by": "archive"}}}
    assert len(altered_image(lab, asks, patience=6 if from_memory else 30)) == (0 if from_memory else 1)
    lab.harden()
    assert len(altered_image(lab, {**asks, "orthanc": {"MaximumStorageCacheSize": 0}})) == 1


def test_altering_an_image_twice_leaves_it_as_it_was(lab: Lab) -> None:
    lab.change({"orthanc": {"MaximumStorageCacheSize": 0}})
    live = lab.live()
    with live.console(live.account("administrator")) as archive:
        image = archive.post("/instances", content=foreign_image().encode()).json()["ID"]
        read = []
        for _ in range(3):
            read.append(archive.get(f"/instances/{image}/file").content)
            live.machine.alter(image)
        archive.delete(f"/instances/{image}")
    assert read[0] == read[2] != read[1]


def test_what_comes_over_http_is_stored_with_an_empty_preamble_and_otherwise_as_it_was(lab: Lab) -> None:
    image: Instance = foreign_image()
    content = image.encode()
    live = lab.live()
    with live.console(live.account("administrator")) as archive:
        where = f"/instances/{archive.post('/instances', content=MARKED + content[128:]).json()['ID']}"
        deadline = time.monotonic() + 5
        while (answer := archive.get(f"{where}/file")).content[:128] != bytes(128) and time.monotonic() < deadline:
            time.sleep(0.05)
        archive.delete(where)
    assert answer.content == bytes(128) + content[128:]


@pytest.mark.native
def test_the_backup_in_the_vault_opens_with_the_hospitals_key_and_holds_the_archive(lab: Lab, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl on this machine")
    lab.change({"host": {"backup": {"place": "none"}}})
    lab.change({"host": {"backup": {"place": "vault", "encrypted": True}}})
    vault = lab.sandbox.storage.parent / "vault"
    assert [path.name for path in vault.iterdir()] == ["backup.tar.cms"]
    assert vault.stat().st_mode & 0o777 == 0o700
    made = lab.sandbox.certificates
    command = ["openssl", "cms", "-decrypt", "-binary", "-inform", "DER", "-in", str(vault / "backup.tar.cms")]
    subprocess.run(
        [
            *command,
            "-recip",
            str(made.backup.chain),
            "-inkey",
            str(made.backup.key),
            "-out",
            str(tmp_path / "backup.tar"),
        ],
        check=True,
    )
    shutil.unpack_archive(tmp_path / "backup.tar", tmp_path, filter="data")
    with sqlite3.connect(tmp_path / "archive" / "index") as index:
        assert index.execute("SELECT COUNT(*) FROM Resources").fetchone()[0] > 0


def test_a_backup_below_the_web_root_goes_when_the_site_no_longer_wants_it(lab: Lab) -> None:
    lab.misconfigure("public-backup")
    assert lab.probe("public-backup").vulnerable
    lab.sandbox.apply(baseline())
    assert isinstance(lab.probe("public-backup").verdict, Safe)
    with lab.web("intruder", "https") as client:
        assert client.get("/backup/index").status_code == 401
