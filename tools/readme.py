"""Keep the generated blocks of README.md, README.fr.md, docs/detection.md and docs/synthetic_data.md current.

    python tools/readme.py update     # rewrite the blocks
    python tools/readme.py check      # write nothing; exit 1 and name the stale files

A block stands between ``<!-- generated: NAME -->`` and ``<!-- end NAME -->``: the table of the commands comes from the
live command line, the tables of the scenarios and the lessons from the live catalogue, those of the detection rules and of
the fields of events from the rules and the schema; what synthetic data are made of, and what their ledger says, from the generator.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
READMES = {"README.md": "en", "README.fr.md": "fr", "docs/detection.md": "en", "docs/synthetic_data.md": "en"}
STALE = 3  # of the process for one file; an uncaught error exits with 1
BLOCK = re.compile(r"(<!-- generated: (?P<name>\w+) -->\n).*?(<!-- end (?P=name) -->)", re.DOTALL)


def commands() -> str:
    """The commands and their first sentence."""
    from lab.cli import main
    from lab.i18n import t

    rows = [f"| `pacslab {name}` | {(command.help or '').splitlines()[0]} |" for name, command in main.commands.items()]
    return f"| {t('command')} | {t('what it does')} |\n|---|---|\n" + "\n".join(rows) + "\n"


def scenarios() -> str:
    """The catalogue."""
    from lab.catalogue import catalogue
    from lab.i18n import language, t
    from lab.notebooks import notebook_of

    parts = [weakness.scenario for weakness in catalogue().values()]
    rows = [
        f"| `{part.id}` | [{part.title}](notebooks/{language()}/{notebook_of(part.id)}) | {part.group.label} "
        f"| {part.severity.label} | {part.minutes} min |"
        for part in parts
    ]
    header = " | ".join(str(word) for word in (t("id"), t("weakness"), t("group"), t("severity"), t("time")))
    return f"| {header} |\n|---|---|---|---|---|\n" + "\n".join(rows) + "\n"


def lessons() -> str:
    """The syllabus."""
    from lab.i18n import language, t
    from lab.notebooks import notebook_of
    from lab.syllabus import syllabus

    rows = [
        f"| {part.notebook} | [{part.title}](notebooks/{language()}/{notebook_of(part.id)}) "
        f"| {len(part.questions)} | {part.minutes} min |"
        for part in syllabus().values()
    ]
    header = " | ".join(("notebook", *(str(word) for word in (t("lesson"), t("questions"), t("time")))))
    return f"| {header} |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def rules() -> str:
    """The detection rules that come with the lab, with what they made of the days that come with it."""
    from lab.detection.rules.score import score
    from lab.detection.rules.sigma import shipped
    from lab.detection.samples import SEEN, UNSEEN, sample_days

    with TemporaryDirectory(prefix="pacslab-readme-") as folder:
        days = [day for which in (SEEN, UNSEEN) for day in sample_days(Path(folder), which)]
        scored = score(shipped(), days)
    rang = Counter((item.alert.rule, item.right) for day in scored.days for item in day.judged)
    rows = [
        f"| `{rule.name}` | {rule.level} | **{rule.title}.** {' '.join(rule.description.split())} | {'; '.join(rule.false_positives)} "
        f"| {rang[rule.name, True]} | {rang[rule.name, False]} |"
        for rule in scored.rules
    ]
    found = sum(item.delay is not None for item in scored.wanted)
    hours = sum(day.hours for day in scored.days)
    said = (
        f"The last two columns are the alerts on the {len(days)} recorded days that come with the lab, {hours:g} hours in all; "
        f"{found} of their {len(scored.wanted)} incidents are found. The rules were written with days like these in sight: what "
        "`pacslab rules score --days` finds on days of one's own counts.\n"
    )
    head = "| rule | level | what it rings for | false positives to expect | right alerts | false alarms |\n|---|---|---|---|---|---|\n"
    return head + "\n".join(rows) + f"\n\n{said}"


def fields() -> str:
    """The columns of the table of events."""
    from lab.detection.events.schema import FIELDS

    rows = [f"| `{name}` | {kind} | {meaning} |" for name, (kind, meaning) in FIELDS.items()]
    return "| field | type | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def ledger() -> str:
    """The columns of the answer key of synthetic patients."""
    from synthetic_data.ledger_table import SCHEMA

    rows = [f"| `{name}` | {kind} | {meaning} |" for name, (kind, meaning) in SCHEMA.items()]
    return "| column | type | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def options() -> str:
    """What synthetic patients can be made with."""
    from synthetic_data.charsets import CHARSETS
    from synthetic_data.locales import LOCALES
    from synthetic_data.options import MODALITIES
    from synthetic_data.syntaxes import SYNTAXES

    rows = (("locale", LOCALES), ("modality", MODALITIES), ("charset", CHARSETS), ("syntax", SYNTAXES))
    lines = [f"| `--{name}` | {', '.join(f'`{one}`' for one in known)} |" for name, known in rows]
    return "| option | one of |\n|---|---|\n" + "\n".join(lines) + "\n"


def devices() -> str:
    """The hospital's devices."""
    from synthetic_data.devices import EVERY_DEVICE

    rows = [f"| {one.modality} | `{one.station_name}` | {one.model} | {one.grain:g} |" for one in EVERY_DEVICE]
    return "| kind | station | model | noise |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def faults() -> str:
    """The broken files that can be asked for."""
    from synthetic_data.faults import FAULTS, describe_fault

    rows = [f"| `{name}` | {describe_fault(name)} |" for name in FAULTS]
    return "| fault | what is wrong |\n|---|---|\n" + "\n".join(rows) + "\n"


