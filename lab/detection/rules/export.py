"""The shipped rules as files for a SIEM of one's own."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path

from lab.detection.events.schema import FIELDS
from lab.detection.rules.sigma import PIPELINE, SHIPPED, Rule, RuleError, shipped
from lab.i18n import t


def named(name: str) -> Rule:
    """The shipped rule of this name. Raises RuleError with the nearest name."""
    known = {rule.name: rule for rule in shipped()}
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.4)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("pacslab rules list names them.")
        raise RuleError(t("There is no rule {name!r}.", name=name), tip)
    return known[name]


def export(folder: Path) -> list[Path]:
    """Write the rules, the pipeline and the meaning of the fields into a folder. Files that lie there are kept unless they are the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {path.name: path.read_text("utf-8") for path in (*sorted(SHIPPED.glob("*.yml")), PIPELINE)}
    rows = "".join(
        f"| `{name}` | {kind} | {meaning.replace('|', '&#124;')} |\n" for name, (kind, meaning) in FIELDS.items()
    )
    texts["FIELDS.md"] = f"# Fields that these rules use\n\n| field | type | meaning |\n|---|---|---|\n{rows}"
    for name, text in texts.items():
        target = folder / name
        if target.exists() and target.read_text("utf-8", "replace") != text:
            raise RuleError(t("{path} is there already and is another file.", path=target), t("Name a new folder."))
    return [_written(folder / name, text) for name, text in texts.items()]


def _written(path: Path, text: str) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)
    return path
