"""The query language of device search engines: ``port:11112 country:FR product:"Orthanc" has:tls -has:viewer words``.

A filter is ``name:value`` or ``name:"several words"``, several values are separated by commas, and a minus negates it.
Anything else is looked for in the banners. All of them must hold. Values are bound, never written into SQL.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network

from lab.errors import LabError
from lab.i18n import t

LONGEST = 500
_TOKEN = re.compile(r'(-?)(?:([A-Za-z_]+):)?(?:"([^"]*)"|([^\s"]+))')
HAS = ("tls", "web", "viewer", "dicom")


class QueryError(LabError):
    """A query that cannot be read; the message says what was wrong with it."""


@dataclass(frozen=True)
class Condition:
    """A part of a query as SQL with bound values."""

    sql: str
    values: tuple[object, ...]


def parse(query: str) -> list[Condition]:
    """The conditions of a query, all of which must hold. Raises QueryError."""
    if len(query) > LONGEST:
        raise QueryError(t("The query has {n} characters.", n=len(query)), t("Use at most {most}.", most=LONGEST))
    if query.count('"') % 2:
        raise QueryError(t("A quotation mark is not closed in {query}.", query=query), t('Write product:"two words".'))
    return [_condition(*match.groups()) for match in _TOKEN.finditer(query)]


def _condition(minus: str, name: str | None, quoted: str | None, plain: str | None) -> Condition:
    value = quoted if quoted is not None else plain or ""
    if name is None:
        condition = _words(value)
    elif name.lower() not in _FILTERS:
        near = difflib.get_close_matches(name.lower(), _FILTERS, 1)
        known = ", ".join(_FILTERS)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("There are: {known}.", known=known)
        raise QueryError(t("There is no filter {name!r}.", name=name), tip)
    else:
        parts = [value] if quoted is not None else [part for part in value.split(",") if part]
        conditions = [_FILTERS[name.lower()](part) for part in parts or [""]]
        sql = " OR ".join(each.sql for each in conditions)
        condition = Condition(f"({sql})", tuple(bound for each in conditions for bound in each.values))
    return Condition(f"NOT {condition.sql}", condition.values) if minus else condition


def _words(value: str) -> Condition:
    """Words of a banner, as a phrase; quotes make FTS take them as they are."""
    value = "".join(char if char.isprintable() and char != '"' else " " for char in value)
    phrase = f'"{value}"*'
    if not any(char.isalnum() for char in value):
        return Condition("1", ())
    return Condition("id IN (SELECT rowid FROM words WHERE words MATCH ?)", (phrase,))


def _port(value: str) -> Condition:
    if not (value.isascii() and value.isdigit()) or not 0 < int(value[:6]) < 65536:
        raise QueryError(t("{value!r} is not a port.", value=value), t("Use a number from 1 to 65535: port:11112."))
    return Condition("(port = ? OR listed_port = ?)", (int(value), int(value)))


def _country(value: str) -> Condition:
    if not re.fullmatch("[A-Za-z]{2}", value):
        raise QueryError(t("{value!r} is not a country.", value=value), t("Use its two letters: country:FR."))
    return Condition("country = ?", (value.upper(),))


def _has(value: str) -> Condition:
    if value not in HAS:
        raise QueryError(t("Nothing has {value!r}.", value=value), t("There are: {known}.", known=", ".join(HAS)))
    return Condition(f"{value} = 1", ())


def _net(value: str) -> Condition:
    try:
        network = IPv4Network(value, strict=False)
    except ValueError:
        tip = t("Use an address and a length: net:127.70.0.0/16.")
        raise QueryError(t("{value!r} is not a network.", value=value), tip) from None
    if network.prefixlen % 8:
        raise QueryError(t("{value!r} is not a network.", value=value), t("Use a length of 8, 16, 24 or 32."))
    octets = str(network.network_address).split(".")[: network.prefixlen // 8]
    pattern = ".".join(octets) + (".*" if len(octets) < 4 else "")
    return Condition("address GLOB ?", (pattern,))


def _contains(column: str) -> Callable[[str], Condition]:
    return lambda value: Condition(f"instr(lower({column}), ?) > 0", (value.lower(),))


_FILTERS: dict[str, Callable[[str], Condition]] = {
    "port": _port,
    "country": _country,
    "product": _contains("product"),
    "version": _contains("version"),
    "org": _contains("org"),
    "service": _contains("service"),
    "has": _has,
    "net": _net,
}
FILTERS = tuple(_FILTERS)
