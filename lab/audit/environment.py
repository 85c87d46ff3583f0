"""Environment variables of the official images, as Orthanc options.

``ORTHANC__DICOM_WEB__ROOT`` is ``DicomWeb.Root``; a value is JSON where it reads as JSON, else text (Orthanc Book,
"orthancteam/orthanc Docker images"). The older names are those that the image still maps (orthanc-builder).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from lab.audit.jsonc import plain
from lab.audit.source import Place, Source

Path = tuple[str, ...]
PREFIX = "ORTHANC__"
SECRET = "_SECRET"
WHOLE = "ORTHANC_JSON"
INLINE = "configs."
"""Begins the name of a whole configuration that stands in the compose file among its configs."""
# Names that the rule "an underscore before each capital" does not give.
_EXCEPTIONS: dict[str, Path] = {
    "CASE_SENSITIVE_PN": ("CaseSensitivePN",),
    "HTTPS_CA_CERTIFICATES": ("HttpsCACertificates",),
    "STORE_MD5_FOR_ATTACHMENTS": ("StoreMD5ForAttachments",),
}
_SECTIONS = {"Postgresql": "PostgreSQL", "Mysql": "MySQL", "Ohif": "OHIF"}
# The names of the images before April 2020, of the options that the audit looks at.
_LEGACY: dict[str, Path] = {
    "NAME": ("Name",),
    "AC_ALLOW_REMOTE": ("RemoteAccessAllowed",),
    "LISTENER_LISTEN_ALL_ADDR": ("RemoteAccessAllowed",),
    "AC_AUTHENTICATION_ENABLED": ("AuthenticationEnabled",),
    "AC_REGISTERED_USERS": ("RegisteredUsers",),
    "AUTHZ_WEBSERVICE": ("Authorization", "WebService"),
    "DICOM_AET": ("DicomAet",),
    "DICOM_AET_CHECK_ENABLED": ("DicomCheckCalledAet",),
    "DICOM_ALWAYS_ALLOW_ECHO_ENABLED": ("DicomAlwaysAllowEcho",),
    "DICOM_ALWAYS_ALLOW_STORE_ENABLED": ("DicomAlwaysAllowStore",),
    "DICOM_DICOM_ALWAYS_ALLOW_ECHO_ENABLED": ("DicomAlwaysAllowEcho",),
    "DICOM_DICOM_ALWAYS_ALLOW_STORE_ENABLED": ("DicomAlwaysAllowStore",),
    "DICOM_CHECK_MODALITY_HOST_ENABLED": ("DicomCheckModalityHost",),
    "DICOM_MODALITIES": ("DicomModalities",),
    "DICOM_PORT": ("DicomPort",),
    "DW_ROOT": ("DicomWeb", "Root"),
    "DW_WADO_URI_ENABLED": ("DicomWeb", "EnableWado"),
    "DW_SERVERS": ("DicomWeb", "Servers"),
    "EXECUTE_LUA_ENABLED": ("ExecuteLuaEnabled",),
    "HTTP_CL_VERIFY_PEERS": ("HttpsVerifyPeers",),
    "HTTP_VERBOSE": ("HttpVerbose",),
    "HTTP_PORT": ("HttpPort",),
    "IMPORT_OVERWRITE_INSTANCES": ("OverwriteInstances",),
    "LUA_SCRIPTS": ("LuaScripts",),
    "PEERS": ("OrthancPeers",),
    "PG_PASSWORD": ("PostgreSQL", "Password"),
    "STORAGE_MAX_SIZE": ("MaximumStorageSize",),
    "STORAGE_MAX_PATIENTS": ("MaximumPatientCount",),
}
# Plugins that a variable of their own switches on, by the section that configures them.
_PLUGINS = {
    "DICOM_WEB_PLUGIN_ENABLED": "DicomWeb",
    "DW_ENABLED": "DicomWeb",
    "AUTHORIZATION_PLUGIN_ENABLED": "Authorization",
    "AUTHZ_ENABLED": "Authorization",
}


@dataclass(frozen=True)
class Variable:
    """One variable: value None when it is only named and comes from elsewhere; ``span`` is its value in the file."""

    name: str
    value: str | None
    place: Place
    span: tuple[int, int] | None = None
    source: Source | None = None
    listed: bool = False
    """Whether it stands in a list of a compose file, as ``NAME=value`` in one text."""


def option_path(name: str) -> Path | None:
    """The option that a variable (or a secret of that name) sets, or None when it sets none."""
    if name in _LEGACY:
        return _LEGACY[name]
    if not name.startswith(PREFIX):
        return None
    rest = name.removeprefix(PREFIX)
    if rest in _EXCEPTIONS:
        return _EXCEPTIONS[rest]
    words = tuple("".join(word.capitalize() for word in part.split("_")) for part in rest.split("__"))
    return (_SECTIONS.get(words[0], words[0]), *words[1:])


def variable_name(option: str) -> str:
    """The variable that sets a top-level option: ``DicomAet`` gives ``ORTHANC__DICOM_AET``."""
    for name, path in _EXCEPTIONS.items():
        if path == (option,):
            return PREFIX + name
    return PREFIX + re.sub(r"(?<!^)(?=[A-Z])", "_", option).upper()


def enabled_section(variable: Variable) -> str | None:
    """The plugin section that this variable switches on."""
    section = _PLUGINS.get(variable.name)
    return section if section and (variable.value or "true").lower() != "false" else None


def option_value(variable: Variable) -> Any:
    """The value that Orthanc gets from this variable."""
    return plain(variable.value or "")


_NAME = re.compile(r"(?:export[ \t]+)?([A-Za-z_]\w*)")
_QUOTED = re.compile(r"""(["'])((?:(?!\1).)*)\1(?=[ \t]*(?:#|$))""")
_COMMENT = re.compile(r"[ \t]#")


def read_environment(source: Source) -> list[Variable]:
    """The variables of an environment file, as ``docker compose --env-file`` reads it."""
    found = []
    begin = 0
    for line in source.text.split("\n"):
        head, equals, tail = line.partition("=")
        if name := _NAME.fullmatch(head.strip()):
            place = source.place(begin + head.index(name[1]))
            value, at, end = _value(tail)
            offset = begin + len(head) + 1
            span = (offset + at, offset + end) if equals else None
            found.append(Variable(name[1], value if equals else None, place, span, source))
        begin += len(line) + 1
    return found


def _value(tail: str) -> tuple[str, int, int]:
    """What stands after ``=`` without quotes and comment, and from where to where it stands, quotes included."""
    text = tail.strip()
    at = tail.index(text)
    if quoted := _QUOTED.match(text):
        return quoted[2], at, at + quoted.end()
    if comment := _COMMENT.search(text):
        text = text[: comment.start()].rstrip()
    return text, at, at + len(text)
