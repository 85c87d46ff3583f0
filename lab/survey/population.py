"""Who is on the simulated Internet: 2,300 systems whose totals are those of the report. Read-only, from a seed.

Every value is derived from (seed, role): the same seed describes the same Internet on any machine. FACTS has few figures
about single systems, so nearly everything of one row is modelled; each row says what is not (``System.origins``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from lab.errors import LabError
from lab.i18n import t
from lab.survey import facts, holdings, products
from lab.survey.addresses import address_of
from lab.survey.apportion import apportion
from lab.survey.countries import CLOSED, CLOSED_WEIGHTS, OPEN
from lab.survey.facts import Origin
from lab.survey.operators import operator
from lab.survey.system import Behaviour, Holdings, System, Viewer
from synthetic_data.seeding import Role

SEED = 2019
EPOCHS = (1, 2)
ACCESSIBLE = 590
# What the other 1,710 do (modelled).
CLOSED_BEHAVIOURS = {
    Behaviour.ECHO_ONLY: 260,
    Behaviour.CALLED_TITLE: 610,
    Behaviour.CALLING_TITLE: 420,
    Behaviour.TLS_ONLY: 56,
    Behaviour.HONEYPOT: 24,
    Behaviour.TAR_PIT: 20,
    Behaviour.DROP: 160,
    Behaviour.OTHER_SERVICE: 160,
}
OPEN_OVER_TLS = 4  # encryption is not authentication (modelled)
LOGIN_VIEWERS = 61  # viewers that ask for a password (modelled)
HONEYPOT = ("dicompot", "1.0", "GODICOM_1_1")
TLS_PORT = 2762  # registered for DICOM over TLS


@dataclass(frozen=True)
class Population:
    """The systems of one epoch, in the order of their index. ``gone`` are those that were there two months before."""

    seed: int | str
    epoch: int
    systems: tuple[System, ...]
    gone: tuple[System, ...] = ()

    @classmethod
    def of(cls, seed: int | str = SEED, epoch: int = 1) -> Population:
        """The Internet of this seed: epoch 1 is summer 2019, epoch 2 two months later. Raises LabError for another epoch."""
        if epoch not in EPOCHS:
            raise LabError(
                t("There is no epoch {epoch}.", epoch=epoch), t("Use 1 (summer 2019) or 2 (two months later).")
            )
        role = Role("internet", seed)
        first = _first(role)
        if epoch == 1:
            return cls(seed, 1, first)
        return cls(seed, 2, *_second(first, role))

    @classmethod
    def repeated(cls, seed: int | str, times: int) -> Population:
        """Several Internets side by side on addresses of their own, to see how cost grows."""
        place = Role("internet", seed, "address")
        systems: list[System] = []
        for number in range(times):
            for system in cls.of(seed if number == 0 else f"{seed}-{number}").systems:
                index = len(systems)
                systems.append(replace(system, index=index, address=address_of(place, index)))
        return cls(seed, 1, tuple(systems))

    @cached_property
    def accessible(self) -> tuple[System, ...]:
        """The systems that anybody may query."""
        return tuple(system for system in self.systems if system.accessible)

    @cached_property
    def known(self) -> tuple[System, ...]:
        """Every system that somebody who made a list would ask, those that are gone included."""
        return (*self.systems, *self.gone)

    def totals(self) -> dict[str, object]:
        """The totals under the names that the survey uses. Computed from the rows, read-only."""
        by_country: dict[str, dict[str, int]] = {}
        for code, count in sorted(Counter(system.country for system in self.accessible).items()):
            held = [system.holdings for system in self.accessible if system.country == code]
            by_country[code] = {"accessible": count, **_sums(held)}
        return {
            "examined": len(self.known),
            "accessible": len(self.accessible),
            "open_viewers": sum(system.viewer is Viewer.OPEN for system in self.accessible),
            "countries": len(by_country),
            **_sums([system.holdings for system in self.accessible]),
            "by_country": by_country,
        }


@cache
def course_population(epoch: int = 1) -> Population:
    """The Internet of the course, what its systems really are and hold: the answer key of the lessons."""
    return Population.of(SEED, epoch)


def _sums(held: Sequence[Holdings]) -> dict[str, int]:
    return {
        name: sum(getattr(part, name) for part in held) for name in ("records", "studies", "images", "downloadable")
    }


def _first(role: Role) -> tuple[System, ...]:
    wanted = [*_open_countries(role), *_closed_countries(role)]
    kinds = [Behaviour.OPEN] * ACCESSIBLE
    for behaviour, count in CLOSED_BEHAVIOURS.items():
        kinds += [behaviour] * count
    rest = kinds[ACCESSIBLE:]
    role.child("behaviours").random().shuffle(rest)
    kinds[ACCESSIBLE:] = rest
    places = list(range(len(kinds)))
    role.child("order").random().shuffle(places)
    systems = [make_system(role, index, wanted[place], kinds[place]) for index, place in enumerate(places)]
    return tuple(_furnish(systems, role))


def _furnish(systems: list[System], role: Role) -> list[System]:
    """Viewers, TLS and holdings, whose numbers are fixed for the whole Internet."""
    random = role.child("viewers").random()
    open_ones = [system.index for system in systems if system.accessible]
    others = [system.index for system in systems if system.behaviour in _WITH_LOGIN]
    for index in random.sample(open_ones, facts.OPEN_VIEWERS.value):
        systems[index] = replace(systems[index], viewer=Viewer.OPEN)
    for index in random.sample(others, LOGIN_VIEWERS):
        systems[index] = replace(systems[index], viewer=Viewer.LOGIN)
    plain = [index for index in open_ones if systems[index].viewer is Viewer.NONE]
    for index in random.sample(plain, OPEN_OVER_TLS):
        systems[index] = replace(systems[index], tls=True, port=TLS_PORT)
    systems = [system if system.viewer is not Viewer.NONE else replace(system, web_port=0) for system in systems]
    for system in holdings.first_epoch([systems[index] for index in open_ones], role.child("holdings")):
        systems[system.index] = system
    return systems


_WITH_LOGIN = (Behaviour.ECHO_ONLY, Behaviour.CALLED_TITLE, Behaviour.CALLING_TITLE)


def _open_countries(role: Role) -> list[str]:
    fixed = holdings.SYSTEMS
    rest = [country for country in OPEN if country.code not in fixed]
    counts = apportion(ACCESSIBLE - sum(fixed.values()), [float(c.weight) for c in rest], [1] * len(rest))
    table = fixed | {country.code: count for country, count in zip(rest, counts, strict=True)}
    return [code for code, count in table.items() for _ in range(count)]


def _closed_countries(role: Role) -> list[str]:
    table = {c.code: float(CLOSED_WEIGHTS.get(c.code, c.weight)) for c in (*OPEN, *CLOSED)}
    total = facts.EXAMINED.value - ACCESSIBLE
    counts = apportion(total, list(table.values()), [1] * len(table))
    return [code for code, count in zip(table, counts, strict=True) for _ in range(count)]


def make_system(role: Role, index: int, country: str, behaviour: Behaviour) -> System:
    """One system without viewer and holdings; everything but country and behaviour follows from its role."""
    own = role.child("system", index)
    random = own.random()
    product, version, implementation = products.pick(random)
    tls = behaviour is Behaviour.TLS_ONLY
    named = behaviour is not Behaviour.OPEN or random.random() < 0.4
    system = System(
        index=index,
        address=address_of(role.child("address"), index),
        port=TLS_PORT if tls else random.choice(product.ports),
        country=country,
        operator=operator(own.child("operator"), country),
        product=product.name,
        version=version,
        implementation=implementation,
        ae_title=f"{product.ae_title[:10]}{random.randrange(1, 99):02d}" if named else product.ae_title,
        behaviour=behaviour,
        tls=tls,
        viewer=Viewer.NONE,
        web_port=product.web_port,
        holdings=_bait(random.randrange(2**32)) if behaviour is Behaviour.HONEYPOT else Holdings(),
        seed=own.path,
        origins=_origins(country, behaviour),
    )
    return _trap(system) if behaviour is Behaviour.HONEYPOT else system


def _trap(system: System) -> System:
    """A honeypot says what the software of one known honeypot says, on its default port."""
    name, version, implementation = HONEYPOT
    return replace(
        system, product=name, version=version, implementation=implementation, port=11112, ae_title=name.upper()
    )


def _bait(number: int) -> Holdings:
    """What a honeypot pretends to hold: a handful of patients, always the same (modelled)."""
    records = 20 + number % 5
    return Holdings(records, records, records * 10, records * 10)


_INVENTED = (
    "country", "port", "operator", "product", "version", "implementation", "ae_title", "called_title_policy",
    "authentication", "behaviour", "accessible", "tls", "viewer", "web_port", "records", "studies", "images",
    "downloadable", "share_downloadable",
)  # fmt: skip


def _origins(country: str, behaviour: Behaviour) -> dict[str, Origin]:
    """Of one system nothing is sourced but the country of an open one, where a report counts the country's."""
    published = facts.BY_COUNTRY.get(country)
    counted = behaviour is Behaviour.OPEN and published is not None and published.systems is not None
    return {name: "sourced" if counted and name == "country" else "modelled" for name in _INVENTED}


def _second(first: tuple[System, ...], role: Role) -> tuple[tuple[System, ...], tuple[System, ...]]:
    """Two months later: 172 open archives are gone, 129 are new, the rest has grown."""
    random = role.child("later").random()
    open_ones = [system for system in first if system.accessible]
    leaving = set(random.sample([system.index for system in open_ones], facts.OFFLINE_LATER.value))
    codes = [random.choice(open_ones).country for _ in range(facts.NEW_LATER.value)]
    new = [
        replace(make_system(role, len(first) + number, code, Behaviour.OPEN), web_port=0)
        for number, code in enumerate(codes)
    ]
    staying = [system for system in open_ones if system.index not in leaving]
    grown = {system.index: system for system in holdings.second_epoch([*staying, *new], role.child("later holdings"))}
    systems = [grown.get(system.index, system) for system in (*first, *new) if system.index not in leaving]
    gone = [
        replace(
            system,
            behaviour=Behaviour.GONE,
            viewer=Viewer.NONE,
            holdings=Holdings(),
            origins=dict.fromkeys(system.origins, "modelled"),
        )
        for system in open_ones
        if system.index in leaving
    ]
    return tuple(systems), tuple(gone)
