"""Reports, letters, references, presentation states and waveforms, and pictures in every transfer syntax."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder
from pydicom.uid import UID, JPEG2000Lossless

from synthetic_data import LOCALES, Instance, Kind, Place, SyntheticDataError, generate
from synthetic_data.instance import storage_kinds
from synthetic_data.modalities import MODALITIES
from synthetic_data.references import IMAGE_CLASSES
from synthetic_data.syntaxes import SYNTAXES, Syntax, check_syntax
from tests.synthetic_data.test_validity import findings

KINDS = {"SRBASIC", "SRFULL", "PDF", "KO", "PR", "ECG", "SCAN"}
IODS = {
    "BasicTextSR", "ComprehensiveSR", "EncapsulatedPDF", "KeyObjectSelectionDocument", "TwelveLeadECG", "SCImage",
    "GrayscaleSoftcopyPresentationState",
}  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def everything() -> list[Instance]:
    return list(generate(patients=15, objects="all").instances())


@pytest.fixture(scope="module")
def papers(everything: list[Instance]) -> dict[str, Instance]:
    """One document of each series' key."""
    return {instance.series.key: instance for instance in everything if instance.series.content in KINDS}


@pytest.mark.slow
def test_documents_come_on_request_only() -> None:
    pictures, everything = generate(patients=15), generate(patients=15, objects="all")
    shown = {series.content for study in pictures.studies for series in study.series}
    assert not shown & KINDS
    assert {series.content for study in everything.studies for series in study.series} == shown | KINDS
    alike = {i.path: i.sop_instance_uid for i in everything.instances()}
    assert all(alike[i.path] == i.sop_instance_uid for i in pictures.instances())
    with pytest.raises(SyntheticDataError) as caught:
        generate(objects="some")  # type: ignore[arg-type]
    assert str(caught.value) == "unknown objects 'some'; accepted are images, all."


@pytest.mark.parametrize(
    "locale", [pytest.param(name, marks=[] if name == "fr_FR" else [pytest.mark.slow]) for name in LOCALES]
)
def test_no_document_has_an_error(locale: str, tmp_path: Path) -> None:
    files = []
    for instance in generate(patients=15, locale=locale, objects="all").instances():
        if instance.series.content in KINDS:
            file = tmp_path / f"{len(files)}.dcm"
            file.write_bytes(instance.encode())
            files.append(file)
    assert set(findings(files)) == IODS


def references(dataset: Dataset) -> list[tuple[str, str]]:
    return [
        (item.ReferencedSOPInstanceUID, item.ReferencedSOPClassUID)
        for element in dataset.iterall()
        if element.VR == "SQ"
        for item in element.value
        if "ReferencedSOPInstanceUID" in item
    ]


def test_references_lead_to_images_of_the_same_study(everything: list[Instance], papers: dict[str, Instance]) -> None:
    known = {i.sop_instance_uid: (i.sop_class_uid, i.study.uid) for i in everything}
    for key in ("srbasic_report", "srfull_report", "ko_key", "pr_view"):
        found = references(papers[key].dataset)
        assert found, key
        for uid, sop_class in found:
            assert known[uid] == (sop_class, papers[key].study.uid)
    assert {content: MODALITIES[content].SOP_CLASS_UID for content in IMAGE_CLASSES} == IMAGE_CLASSES


def test_a_report_alone_still_names_its_images() -> None:
    whole = {i.path: i for i in generate(patients=2, objects="all").instances() if i.series.modality == "SR"}
    alone = list(generate(patients=2, objects="all", modalities=["SR"]).instances())
    assert [i.path for i in alone] == list(whole)
    assert all(i.encode() == whole[i.path].encode() for i in alone)


