"""The rules that look at one option of Orthanc: a table, one row a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab import references as ref
from lab.audit.archive import Archive, Reach, Setting
from lab.audit.deployment import Deployment
from lab.audit.routes import Listen
from lab.audit.rule import Find, Hit, Rule, hit
from lab.audit.rules.feeble import limits_of_nothing, titles_of_others
from lab.audit.rules.transport import dicom_proxy_asks_nobody
from lab.i18n import Text, t
from lab.model import Severity
from lab.scenario import Reference

CRITICAL, HIGH, MEDIUM, LOW = Severity
JSON = Any
Applies = Callable[[Archive], bool]


def dicom(archive: Archive) -> bool:
    """The DICOM port is switched on."""
    return archive.setting("DicomServerEnabled").value is not False


def web(archive: Archive) -> bool:
    """The web interface can be reached from other machines or containers."""
    return archive.web > Reach.NOBODY


def modalities(archive: Archive) -> bool:
    """There are declared modalities whose name one could borrow, without a certificate of one's own."""
    certificates = archive.is_on("DicomTlsEnabled") and archive.is_on("DicomTlsRemoteCertificateRequired")
    certificates |= only_by_proxy(archive, _asks_for_certificate)
    declared = bool(archive.setting("DicomModalities").value) or archive.is_on("DicomModalitiesInDatabase")
    return dicom(archive) and declared and not certificates


def dicom_in_the_clear(archive: Archive) -> bool:
    """The DICOM port is not behind an nginx that does TLS for it on every way from the network."""
    return dicom(archive) and not only_by_proxy(archive, lambda listen: listen.tls)


def only_by_proxy(archive: Archive, fits: Callable[[Listen], bool]) -> bool:
    """Whether the network reaches the DICOM port only through an nginx, at places that all fit; without a compose file nobody knows."""
    listens = [listen for route in archive.dicom_routes for listen in route.listens if not listen.loopback]
    direct = archive.service is None or archive.published(archive.port("DicomPort")) is Reach.NETWORK
    return bool(listens) and not direct and all(map(fits, listens))


def _asks_for_certificate(listen: Listen) -> bool:
    """TLS for clients with a certificate of an authority that is named; ``optional`` asks and lets everybody in."""
    authority = [*listen.block.effective("ssl_client_certificate"), *listen.block.effective("ssl_trusted_certificate")]
    asked = [block.args for block in listen.block.effective("ssl_verify_client")]
    return listen.tls and bool(authority) and ("on",) in asked


def dicom_tls(archive: Archive) -> bool:
    return dicom(archive) and archive.is_on("DicomTlsEnabled")


def always(archive: Archive) -> bool:
    return True


@dataclass(frozen=True)
class Row:
    """``bad`` is the value that is a weakness, ``good`` the one to write instead.

    A default counts where the weakness is within reach: on the network, not in a container whose port nobody publishes.
    """

    id: str
    severity: Severity
    option: str
    bad: JSON
    good: JSON
    title: Text
    why: Text
    references: tuple[Reference, ...]
    applies: Applies = dicom
    scenario: str | None = None
    reach: Callable[[Archive], Reach] = lambda archive: archive.dicom
    also: Find = lambda site: ()
    """Where else the weakness shows than in the option."""
    note: str = ""
    """Why the severity is not the scenario's, where it is not."""
    alike: tuple[JSON, ...] = ()
    """Further values with the same effect."""
    twins: Mapping[str, JSON] = field(default_factory=dict)
    """Further options with the same bad value, and what to write: without them the first one protects nothing."""

    def find(self, site: Deployment) -> Iterator[Hit]:
        """Where the option has the bad value, by its own or by default; quiet where it could do no harm."""
        for archive in site.archives:
            for option, good in {self.option: self.good, **self.twins}.items():
                setting = archive.setting(option)
                truth = isinstance(setting.value, bool)
                if not any(setting.value == bad and truth is isinstance(bad, bool) for bad in (self.bad, *self.alike)):
                    continue
                harmless = self.reach(archive) < Reach.NETWORK and not self._counts_inside(setting)
                if self.applies(archive) and not harmless:
                    message = option_message(option, setting.value, setting.default)
                    yield hit(archive, setting, message, options={option: good})
        yield from self.also(site)

    def _counts_inside(self, setting: Setting) -> bool:
        """Whether the weakness is worth a line where only other containers reach the port: written down, and grave."""
        return setting.default is None and (self.applies is always or self.severity in (CRITICAL, HIGH))

    def rule(self) -> Rule:
        return Rule(
            self.id,
            self.title,
            self.severity,
            self.why,
            self.find,
            self.scenario or self.id,
            self.references,
            self.note,
        )


