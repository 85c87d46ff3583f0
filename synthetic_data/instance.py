"""One DICOM object: planned at once, rendered when someone looks."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property
from typing import Any

from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import UID

from synthetic_data import headers
from synthetic_data.columns import Columns
from synthetic_data.compression import compressed
from synthetic_data.encoding import Buffer, SeriesEncoder, file_meta, pixel_element
from synthetic_data.ledger import Kind, LedgerEntry, Place, Plant
from synthetic_data.locales.locale import Locale
from synthetic_data.modalities import MODALITIES
from synthetic_data.model import Patient, Series, Study
from synthetic_data.protocols import EXAMS
from synthetic_data.record import Record
from synthetic_data.scene import Scene
from synthetic_data.seeding import numbered_uid
from synthetic_data.syntaxes import Syntax, syntax_of


class SeriesShare:
    """What the instances of one series have in common: header elements, their encoding, the study's anatomy."""

    def __init__(self, study: Study, series: Series, scene: Scene, locale: Locale) -> None:
        self.study, self.series, self.scene, self._locale = study, series, scene, locale
        self.modality = MODALITIES[series.content]
        self.transfer_syntax_uid = UID(series.transfer_syntax_uid)
        self._uids = study.role.child("series", series.number - 1, "image").number()

    def sop_instance_uid(self, number: int) -> str:
        return numbered_uid(self._uids, number)

    @cached_property
    def file_stem(self) -> str:
        """Where the series' files belong below a set's folder, less the image's number."""
        study, series = self.study, self.series
        folder = f"patient-{study.patient.index + 1:04d}/study-{study.number}/series-{series.number}"
        return f"{folder}/{self.record.file_stem}"

    @property
    def paths(self) -> list[str]:
        """Where each image's file belongs below a set's folder."""
        return [Instance(self, number).path for number in self.columns.numbers]

    @cached_property
    def record(self) -> Record:
        """The elements that all images share."""
        record = headers.series_record(self.study, self.series, self._locale)
        record.put(SOPClassUID=self.modality.SOP_CLASS_UID)
        self.modality.add_series(record, self.study, self.series)
        return record

    @cached_property
    def columns(self) -> Columns:
        """The elements in which they differ."""
        columns = Columns(self.series.images)
        uids = [self.sop_instance_uid(number) for number in columns.numbers]
        headers.add_images(columns, self.study, self.series, uids)
        self.modality.add_images(columns, self.study, self.series)
        columns.sort()
        return columns

    @cached_property
    def encoder(self) -> SeriesEncoder:
        return SeriesEncoder(
            self.record,
            self.columns,
            self.modality.SOP_CLASS_UID,
            self.transfer_syntax_uid,
        )


class Instance:
    """One object of a series; `number` counts from 1.

    Header and pixels are made at the first use; the pixels are kept as long as the instance is. Instances of one study
    share what they have in common, and give the same bytes in whichever order they are used.
    """

    def __init__(self, share: SeriesShare, number: int) -> None:
        self._share, self.number = share, number

    def __repr__(self) -> str:
        return f"<Instance {self.path}>"

    @property
    def study(self) -> Study:
        return self._share.study

    @property
    def series(self) -> Series:
        return self._share.series

    @property
    def patient(self) -> Patient:
        return self.study.patient

    @property
    def sop_instance_uid(self) -> str:
        return self._share.sop_instance_uid(self.number)

    @property
    def sop_class_uid(self) -> str:
        return self._share.modality.SOP_CLASS_UID

    @property
    def transfer_syntax_uid(self) -> str:
        return self._share.transfer_syntax_uid

    @property
    def path(self) -> str:
        """Where the file belongs below a set's folder, with forward slashes. It names no one, unless the ledger says so."""
        return f"{self._share.file_stem}-{self.number:04d}.dcm"

    @cached_property
    def pixels(self) -> NDArray[Any] | None:
        """The stored pixel values, little endian, shape (rows, columns), with frames before and samples after these.

        None for an object without pixel data, such as a report.
        """
        return self._share.modality.pixels(self._share.scene, self.series, self.number)

    @cached_property
    def dataset(self) -> Dataset:
        """The whole object with its file meta information, ready for `dcmwrite`; yours to change."""
        dataset = self.header
        stored = self._stored_pixels()
        if stored is not None:
            vr = "OB" if self._share.transfer_syntax_uid.is_encapsulated else "OW"
            dataset.add_new(0x7FE00010, vr, bytes(stored) + b"\x00" * (len(stored) % 2))
        return dataset

    @property
    def header(self) -> Dataset:
        """The object without its pixels, which are not rendered; yours to change."""
        share = self._share
        dataset = deepcopy(share.record.dataset)
        dataset.update(share.columns.dataset(self.number))
        extra = share.columns.extra(self.number)
        preamble = extra.preamble if extra is not None and any(extra.preamble) else share.record.preamble
        dataset.preamble = preamble
        dataset.file_meta = file_meta(
            self.sop_class_uid, self.sop_instance_uid, self.transfer_syntax_uid, share.record.source_ae_title
        )
        return dataset

    @property
    def plants(self) -> list[Plant]:
        """Every identifier planted in this object; renders no pixels."""
        in_meta = Plant(Place.FILE_META, "(0002,0003)", Kind.UID, self.sop_instance_uid, self.patient.patient_id)
        return [in_meta, *self._share.record.plants, *self._share.columns.plants(self.number)]

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """The same as entries of the ledger."""
        return tuple(LedgerEntry.of(self.sop_instance_uid, plant) for plant in self.plants)

    def pieces(self) -> tuple[Buffer, ...]:
        """The complete file in pieces, to be written one after the other without copying the pixels."""
        share = self._share
        header = share.encoder.header(self.number, self.sop_instance_uid)
        stored = self._stored_pixels()
        return (header,) if stored is None else (header, *pixel_element(stored, share.transfer_syntax_uid))

    def encode(self) -> bytes:
        """The complete file: preamble, file meta information and dataset in its transfer syntax (DICOM PS3.10)."""
        return b"".join(self.pieces())

    def _stored_pixels(self) -> Buffer | None:
        """The bytes of Pixel Data: as they are, or compressed and encapsulated."""
        pixels = self.pixels
        if pixels is None:
            return None
        if self._share.transfer_syntax_uid.is_encapsulated:
            return compressed(pixels, self._share.record.dataset, self.transfer_syntax_uid)
        return pixels.ravel().view("u1").data


def storage_kinds(syntax: Syntax = "device") -> tuple[tuple[str, str], ...]:
    """Every SOP class with every transfer syntax that its objects may come in when `syntax` was asked for.

    For presentation contexts.
    """
    kinds = set()
    for exam in EXAMS.values():
        for series in exam.series:
            content = series.content or series.modality or exam.modality
            kinds.add((MODALITIES[content].SOP_CLASS_UID, syntax_of(series, content, syntax)))
    return tuple(sorted(kinds))


def shares_of(study: Study, locale: Locale) -> Iterator[SeriesShare]:
    """A study's series, which share its anatomy."""
    scene = Scene(study)
    for series in study.series:
        yield SeriesShare(study, series, scene, locale)


def instances_of(study: Study, locale: Locale) -> Iterator[Instance]:
    """A study's instances, series by series."""
    for share in shares_of(study, locale):
        for number in range(1, share.series.images + 1):
            yield Instance(share, number)
