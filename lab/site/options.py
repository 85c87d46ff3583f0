"""The options of Orthanc that a site may set, by name and type."""

from __future__ import annotations

import difflib
import json
from functools import cache
from pathlib import Path
from typing import Any

from lab.errors import SiteError
from lab.i18n import t

# What the sandbox itself decides; a site that names them would only be told otherwise.
RESERVED = {
    "HttpPort",
    "HttpBindAddresses",
    "DicomPort",
    "StorageDirectory",
    "IndexDirectory",
    "TemporaryDirectory",
    "RegisteredUsers",
    "DicomModalities",
    "LuaScripts",
    "Plugins",
    "SslEnabled",
    "DicomTlsCertificate",
    "DicomTlsPrivateKey",
    "DicomTlsTrustedCertificates",
}


@cache
def orthanc_options() -> dict[str, dict[str, str]]:
    """Every top-level option of Orthanc: its JSON type and the oldest supported version that has it."""
    table: dict[str, dict[str, str]] = json.loads((Path(__file__).parent / "orthanc_options.json").read_text("utf-8"))
    return table


_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def is_of_type(value: Any, expected: str) -> bool:
    """Whether a value is of a JSON type, or of one of several ("boolean or string"). A truth value is no number."""
    return any(
        isinstance(value, _JSON_TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
        for name in expected.split(" or ")
    )


def check_option(name: str, value: Any) -> None:
    """Raise SiteError when Orthanc has no such option, when it is the sandbox's to set, or when the value has another type."""
    options = orthanc_options()
    if name in RESERVED:
        raise SiteError(
            t("orthanc.{name} is set by the sandbox.", name=name),
            t("Leave it out; users, modalities and published doors have sections of their own in the site."),
        )
    if name not in options:
        near = difflib.get_close_matches(name, options, n=1, cutoff=0.5)
        tip = (
            t("Did you mean {near}?", near=near[0])
            if near
            else t("The names are in Orthanc's documentation; case counts.")
        )
        raise SiteError(t("Orthanc has no option {name!r}.", name=name), tip)
    expected = options[name]["type"]
    if not is_of_type(value, expected):
        raise SiteError(
            t(
                "orthanc.{name} is {value}, which is not of type {expected}.",
                name=name,
                value=json.dumps(value),
                expected=expected,
            ),
            t("Write true or false without quotes.")
            if expected == "boolean"
            else t("Give a value of type {expected}.", expected=expected),
        )
