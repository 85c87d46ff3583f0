"""Repairs that somebody proposes again and again, and what comes of them."""

from __future__ import annotations

from lab.i18n import t
from lab.scenario import Fix, Outcome

NO_REMOTE_ACCESS = Fix(
    "local-only",
    t("Allow no remote access at all"),
    {"orthanc": {"RemoteAccessAllowed": False}},
    Outcome.STOPS_HOSPITAL,
    t(
        "Everybody is remote to the archive, the hospital's own people too: nobody gets in, and the doctor cannot open her patient."
    ),
)
NOT_FROM_OUTSIDE = Fix(
    "not-from-outside",
    t("Close the web to the Internet"),
    {"gateway": {"publish": {"http": [], "https": ["clinic", "office"]}}},
    Outcome.STOPS_HOSPITAL,
    t(
        "Nobody gets in from the Internet, and the referring doctor who works from there with her account is nobody too."
    ),
)
TLS_ONLY_1_3 = Fix(
    "newest-tls",
    t("Accept TLS 1.3 only"),
    {"gateway": {"tls_minimum": "TLSv1.3"}},
    Outcome.STILL_OPEN,
    t("Better encryption protects what crosses the wire. It does not ask who is at the other end."),
)
ANOTHER_NAME = Fix(
    "rename",
    t("Give the archive another name"),
    {"orthanc": {"Name": "Imprimante 4, 2e étage"}},
    Outcome.STILL_OPEN,
    t("The name is what the hospital calls it. Product and version stand beside it, as before."),
)
NEW_ADMINISTRATOR_PASSWORD = Fix(
    "new-password",
    t("Give the administrator a longer password"),
    {"users": {"admin": {"password": "Boussole-71-corail-Lanterne-givre"}}},
    Outcome.STILL_OPEN,
    t("A password that was stolen once is stolen again: it was never guessed. What it opens has not changed."),
)


def deny_outside(path: str) -> Fix:
    """Refuse a path to the Internet only."""
    return Fix(
        "deny-outside",
        t("Refuse {path} to the Internet at the gateway", path=path),
        {"gateway": {"deny": {"internet": [path]}}},
        Outcome.STILL_OPEN,
        t(
            "The Internet is shut out, but inside the clinic any computer, a visitor's laptop for one, gets the same answer as before."
        ),
    )
