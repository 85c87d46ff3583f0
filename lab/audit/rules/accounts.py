"""Rules about the accounts of an archive: whose they are, and what each may do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab import references as ref
from lab.audit.archive import Archive, Reach, Setting
from lab.audit.deployment import Deployment
from lab.audit.rule import Hit, hit, rule
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity
# Accounts of Orthanc itself, of its documentation and of its samples; and the passwords that everybody tries first.
KNOWN_ACCOUNTS = {
    ("orthanc", "orthanc"),
    ("demo", "demo"),
    ("alice", "alicePassword"),
    ("admin", "orthanc"),
    ("public", "hello"),
}
KNOWN_PASSWORDS = {
    "password",
    "changeme",
    "change-me",
    "admin",
    "orthanc",
    "demo",
    "test",
    "secret",
    "123456",
    "12345678",
    "orthanc123",
}


@rule(
    "http-default-creds",
    CRITICAL,
    t("An account with a password that everybody knows"),
    t("Scanners try the passwords of the documentation first."),
    ref.CWE_1392,
    ref.BOOK_SECURITY,
)
def http_default_creds(site: Deployment) -> Iterator[Hit]:
    """Accounts of the documentation, passwords that are the account’s name, and Orthanc’s own default user."""
    for archive in site.archives:
        asks = archive.authentication.value is not False
        if archive.web is Reach.NOBODY or (archive.asks_for_accounts and not asks):
            continue
        setting = archive.setting("RegisteredUsers")
        severity = None if archive.web is Reach.NETWORK else HIGH
        users = archive.table("RegisteredUsers")
        remedy: dict[str, Any] = {"RegisteredUsers": {"radiology": "a long passphrase of your own"}}
        known = sorted(name for name, password in users.items() if _is_known(name, password))
        if known and not asks:
            message = t(
                "Nobody is asked for a password yet; that of {users} is one that everybody knows.",
                users=", ".join(known),
            )
            yield hit(archive, setting, message, severity=MEDIUM, options=remedy)
        elif known:
            message = t("The password of {users} is one that everybody knows.", users=", ".join(known))
            yield hit(archive, setting, message, severity=severity, options=remedy)
        elif asks and setting.known and not users and _default_user(archive, setting):
            message = t("There is no user: Orthanc then makes the user orthanc with the password orthanc.")
            yield hit(archive, setting, message, severity=severity, options=remedy)


def _is_known(name: str, password: object) -> bool:
    text = str(password)
    return (name, text) in KNOWN_ACCOUNTS or text.lower() in KNOWN_PASSWORDS or text.lower() == name.lower()


def _default_user(archive: Archive, users: Setting) -> bool:
    """Whether Orthanc makes its default user where none is declared: until 1.12.8; until 1.12.11 if the option is not written.

    Orthanc 1.13 then does not start.
    """
    plugin = any(name.startswith("WebService") for name in archive.table("Authorization"))
    gone = (1, 12, 9) if users.default is None else (1, 13, 0)
    version = archive.platform.version
    return not plugin and (version is None or version < gone)


@rule(
    "authz-overbroad",
    HIGH,
    t("Every user may do everything"),
    t("A doctor’s account, or whoever has it, may delete studies and change the archive’s settings."),
    ref.CWE_862,
    ref.BOOK_SECURITY,
)
def authz_overbroad(site: Deployment) -> Iterator[Hit]:
    """Several users, and neither a Lua filter, a Python script nor the authorization plugin that could tell them apart."""
    for archive in site.archives:
        setting = archive.setting("RegisteredUsers")
        tells_apart = [
            archive.setting(name).value for name in ("LuaScripts", "PythonScript", "Authorization", "Authelia")
        ]
        if len(archive.table("RegisteredUsers")) > 1 and archive.web > Reach.NOBODY and not any(tells_apart):
            message = t(
                "There are {n} users and nothing that tells them apart.", n=len(archive.table("RegisteredUsers"))
            )
            yield hit(archive, setting, message, options={"LuaScripts": ["filter.lua"]})
