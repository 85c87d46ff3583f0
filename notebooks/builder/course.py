"""The folder of the course: ``src`` and ``locale/fr.po`` are written by people, ``en`` and ``fr`` by the builder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from babel.messages.catalog import Catalog

from builder import po
from builder.derive import LANGUAGES, messages, notebook_text, translations, wanted_catalogue
from builder.source import FILE_NAME, read_sources, shown
from builder.weaknesses import FOLDER, Derived, derived, read_templates

CATALOGUE_TITLE = "French of the course: markdown cells and comments of notebooks/src."


class Course:
    """All there is to derive from one ``notebooks`` folder.

    Raises ValueError for a source (SourceError) or a catalogue that cannot be read, OSError without a ``src`` folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalogue_path = root / "locale" / "fr.po"
        self.sources = read_sources(root / "src")
        self.templates = read_templates(root / "template")
        self.catalogue = po.read_catalogue(self.catalogue_path)

    @cached_property
    def derived(self) -> list[Derived]:
        """The notebooks that are made from the templates."""
        return derived(self.templates, self.sources, LANGUAGES)

    def notebooks(self, languages: Iterable[str], solved: bool = False) -> dict[Path, str]:
        """Each derived notebook's path, relative to the folder it goes to, and its text."""
        french = translations(self.catalogue)
        languages = tuple(languages)
        written = {
            Path(language, source.file_name): notebook_text(source, language, french, solved)
            for source in self.sources
            for language in languages
        }
        return written | {
            Path(language, part.path): notebook_text(part.source, language, french, solved, part.filled)
            for part in self.derived
            for language in languages
        }

    def untranslated(self) -> list[str]:
        """A line for each text of a source that has no French."""
        french = translations(self.catalogue)
        return [
            f"{shown(source.path)}: no French for {first_words(text)}"
            for source in self.sources + self.templates
            for text in messages(source)
            if text not in french
        ]

    def stale(self, languages: Iterable[str]) -> list[str]:
        """A line for each notebook on disk that is not what its source gives, or has no source. Read-only."""
        expected = {self.root / path: text for path, text in self.notebooks(languages).items()}
        lines = [
            f"{shown(path)} is not what {source_name(path)} gives" if path.exists() else f"{shown(path)} is missing"
            for path, text in expected.items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        return lines + [f"{shown(path)} has no source: delete it" for path in self.orphans(languages, expected)]

    def orphans(self, languages: Iterable[str], expected: Iterable[Path]) -> list[Path]:
        """Notebooks named as the builder names them that no source gives. A trainee's own are named differently."""
        folders = [self.root / language for language in languages]
        on_disk = [
            path for folder in folders for path in sorted(folder.glob("*.ipynb")) if FILE_NAME.fullmatch(path.stem)
        ]
        on_disk += [path for folder in folders for path in sorted(folder.glob(f"{FOLDER}/*/*.ipynb"))]
        return [path for path in on_disk if path not in set(expected)]

    def wanted_catalogue(self) -> Catalog:
        """The texts of the sources, none translated."""
        return wanted_catalogue(self.sources + self.templates)

    def catalogue_text(self) -> str:
        """The text of ``locale/fr.po`` with the sources' texts and the translations there are."""
        return po.po_text(po.merged(self.catalogue, self.wanted_catalogue()), CATALOGUE_TITLE)

    def catalogue_is_current(self) -> bool:
        """Whether ``locale/fr.po`` is what an extraction would write. Read-only."""
        path = self.catalogue_path
        if not path.exists():
            return not self.sources
        return path.read_text(encoding="utf-8") == self.catalogue_text()

    def update_catalogue(self) -> bool:
        """Write ``locale/fr.po`` anew; tells whether it changed."""
        return po.write_if_different(self.catalogue_path, self.catalogue_text())


def source_name(notebook: Path) -> str:
    """The source a notebook is derived from, as reports name it."""
    return f"src/{notebook.stem}.py" if FILE_NAME.fullmatch(notebook.stem) else "its template"


def first_words(text: str, count: int = 8) -> str:
    """Enough of a text to find it by."""
    words = text.split()
    return f'"{" ".join(words[:count])}{" …" if len(words) > count else ""}"'
