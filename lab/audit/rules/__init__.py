"""The rules: whatever ``Rule`` literals the modules here define. There is no list to keep up to date."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

from lab.audit.rule import Rule
from lab.audit.source import AuditError
from lab.i18n import t
from lab.model import Severity


@cache
def rules() -> dict[str, Rule]:
    """Every rule by id, the gravest first."""
    found = [
        part
        for module in pkgutil.iter_modules(__path__)
        for value in vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        for part in _rules_in(value)
    ]
    found.sort(key=lambda part: (list(Severity).index(part.severity), part.id))
    by_id = {part.id: part for part in found}
    if len(by_id) != len(set(map(id, found))):
        raise ValueError("two rules have the same id")
    return by_id


def _rules_in(value: object) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    elif isinstance(value, tuple):
        yield from (part for part in value if isinstance(part, Rule))


def rule_of(name: str) -> Rule:
    """The rule with this id. Raises AuditError with the nearest id."""
    known = rules()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("There are: {known}.", known=", ".join(known))
        raise AuditError(t("There is no rule {name!r}.", name=name), tip)
    return known[name]
