"""``pacslab inventory``: what it prints, its exit codes, and the running lab."""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pydicom
import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageDraw, ImageFont

from lab.api import Lab
from lab.cli import main
from lab.clients.rest import rest
from lab.errors import AddressRefused
from lab.inventory import remote, scan
from lab.inventory.remote import Archive, DicomWeb, _first_part
from lab.inventory.scan import take_inventory
from lab.inventory.source import InventoryError
from lab.model import NotChecked
from lab.sandbox.protocol import Log
from lab.site.zones import Network
from synthetic_data import generate
from tests.conftest import TEST_INSTANCE
from tests.inventory.conftest import PATIENTS
from tests.support.chaos import descendants


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["inventory", *arguments])


def test_personal_data_gives_exit_code_1_and_a_summary(folder: Path) -> None:
    answer = run(str(folder), "--no-ocr", "--json", "--workers", "1")
    found = json.loads(answer.output)
    assert answer.exit_code == 1
    assert (found["complete"], found["pictures_read"], found["not_searched"]) == (True, False, [])
    assert found["total"] == sum(row["findings"] for row in found["by_place_and_kind"]) > 500
    assert found["total"] == sum(row["sure"] >= 0.5 for row in found["findings"])
    names = {row["person"]: row["value"] for row in found["findings"] if row["tag"] == "(0010,0010)"}
    assert len(names) == PATIENTS
    assert set(names) < {row["person"] for row in found["people"]}
    assert sum(row["findings"] for row in found["people"]) == sum(1 for row in found["findings"] if row["person"])
    assert {row["place"] for row in found["by_place_and_kind"]} >= {"element", "text", "pdf", "file_meta"}


