"""The catalogue of broken files: each is broken in its own way, and only made when asked for."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from synthetic_data import Instance, SyntheticDataError, generate
from synthetic_data.faults import DEPTH, FAULTS, MARKER, describe_fault, elements
from tests.synthetic_data.test_validity import DCIODVFY


@pytest.fixture(scope="module")
def whole(instances: list[Instance]) -> bytes:
    return instances[0].encode()


def test_a_file_is_the_sum_of_its_elements(whole: bytes) -> None:
    assert whole[:132] + b"".join(one.raw for one in elements(whole)) == whole


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_changes_the_file_and_says_what_it_does(name: str, whole: bytes) -> None:
    assert FAULTS[name](whole) != whole
    assert describe_fault(name).endswith(".")
    assert "\n" not in describe_fault(name)


def broken(name: str, whole: bytes) -> BytesIO:
    return BytesIO(FAULTS[name](whole))


def test_the_faults_are_what_they_say(whole: bytes) -> None:
    assert dcmread(broken("wrong-charset", whole)).SpecificCharacterSet == "ISO_IR 144"
    assert "SpecificCharacterSet" not in dcmread(broken("missing-charset", whole))
    assert "SOPInstanceUID" not in dcmread(broken("missing-uid", whole))
    assert not dcmread(broken("illegal-uid", whole)).SOPInstanceUID.is_valid
    assert len(dcmread(broken("long-uid", whole)).SOPInstanceUID) == 80
    mismatched = dcmread(broken("meta-mismatch", whole))
    assert mismatched.file_meta.MediaStorageSOPInstanceUID != mismatched.SOPInstanceUID
    assert any(len(one.value) % 2 for one in elements(FAULTS["odd-length"](whole)))
    assert dcmread(broken("preamble-marker", whole)).preamble[:25] == b"MZ" + MARKER
    assert len(FAULTS["huge-private"](whole)) > len(whole) + 8_000_000
    assert dcmread(broken("pixel-mismatch", whole)).Rows == 0x7FFF
    assert FAULTS["deep-nesting"](whole).count(b"\x10\x00\x02\x10SQ") == DEPTH
    assert [one.tag for one in elements(FAULTS["duplicate-element"](whole))].count(0x00100020) == 2
    with pytest.raises(InvalidDicomError):
        dcmread(broken("no-preamble", whole))


def test_faults_are_made_only_on_request_and_leave_the_rest_as_it_is(tmp_path: Path) -> None:
    plain = generate(patients=1, modalities=["CT"])
    asked = generate(patients=1, modalities=["CT"], faults=["truncated", "odd-length"])
    plain.write(tmp_path / "plain")
    asked.write(tmp_path / "asked")
    files = {path.relative_to(tmp_path / "asked").as_posix() for path in (tmp_path / "asked").rglob("*.dcm")}
    usual = {path.relative_to(tmp_path / "plain").as_posix() for path in (tmp_path / "plain").rglob("*.dcm")}
    assert files - usual == {"patient-0001/faults/truncated.dcm", "patient-0001/faults/odd-length.dcm"}
    assert all((tmp_path / "plain" / n).read_bytes() == (tmp_path / "asked" / n).read_bytes() for n in usual)


def test_an_unknown_fault_is_refused_with_what_there_is() -> None:
    with pytest.raises(SyntheticDataError) as caught:
        generate(faults=["bad-luck"])
    assert str(caught.value) == f"unknown fault 'bad-luck'; accepted are {', '.join(FAULTS)}."


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk is not installed")
def test_validator_or_reader_complain_of_all_but_what_they_tolerate(whole: bytes, tmp_path: Path) -> None:
    def said(content: bytes) -> tuple[str, int]:
        file = tmp_path / "one.dcm"
        file.write_bytes(content)
        checked = subprocess.run([DCIODVFY, file], capture_output=True, text=True, check=False, errors="replace")
        read = subprocess.run(["dcmdump", "-q", file], capture_output=True, check=False)
        return checked.stdout + checked.stderr, read.returncode

    tolerated = {"preamble-marker", "no-preamble", "huge-private", "deep-nesting", "wrong-charset"}
    healthy = said(whole)
    quiet = {name for name, fault in FAULTS.items() if said(fault(whole)) == healthy}
    assert quiet <= tolerated
