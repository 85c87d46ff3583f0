"""Password and patients' names cross the network in the clear.

There is an account and it is asked for; but the door is plain HTTP, and whoever sits on the way reads along.
"""

from __future__ import annotations

import httpx

from lab.clients.live import LiveSite
from lab.clients.rest import rest
from lab.clients.tap import Capture, tap
from lab.i18n import Text, t, tn
from lab.model import Attribute, Evidence, Exposure, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace
from lab.site.zones import Door

_Patient = tuple[str, str]  # name and date of birth, as the archive writes them

SCENARIO = Scenario(
    id="http-plaintext",
    title=t("Passwords and names cross the network in the clear"),
    group=Group.WEB,
    severity=Severity.HIGH,
    minutes=30,
    roles=(t("PACS administrator"), t("network administrator"), t("data protection officer")),
    story=t(
        "The certificate had run out, browsers showed a warning, and the help desk was called all day. Until a new one was ordered, the "
        "plain address was published instead. It works so well that nobody ordered one."
    ),
    misconfiguration={"gateway": {"publish": {"http": ["clinic", "office", "internet"], "https": []}}},
    also=("bind-all", "http-no-ratelimit", "version-disclosure"),
    hints=(
        t("Put yourself between the doctor and the hospital, and read what goes by when she opens a patient."),
        t("An account protects the door, not the way to it. Which door of the gateway ends TLS?"),
        t(
            'Publish https and nothing else: {{"gateway": {{"publish": {{"http": [], "https": ["clinic", "office", "internet"]}}}}}}.'
        ),
    ),
    fixes=(
        Fix(
            "https-beside",
            t("Publish HTTPS beside the plain port"),
            {"gateway": {"publish": {"https": ["clinic", "office", "internet"]}}},
            Outcome.STILL_OPEN,
            t(
                "The old address still answers, and it is the one in everybody's bookmarks: the password goes on crossing in the clear."
            ),
        ),
        Fix(
            "new-password",
            t("Give the doctor a longer password"),
            {"users": {"dr.moreau": {"password": "Sarbacane-19-oseille-Pluvier-velours"}}},
            Outcome.STILL_OPEN,
            t("A long password in the clear is read as easily as a short one, and so is every name."),
        ),
        Fix(
            "https-only",
            t("Publish HTTPS and close the plain port"),
            {"gateway": {"publish": {"http": [], "https": ["clinic", "office", "internet"]}}},
            Outcome.REPAIRED,
            t(
                "Only the encrypted door is left: what crosses the wire tells neither name nor password, and everybody still gets in."
            ),
        ),
        Fix(
            "inside-only",
            t("Publish the plain port inside the hospital only"),
            {"gateway": {"publish": {"http": ["clinic", "office"]}}},
            Outcome.STILL_OPEN,
            t(
                "Nothing crosses the Internet in the clear, because nothing crosses at all: the referring doctor is locked out. In the office "
                "the administrator's password, which opens far more than hers, goes on crossing for whoever listens there."
            ),
        ),
        Fix(
            "plain-off",
            t("Close the plain port and wait for the certificate"),
            {"gateway": {"publish": {"http": []}}},
            Outcome.STOPS_HOSPITAL,
            t(
                "Nothing can be overheard where nobody can speak: until the certificate comes, neither doctor nor administrator gets in."
            ),
        ),
    ),
    traces=(
        Trace(
            Log.STREAM,
            "default",
            r"^{doctor} .*:8042 ",
            t("The gateway shows the doctor's own connection to the plain port: the risk, not the listener."),
        ),
        Trace(
            Log.ACCESS,
            "default",
            None,
            t("Nothing: the plain port does not pass through the web server that writes this log."),
        ),
        Trace(
            Log.ORTHANC,
            "default",
            None,
            t("Nothing: who only listens sends nothing, and no log of the hospital can show it."),
        ),
    ),
    references=(
        Reference(
            "CWE-319: Cleartext Transmission of Sensitive Information",
            "https://cwe.mitre.org/data/definitions/319.html",
        ),
        Reference("45 CFR 164.312(e): transmission security (HIPAA)"),
        Reference("Orthanc Book: Securing Orthanc"),
        Reference("RFC 7617: The 'Basic' HTTP Authentication Scheme", "https://www.rfc-editor.org/rfc/rfc7617"),
    ),
)

