"""Every account of the archive's machine can read the stored images and the index.

Orthanc keeps images as ordinary DICOM files and its index as an SQLite file, readable to all by default. Whoever gets any
account on that machine needs neither the web interface nor DICOM.
"""

from __future__ import annotations

from lab.clients.live import LiveSite
from lab.clients.machine import Stranger
from lab.i18n import t, tn
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.dimse import exposed
from lab.probing.holdings import exposure_of_index, image_in
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Reference, Scenario, Trace

SCENARIO = Scenario(
    id="at-rest-plain",
    title=t("Every account of the machine reads the archive's disk"),
    group=Group.WATCHING,
    severity=Severity.HIGH,
    minutes=25,
    roles=(t("PACS administrator"), t("system administrator")),
    story=t(
        "The printing service and the monitoring agent run on the archive's machine too, each under an account of its own. A flaw in the "
        "agent gave somebody that account. The storage folder had been made by hand, with the permissions that folders usually get."
    ),
    misconfiguration={"host": {"storage": "0755"}},
    hints=(
        t("The archive's doors are well shut. What lies behind them on the disk, and who else lives on that machine?"),
        t(
            "Permissions have three digits: owner, group, others. Which of them should an account of another service have?"
        ),
        t('Only Orthanc’s own account needs the folder: write {{"host": {{"storage": "0700"}}}}.'),
    ),
    fixes=(
        Fix(
            "compress",
            t("Have Orthanc compress what it stores"),
            {"orthanc": {"StorageCompression": True}},
            Outcome.STILL_OPEN,
            t(
                "Compression is no encryption: zlib undoes it, and what was stored before stays as it was. The index is not even compressed."
            ),
        ),
        Fix(
            "no-listing",
            t("Let the other accounts pass through the folder, but not list it"),
            {"host": {"storage": "0711"}},
            Outcome.STILL_OPEN,
            t(
                "Who knows Orthanc knows that its index is called “index”. It opens without any listing and holds every patient’s name."
            ),
        ),
        Fix(
            "owner-only",
            t("Open the storage folder to Orthanc’s own account only"),
            {"host": {"storage": "0700"}},
            Outcome.REPAIRED,
            t(
                "The other accounts cannot even enter the folder. Against a stolen disk or a curious root only encryption of the disk helps."
            ),
        ),
        Fix(
            "no-entry",
            t("Take the right to “execute” from everybody: nobody runs programs there"),
            {"host": {"storage": "0600"}},
            Outcome.STOPS_HOSPITAL,
            t(
                "On a folder that right means “enter”. Orthanc itself can no longer reach its files: the CT cannot store, nobody can read."
            ),
        ),
    ),
    traces=(
        Trace(
            Log.ORTHANC,
            "verbose",
            None,
            t("Nothing at any level: who reads the disk does not ask Orthanc."),
        ),
        Trace(Log.ACCESS, "default", None, t("Nothing: the gateway is not on the way.")),
        Trace(
            Log.STREAM, "default", None, t("Nothing: no connection was made. Only the machine’s own audit could tell.")
        ),
    ),
    references=(
        Reference("CWE-311: Missing Encryption of Sensitive Data", "https://cwe.mitre.org/data/definitions/311.html"),
        Reference("45 CFR 164.312(a)(2)(iv): encryption and decryption (HIPAA)"),
        Reference("GDPR, article 32"),
    ),
)


def probe(site: LiveSite) -> Verdict:
    """As another account of the archive's machine: look around in the storage, then open the file that is always there."""
    stranger, steps = site.machine.stranger, [str(t("as an account that owns nothing there:"))]

    def read(name: str) -> bytes | None:
        try:
            content = stranger.read(name)
        except OSError as error:
            steps.append(f"cat {name}: {error.strerror}")
            return None
        steps.append(f"cat {name} → {len(content)} bytes")
        return content

    try:
        first = _first_image(stranger, steps)
    except FileNotFoundError:
        return NotChecked(t("There is no storage folder to look at."))
    content = read(first) if first is not None else None
    image = image_in(content) if content else None
    if image is not None:
        steps.append(f"dcmdump {first} → {image.get('Modality', '')}, {image.get('PatientName', '')}")
    exposure = exposure_of_index(read)
    if exposure is None and image is not None:
        one = t("Any account of the machine reads the images, though not the index: here one of them.")
        return Vulnerable(Evidence(one, tuple(steps), exposed([image])))
    if exposure is None:
        return Safe(Evidence(t("Another account of the machine cannot read the archive’s files."), tuple(steps)))
    summary = tn(
        "Any account of the machine reads the files and the index: one patient.",
        "Any account of the machine reads the files and the index: {n} patients.",
        exposure.patients,
    )
    return Vulnerable(Evidence(summary, tuple(steps), exposure))


def _first_image(stranger: Stranger, steps: list[str]) -> str | None:
    """The first file below the two levels of folders in which Orthanc spreads its files; None where listing is refused."""
    path = ""
    for _ in range(3):
        try:
            names = [name for name in stranger.names(path or ".") if path or len(name) == 2]
        except PermissionError as error:
            steps.append(f"ls {path or '.'}: {error.strerror}")
            return None
        steps.append(f"ls {path or '.'} → {', '.join(names[:4])}{' …' if len(names) > 4 else ''}")
        if not names:
            return None
        path = f"{path}/{names[0]}".removeprefix("/")
    return path
