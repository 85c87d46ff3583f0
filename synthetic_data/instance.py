"""One DICOM object: planned at once, rendered when someone looks."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from synthetic_data import headers
from synthetic_data.encoding import SeriesEncoder, file_meta
from synthetic_data.ledger import Kind, LedgerEntry, Place, Plant
from synthetic_data.locales.locale import Locale
from synthetic_data.modalities import MODALITIES
from synthetic_data.model import Patient, Series, Study
from synthetic_data.record import Record
from synthetic_data.scene import Scene


class SeriesShare:
    """What the instances of one series have in common: header elements, their encoding, the study's anatomy."""

    def __init__(self, study: Study, series: Series, scene: Scene, locale: Locale) -> None:
        self.study, self.series, self.scene, self._locale = study, series, scene, locale
        self.modality = MODALITIES[study.modality]

    @cached_property
    def record(self) -> Record:
        record = headers.series_record(self.study, self.series, self._locale)
        self.modality.add_series(record, self.study, self.series)
        return record

    @cached_property
    def encoder(self) -> SeriesEncoder:
        return SeriesEncoder(self.record.dataset)


class Instance:
    """One image of a series; `number` counts from 1.

    Header and pixels are made at the first use and kept as long as the instance is. Instances of one study share what
    they have in common, and give the same bytes in whichever order they are used.
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

    @cached_property
    def sop_instance_uid(self) -> str:
        return self.study.role.child("series", self.series.number - 1, "image", self.number).uid()

    @property
    def sop_class_uid(self) -> str:
        return self._share.modality.SOP_CLASS_UID

    @property
    def path(self) -> str:
        """Where the file belongs below a set's folder, with forward slashes. It names no one."""
        return (
            f"patient-{self.patient.index + 1:04d}/study-{self.study.number}/series-{self.series.number}/"
            f"image-{self.number:04d}.dcm"
        )

    @cached_property
    def _own(self) -> Record:
        """The elements that the other images of the series do not share."""
        record = Record()
        headers.add_image(record, self.study, self.series, self.number, self.sop_class_uid, self.sop_instance_uid)
        self._share.modality.add_image(record, self.study, self.series, self.number)
        return record

    @cached_property
    def pixels(self) -> NDArray[np.uint16]:
        """The stored pixel values, shape (rows, columns), little endian."""
        return self._share.modality.pixels(self._share.scene, self.series, self.number)

    @cached_property
    def dataset(self) -> Dataset:
        """The whole object with its file meta information, ready for `dcmwrite`; yours to change."""
        dataset = deepcopy(self._share.record.dataset)
        dataset.update(self._own.dataset)
        dataset.add_new(0x7FE00010, "OW", self.pixels.tobytes())
        dataset.file_meta = file_meta(self.sop_class_uid, self.sop_instance_uid)
        return dataset

    @property
    def ledger(self) -> tuple[LedgerEntry, ...]:
        """Every identifier planted in this object; renders no pixels."""
        uid = self.sop_instance_uid
        in_meta = Plant(Place.FILE_META, "(0002,0003)", Kind.UID, uid, self.patient.patient_id)
        plants = (in_meta, *self._share.record.plants, *self._own.plants)
        return tuple(LedgerEntry.of(uid, plant) for plant in plants)

    def encode(self) -> bytes:
        """The complete file: preamble, file meta information and dataset, explicit VR little endian (DICOM PS3.10)."""
        pixels = self.pixels.tobytes()
        return self._share.encoder.encode(self.sop_class_uid, self.sop_instance_uid, self._own.dataset, pixels)


def instances_of(study: Study, locale: Locale) -> Iterator[Instance]:
    """A study's instances, series by series."""
    scene = Scene(study)
    for series in study.series:
        share = SeriesShare(study, series, scene, locale)
        for number in range(1, series.images + 1):
            yield Instance(share, number)