_ROWS = 5
_PEOPLE = ("doctor", "administrator")


def probe(site: LiveSite) -> Verdict:
    """Listen on the doctor's way to the hospital and in the administrator's office while they open patients, at each door that answers."""
    steps: list[str] = []
    for role in _PEOPLE:
        for door in site.web_doors(site.station(role)):
            found = _overhear(site, role, door, steps)
            if found is not None:
                return found
    if not steps:
        return Safe(Evidence(t("No web door answers on the Internet or in the office, so nothing crosses there.")))
    return Safe(
        Evidence(
            t("What crosses the wire is encrypted: neither a name nor a password can be read in it."), tuple(steps)
        )
    )


def _overhear(site: LiveSite, role: str, door: Door, steps: list[str]) -> Verdict | None:
    """Listen to one person at one door; None when nothing could be read of what crossed. What was captured goes to ``steps``."""
    person = site.station(role)
    url = site.url(person.zone, door)
    try:
        capture, shown = _listen(site, role, door)
    except httpx.HTTPError as error:
        return NotChecked(
            t("The connection of {address} broke off: {error}.", address=person.address, error=type(error).__name__)
        )
    kind = "TLS" if capture.is_tls else "plain"
    steps.append(f"{person.address} → {url}: {len(capture.content)} bytes captured, {kind}")
    exposure = _readable(capture, shown)
    if exposure:
        steps += [f"Authorization: Basic → {user} / {password}" for user, password in capture.credentials()]
        return Vulnerable(Evidence(_summary(role, exposure), tuple(steps), exposure))
    if not shown:
        return NotChecked(t("Nobody was shown a patient at {url}, so there was nothing to overhear.", url=url))
    return None


def _summary(role: str, exposure: Exposure) -> Text:
    if Attribute.PASSWORD not in exposure.attributes:
        return tn(
            "A listener reads the name of one patient.",
            "A listener reads the names of {n} patients.",
            exposure.patients,
        )
    if role == "administrator":
        return tn(
            "A listener reads the administrator's password and the name of one patient.",
            "A listener reads the administrator's password and the names of {n} patients.",
            exposure.patients,
        )
    return tn(
        "A listener reads the doctor's password and the name of one patient.",
        "A listener reads the doctor's password and the names of {n} patients.",
        exposure.patients,
    )


def _listen(site: LiveSite, role: str, door: Door) -> tuple[Capture, list[_Patient]]:
    """The capture of somebody's session at one door, and the patients that they were shown."""
    person = site.station(role)
    with tap(site.network, person, site.network.gateway(person.zone), door.port) as (port, capture):
        scheme = "https" if door is Door.HTTPS else "http"
        with rest(
            site.network,
            person,
            f"{scheme}://127.0.0.1:{port}",
            user=site.account(role),
            authority=site.certificates.authority,
        ) as client:
            answer = client.get("/patients", params={"expand": "", "since": "0", "limit": str(_ROWS)})
    patients = answer.json() if answer.status_code == 200 else []
    return capture, [
        (str(tags.get("PatientName", "")), str(tags.get("PatientBirthDate", "")))
        for tags in (patient["MainDicomTags"] for patient in patients)
    ]


def _readable(capture: Capture, shown: list[_Patient]) -> Exposure | None:
    """What can be read in the capture of what somebody was shown; None when nothing can."""
    text = capture.readable()
    read = [(name, born) for name, born in shown if name and name.encode() in text]
    passwords = capture.credentials()
    if not read and not passwords:
        return None
    dated = bool(read) and all(born and born.encode() in text for _, born in read)
    attributes = ((Attribute.NAME,) if read else ()) + ((Attribute.BIRTH_DATE,) if dated else ())
    samples = tuple(
        (name, *((born,) if dated else ()), *(password for _, password in passwords[:1])) for name, born in read[:3]
    )
    return Exposure(
        patients=len(read), attributes=attributes + ((Attribute.PASSWORD,) if passwords else ()), samples=samples
    )