def test_a_folder_without_personal_data_gives_exit_code_0(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing to see here\n")
    answer = run(str(tmp_path))
    assert answer.exit_code == 0
    assert "nothing" in answer.output


def test_a_folder_that_is_missing_gives_exit_code_2() -> None:
    assert run("/nowhere/at/all").exit_code == 2


def test_there_is_no_score_without_an_answer_key(tmp_path: Path) -> None:
    answer = run(str(tmp_path), "--score")
    assert answer.exit_code == 2


def test_csv_is_one_row_a_finding(folder: Path) -> None:
    answer = run(str(folder), "--no-ocr", "--csv", "--sample", "9", "--workers", "1")
    rows = list(csv.DictReader(answer.output.splitlines()))
    assert len(rows) > 50
    assert {row["place"] for row in rows} >= {"element", "text", "file_meta"}
    assert all(row["file"] and row["kind"] and row["value"] for row in rows)


def test_the_score_goes_with_the_summary(folder: Path) -> None:
    answer = run(str(folder), "--no-ocr", "--json", "--score", "--workers", "1")
    assert json.loads(answer.output)["score"]["element"]["recall"] == 1.0


def test_the_page_is_for_its_owner_only_and_escapes_what_it_shows(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("an old one, for everybody")
    page.chmod(0o644)
    assert run(str(folder), "--no-ocr", "--sample", "20", "--workers", "1", "--html", str(page)).exit_code == 1
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    text = page.read_text("utf-8")
    assert "<table>" in text
    assert "keep it like the images" in text


@pytest.mark.slow
def test_the_page_shows_the_pictures_with_what_was_found_framed(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    radiograph = next(generate(seed=2019, first=5, patients=1, locale="fr_FR", modalities=("CR",)).instances())
    (images / "cr.dcm").write_bytes(radiograph.encode())  # its overlay names the patient
    dataset = pydicom.dcmread(images / "cr.dcm")
    drawn = Image.new("L", (600, 90))
    text = str(dataset.PatientName).replace("^", " ")
    ImageDraw.Draw(drawn).text((20, 20), text, fill=255, font=ImageFont.load_default(32))
    drawn.save(images / "screenshot.png")
    page = tmp_path / "page.html"
    assert run(str(images), "--workers", "1", "--html", str(page)).exit_code == 1
    pictures = re.findall(r'src="data:image/png;base64,([^"]+)".*?<figcaption[^>]*>([^<]+)', page.read_text("utf-8"))
    assert [name for _, name in pictures] == ["cr.dcm", "screenshot.png"]
    for content, _ in pictures:
        shown = np.asarray(Image.open(BytesIO(base64.b64decode(content))).convert("RGB")).reshape(-1, 3)
        assert (shown == (255, 60, 50)).all(1).sum() > 200


def test_json_is_whole_when_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing to see here\n")
    found = json.loads(run(str(tmp_path), "--json").output)
    assert (found["total"], found["people"], found["findings"]) == (0, [], [])


def _is_gone(group: int) -> bool:
    """Whether no process of a group is left, soon."""
    for _ in range(600):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


TWO_WORKERS_AND_WHO_MAKES_THEM = 4  # the fork server and the resource tracker of multiprocessing


@pytest.mark.slow
def test_ctrl_c_ends_the_workers_and_says_what_was_found_until_then(folder: Path, tmp_path: Path) -> None:
    for copy in range(30):
        (tmp_path / f"copy-{copy}").symlink_to(folder)
    copies = [str(path) for path in sorted(tmp_path.iterdir())]
    command = [sys.executable, "-m", "lab", "inventory", *copies, "--json", "--workers", "2"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(descendants(process.pid)) < TWO_WORKERS_AND_WHO_MAKES_THEM:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert json.loads(output)["complete"] is False
    assert _is_gone(process.pid), "the fork server ends when the program that started it has"


@pytest.fixture
def short_logs(lab: Lab) -> None:
    """Logs without what other tests of the session have filled them with."""
    for log in filter(Path.exists, map(lab.sandbox.log, Log)):
        os.truncate(log, 0)


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.usefixtures("short_logs")
def test_the_running_archive_and_its_logs_are_searched_as_the_administrator_reads_them(lab: Lab) -> None:
    result = lab.inventory(ocr=False, workers=1, sample=5)
    assert result.inventory.complete
    # other tests of the session may have filled the logs
    reasons = [one.reason for one in result.inventory.troubles if not one.reason.endswith("are counted")]
    assert reasons == ["encrypted (CMS)"]  # the backup in its vault
    assert result.found
    patients = {one.person for one in result.findings() if one.tag == "(0010,0020)"}
    assert 1 <= len(patients) <= 3
    assert "<table>" in result._repr_html_()


@pytest.mark.slow
@pytest.mark.native
def test_several_workers_find_in_the_archive_what_one_finds(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.change({"host": {"backup": {"place": "none"}}})
    monkeypatch.setattr(scan, "FEW", 0)
    monkeypatch.setattr(remote, "CHUNK", 3)  # chunks enough that they end in another order than they began
    with lab.live().console(lab.live().account("administrator")) as client:
        one, several = (take_inventory(Archive(client, "it"), with_pictures=False, workers=count) for count in (1, 3))
        held = client.get("/statistics").json()["CountInstances"]
    assert one.files == several.files == held
    assert several.troubles == one.troubles == []
    assert several.people == one.people
    assert several.counts == one.counts


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.usefixtures("short_logs")
def test_a_backup_in_the_clear_is_searched_with_the_site(lab: Lab) -> None:
    lab.change({"host": {"backup": {"place": "web", "encrypted": False}}})
    result = lab.inventory(ocr=False, workers=1)
    # the database's log has a page as often as it was written since the lab began
    assert [one for one in result.inventory.troubles if "are counted" not in one.reason] == []
    found = {one.place.value for one in result.findings() if "/web/backup/" in one.file}
    assert found >= {"element", "archive"}, "its images, and the database"


@pytest.mark.slow
@pytest.mark.native
@pytest.mark.usefixtures("short_logs")
def test_dicomweb_gives_the_images_that_rest_gives(lab: Lab) -> None:
    with pytest.raises(InventoryError, match="404"):
        lab.inventory(dicomweb=True)
    lab.change({"dicomweb": {"enabled": True}, "host": {"backup": {"place": "none"}}})
    if isinstance(lab.probe("dicomweb-open").verdict, NotChecked):
        pytest.skip("the DICOMweb plugin is a package of its own")
    found = lab.inventory(ocr=False, workers=1, dicomweb=True, sample=20)
    assert found.inventory.complete
    assert found.found
    site = lab.live()
    with site.console(site.account("administrator")) as client:
        by_rest, by_web = Archive(client, "archive"), DicomWeb(client, "archive", site.config.dicomweb.root)
        held = {
            str(one["MainDicomTags"]["SOPInstanceUID"]): one["ID"] for one in client.get("/instances?expand").json()
        }
        names = {name.rpartition("/")[2]: name for name in by_web._all()}
        assert set(names) == set(held)
        for uid in list(held)[::20]:
            contents = (by_web._content(names[uid]), by_rest._content(held[uid]))
            one, other = (pydicom.dcmread(BytesIO(content)) for content in contents)
            assert one == other


def test_nothing_outside_the_sandbox_is_asked(tmp_path: Path) -> None:
    network = Network.native(TEST_INSTANCE)
    with rest(network, network.station("ct"), "http://192.0.2.1:8042") as client:
        for source in (Archive(client, "archive"), DicomWeb(client, "archive", "/dicom-web/")):
            with pytest.raises(AddressRefused):
                source.count()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"", ""), (b"--x\r\n\r\nhalf", "multipart/related; boundary=x"), (b"DICM", "application/dicom")],
)
def test_an_answer_without_an_image_is_an_error(body: bytes, content_type: str) -> None:
    with pytest.raises(InventoryError, match="has no image in it"):
        _first_part(body, content_type)
    whole = b"--x\r\nContent-Type: application/dicom\r\n\r\nim\r\nage\r\n--x--"
    assert _first_part(whole, 'multipart/related; type="application/dicom"; boundary="x"') == b"im\r\nage"
