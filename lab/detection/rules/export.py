"""The shipped rules as files for a SIEM of one's own."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from lab.detection.events.schema import FIELDS
from lab.detection.rules.sigma import PIPELINE, SHIPPED, Rule, RuleError, shipped
from lab.i18n import t
from lab.saving import in_words, save_text

RULES = "rules"
_README = """\
# Detection rules for a DICOM archive (Orthanc behind nginx)

`rules/` holds Sigma rules and nothing else, so that a whole folder can be converted; `pipeline.yml` is a processing pipeline of pySigma.

    sigma convert -t sqlite -p pipeline.yml rules/

```python
from sigma.backends.sqlite.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingPipeline

pipeline = ProcessingPipeline.from_yaml(open("pipeline.yml").read())
backend = sqliteBackend(pipeline, table="events", timestamp_field="timestamp")
print(backend.convert(SigmaCollection.load_ruleset(["rules"])))
```

What your own pipeline of logs has to bring (`FIELDS.md` says what each field means):

- **Names.** Fields bear the names of the Elastic Common Schema where it has one. Replace the conditions on `event.dataset` in
  `pipeline.yml` by those of your index.
- **Lines that belong together.** `orthanc.audit` are the JSON lines that a Lua filter writes into Orthanc's log; from a bare `orthanc.log`,
  the lines of a query or a retrieval have to be put together first. The parsers that do so are Python, `lab/detection/events` of pacslab.
- **What no log has.** `dicom.declared`, `source.expected`, `user.role`, `user.usual_zone`, `user.in_care` and `dicom.patient` are lookups: your
  list of modalities, of accounts, the archive's index, the hospital's information system. `dicom.wildcard`, `dicom.pattern`, `dicom.resent` and
  `event.forged` are worked out of several fields or lines.
- **Numbers.** Thresholds and time spans were tried on days that pacslab plays. Try them on your own before anybody is woken.
"""


def named(name: str) -> Rule:
    """The shipped rule of this name. Raises RuleError with the nearest name."""
    known = {rule.name: rule for rule in shipped()}
    if name not in known:
        near = get_close_matches(name, known, n=1, cutoff=0.4)
        tip = t("Did you mean {near}?", near=near[0]) if near else t("pacslab rules list names them.")
        raise RuleError(t("There is no rule {name!r}.", name=name), tip)
    return known[name]


def export(folder: Path) -> list[Path]:
    """Write the rules (into ``rules``), the pipeline, the meaning of the fields and how to use them into a folder.

    Files that lie there are kept unless they are the same ones. Each is written whole or not at all: with the same folder again
    what is missing is added. Raises LabError for a folder that cannot be written to.
    """
    with in_words(folder):
        (folder / RULES).mkdir(parents=True, exist_ok=True)
    texts = {f"{RULES}/{path.name}": path.read_text("utf-8") for path in sorted(SHIPPED.glob("*.yml"))}
    texts |= {PIPELINE.name: PIPELINE.read_text("utf-8"), "README.md": _README}
    rows = "".join(
        f"| `{name}` | {kind} | {meaning.replace('|', '&#124;')} |\n" for name, (kind, meaning) in FIELDS.items()
    )
    texts["FIELDS.md"] = f"# Fields that these rules use\n\n| field | type | meaning |\n|---|---|---|\n{rows}"
    for name, text in texts.items():
        target = folder / name
        if target.exists() and (not target.is_file() or target.read_text("utf-8", "replace") != text):
            raise RuleError(t("{path} is there already and is another file.", path=target), t("Name a new folder."))
    return [_written(folder / name, text) for name, text in texts.items()]


def _written(path: Path, text: str) -> Path:
    save_text(path, [text])
    return path
