"""Catalogues of French texts as files: the same bytes whoever writes them, without dates or line numbers."""

from __future__ import annotations

import difflib
import io
import os
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

LANGUAGE = "fr"
_HEADER = r"""# {title}
msgid ""
msgstr ""
"Language: fr\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
# Babel's guess from the text ("100 % of …"); it differs from one version to the next.
_GUESSED_FLAGS = {"python-format", "python-brace-format"}
# From here on, the old translation is worth a translator's look; below, starting afresh is faster.
_ALIKE = 0.7


def empty_catalogue() -> Catalog:
    """A catalogue to add the texts of the sources to, in the order in which they are to stand."""
    return Catalog(locale=LANGUAGE)


def read_catalogue(path: Path) -> Catalog:
    """The catalogue of this file, empty when there is none. Read-only.

    Raises ValueError, naming the file, when it is not a PO file.
    """
    if not path.exists():
        return empty_catalogue()
    try:
        with path.open("rb") as file:
            return read_po(file, locale=LANGUAGE, ignore_obsolete=True, abort_invalid=True)
    except Exception as error:  # Babel raises its own error, UnicodeDecodeError or TypeError
        raise ValueError(f"{path} is not a catalogue (PO file): {error}") from error


def texts(catalogue: Catalog) -> list[Message]:
    """The entries of a catalogue, without its header."""
    return [message for message in catalogue if message.id]


def forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """A message id or a translation as a tuple: one text, or its singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def is_translated(message: Message) -> bool:
    """Whether a translator has written every form of this entry, and no one has marked it fuzzy."""
    return not message.fuzzy and bool(message.string) and all(forms(message.string))


def merged(old: Catalog, wanted: Catalog) -> Catalog:
    """What is wanted, in its order, with the translations and translators' notes of the old catalogue.

    A text that was edited keeps its translation, marked fuzzy: builds don't use it until a translator has been there.
    """
    known = {forms(message.id): message for message in texts(old)}
    needed = {forms(message.id) for message in texts(wanted)}
    gone = {ids[0]: message for ids, message in known.items() if ids not in needed and any(forms(message.string))}
    result = empty_catalogue()
    for message in texts(wanted):
        ids = forms(message.id)
        entry = Message(message.id, locations=message.locations)
        if ids in known:
            _take(entry, known[ids])
        elif alike := difflib.get_close_matches(ids[0], gone, n=1, cutoff=_ALIKE):
            _take(entry, gone.pop(alike[0]))
            entry.flags.add("fuzzy")
        result[message.id] = entry
    return result


def _take(entry: Message, old: Message) -> None:
    entry.flags |= old.flags & {"fuzzy"}
    entry.user_comments = list(old.user_comments)
    translations = forms(old.string) or ("",)
    entry.string = translations[0] if isinstance(entry.id, str) else (*translations, "")[:2]


def po_text(catalogue: Catalog, title: str) -> str:
    """The catalogue as the text of a PO file: files are named, lines are not; nothing is wrapped."""
    for message in texts(catalogue):
        message.flags -= _GUESSED_FLAGS
    written = io.BytesIO()
    write_po(written, catalogue, width=0, omit_header=True, include_lineno=False, ignore_obsolete=True)
    return (_HEADER.replace("{title}", title) + written.getvalue().decode("utf-8")).rstrip("\n") + "\n"


def write_if_different(path: Path, text: str) -> bool:
    """Write the file whole or not at all, unless it says so already; tells whether it was written.

    Makes the folder when there is none. Line ends are ``\\n`` on every system.
    """
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return True
