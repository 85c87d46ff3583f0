"""What is wrong with a site, said so that one can mend it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lab.errors import SiteError
from lab.i18n import Text, t, tn

_KNOWN: dict[tuple[str, ...], tuple[str, ...]] = {
    (): (
        "orthanc",
        "gateway",
        "users",
        "modalities",
        "filters",
        "host",
        "export",
        "test_environment",
        "dicomweb",
        "worklists",
        "log_level",
    ),
    ("gateway",): (
        "publish",
        "tls_minimum",
        "requests_per_second",
        "logins_per_second",
        "logins_burst",
        "headers",
        "hide_product",
        "lends",
        "deny",
        "cors",
        "access_log",
        "list_folders",
    ),
    ("gateway", "cors"): ("origins", "credentials"),
    ("worklists",): ("enabled",),
    ("dicomweb",): ("enabled", "root", "wado"),
    ("gateway", "publish"): ("http", "https", "dicom"),
    ("filters",): ("roles", "known_senders", "audit", "preamble"),
    ("host",): ("storage", "backup", "verification"),
    ("host", "backup"): ("place", "encrypted"),
    ("host", "verification"): ("by", "every_seconds"),
    ("export",): ("tool", "request", "folders", "burned_in"),
    ("test_environment",): ("content",),
    ("users", "*"): ("password", "role"),
    ("modalities", "*"): ("aet", "host", "port", "echo", "find", "find_worklist", "get", "move", "store"),
}

_OF_THE_RIGHT_TYPE = ("string_too_short", "string_pattern_mismatch")


def explain(error: ValidationError) -> SiteError:
    """A pydantic error as one SiteError: the first fault in the message, the others as details."""
    faults = [_fault(detail) for detail in error.errors(include_url=False)]
    (message, tip), others = faults[0], faults[1:]
    return SiteError(message, tip, [f"{text} {hint}" for text, hint in others])


def _fault(detail: ErrorDetails) -> tuple[Text, Text]:
    where = ".".join(str(part) for part in detail["loc"]) or "site.json"
    found = _short(detail["input"])
    context: dict[str, Any] = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            *path, name = detail["loc"]
            return t("{where} is not a part of a site.", where=where), _nearest(tuple(map(str, path)), str(name))
        case "missing":
            return t("{where} is missing.", where=where), t("Add it.")
        case "enum" | "literal_error":
            return t("{where} is {found}.", where=where, found=found), t(
                "It is one of {accepted}.", accepted=_choices(context["expected"])
            )
        case "string_pattern_mismatch" | "string_too_long" | "string_too_short" if where.endswith(".aet"):
            return (
                t("{where} is {found}, which is not an AE title.", where=where, found=found),
                t("An AE title has 1 to 16 characters of ASCII without backslash (DICOM PS3.5, VR AE)."),
            )
        case "greater_than_equal" | "less_than_equal":
            bound = context.get("ge", context.get("le"))
            return (
                t("{where} is {found}, which is out of range.", where=where, found=found),
                t("The bound is {bound}.", bound=bound),
            )
        case _:
            return (
                t("{where} is {found}, which is not accepted.", where=where, found=found)
                if detail["type"] in _OF_THE_RIGHT_TYPE
                else t("{where} is {found}, which is of the wrong type.", where=where, found=found),
                t("What is accepted there: {rule}.", rule=_rule(detail["type"], context) or detail["msg"]),
            )


def _rule(kind: str, context: Mapping[str, Any]) -> Text | None:
    """What pydantic accepts where it gave an error of this kind; None for one that a site does not meet."""
    match kind:
        case "string_too_short":
            n = context["min_length"]
            return tn("a text of at least one character", "a text of at least {n} characters", n)
        case "string_pattern_mismatch":
            return t("a text that the pattern {pattern} describes", pattern=context["pattern"])
        case "string_type":
            return t("a text, in quotation marks")
        case "int_type" | "int_parsing" | "int_from_float":
            return t("a whole number")
        case "bool_type" | "bool_parsing":
            return t("true or false, without quotation marks")
        case "list_type":
            return t("a list, in square brackets")
        case "dict_type" | "model_type" | "model_attributes_type":
            return t("names with their values, in braces")
        case _:
            return None


def _choices(expected: str) -> Text | str:
    """pydantic’s ``'a', 'b' or 'c'``, with the “or” of the trainee's language."""
    *some, last = re.findall(r"'[^']*'", expected) or [expected]
    return t("{names} or {last}", names=", ".join(some), last=last) if some else last


def _nearest(path: tuple[str, ...], name: str) -> Text:
    pattern = (path[0], "*") if len(path) == 2 and path[0] in ("users", "modalities") else path
    known = _KNOWN.get(pattern, ())
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return t("Did you mean {near}?", near=near[0])
    return t("It has: {known}.", known=", ".join(known))


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=repr)
    return text if len(text) <= 60 else text[:57] + "…"
