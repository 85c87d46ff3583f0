"""Rules about passwords in compose files: of the archive, and of the database behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab import references as ref
from lab.audit.deployment import Deployment
from lab.audit.environment import INLINE, SECRET, WHOLE, Variable
from lab.audit.rule import Hit, rule
from lab.audit.rules.containers import DATABASES
from lab.audit.source import Kind
from lab.i18n import t
from lab.model import Severity

CRITICAL, HIGH, MEDIUM, LOW = Severity


@rule(
    "database-no-password",
    MEDIUM,
    t("The database asks for no password"),
    t("The index holds every patient’s name and examination; whoever reaches the database reads and changes it."),
    ref.CWE_306,
    scenario="at-rest-plain",
)
def database_no_password(site: Deployment) -> Iterator[Hit]:
    """In the variables of the usual database images. Graver when the port is published."""
    for service in site.services:
        for variable in service.environment:
            value = (variable.value or "").lower()
            trusting = variable.name == "POSTGRES_HOST_AUTH_METHOD" and value == "trust"
            empty = variable.name.endswith("_ALLOW_EMPTY_PASSWORD") and value in ("1", "true", "yes")
            if trusting or empty:
                published = any(port.target in DATABASES and not port.loopback for port in service.ports)
                message = t("{variable} of {name} lets everybody in.", variable=variable.name, name=service.name)
                fragment = "POSTGRES_PASSWORD_FILE: /run/secrets/index-password"
                yield Hit(message, variable.place, severity=CRITICAL if published else None, fragment=fragment)


@rule(
    "secret-in-compose",
    MEDIUM,
    t("Passwords stand in the compose file"),
    t("The file lies in backups and in version control, and docker inspect shows the value. Give it as a secret."),
    ref.CWE_522,
    ref.DOCKER_SECRETS,
    scenario="http-default-creds",
)
def secret_in_compose(site: Deployment) -> Iterator[Hit]:
    """Accounts of Orthanc and passwords of databases, written out as variables; not when they come from elsewhere."""
    files = {source.name for source in site.sources if source.kind is Kind.COMPOSE}
    inline = {archive.service.name: archive.inline for archive in site.archives if archive.service}
    for service in site.services:
        for variable in (*service.environment, *inline.get(service.name, ())):
            here = variable.place.file in files  # an env_file may be kept apart, with rights of its own
            if here and variable.value and _is_secret(variable) and "${" not in _written(variable):
                message = t("{variable} of {name} holds a password.", variable=variable.name, name=service.name)
                yield Hit(message, variable.place, fragment=_as_secret(variable.name))


def _as_secret(name: str) -> str:
    """The same as a secret: Orthanc's image reads secrets by name, others are told the file."""
    if name.startswith(INLINE):
        return "secrets: [orthanc.secret.json]"
    if name.startswith("ORTHANC"):
        return f"secrets: [{name}]" if name != "ORTHANC_JSON" else "secrets: [orthanc.secret.json]"
    return f"{name}_FILE: /run/secrets/{name.lower()}"


def _is_secret(variable: Variable) -> bool:
    if variable.name.endswith((SECRET, "_FILE")):
        return False
    if variable.name in ("ORTHANC__REGISTERED_USERS", "AC_REGISTERED_USERS"):
        return (variable.value or "").strip() not in ("", "{}")
    if variable.name == WHOLE or variable.name.startswith(INLINE):
        return bool(re.search(r'"(RegisteredUsers"\s*:\s*\{\s*"|\w*Password"\s*:\s*"[^"$])', variable.value or ""))
    return bool(re.search(r"PASSWORD$|_PWD$|SECRET_KEY$|CONNECTION_STRING$", variable.name))


def _written(variable: Variable) -> str:
    """The value as it stands in the file, before variables are put in."""
    if variable.source is None or variable.span is None:
        return ""
    return variable.source.text[slice(*variable.span)]
