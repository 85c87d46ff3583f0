"""The catalogue of broken files: each is broken in its own way, and only made when asked for."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from synthetic_data import Instance, SyntheticDataError, generate, read_ledger
from synthetic_data.exporting import write_zip
from synthetic_data.faults import DEPTH, FAULTS, MARKER, describe_fault, elements
from tests.synthetic_data.conftest import rows_of
from tests.synthetic_data.test_completeness import SHORTEST, TELLING, identities
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
    assert not [one for one in elements(FAULTS["no-meta"](whole)) if one.tag >> 16 == 2]
    assert dcmread(broken("unknown-syntax", whole)).file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.9999"
    implicit = FAULTS["wrong-syntax"](whole)
    assert next(one.value for one in elements(implicit) if one.tag == 0x00020010) == b"1.2.840.10008.1.2\0"
    assert [one.vr for one in elements(implicit)][-1] == b"OW", "and the dataset is explicit"
    dates = [one.value for one in elements(FAULTS["wrong-vr"](whole)) if one.tag == 0x00080020]
    assert dates == [b"last Tuesday"]
    assert whole.startswith(FAULTS["truncated"](whole))
    assert len(FAULTS["truncated"](whole)) < len(whole)
    bomb = FAULTS["length-bomb"](whole)
    at = bomb.index(struct.pack("<HH2sHI", 0x0009, 0x0021, b"OB", 0, 0xFFFFFFF0))
    assert len(bomb) == len(whole) + 28
    assert at + 28 < len(bomb)
    shuffled = [one.tag for one in elements(FAULTS["wrong-order"](whole)) if one.tag >> 16 != 2]
    assert shuffled[0] == 0x7FE00010
    assert sorted(shuffled) == shuffled[1:] + shuffled[:1]


def test_faults_are_made_only_on_request_and_leave_the_rest_as_it_is(tmp_path: Path) -> None:
    plain = generate(patients=1, modalities=["CT"])
    asked = generate(patients=1, modalities=["CT"], faults=["truncated", "odd-length"])
    plain.write(tmp_path / "plain")
    asked.write(tmp_path / "asked")
    files = {path.relative_to(tmp_path / "asked").as_posix() for path in (tmp_path / "asked").rglob("*.dcm")}
    usual = {path.relative_to(tmp_path / "plain").as_posix() for path in (tmp_path / "plain").rglob("*.dcm")}
    assert files - usual == {"patient-0001/faults/truncated.dcm", "patient-0001/faults/odd-length.dcm"}
    assert all((tmp_path / "plain" / n).read_bytes() == (tmp_path / "asked" / n).read_bytes() for n in usual)


@pytest.mark.parametrize(
    "options", [{"syntax": "rle", "modalities": ["MR"]}, {"syntax": "implicit", "modalities": ["MR"]},
                {"modalities": ["US"]}, {"objects": "all", "modalities": ["SR", "OT"], "first": 12}],
)  # fmt: skip
def test_broken_files_are_made_whatever_the_images_are_compressed_with(options: dict[str, Any]) -> None:
    made = generate(patients=15 if "first" not in options else 4, faults=["truncated", "wrong-vr"], **options)
    broken = [one for shard in made.shards() for one in made.broken_files(shard)]
    assert broken
    assert made.file_count == made.instance_count + len(broken)
    for one in broken[:2]:
        assert one.source.encode() != one.content
        assert [part.tag for part in elements(one.source.encode())][-1] == 0x7FE00010


def test_broken_files_without_an_image_are_refused(tmp_path: Path) -> None:
    made = generate(patients=2, objects="all", modalities=["SR"], faults=["truncated"])
    with pytest.raises(SyntheticDataError, match="broken files are made from images"):
        made.write(tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.slow
def test_the_ledger_names_what_a_broken_file_still_holds() -> None:
    made = generate(patients=3, modalities=["CT", "MR", "DX"], faults=list(FAULTS))
    for shard in made.shards():
        for one in made.broken_files(shard):
            raw, everyone = one.content, identities(made)
            noted = [plant.value for plant in one.plants]
            for value in everyone | {plant.value for plant in one.source.plants if plant.kind in TELLING}:
                if len(value) >= SHORTEST:
                    listed = sum(text.count(value) for text in noted)
                    assert raw.count(value.encode()) == listed, (one.path, value)


def test_broken_files_are_counted_weighed_and_in_the_ledger_on_disk(tmp_path: Path) -> None:
    made = generate(patients=3, modalities=["DX"], faults=["huge-private", "missing-uid"], worklist=True)
    plain = generate(patients=3, modalities=["DX"])
    told: list[tuple[int, int]] = []
    written = made.write(tmp_path, lambda done, total: told.append((done, total)))
    assert told[-1] == (made.file_count, made.file_count) == (written.instances, plain.instance_count + 4)
    assert abs(written.bytes / made.byte_estimate - 1) < 0.03
    assert list(read_ledger(tmp_path / "ledger.parquet")) == list(made.ledger())
    files = {row["file"] for row in rows_of(tmp_path)}
    assert files == {
        path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.suffix in (".dcm", ".wl")
    }


def test_a_zip_file_has_the_broken_files_too(tmp_path: Path) -> None:
    made = generate(patients=1, modalities=["DX"], faults=["no-meta"], worklist=True)
    assert write_zip(made, tmp_path / "set.zip").instances == made.file_count
    made.write(tmp_path / "set")
    with zipfile.ZipFile(tmp_path / "set.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    outside = [path for path in (tmp_path / "set").rglob("*") if path.is_file()]
    assert inside == {path.relative_to(tmp_path / "set").as_posix(): path.read_bytes() for path in outside}


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
