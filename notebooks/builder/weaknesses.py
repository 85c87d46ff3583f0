"""The notebooks that no one has written by hand: one for each scenario without a source of its own, and the overview.

Their cells stand in ``notebooks/template``, once, with ``{placeholders}``; what fills them are the scenario's own texts, which
``lab`` has in both languages. A cell whose metadata says ``when="…"`` is only for scenarios of that kind.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from builder.source import Source, read_sources
from lab.catalogue import catalogue
from lab.course.cards import labelled
from lab.i18n import Text, t
from lab.scenario import Fix, Group, Scenario
from lab.syllabus import syllabus

FOLDER = "weaknesses"
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_MARKDOWN = re.compile(r"([\\`*_$<>\[\]|])")


@dataclass(frozen=True)
class Derived:
    """A notebook made from a template. ``path`` is relative to the folder of a language."""

    path: Path
    source: Source
    values: Mapping[str, Mapping[str, str]]
    """What stands for each placeholder, by language."""

    def filled(self, text: str, language: str) -> str:
        """The text with its placeholders replaced; a brace that is none of them stays."""
        values = self.values[language]
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def read_templates(folder: Path) -> list[Source]:
    """The templates: ``00_index.py``, ``01_weakness.py``. Empty for a course without them. Raises SourceError."""
    return read_sources(folder) if folder.is_dir() else []


def derived(templates: Iterable[Source], sources: Iterable[Source], languages: Iterable[str]) -> list[Derived]:
    """The overview, and a notebook for each scenario that none of the sources is about."""
    by_id = {template.id: template for template in templates}
    if not by_id:
        return []
    languages = tuple(languages)
    written = {source.id: Path(source.file_name) for source in sources}
    made = [
        _weakness(by_id["weakness"], part, languages)
        for part in (weakness.scenario for weakness in catalogue().values())
        if _file_id(part.id) not in written
    ]
    paths = written | {notebook.source.id: notebook.path for notebook in made}
    values = {language: _index_values(paths, language) for language in languages}
    return [Derived(Path("index.ipynb"), by_id["index"], values), *made]


def _weakness(template: Source, part: Scenario, languages: Iterable[str]) -> Derived:
    kinds = {"elsewhere" if part.right_fix.elsewhere else "in_the_site"}
    kinds |= {"also"} if part.also else set()
    kinds |= {"compose_file"} if part.id == "bind-all" else set()
    kinds |= set() if any(trace.pattern for trace in part.traces) else {"unseen"}
    cells = tuple(
        replace(cell, metadata={key: value for key, value in cell.metadata.items() if key != "when"})
        for cell in template.cells
        if cell.metadata.get("when") in {None, *kinds}
    )
    source = replace(template, id=_file_id(part.id), cells=cells)
    path = Path(FOLDER, part.group.value, f"{source.id}.ipynb")
    return Derived(path, source, {language: _values(part, language) for language in languages})


def _values(part: Scenario, language: str) -> dict[str, str]:
    def said(text: Text) -> str:
        return _plain(text, language)

    def outcome(fix: Fix) -> str:
        return labelled(f"*{said(fix.title)}*", f"**{said(fix.outcome.label)}.** {said(fix.why)}").in_language(language)

    wrong = (number for number, fix in enumerate(part.fixes, 1) if fix is not part.right_fix and not fix.elsewhere)
    return {
        "id": part.id,
        "title": said(part.title),
        "story": said(part.story),
        "minutes": str(part.minutes),
        "roles": ", ".join(said(role) for role in part.roles),
        "chapter": said(part.group.label),
        "severity": said(part.severity.label),
        "misconfiguration": json.dumps(part.misconfiguration, indent=2, ensure_ascii=False),
        "also": ", ".join(f"`{name}`" for name in part.also),
        "right": str(part.fixes.index(part.right_fix) + 1),
        "wrong": str(next(wrong)),
        "count": str(len(part.fixes)),
        "repairs": "\n".join(f"{number}. {outcome(fix)}" for number, fix in enumerate(part.fixes, 1)),
        "references": " · ".join(f"[{ref.label}]({ref.url})" if ref.url else ref.label for ref in part.references),
        "overview": "../../index.ipynb",
    }


def _index_values(paths: Mapping[str, Path], language: str) -> dict[str, str]:
    return {
        "weaknesses": "\n\n".join(_chapter(group, paths, language) for group in Group),
        "lessons": "\n".join(_lesson_rows(paths, language)),
    }


def _chapter(group: Group, paths: Mapping[str, Path], language: str) -> str:
    parts = [weakness.scenario for weakness in catalogue().values() if weakness.scenario.group is group]
    parts.sort(key=lambda part: (len(paths[_file_id(part.id)].parts), paths[_file_id(part.id)].as_posix()))
    rows = _header((t("weakness"), t("severity"), t("time")), language)
    for part in parts:
        title = _link(part.title, paths[_file_id(part.id)], language)
        rows.append(f"| {title} | {part.severity.label.in_language(language)} | {_minutes(part.minutes, language)} |")
    return f"## {group.label.in_language(language)}\n\n" + "\n".join(rows)


def _lesson_rows(paths: Mapping[str, Path], language: str) -> Iterator[str]:
    yield from _header((t("lesson"), t("questions"), t("time")), language)
    for part in syllabus().values():
        title = _link(part.title, paths[_file_id(part.id)], language)
        yield f"| {title} | {len(part.questions)} | {_minutes(part.minutes, language)} |"


def _header(words: Iterable[Text], language: str) -> list[str]:
    names = [word.in_language(language) for word in words]
    return [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]


def _link(title: Text, path: Path, language: str) -> str:
    return f"[{_plain(title, language)}]({path.as_posix()})"


def _plain(text: Text, language: str) -> str:
    """The text so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text.in_language(language))


def _minutes(minutes: int, language: str) -> str:
    return t("{minutes} min", minutes=minutes).in_language(language)


def _file_id(scenario: str) -> str:
    return scenario.replace("-", "_")
