"""The hospital's deployment as data: one ``SiteConfig`` for Orthanc, gateway, users and modalities.

A site is immutable; ``changed`` merges an overlay onto it (JSON Merge Patch, RFC 7396) and validates the result.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from lab.errors import SiteError
from lab.i18n import t
from lab.site.explain import explain
from lab.site.options import check_option
from lab.site.zones import Door, Zone

JSON = Any
Overlay = Mapping[str, JSON]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


ZoneName = Annotated[Zone, Field(strict=False)]
AETitle = Annotated[
    str, Field(min_length=1, max_length=16, pattern=r"^[\x21-\x5b\x5d-\x7e]+( +[\x21-\x5b\x5d-\x7e]+)*$")
]


UrlPath = Annotated[str, Field(pattern=r"^/[A-Za-z0-9/._-]*$")]


class Publish(_Part):
    """Which door the gateway opens in which zones."""

    http: list[ZoneName] = []
    https: list[ZoneName] = []
    dicom: list[ZoneName] = []

    def zones(self, door: Door) -> tuple[Zone, ...]:
        """The zones in which a door is open."""
        return tuple(sorted(set(getattr(self, door.value)), key=list(Zone).index))

    def doors(self, zone: Zone) -> tuple[Door, ...]:
        """The doors that are open in a zone."""
        return tuple(door for door in Door if zone in self.zones(door))


class Cors(_Part):
    """Which web pages of other origins may read the archive through a visitor's browser (Fetch standard, CORS)."""

    origins: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9:/.*_-]+$")]] = []
    """``https://viewer.hospital.example``; ``*`` stands for anything, alone for every origin."""
    credentials: bool = False
    """Whether the page may use the visitor's login."""


class Gateway(_Part):
    """nginx in front of the archive."""

    publish: Publish = Publish()
    tls_minimum: Literal["TLSv1.2", "TLSv1.3"] = "TLSv1.2"
    requests_per_second: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Limit per client address on the https door (nginx ``limit_req``), twice as many at once; None for no limit."""
    logins_per_second: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """The same for requests that bring a password. With HTTP Basic authentication each of them is a try."""
    logins_burst: Annotated[int, Field(ge=0, le=10_000)] = 60
    """So many at once before that limit takes hold: a browser that opens Orthanc Explorer asks for some forty files."""
    headers: dict[str, str] = {}
    """Added to every answer of the https door."""
    hide_product: bool = False
    """The https door asks for the password itself, so that the archive's question does not tell which product it is."""
    lends: dict[UrlPath, str] = {}
    """Paths for which the https door logs in itself, whoever asks: path to the name of the account that it takes."""
    deny: dict[ZoneName, list[UrlPath]] = {}
    """Paths that the https door refuses (403) to a zone."""
    deny_agents: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]+$")]] = []
    """Words in the name that a client gives itself (User-Agent) for which the https door refuses it (403)."""
    cors: Cors | None = None
    access_log: bool = True
    list_folders: bool = False
    """Whether the gateway lists the folders below its web root (nginx ``autoindex``)."""


class User(_Part):
    """Somebody with an account on the archive."""

    password: Annotated[str, Field(min_length=1)]
    role: Literal["administrator", "doctor"] = "doctor"
    """A doctor reads; an administrator may do everything (enforced by a Lua request filter)."""


class Modality(_Part):
    """A DICOM application entity that the archive knows."""

    aet: AETitle
    host: str
    """The name of a station of the sandbox, such as ``ct``, or an IP address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 11112
    echo: bool = True
    find: bool = False
    find_worklist: bool = False
    get: bool = False
    move: bool = False
    store: bool = False
    certificate: bool = True
    """Whether the hospital's authority has certified it; without, it can do TLS and prove nothing."""


class Filters(_Part):
    """What the archive's Lua scripts watch over (lua.py)."""

    roles: bool = True
    """Doctors read, administrators may do everything; without it every account may do everything."""
    known_senders: bool = False
    """Objects are taken over DICOM only from modalities that may store; what others send is dropped."""
    audit: bool = False
    """A line in Orthanc's log for each permitted or refused HTTP request, each C-FIND and each stored object."""
    preamble: bool = False
    """Set the preamble of each stored file to zeros, whatever was in it."""


class Backup(_Part):
    """The copy of the storage that the archive's machine keeps."""

    place: Literal["none", "vault", "web"] = "none"
    """``vault``: a folder that nobody else reads; ``web``: below the gateway's web root, at /backup/."""
    encrypted: bool = False
    """One encrypted file (CMS, RFC 5652) that only the hospital's safe can open, instead of the files as they are."""


class Verification(_Part):
    """A job that compares what lies on the disk with the checksums that were taken when it was stored."""

    by: Literal["nobody", "archive", "disk"] = "nobody"
    """``archive`` asks Orthanc (verify-md5), ``disk`` reads the files itself."""
    every_seconds: Annotated[int, Field(ge=1, le=86_400)] = 1
    """Modelled: a hospital's night is a second here."""


