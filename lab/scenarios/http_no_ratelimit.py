"""Passwords may be tried as fast as the line allows, and no log of the archive tells of it.

Orthanc neither slows down nor locks an account, and writes no line about a wrong password.
"""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from lab import references as ref
from lab.clients.live import LiveSite
from lab.clients.rest import BROWSER
from lab.i18n import t
from lab.model import Evidence, NotChecked, Safe, Severity, Verdict, Vulnerable
from lab.probing.repairs import NOT_FROM_OUTSIDE
from lab.probing.web import nobody_asked
from lab.sandbox.protocol import Log
from lab.scenario import Fix, Group, Outcome, Scenario, Trace
from lab.site.zones import Door, Station

SCENARIO = Scenario(
    id="http-no-ratelimit",
    title=t("Passwords may be tried without limit"),
    group=Group.WEB,
    severity=Severity.MEDIUM,
    minutes=25,
    roles=(t("PACS administrator"), t("network administrator")),
    story=t(
        "On a busy morning the viewer showed “429 Too Many Requests”. Somebody took the limits out of the gateway's configuration, and the "
        "viewer was as quick as before. So is whoever tries passwords."
    ),
    misconfiguration={"gateway": {"requests_per_second": None, "logins_per_second": None}},
    hints=(
        t("Try a wrong password, and another, and a hundred more. When does somebody stop you?"),
        t("Orthanc counts nothing. The gateway sees every request: which of its settings went missing?"),
        t('Limit requests that bring a password: {{"gateway": {{"logins_per_second": 5}}}}.'),
    ),
    fixes=(
        Fix(
            "longer-password",
            t("Give the doctor a longer password"),
            {"users": {"dr.moreau": {"password": "Sarbacane-19-oseille-Pluvier-velours"}}},
            Outcome.STILL_OPEN,
            t(
                "Hers takes longer now. Guessing goes on at full speed, for every account, and the shortest password of the house falls."
            ),
        ),
        Fix(
            "generous-limit",
            t("Limit each address to 100 requests a second"),
            {"gateway": {"requests_per_second": 100}},
            Outcome.STILL_OPEN,
            t("That stops a flood, not a guesser: a hundred passwords go through at once, and eight million a day."),
        ),
        Fix(
            "by-name",
            t("Refuse the tools that try passwords, by the name they give themselves (User-Agent)"),
            {"gateway": {"deny_agents": ["hydra", "medusa", "curl", "python"]}},
            Outcome.STILL_OPEN,
            t("A tool calls itself what it likes: one option, and it is a browser like the doctor's."),
        ),
        Fix(
            "limit-logins",
            t("Limit the requests that bring a password to 5 a second"),
            {"gateway": {"logins_per_second": 5}},
            Outcome.REPAIRED,
            t(
                "The first sixty pass at once, so that a browser can open the viewer; then the address has to wait. Guessing becomes slow and loud."
            ),
        ),
        NOT_FROM_OUTSIDE,
    ),
    traces=(
        Trace(
            Log.ACCESS,
            "default",
            r"^{guesser} - dr\.moreau .* 401 ",
            t(
                "Each wrong password is a line with status 401 at the gateway: many of them from one address are the alarm."
            ),
        ),
        Trace(Log.ORTHANC, "default", None, t("Orthanc writes no line about a failed login.")),
        Trace(Log.ORTHANC, "verbose", None, t("Not even with --verbose.")),
    ),
    references=(ref.CWE_307, ref.T1110, ref.NGINX_LIMIT),
)

GUESSES, AT_ONCE, SECONDS = 100, 8, 4.0
_REFUSED = 403
_ENOUGH = {429, 503, _REFUSED}
PATHS = ("/system", "/patients", "/app/explorer.html", "/instances")
"""Where a password can be tried. Whom one of them is refused tries the next; a limit stops him at all of them."""


def probe(site: LiveSite) -> Verdict:
    """From an address of its own on the Internet: try a hundred wrong passwords for a known name, as fast as they go."""
    guesser = site.station("guesser")
    doors = site.web_doors(guesser)
    if not doors:
        return Safe(Evidence(t("No web door of the archive answers on the Internet.")))
    steps: list[str] = []
    until = time.monotonic() + SECONDS
    for door in doors:
        try:
            answers, seconds = _guess_somewhere(site, guesser, door, until, steps)
        except httpx.HTTPError as error:
            return NotChecked(t("The gateway's answer broke off: {error}.", error=type(error).__name__))
        if answers[200]:
            return nobody_asked()
        if _ENOUGH & set(answers):
            continue
        if answers[401] < GUESSES:
            return NotChecked(t("Too few guesses were answered in {seconds} s to tell.", seconds=int(SECONDS)))
        summary = t(
            "{n} wrong passwords were tried in {seconds} s, and nobody slowed them down.",
            n=GUESSES,
            seconds=f"{seconds:.1f}",
        )
        return Vulnerable(Evidence(summary, tuple(steps)))
    return Safe(Evidence(t("Whoever tries passwords is stopped after a few."), tuple(steps)))


def _guess_somewhere(
    site: LiveSite, guesser: Station, door: Door, until: float, steps: list[str]
) -> tuple[Counter[int], float]:
    """The answers at the first path that is not refused altogether, and how long they took."""
    for path in PATHS:
        answers, seconds = _guess(site, guesser, door, path, until)
        told = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
        steps.append(f"{sum(answers.values())} × GET {site.url(guesser.zone, door)}{path}, {seconds:.1f} s → {told}")
        if not answers[_REFUSED]:
            break
    return answers, seconds


def _guess(site: LiveSite, guesser: Station, door: Door, path: str, until: float) -> tuple[Counter[int], float]:
    """How often each status came back, and how long it took; ends at the first refusal, or when the time is over."""
    account = site.account("doctor")
    name = account[0] if account else "orthanc"
    answers: Counter[int] = Counter()
    began = time.monotonic()
    with site.web(guesser, door, trusting=True, patient=False) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        client.headers["User-Agent"] = BROWSER

        def guess(number: int) -> None:
            if not _ENOUGH & set(answers) and time.monotonic() < until:
                answers[client.get(path, auth=(name, f"guess-{number}")).status_code] += 1

        list(pool.map(guess, range(GUESSES)))
    return answers, time.monotonic() - began
