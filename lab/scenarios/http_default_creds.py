"""An account from the manual opens the archive: name and password stand in the documentation.

Nobody breaks in here. The visitor knows a password that everybody knows.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import NotChecked, Severity, Verdict
from lab.probing.repairs import TLS_ONLY_1_3
from lab.probing.web import Loot, Visitor, attempt, nobody_asked, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="http-default-creds",
    title=t("An account from the manual opens the archive"),
    group=Group.WEB,
    severity=Severity.CRITICAL,
    minutes=20,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "The supplier's remote support could not log in, so the account of the manual was put back: orthanc, password orthanc. The ticket was "
        "closed, the account was not."
    ),
    misconfiguration={"users": {"orthanc": {"password": "orthanc", "role": "administrator"}}},
    hints=(
        t("Which name and password would you try first, with the manual open on your desk?"),
        t("Look at the section “users” of the site: whose account is the third one?"),
        t('Remove the account that belongs to nobody: {{"users": {{"orthanc": null}}}}.'),
    ),
    fixes=(
        Fix(
            "new-password",
            t("Give the account another password: orthanc123"),
            {"users": {"orthanc": {"password": "orthanc123"}}},
            Outcome.STILL_OPEN,
            t(
                "The product's name with a few digits is in every list of guesses, right behind the password of the manual."
            ),
        ),
        Fix(
            "reader",
            t("Let the account only read"),
            {"users": {"orthanc": {"role": "doctor"}}},
            Outcome.STILL_OPEN,
            t("It deletes nothing any more. It still reads every patient, and reading is the harm."),
        ),
        TLS_ONLY_1_3,
        Fix(
            "remove",
            t("Remove the account; support gets one of its own when it calls"),
            {"users": {"orthanc": None}},
            Outcome.REPAIRED,
            t("What is not there cannot be guessed. Those who work with the archive have accounts of their own."),
        ),
        Fix(
            "administrator-only",
            t("Remove every account but the administrator's"),
            {"users": {"orthanc": None, "dr.moreau": None}},
            Outcome.STOPS_HOSPITAL,
            t("The manual's account is gone, and the referring doctor's with it: she cannot open her patient."),
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r"^{intruder} - orthanc .* 200 ",
            t(
                "The gateway's access log has the address and the account's name. It looks like any other login: only the name is odd."
            ),
        ),
        Trace(Log.ORTHANC, "default", None, t("Orthanc writes nothing about who has logged in.")),
    ),
    references=(ref.CWE_1392, ref.T1078_001, ref.BOOK_SECURITY),
)

GUESSES = (
    ("orthanc", "orthanc"),
    ("admin", "admin"),
    ("admin", "orthanc"),
    ("orthanc", "orthanc123"),
    ("orthanc", "password"),
    ("demo", "demo"),
)


def probe(site: LiveSite) -> Verdict:
    """As the intruder on the Internet: try the accounts that stand in manuals, a handful of guesses a door."""
    return attempt(site, ways(site), _guess, t("No account of the manuals opens a web door."))


def _guess(visitor: Visitor) -> Loot | NotChecked | None:
    if records(visitor) is not None:
        return nobody_asked()
    for account in GUESSES:
        exposure = records(visitor.logged_in(account))
        if exposure is not None:
            summary = tn(
                "The account “{name}” with the password of the manual opens one patient's record.",
                "The account “{name}” with the password of the manual opens the records of {n} patients.",
                exposure.patients,
                name=account[0],
            )
            return Loot(summary, exposure)
    return None