class Host(_Part):
    """The archive's machine: who may read its disk, and what runs there by itself."""

    storage: Literal["0600", "0700", "0711", "0755"] = "0700"
    """Permissions of the storage folder."""
    backup: Backup = Backup()
    verification: Verification = Verification()


class Export(_Part):
    """How the research office makes its teaching collection: one image of each of a few series (modelled)."""

    tool: Literal["orthanc", "pacslab"] = "orthanc"
    """Who masks the images: Orthanc, as ``request`` says, or ``pacslab deidentify``, which looks at the pictures too."""
    request: dict[str, JSON] = {}
    """What Orthanc is asked for: the body of POST /instances/{id}/anonymize."""
    folders: Literal["numbers", "archive"] = "numbers"
    """Names in the ZIP: numbers, or those that the archive gives its own ZIP files."""
    burned_in: bool = False
    """Whether images go out that carry text in their pixels (0028,0301)."""


class TrialArchive(_Part):
    """The archive that the software house tries new versions on (modelled): whose images it is filled with."""

    content: Literal["none", "production", "script", "orthanc", "pacslab"] = "none"
    """``none``: no images of the hospital; else a copy of a few of its images: as they are (``production``), or masked by a
    home-made script, by Orthanc’s anonymize, or by ``pacslab deidentify``."""


class DicomWeb(_Part):
    """The DICOMweb plugin (DICOM PS3.18: QIDO-RS, WADO-RS, STOW-RS, WADO-URI), where it is installed."""

    enabled: bool = False
    root: Annotated[str, Field(pattern=r"^/[a-z0-9-]+/$")] = "/dicom-web/"
    wado: bool = False
    """WADO-URI as well, below ``/wado``."""


class Worklists(_Part):
    """The modality worklist (DICOM PS3.4, K): who is expected at which machine. Orthanc's own plugin serves it."""

    enabled: bool = False


class SiteConfig(_Part):
    """The whole deployment. Sections as a trainee writes them in ``site.json``."""

    orthanc: dict[str, JSON] = {}
    gateway: Gateway = Gateway()
    users: dict[str, User] = {}
    modalities: dict[str, Modality] = {}
    filters: Filters = Filters()
    host: Host = Host()
    export: Export = Export()
    test_environment: TrialArchive = TrialArchive()
    dicomweb: DicomWeb = DicomWeb()
    worklists: Worklists = Worklists()
    log_level: Literal["default", "verbose", "trace"] = "default"
    """Of Orthanc: warnings only, ``--verbose`` or ``--trace``."""

    @field_validator("orthanc")
    @classmethod
    def _known_options(cls, options: dict[str, JSON]) -> dict[str, JSON]:
        for name, value in options.items():
            check_option(name, value)
        return options

    def changed(self, overlay: Overlay) -> SiteConfig:
        """This site with an overlay merged onto it. Pure. Raises SiteError when the result is not a valid site."""
        return SiteConfig.from_data(merge_patch(self.data(), overlay))

    def data(self) -> dict[str, JSON]:
        """The site as plain JSON data, in a stable order."""
        return self.model_dump(mode="json")

    def to_json(self) -> str:
        """The text of ``site.json``."""
        return json.dumps(self.data(), indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_data(cls, data: JSON) -> SiteConfig:
        """A site from JSON data. Raises SiteError naming each fault: where it is, what was found, what is accepted."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise explain(error) from None

    @classmethod
    def from_json(cls, text: str, source: str = "site.json") -> SiteConfig:
        """A site from the text of a ``site.json``. Raises SiteError with line and column when it is not JSON."""
        try:
            return cls.from_data(json.loads(text))
        except json.JSONDecodeError as error:
            raise SiteError(
                t(
                    "{source} is not readable as JSON: line {line}, column {column}: {reason}.",
                    source=source,
                    line=error.lineno,
                    column=error.colno,
                    reason=error.msg,
                ),
                t(
                    "Look at the end of the line before: a comma or a closing bracket is often missing or too many there."
                ),
                text.splitlines()[max(0, error.lineno - 2) : error.lineno],
            ) from None


def merge_patch(target: JSON, patch: JSON) -> JSON:
    """Merge ``patch`` onto ``target`` as RFC 7396 says: objects merge, null deletes, all else replaces. Pure."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def difference(before: SiteConfig, after: SiteConfig) -> str:
    """The change from one site to another as a unified diff of their ``site.json``; empty when there is none."""
    lines = difflib.unified_diff(
        before.to_json().splitlines(), after.to_json().splitlines(), str(t("before")), str(t("after")), lineterm="", n=2
    )
    return "\n".join(lines)
