"""Why people come to the hospital: a course of examinations that fit together, and what they show."""

from __future__ import annotations

import random
from dataclasses import dataclass

from synthetic_data.model import Finding, FindingKind, Sex
from synthetic_data.seeding import Role


@dataclass(frozen=True)
class Visit:
    """One examination, `day` days after the first; `shows` lists findings with how far they have grown."""

    exam: str
    day: int
    shows: tuple[tuple[FindingKind, float], ...] = ()


@dataclass(frozen=True)
class Story:
    """A course of illness: who gets it (ages in years, share of women) and the visits it takes.

    An emergency comes at any hour of any day. What befalls `children`, too, befalls those of these ages. Some of those whose
    turn another story is are infants, and have one `instead_of` it.
    """

    name: str
    youngest: int
    oldest: int
    women: float
    visits: tuple[Visit, ...]
    emergency: bool = False
    children: tuple[int, int] | None = None
    instead_of: str = ""


STORIES: tuple[Story, ...] = (
    Story(
        "stroke", 55, 88, 0.5,
        (
            Visit("ct_head", 0, (("infarct", 0.55),)),
            Visit("mr_head", 2, (("infarct", 1.0),)),
            Visit("ct_head", 45, (("old_infarct", 0.9),)),
        ),
        emergency=True,
    ),
    Story(
        "nodule", 50, 79, 0.4,
        (
            Visit("dx_chest", 0, (("nodule", 0.9),)),
            Visit("ct_chest", 9, (("nodule", 0.9),)),
            Visit("dx_chest_control", 98, (("nodule", 1.05),)),
            Visit("ct_chest", 380, (("nodule", 1.1),)),
            Visit("ct_chest", 745, (("nodule", 1.15),)),
        ),
    ),
    Story(
        "trauma", 18, 62, 0.4,
        (
            Visit("ct_head", 0, (("haematoma", 1.0),)),
            Visit("dx_hand", 0, (("fracture", 1.0),)),
            Visit("us_abdomen", 0),
            Visit("dx_hand", 41, (("fracture", 0.8), ("callus", 1.0))),
        ),
        emergency=True,
        children=(6, 14),
    ),
    Story(
        "sclerosis", 22, 48, 0.75,
        (
            Visit("mr_head", 0, (("plaque", 0.4),)),
            Visit("mr_head", 189, (("plaque", 0.7),)),
            Visit("mr_head", 371, (("plaque", 1.0),)),
        ),
    ),
    Story(
        "pneumonia", 24, 90, 0.5,
        (
            Visit("dx_chest", 0, (("consolidation", 1.0),)),
            Visit("ct_chest", 2, (("consolidation", 1.1),)),
            Visit("dx_chest_control", 36, (("consolidation", 0.35),)),
        ),
        emergency=True,
        children=(2, 12),
    ),
    Story("headache", 19, 58, 0.65, (Visit("ct_head", 0), Visit("mr_head", 23))),
    Story(
        "heart_failure", 64, 93, 0.5,
        (
            Visit("dx_chest", 0, (("large_heart", 1.25), ("effusion", 1.0))),
            Visit("ct_chest", 1, (("large_heart", 1.25), ("effusion", 0.9))),
            Visit("cr_chest_bed", 3, (("large_heart", 1.25), ("effusion", 0.7))),
            Visit("dx_chest_control", 15, (("large_heart", 1.2), ("effusion", 0.2))),
        ),
        emergency=True,
    ),
    Story(
        "tumour", 38, 76, 0.5,
        (
            Visit("ct_head", 0, (("tumour", 0.9),)),
            Visit("mr_head", 4, (("tumour", 0.9),)),
            Visit("mr_head", 112, (("tumour", 1.2),)),
        ),
        emergency=True,
    ),
    Story(
        "arthritis", 36, 78, 0.75,
        (
            Visit("dx_hand", 0, (("erosion", 0.5),)),
            Visit("dx_chest", 3),
            Visit("dx_hand", 366, (("erosion", 1.0),)),
        ),
    ),
    Story("cough", 34, 82, 0.45, (Visit("dx_chest", 0), Visit("ct_chest", 12))),
    Story(
        "pregnancy", 20, 41, 1.0,
        (Visit("us_obstetric", 0, (("foetus", 1.0),)), Visit("us_obstetric", 68, (("foetus", 1.0),))),
    ),
    Story(
        "screening", 50, 74, 1.0, (Visit("mg_breast", 0), Visit("mg_breast", 731, (("breast_mass", 1.0),)))
    ),
    Story(
        "coronary", 48, 82, 0.35,
        (Visit("dx_chest", 0), Visit("xa_coronary", 4, (("stenosis", 1.0),)), Visit("xa_coronary", 186)),
    ),
    Story(
        "staging", 52, 79, 0.4,
        (
            Visit("ct_chest", 0, (("nodule", 1.2),)),
            Visit("pt_body", 8, (("nodule", 1.2),)),
            Visit("nm_bone", 13, (("metastasis", 1.0),)),
        ),
    ),
    Story(
        "gallstones", 30, 80, 0.65,
        (Visit("us_abdomen", 0, (("gallstone", 1.0),)), Visit("us_abdomen", 41, (("gallstone", 1.0),))),
        emergency=True,
    ),
    Story(
        "bronchiolitis", 0, 1, 0.45,
        (Visit("cr_chest_bed", 0, (("consolidation", 0.7),)), Visit("cr_chest_bed", 2, (("consolidation", 0.3),))),
        emergency=True,
        instead_of="pneumonia",
    ),
)  # fmt: skip