def test_a_report_says_what_the_picture_shows_and_who_signs(everything: list[Instance]) -> None:
    report = next(i for i in everything if i.patient.story == "trauma" and i.series.key == "srfull_report")
    texts = [e.value for e in report.dataset.iterall() if e.keyword == "TextValue"]
    assert "Hématome intraparenchymateux frontal." in texts
    assert any(report.patient.name.family in text for text in texts)
    assert report.dataset.VerifyingObserverSequence[0].VerifyingObserverName == report.study.reporting.name.dicom
    nested = [entry for entry in report.ledger if entry.tag.startswith("(0040,A730)") and entry.place is Place.TEXT]
    assert {entry.kind for entry in nested} >= {Kind.NAME, Kind.PATIENT_ID, Kind.BIRTH_DATE, Kind.ADDRESS, Kind.PHONE}


@pytest.mark.parametrize("key", ["pdf_letter", "pdf_consent"])
def test_a_typed_page_holds_its_identifiers_as_text(papers: dict[str, Instance], key: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="reads PDF")
    reader = pypdf.PdfReader(BytesIO(papers[key].dataset.EncapsulatedDocument))
    page = reader.pages[0].extract_text()
    entries = [entry for entry in papers[key].ledger if entry.place is Place.PDF]
    assert len(reader.pages) == 1
    for entry in entries:
        if entry.box is None:
            assert any(entry.value in value for value in (reader.metadata.title, reader.metadata.author))
        else:
            assert entry.page == 1
            assert entry.value in page
    assert {entry.kind for entry in entries} >= {Kind.NAME, Kind.BIRTH_DATE, Kind.ADDRESS, Kind.INSTITUTION}


def test_the_document_is_as_long_as_it_says_and_a_card_is_a_picture(papers: dict[str, Instance]) -> None:
    pypdf = pytest.importorskip("pypdf", reason="reads PDF")
    card = papers["pdf_card"]
    content = card.dataset.EncapsulatedDocument
    assert len(content) == card.dataset.EncapsulatedDocumentLength
    page = pypdf.PdfReader(BytesIO(content)).pages[0]
    assert card.patient.name.family not in page.extract_text()
    assert len(page.images) == 1


def test_an_electrocardiogram_beats_at_the_rate_that_it_notes(papers: dict[str, Instance]) -> None:
    dataset = dcmread(BytesIO(papers["ecg_rest"].encode()))
    signal = dataset.waveform_array(0)
    assert signal.shape == (2500, 12)
    high = signal[:, 1] > 0.6 * signal[:, 1].max()
    beats = int(np.sum(high[1:] & ~high[:-1]))
    noted = dataset.WaveformAnnotationSequence[0].UnformattedTextValue
    assert abs(beats * 6 - int(noted.split(": ")[-1].removesuffix("/min"))) <= 6
    assert noted.startswith(papers["ecg_rest"].patient.name.full)


CHOSEN = ("CT", "MR", "DX", "CR", "MG", "US", "USMF", "XA", "PT", "NM", "SC")


def one_of_each(syntax: Syntax) -> dict[str, Instance]:
    found: dict[str, Instance] = {}
    for instance in generate(patients=15, syntax=syntax).instances():
        found.setdefault(instance.series.content, instance)
    return found


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_presentation_contexts_are_known_for_every_object_in_every_syntax(syntax: Syntax) -> None:
    made = {
        (MODALITIES[series.content].SOP_CLASS_UID, series.transfer_syntax_uid)
        for study in generate(patients=15, objects="all", syntax=syntax).studies
        for series in study.series
    }
    assert set(storage_kinds(syntax)) == made
    assert len(made) <= 128, "an association has no more presentation contexts (DICOM PS3.8 9.3.2.2)"


