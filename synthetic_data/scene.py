"""The body behind one study: its shapes and noise-free slices, shared by the study's series."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from synthetic_data.anatomy.hand import Hand
from synthetic_data.anatomy.head import Head
from synthetic_data.anatomy.shapes import Image
from synthetic_data.anatomy.thorax import Thorax
from synthetic_data.model import Study


class Scene:
    """One study's anatomy. It belongs to the patient, so that a follow-up shows the same body."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self._kept: dict[str, Image] = {}

    def keep(self, name: str, render: Callable[[], Image]) -> Image:
        """What `render` returns, rendered at most once; do not write into it."""
        if name not in self._kept:
            self._kept[name] = render()
        return self._kept[name]

    @cached_property
    def head(self) -> Head:
        patient = self.study.patient
        return Head.of(patient.role.child("head"), self.study.age, patient.sex, self.study.growth)

    @cached_property
    def thorax(self) -> Thorax:
        patient = self.study.patient
        heart = next((f.scale for f in self.study.findings if f.kind == "large_heart"), 1.0)
        return Thorax.of(patient.role.child("thorax"), patient.sex, heart, self.study.growth)

    @cached_property
    def hand(self) -> Hand:
        patient = self.study.patient
        return Hand.of(patient.role.child("hand"), patient.sex, self.study.age, self.study.side, self.study.growth)