def targets() -> str:
    """What the benches of synthetic patients hold."""
    sys.path.insert(0, str(ROOT))
    from tests.bench.targets import TARGETS

    rows = [f"| {what} | {'at least' if least else 'at most'} {wanted:g} |" for what, wanted, least in TARGETS.values()]
    return "| figure | wanted |\n|---|---|\n" + "\n".join(rows) + "\n"


BLOCKS = {
    "commands": commands, "scenarios": scenarios, "lessons": lessons, "rules": rules, "fields": fields,
    "ledger": ledger, "options": options, "devices": devices, "faults": faults, "targets": targets,
}  # fmt: skip


def rendered(text: str) -> str:
    """A text with its blocks made anew, in the language of this process."""
    return BLOCK.sub(lambda found: found[1] + BLOCKS[found["name"]]() + found[3], text)


def one(name: str, write: bool) -> int:
    """Update or check one file in this process, whose language is that file's."""
    path = ROOT / name
    before = path.read_text("utf-8")
    after = rendered(before)
    if before != after and write:
        path.write_text(after, encoding="utf-8")
    return STALE if before != after else 0


def main(arguments: list[str]) -> int:
    if len(arguments) == 2 and arguments[0] in ("update", "check") and arguments[1] in READMES:
        return one(arguments[1], arguments[0] == "update")
    if arguments not in (["update"], ["check"]):
        print(__doc__)
        return 2
    stale = []
    for name, language in READMES.items():  # help texts are fixed when the command line is imported: one process each
        command = [sys.executable, __file__, arguments[0], name]
        answer = subprocess.run(command, env=os.environ | {"PACSLAB_LANG": language, "PYTHONPATH": str(ROOT)}, cwd=ROOT)
        if answer.returncode not in (0, STALE):
            return 2
        if answer.returncode == STALE:
            stale.append(name)
    if arguments == ["check"] and stale:
        print(f"Not current: {', '.join(stale)}. Run: python tools/readme.py update")
        return 1
    print(f"{'updated' if arguments == ['update'] and stale else 'current'}: {', '.join(stale or READMES)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
