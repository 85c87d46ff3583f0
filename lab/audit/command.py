"""``pacslab audit``: what the command line asks for, and its exit code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from lab.audit.examine import audit
from lab.audit.harden import harden
from lab.audit.rules import rule_of
from lab.audit.sarif import sarif
from lab.audit.show import explain, explain_json, hardening_json, print_hardening, report_for_people, report_json
from lab.audit.source import AuditError
from lab.i18n import t
from lab.model import Severity

CLEAN, FOUND = 0, 1


@dataclass(frozen=True)
class Request:
    """The options of the command, as they were given."""

    files: tuple[Path, ...] = ()
    image: str | None = None
    version: str | None = None
    as_json: bool = False
    as_sarif: bool = False
    hardening: bool = False
    explained: str | None = None
    fail_on: str = "low"
    program: str = "0"
    """The version of pacslab."""


def run(asked: Request, console: Console) -> int:
    """Answer on the console. Returns 0, or 1 when something at least as grave as ``fail_on`` was found. Writes no file.

    Raises AuditError for what cannot be read, and for a command that asks for nothing or for two answers at once.
    """
    if asked.as_json + asked.as_sarif > 1 or (asked.hardening and asked.as_sarif):
        raise AuditError(
            t("Two forms of answer were asked for."), t("Say --json or --sarif; --harden goes with --json only.")
        )
    if asked.explained is not None:
        rule = rule_of(asked.explained)
        _answer(console, explain_json(rule)) if asked.as_json else console.print(explain(rule))
        return CLEAN
    if not asked.files:
        raise AuditError(t("No file was named."), t("Name configuration files or a folder of them."))
    report = audit(list(asked.files), asked.image, asked.version)
    if asked.hardening:
        hardening = harden(report)
        _answer(console, hardening_json(hardening)) if asked.as_json else print_hardening(hardening, console)
    elif asked.as_sarif or asked.as_json:
        _answer(console, sarif(report, asked.program) if asked.as_sarif else report_json(report))
    else:
        console.print(report_for_people(report))
    return FOUND if report.at_least(Severity(asked.fail_on)) else CLEAN


def _answer(console: Console, data: object) -> None:
    console.file.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