@pytest.mark.parametrize(
    "syntax", [pytest.param(name, marks=[] if name == "explicit" else [pytest.mark.slow]) for name in SYNTAXES[1:]]
)
def test_pictures_are_the_same_in_every_transfer_syntax(syntax: Syntax, tmp_path: Path) -> None:
    for package in ("PIL", "gdcm", "jpeg_ls", "openjpeg"):
        pytest.importorskip(package, reason="encoders and decoders of pydicom")
    written = set()
    for content, instance in one_of_each(syntax).items():
        file = tmp_path / f"{content}.dcm"
        file.write_bytes(instance.encode())
        dataset = dcmread(file)
        written.add(UID(dataset.file_meta.TransferSyntaxUID).name)
        if dataset.LossyImageCompression == "01":
            assert np.abs(dataset.pixel_array.astype(int) - instance.pixels).mean() < 4, content
        else:
            assert np.array_equal(dataset.pixel_array, instance.pixels), content
    assert len(written) == (2 if syntax in ("jpeg", "jpeg-lossless") else 1)
    assert not [line for line in findings(sorted(tmp_path.glob("*.dcm"))) if "Error" in line or "Warning" in line]


TOOLS = {"rle": "dcmdrle", "jpeg": "dcmdjpeg", "jpeg-lossless": "dcmdjpeg", "jpeg-ls": "dcmdjpls"}
"""The programs of dcmtk that decompress; for JPEG 2000 it has none: see the test below."""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("dcmdjpeg") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize("syntax", TOOLS)
def test_dcmtk_decodes_to_the_same_pixels(syntax: Syntax, tmp_path: Path) -> None:
    for content, instance in one_of_each(syntax).items():
        source, target = tmp_path / f"{content}.dcm", tmp_path / f"{content}-plain.dcm"
        source.write_bytes(instance.encode())
        if not UID(instance.transfer_syntax_uid).is_compressed:
            continue
        subprocess.run([TOOLS[syntax], source, target], check=True)
        ours, theirs = dcmread(source).pixel_array.astype(int), dcmread(target).pixel_array
        furthest = np.abs(ours - theirs)
        if syntax == "jpeg":
            assert furthest.mean() < 1.5, content
        else:
            assert furthest.max() == 0, content


@pytest.mark.slow
def test_other_decoders_of_jpeg_2000_see_the_same_pixels(tmp_path: Path) -> None:
    for content, instance in one_of_each("jpeg-2000").items():
        (tmp_path / "one.dcm").write_bytes(instance.encode())
        dataset = dcmread(tmp_path / "one.dcm")
        assert dataset.file_meta.TransferSyntaxUID == JPEG2000Lossless, content
        frames = list(generate_frames(dataset.PixelData, number_of_frames=int(dataset.get("NumberOfFrames", 1))))
        pillow = np.stack([np.asarray(Image.open(BytesIO(frame))) for frame in frames])
        pillow >>= 8 * pillow.itemsize - dataset.BitsStored  # it widens 12 bits to 16
        gdcm, _ = get_decoder(JPEG2000Lossless).as_array(dataset, decoding_plugin="gdcm", raw=True)
        assert instance.pixels is not None
        assert np.array_equal(pillow.reshape(instance.pixels.shape), instance.pixels), content
        assert np.array_equal(gdcm.reshape(instance.pixels.shape), instance.pixels), content


def test_an_unknown_syntax_is_refused() -> None:
    with pytest.raises(SyntheticDataError) as caught:
        check_syntax("zip")
    assert str(caught.value) == (
        "unknown syntax 'zip'; accepted are device, explicit, implicit, rle, jpeg, jpeg-lossless, jpeg-ls, jpeg-2000."
    )


def nested(dataset: Dataset, prefix: str = "") -> Iterator[tuple[str, DataElement]]:
    """Every element with its tag path, those of items too."""
    for element in dataset:
        path = f"{prefix}({element.tag.group:04X},{element.tag.element:04X})"
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from nested(item, f"{path}[{number}]")
        else:
            yield path, element


@pytest.mark.slow
def test_every_name_date_and_uid_of_a_document_is_in_the_ledger(everything: list[Instance]) -> None:
    for instance in (one for one in everything if one.series.content in KINDS):
        known = {entry.tag for entry in instance.ledger}
        for path, element in nested(instance.dataset):
            if element.VR in ("PN", "DA", "TM", "DT", "UI") and element.value and "Class" not in element.name:
                assert path in known, (instance.series.key, path)
