"""Every account may do everything: a doctor's password changes and deletes patients' records.

Orthanc knows who somebody is, and asks nothing more. What each may do is the business of a filter, and there is none.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t, tn
from lab.model import NotChecked, Severity, Verdict
from lab.probing.traces import ORTHANC_IS_SILENT
from lab.probing.web import Loot, Visitor, attempt, nobody_asked, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="authz-overbroad",
    title=t("Every account may change and delete records"),
    group=Group.WEB,
    severity=Severity.HIGH,
    minutes=30,
    roles=(t("PACS administrator"), t("head of radiology"), t("data protection officer")),
    story=t(
        "A radiologist could not correct a mislabelled study. The filter that tells roles apart was in the way, and was switched off for "
        "everybody. Since then the account of any doctor is an administrator's."
    ),
    misconfiguration={"filters": {"roles": False}},
    also=("rest-exfil",),
    hints=(
        t("Log in as the doctor and try to change something about a patient. Who stops you?"),
        t("The site has roles beside the accounts' names. What enforces them?"),
        t('Switch the filter on again: {{"filters": {{"roles": true}}}}.'),
    ),
    fixes=(
        Fix(
            "new-password",
            t("Give the doctor another password"),
            {"users": {"dr.moreau": {"password": "Sarbacane-19-oseille-Pluvier-velours"}}},
            Outcome.STILL_OPEN,
            t(
                "Until it is stolen too, or until the doctor herself clicks on the wrong button. The account may still do everything."
            ),
        ),
        Fix(
            "deny-tools",
            t("Refuse the administrator's tools to the Internet"),
            {"gateway": {"deny": {"internet": ["/tools/", "/modalities", "/peers"]}}},
            Outcome.STILL_OPEN,
            t(
                "Records are not changed with tools, but at the very addresses where they are read: PUT and DELETE instead of GET."
            ),
        ),
        Fix(
            "roles",
            t("Switch the filter on again: doctors read, administrators change"),
            {"filters": {"roles": True}},
            Outcome.REPAIRED,
            t(
                "The doctor reads as before; what changes a record answers her 403. Who must correct studies gets a role for that."
            ),
        ),
        Fix(
            "no-doctors",
            t("Take the doctor's account away"),
            {"users": {"dr.moreau": None}},
            Outcome.STOPS_HOSPITAL,
            t("A password that does not exist cannot be abused. Neither can the doctor open her patient."),
        ),
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - dr\.moreau .*"PUT /patients/.* 200 ',
            t("The gateway's access log shows the doctor's account writing, from an address that is not hers."),
        ),
        ORTHANC_IS_SILENT,
        Trace(
            Log.ORTHANC,
            "verbose",
            r"\(http\) PUT /patients/",
            t("With --verbose the change is there, without address and without name."),
        ),
    ),
    references=(ref.CWE_862, ref.BOOK_SECURITY),
)

LEVELS = ("patients", "studies", "series", "instances")
NOTE = "4242"  # a number of metadata that is free for users (1024 to 65535)


def probe(site: LiveSite) -> Verdict:
    """With a doctor's stolen password: write a note into a record, and take it out again. A patient's, else one of a study, and so on."""
    tries = ways(site, "doctor", stations=("intruder", "visitor"))
    return attempt(site, tries, _change, t("A doctor's account cannot change a record."))


def _change(visitor: Visitor) -> Loot | NotChecked | None:
    for level in LEVELS:
        listed = visitor.get(f"/{level}?since=0&limit=1")
        if listed.status_code != 200:
            continue
        if visitor.account is None:
            return nobody_asked()
        if not listed.json():
            return NotChecked(t("There is no patient in the archive whose record one could change."))
        note = f"/{level}/{listed.json()[0]}/metadata/{NOTE}"
        if visitor.ask("PUT", note, content=b"changed").status_code == 200:
            visitor.ask("DELETE", note)
            return _loot(visitor)
    return None


def _loot(visitor: Visitor) -> Loot:
    exposure = records(visitor)
    count = exposure.patients if exposure else 1
    summary = tn(
        "With a doctor's password the record of one patient can be changed and deleted.",
        "With a doctor's password the records of {n} patients can be changed and deleted.",
        count,
    )
    return Loot(summary, exposure)
