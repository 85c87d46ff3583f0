"""How much each open archive holds: the published totals divided among its country's systems, exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lab.survey import facts
from lab.survey.apportion import apportion, weights
from lab.survey.facts import Figure, Origin, Published
from lab.survey.system import Holdings, System
from synthetic_data.seeding import Role

# Modelled totals: just above a "more than", inside a published range, or where no source gives a number.
WORLD = Holdings(records=24_062_500, images=737_412_000, downloadable=facts.WORLD.downloadable.value)  # type: ignore[union-attr]
_COUNTRIES: dict[str, Holdings] = {  # zero: shared out with the rest of the world
    "FR": Holdings(47_500, images=2_612_500, downloadable=1_410_000),
    "TR": Holdings(4_924_141, images=179_533_940, downloadable=178_283_858),
    "US": Holdings(13_700_000, images=301_400_000, downloadable=45_800_000),
    "GB": Holdings(1_500, images=5_000, downloadable=2_100),
    "DE": Holdings(15_000, images=2_850_000, downloadable=1_900_000),
    "AU": Holdings(50_000, images=2_550_000, downloadable=1_300_000),
    "CH": Holdings(2_400, images=231_200, downloadable=120_000),
}
SYSTEMS = {"FR": 7, "TR": 36, "US": 187, "GB": 2, "DE": 5, "AU": 4, "CH": 2}
LATER = Holdings(
    records=30_420_000,
    studies=facts.STUDIES_LATER.value,
    images=facts.IMAGES_LATER.value,
    downloadable=facts.DOWNLOADABLE_LATER.value,
)
FEWEST = 25  # records of the smallest archive


def first_epoch(systems: Sequence[System], role: Role) -> list[System]:
    """The open systems of summer 2019 with their holdings, in the order given."""
    groups: dict[str, list[System]] = {}
    for system in systems:
        groups.setdefault(system.country if system.country in _COUNTRIES else "rest", []).append(system)
    rest = Holdings(
        WORLD.records - sum(part.records for part in _COUNTRIES.values()),
        images=WORLD.images - sum(part.images for part in _COUNTRIES.values()),
        downloadable=WORLD.downloadable - sum(part.downloadable for part in _COUNTRIES.values()),
    )
    filled: dict[int, System] = {}
    for code, group in groups.items():
        published = facts.BY_COUNTRY.get(code, Published())
        for system, held in zip(group, _divide(group, _COUNTRIES.get(code, rest), role.child(code)), strict=True):
            filled[system.index] = replace(system, holdings=held, origins=system.origins | _origins(published))
    return [filled[system.index] for system in systems]


def _divide(group: Sequence[System], total: Holdings, role: Role) -> list[Holdings]:
    count = len(group)
    random = role.random()
    sizes = weights(random, count)
    fewest = min(FEWEST, total.records // count)
    records = apportion(total.records, sizes, [fewest] * count)
    wanted = [part + random.randrange(part // 2 + 1) for part in records]
    room = max(0, total.images - 2 * sum(records))
    studies = [min(want, part + room // (2 * count)) for want, part in zip(wanted, records, strict=True)]
    varied = [part * (0.5 + random.random()) for part in studies]
    images = apportion(total.images, varied, studies)
    return [
        Holdings(*parts)
        for parts in zip(records, studies, images, _downloadable(total, images, random.random), strict=True)
    ]


def _downloadable(total: Holdings, images: Sequence[int], draw: object) -> list[int]:
    """Whole archives are downloadable or not, as C-GET and C-MOVE are on or off; one of them makes the total exact."""
    assert callable(draw)
    order = sorted(range(len(images)), key=lambda number: float(draw()))
    parts, left = [0] * len(images), total.downloadable
    for number in order:
        parts[number] = min(images[number], left)
        left -= parts[number]
    return parts


def second_epoch(systems: Sequence[System], role: Role) -> list[System]:
    """The open systems two months later: those that stayed hold at least what they held, all together the new totals.

    No source counts that by country, so that everything about a single one is modelled.
    """
    random = role.random()
    sizes = weights(random, len(systems))
    before = [system.holdings for system in systems]
    records = apportion(LATER.records, sizes, [max(FEWEST, part.records) for part in before])
    studies = apportion(LATER.studies, sizes, [max(a, b.studies) for a, b in zip(records, before, strict=True)])
    images = apportion(LATER.images, sizes, [max(a, b.images) for a, b in zip(studies, before, strict=True)])
    shares = [part.downloadable / part.images if part.images else float(random.random() < 0.4) for part in before]
    downloadable = apportion(LATER.downloadable, shares, [0] * len(images), images)
    return [
        replace(system, holdings=Holdings(*parts), origins=dict.fromkeys(system.origins, "modelled"))
        for system, parts in zip(systems, zip(records, studies, images, downloadable, strict=True), strict=True)
    ]


def _origins(published: Published) -> dict[str, Origin]:
    """Sourced: the country's total is printed, and these numbers add up to it. The number of one system never is."""
    figures: Mapping[str, Figure | None] = {
        "records": published.records,
        "images": published.images,
        "downloadable": published.downloadable,
    }
    origins: dict[str, Origin] = {
        name: "modelled" if figure is None or figure.more_than else "sourced" for name, figure in figures.items()
    }
    return {"studies": "modelled", **origins}
