"""Templates filled with identifiers and broken into lines."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping

from synthetic_data.locales import find_locale
from synthetic_data.model import Study
from synthetic_data.phrases import phrases_for
from synthetic_data.record import Identifier
from synthetic_data.shown import shown_identifiers, western

Part = str | Identifier
Parts = tuple[Part, ...]


def study_fields(study: Study, latin_only: bool = False) -> dict[str, Identifier | str]:
    """What the braces of `phrases` and of a story's history stand for; `latin_only` on paper."""
    locale = find_locale(study.locale)
    plain = {
        "title": locale.title(study.patient, study.started.date()),
        "procedure": study.procedure,
        "reason": study.reason,
        "side": locale.sides[study.side],
    }
    if latin_only:
        plain = {key: western(value) for key, value in plain.items()}
    return {**shown_identifiers(study, latin_only), **plain}


def report_text(study: Study) -> str:
    """What the radiologist found, in a sentence or more."""
    words = phrases_for(study.locale)
    kinds = dict.fromkeys(finding.kind for finding in study.findings)
    if not kinds:
        return words.normal[f"{study.modality} {study.body_part}"]
    keys = ["uptake" if study.modality == "PT" and kind == "nodule" else kind for kind in kinds]
    return " ".join(words.findings[key] for key in keys)


def wrapped(
    template: str, fields: Mapping[str, Identifier | str], measure: Callable[[str], float], limit: float
) -> Iterator[Parts]:
    """The filled template in lines no longer than `limit`; an identifier is never broken."""
    line: list[Part] = []
    length = 0.0
    for token in _tokens(template, fields):
        text = token if isinstance(token, str) else token.value
        if line and length + measure(text.rstrip()) > limit:
            yield tuple(line)
            line, length = [], 0.0
            if isinstance(token, str):
                token = text = text.lstrip()
        line.append(token)
        length += measure(text)
    yield tuple(line)


def _tokens(template: str, fields: Mapping[str, Identifier | str]) -> Iterator[Part]:
    """Words with the space after them, and identifiers whole."""
    for literal, name, _, _ in string.Formatter().parse(template):
        yield from _words(literal)
        if name is not None:
            field = fields[name]
            yield from _words(field) if isinstance(field, str) else (field,)


def _words(text: str) -> Iterator[str]:
    start = 0
    for end, char in enumerate(text, 1):
        if char == " ":
            yield text[start:end]
            start = end
    if start < len(text):
        yield text[start:]