_ROTA = tuple(story for story in STORIES if not story.instead_of)
_INFANTS = 0.25


@dataclass(frozen=True)
class _Site:
    """Where a finding sits and how large it is when its scale is 1, in mm; `both_sides` when it may be mirrored."""

    centre: tuple[float, float, float]
    axes: tuple[float, float, float]
    yaw: float = 0.0
    both_sides: bool = True


_SITES: dict[FindingKind, tuple[_Site, ...]] = {
    "infarct": (_Site((44, 6, 20), (20, 27, 19)),),
    "haematoma": (_Site((30, -4, 16), (12, 16, 12)),),
    "tumour": (_Site((31, -22, 34), (14, 16, 14)), _Site((27, 38, 26), (14, 15, 14))),
    "plaque": tuple(
        _Site((x, y, z), (3.0, 5.5, 5.0), both_sides=False)
        for x, y, z in (
            (18, -30, 22), (-17, -16, 22), (19, 8, 22), (-20, 26, 22), (-24, -4, 37), (23, 28, 37), (13, -12, 37),
            (-15, 14, 37),
        )
    ),
    "nodule": (_Site((84, -18, 31), (11, 11, 11)), _Site((88, 30, 4), (12, 12, 12))),
    "consolidation": (_Site((80, 22, -38), (36, 44, 40)), _Site((82, -20, 36), (34, 38, 36))),
    "effusion": (_Site((72, 40, -104), (60, 60, 62)),),
    "breast_mass": (_Site((52, 0, -26), (7.5, 7.5, 7.5), both_sides=False),),
    "large_heart": (_Site((0, 0, 0), (0, 0, 0), both_sides=False),),
    "fracture": (_Site((27, 0, 54), (7, 5, 1.0), 25.0, both_sides=False),),
    "callus": (_Site((27, 0, 54), (6.5, 5, 6), 25.0, both_sides=False),),
    "erosion": tuple(
        _Site((x, 0, z), (2.4, 4, 2.6), both_sides=False) for x, z in ((-23, 71), (-3, 76), (4, 74), (17, 67), (33, 60))
    ),
}  # fmt: skip

_SITES |= {
    kind: (_Site((0, 0, 0), (0, 0, 0), both_sides=False),) for kind in ("gallstone", "foetus", "stenosis", "metastasis")
}
"""What has no place of its own: the pictures know where it belongs."""

_NUMEROUS = {"plaque", "erosion"}
_FIXED = {"fracture", "callus", "erosion", "large_heart"}
_CONSTANT = {"plaque", "fracture", "large_heart"}
_SAME_PLACE: dict[FindingKind, FindingKind] = {"old_infarct": "infarct"}


def story_of(role: Role, index: int, patient: Role) -> Story:
    """The story of patient `index`: each in turn, so that a small hospital has every kind; `role` shifts the start."""
    usual = _ROTA[(role.random().randrange(len(_ROTA)) + index) % len(_ROTA)]
    for story in STORIES:
        if story.instead_of == usual.name and patient.child("infant").random().random() < _INFANTS:
            return story
    return usual


def sex_of(story: Story, role: Role) -> Sex:
    return "F" if role.random().random() < story.women else "M"


def findings_of(visit: Visit, role: Role) -> tuple[Finding, ...]:
    """What a visit shows. `role` belongs to the patient: a finding stays where it is from one visit to the next."""
    findings: list[Finding] = []
    for kind, scale in visit.shows:
        place = _SAME_PLACE.get(kind, kind)
        generator = role.child("finding", place).random()
        sites = _chosen(place, scale, generator)
        mirror = -1 if generator.random() < 0.5 else 1
        nudge = 0.0 if place in _FIXED else 3.0
        grown = 1.0 if place in _CONSTANT else scale
        for site in sites:
            x, y, z = site.centre
            x = x * mirror if site.both_sides else x
            x, y, z = (round(v + generator.uniform(-nudge, nudge), 3) for v in (x, y, z))
            wide, deep, tall = (round(half * grown, 3) for half in site.axes)
            findings.append(Finding(kind, (x, y, z), (wide, deep, tall), site.yaw, scale))
    return tuple(findings)


def _chosen(place: FindingKind, scale: float, generator: random.Random) -> tuple[_Site, ...]:
    """One of a finding's sites; of those that come in numbers as many as the scale says."""
    sites = _SITES[place]
    if place in _NUMEROUS:
        return sites[: max(1, round(scale * len(sites)))]
    return (sites[generator.randrange(len(sites))],)