def option_message(option: str, value: JSON, default: Text | None) -> Text:
    """What an option is, and of what it is the default when nothing is written."""
    shown = (
        {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else repr(value).replace("'", '"')
    )
    if default is None:
        return t("{option} is {value}.", option=option, value=shown)
    return t(
        "{option} is not set; it is {value} by default in {platform}.", option=option, value=shown, platform=default
    )


LOWER = "Severity: the scenario's port is open to the Internet; a file does not tell whether this one is, and inside a clinic it is usual."
RULES = tuple(
    row.rule()
    for row in (
        Row(
            "dimse-find-open", CRITICAL, "DicomAlwaysAllowFind", True, False,
            t("Any DICOM client may list the patients"),
            t("Whoever reaches the DICOM port asks for every study and gets names, dates of birth and examinations. The survey of 2019 did no more."),
            (ref.GREENBONE, ref.BOOK_SECURITY, ref.T1213),
        ),
        Row(
            "dimse-get-open", CRITICAL, "DicomAlwaysAllowGet", True, False,
            t("Any DICOM client may fetch the images"),
            t("A C-GET from an unknown client brings the files themselves over the connection that it opened."),
            (ref.BOOK_SECURITY, ref.T1213),
        ),
        Row(
            "dimse-move-open", HIGH, "DicomAlwaysAllowMove", True, False,
            t("Any DICOM client may have images sent"),
            t("A C-MOVE from an unknown client makes the archive send patients’ images to any destination that it knows."),
            (ref.BOOK_SECURITY, ref.T1020),
        ),
        Row(
            "dimse-worklist-open", HIGH, "DicomAlwaysAllowFindWorklist", True, False,
            t("Any DICOM client may read the worklist"),
            t("The worklist says who is expected, when and for what."),
            (ref.BOOK_SECURITY, ref.T1213),
        ),
        Row(
            "dimse-store-open", MEDIUM, "DicomAlwaysAllowStore", True, False,
            t("Any DICOM client may store images"),
            t("An unknown client can put studies into a patient’s record. Declare each modality with AllowStore before you refuse the others."),
            (ref.BOOK_SECURITY, ref.CWE_306, ref.T1565_001), note=LOWER,
        ),
        Row(
            "dimse-echo-open", LOW, "DicomAlwaysAllowEcho", True, False,
            t("Any DICOM client gets an echo"),
            t("A C-ECHO tells a scanner that a DICOM archive is here, and whether the AE title it guessed is right."),
            (ref.BOOK_SECURITY, ref.T1046),
        ),
        Row(
            "dimse-any-called-aet", LOW, "DicomCheckCalledAet", False, True,
            t("The archive answers to any AE title"),
            t("A client need not even know the archive’s AE title. The check is weak, titles can be guessed; it stops the clumsiest."),
            (ref.BOOK_SECURITY,),
        ),
        Row(
            "dimse-default-aet", LOW, "DicomAet", "ORTHANC", "PACS-HOSPITAL",
            t("The archive has Orthanc’s default AE title"),
            t("It is the first title that a scanner tries. Another name is a weak protection, and costs nothing on a new archive."),
            (ref.CWE_1392,), also=titles_of_others,
        ),
        Row(
            "aet-spoof", MEDIUM, "DicomCheckModalityHost", False, True,
            t("A declared modality’s AE title is enough to be that modality"),
            t("The AE title crosses the network in the clear. Who borrows it has its rights. With the check, Host must be an IP address."),
            (ref.BOOK_SECURITY, ref.CWE_290), modalities, note=LOWER,
        ),
        Row(
            "dicom-no-tls", MEDIUM, "DicomTlsEnabled", False, True,
            t("DICOM crosses the network in the clear"),
            t("Names and images can be read on the way. TLS needs a certificate on each side, and DicomTlsTrustedCertificates."),
            (ref.PS3_15, ref.BOOK_DICOM_TLS), dicom_in_the_clear, note=LOWER,
        ),
        Row(
            "dicom-tls-no-client-cert", MEDIUM, "DicomTlsRemoteCertificateRequired", False, True,
            t("DICOM over TLS asks the other side for no certificate"),
            t("The connection is encrypted, but anyone may open it: encryption does not say who is calling."),
            (ref.CWE_295, ref.BOOK_DICOM_TLS), dicom_tls, also=dicom_proxy_asks_nobody,
        ),
        Row(
            "find-unlimited", LOW, "LimitFindResults", 0, 100,
            t("A query is answered without limit"),
            t("One query may list the whole archive. It takes both limits; Orthanc 1.12.5 to 1.12.10 keeps neither."),
            (ref.BOOK_SECURITY, ref.CWE_770), twins={"LimitFindInstances": 5000}, also=limits_of_nothing,
        ),
        Row(
            "store-overwrite", HIGH, "OverwriteInstances", True, False,
            t("An image may be replaced by another of the same UID"),
            t("Who may store may also replace: the altered image takes the place of the true one, and nothing shows it."),
            (ref.BOOK_SECURITY, ref.T1565_001), always, alike=("Always", "IfChanged"),  # words that 1.13 brought
        ),
        Row(
            "lua-exec", CRITICAL, "ExecuteLuaEnabled", True, False,
            t("Whoever may POST runs code on the server"),
            t("POST /tools/execute-script runs Lua, and Lua runs any command of the system as Orthanc’s user."),
            (ref.BOOK_SECURITY,), always, reach=lambda archive: archive.web,
        ),
        Row(
            "rest-fs-write", HIGH, "RestApiWriteToFileSystemEnabled", True, False,
            t("Whoever may POST writes files on the server"),
            t("POST /instances/{{id}}/export writes a file wherever Orthanc’s user may. Orthanc before 1.12.0 always allows it."),
            (ref.CVE_2023_33466, ref.CWE_73), always, reach=lambda archive: archive.web,
        ),
        Row(
            "phi-in-logs", MEDIUM, "DeidentifyLogs", False, True,
            t("Patients’ names go into the logs"),
            t("Logs are copied, kept and read by people who may not see patients’ names."),
            (ref.CWE_532,), always,
        ),
        Row(
            "no-integrity", LOW, "StoreMD5ForAttachments", False, True,
            t("Stored images have no checksum"),
            t("Without it nobody can tell later whether a file on the disk is the one that was stored."),
            (ref.CWE_353,), always,
            note="Severity: in the scenario nobody verifies anything; here the checksums are missing, which is a part of it.",
        ),
        Row(
            "peer-unverified", MEDIUM, "HttpsVerifyPeers", False, True,
            t("Orthanc believes any certificate of another server"),
            t("Whoever sits between two archives can pose as the other one and gets what is sent."),
            (ref.BOOK_SECURITY, ref.CWE_295), always, "http-plaintext",
        ),
    )
)  # fmt: skip
