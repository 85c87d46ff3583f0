"""Rules about what is written but does not do what it seems to: misspelt, of the wrong type, twice, too new."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lab import references as ref
from lab.audit.archive import Archive, Option
from lab.audit.deployment import Deployment
from lab.audit.environment import PREFIX, Variable, variable_name
from lab.audit.jsonc import Unknown
from lab.audit.known import MODALITY, is_option, nearest
from lab.audit.rule import Hit, rule
from lab.i18n import t
from lab.model import Severity
from lab.site.options import is_of_type, orthanc_options

CRITICAL, HIGH, MEDIUM, LOW = Severity
MAX_UNKNOWN = 500  # to look for what was meant takes long; a file with more of them is something else
_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


@rule(
    "unknown-option",
    MEDIUM,
    t("An option that Orthanc does not know"),
    t("Orthanc ignores it without a word: what it was meant to do is not done, and the default holds."),
    ref.BOOK_SECURITY,
    scenario="http-no-auth",
)
def unknown_option(site: Deployment) -> Iterator[Hit]:
    """Near a known name it is a slip, also among the rights of a modality. Far from any, an object is taken for a plugin’s section."""
    for archive in site.archives:
        yield from _rights(archive)
        for option in islice((option for option in archive.written() if not is_option(option.name)), MAX_UNKNOWN):
            if near := _meant(option.variable) or nearest(option.name):
                message = t("Orthanc has no option {name}. Did you mean {near}?", name=repr(option.name), near=near)
                yield Hit(message, option.place, archive=archive, fragment=f'"{near}"')
            elif not isinstance(option.value, dict):
                yield Hit(
                    t("Orthanc has no option {name}.", name=repr(option.name)),
                    option.place,
                    severity=LOW,
                    archive=archive,
                )


def _rights(archive: Archive) -> Iterator[Hit]:
    """Slips in the names of a modality’s rights: ``AllowFnd: false`` forbids nothing."""
    option = archive.options.get("DicomModalities")
    if option is None or not isinstance(option.value, dict):
        return
    places = {
        (modality.name, member.name): member.place
        for modality in (option.node.members if option.node else ())
        for member in modality.value.members
    }
    for modality, entries in islice(option.value.items(), MAX_UNKNOWN):
        for name in entries if isinstance(entries, dict) else ():
            if name not in MODALITY and (near := nearest(name, MODALITY)):
                message = t(
                    "The modality {modality} has no setting {name}. Did you mean {near}?",
                    modality=modality,
                    name=repr(name),
                    near=near,
                )
                place = places.get((modality, name), option.place)
                yield Hit(message, place, archive=archive, fragment=f'"{near}"')


def _meant(variable: Variable | None) -> str | None:
    """The variable that was meant by one with an underscore too many: ORTHANC__STABLE__AGE."""
    letters = variable.name.removeprefix(PREFIX).replace("_", "").lower() if variable else ""
    return next((variable_name(name) for name in orthanc_options() if name.lower() == letters), None)


@rule(
    "wrong-type",
    MEDIUM,
    t("A value of the wrong type"),
    t("Orthanc refuses to start with it, and whoever is in a hurry then starts it without this file."),
    ref.BOOK_SECURITY,
    scenario="http-no-auth",
)
def wrong_type(site: Deployment) -> Iterator[Hit]:
    """Options whose type is known; values that the environment gives are left alone."""
    for archive in site.archives:
        for option in archive.written():
            expected = orthanc_options().get(option.name, {}).get("type")
            if expected and not isinstance(option.value, Unknown) and not _fits(option, expected):
                message = t(
                    "{name} is of type {found}; Orthanc expects {expected}.",
                    name=option.name,
                    found=_type(option.value),
                    expected=expected,
                )
                yield Hit(message, option.place, archive=archive)


def _fits(option: Option, expected: str) -> bool:
    if option.value is None or (expected == "string" and not option.node):
        return True  # a variable’s text may read as a number
    return is_of_type(option.value, expected)


def _type(value: object) -> str:
    return next((name for name, types in _TYPES.items() if isinstance(value, types)), "null")


@rule(
    "duplicate-option",
    MEDIUM,
    t("An option is written in two files"),
    t("Orthanc refuses to start with it; the official image takes the later file’s value."),
    ref.BOOK_IMAGES,
    scenario="http-no-auth",
)
def duplicate_option(site: Deployment) -> Iterator[Hit]:
    """Also twice in one file, where the later counts and the earlier misleads. Two sections of one plugin are the same fault."""
    for archive in site.archives:
        for first, second in archive.duplicates:
            message = t("{name} is already written in {place}.", name=second.name, place=str(first.place))
            yield Hit(message, second.place, archive=archive)


@rule(
    "option-too-new",
    HIGH,
    t("This version does not know the option yet"),
    t("Orthanc ignores it without a word, and the protection that it promises is not there."),
    ref.BOOK_SECURITY,
    scenario="outdated",
)
def option_too_new(site: Deployment) -> Iterator[Hit]:
    """Only when the version is known."""
    for archive in site.archives:
        yield from _too_new(archive)


def _too_new(archive: Archive) -> Iterator[Hit]:
    for option in archive.written():
        if since := archive.platform.lacks(option.name):
            message = t(
                "{name} came with Orthanc {since}; {platform} ignores it.",
                name=option.name,
                since=since,
                platform=archive.platform.label,
            )
            yield Hit(message, option.place, archive=archive)
