"""What the lab says, in the trainee's language.

Every text a trainee reads is written as ``t("{count} studies are exposed", count=3)``. The English sentence is the
message id; the French one comes from ``lab/locale/fr.po`` (kept up to date by ``tools/catalogues.py``). A ``Text`` is
not a string yet: it becomes one when it is shown, in the language of that moment, so that a trainee may change the
language while a notebook is open.

The first argument of ``t`` and the first two of ``tn`` are plain string literals, since the catalogue is extracted by
reading the source. A brace that is not a placeholder is doubled: ``t('write {{"a": 1}}')``.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from gettext import bindtextdomain, c2py, textdomain
from operator import index
from pathlib import Path
from string import Formatter
from types import MappingProxyType

LANGUAGES = ("en", "fr")
CATALOGUES = Path(__file__).with_name("locale")
_TRANSLATION_MISFITS = (KeyError, IndexError, ValueError, AttributeError, TypeError)


class Text:
    """A sentence with its values, written in the current language each time it is shown.

    Immutable and hashable; two texts are equal when template and values are, whatever the language. Made by ``t`` and
    ``tn``. Raises ValueError for a template that ``str.format`` could not read, TypeError when a value is missing.
    """

    __slots__ = ("params", "plural", "template")
    template: str
    plural: str | None
    params: Mapping[str, object]

    def __init__(self, template: str, params: Mapping[str, object] | None = None, plural: str | None = None) -> None:
        values = dict(params or {})
        for form in (template,) if plural is None else (template, plural):
            if missing := placeholders(form) - values.keys():
                raise TypeError(f"no value for {_listed(missing)} in the text {form!r}")
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "plural", plural)
        object.__setattr__(self, "params", MappingProxyType(values))

    def in_language(self, code: str) -> str:
        """The sentence in this language, values that are texts included; in English where French is missing.

        Raises ValueError for a language the lab does not speak.
        """
        _require_known(code)
        values = {
            name: value.in_language(code) if isinstance(value, Text) else value for name, value in self.params.items()
        }
        if translation := _translation(self, code):
            # The catalogue's tests find a misfit; a trainee had better read English than a traceback.
            with suppress(*_TRANSLATION_MISFITS):
                return translation.format(**values)
        return self._english().format(**values)

    def _english(self) -> str:
        return self.template if self.plural is None or self.params["n"] == 1 else self.plural

    def __str__(self) -> str:
        return self.in_language(language())

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __repr__(self) -> str:
        values = dict(self.params)
        shown = [repr(self.template)]
        if self.plural is not None:
            shown += [repr(self.plural), repr(values.pop("n"))]
        function = "t" if self.plural is None else "tn"
        return f"{function}({', '.join(shown + [f'{name}={value!r}' for name, value in values.items()])})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return (self.template, self.plural, self.params) == (other.template, other.plural, other.params)

    def __hash__(self) -> int:
        # Not the values: they may be lists.
        return hash((self.template, self.plural, frozenset(self.params)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a Text cannot be changed ({name})")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a Text cannot be changed ({name})")

    def __reduce__(self) -> tuple[type[Text], tuple[str, dict[str, object], str | None]]:
        return Text, (self.template, dict(self.params), self.plural)


def t(template: str, /, **params: object) -> Text:
    """A sentence for the trainee: ``t("{name} may read the archive", name=user)``. Values may be texts themselves."""
    return Text(template, params)


def tn(singular: str, plural: str, n: int, /, **params: object) -> Text:
    """A sentence that depends on a number, which both forms may show as ``{n}``.

    ``tn("one study", "{n} studies", 3)``. French counts 0 and 1 as singular, English only 1.
    Raises TypeError when ``n`` is not a whole number.
    """
    return Text(singular, {**params, "n": index(n)}, plural)


@cache
def placeholders(template: str) -> frozenset[str]:
    """The names of the values that ``str.format`` puts into this template.

    Raises ValueError when a brace is left open or a placeholder has no name.
    """
    names: set[str] = set()
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"{error} in the text {template!r}: write {{{{ and }}}} for plain braces") from None
    for _, field, spec, _ in parts:
        if field is None:
            continue
        name = re.split(r"[.\[]", field)[0]
        if not name.isidentifier():
            raise ValueError(f"a placeholder needs a name, not {{{field}}}, in the text {template!r}")
        names |= {name} | placeholders(spec or "")
    return frozenset(names)


_current: str | None = None


def language() -> str:
    """The language of this process, "en" or "fr": the one last set, else the one its environment asks for."""
    global _current
    if _current is None:
        _current = language_of(os.environ)
    return _current


def set_language(code: str) -> None:
    """Show every text in this language from now on, in the whole process.

    Raises ValueError for a language the lab does not speak.
    """
    global _current
    _require_known(code)
    _current = code


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Show every text in this language within the ``with`` block, in the whole process.

    Raises ValueError for a language the lab does not speak.
    """
    before = language()
    set_language(code)
    try:
        yield
    finally:
        set_language(before)


def language_of(environment: Mapping[str, str]) -> str:
    """The language these environment variables ask for: PACSLAB_LANG, else LC_ALL, LC_MESSAGES or LANG, else English.

    Warns when PACSLAB_LANG names a language the lab does not speak, and takes English.
    """
    if asked := environment.get("PACSLAB_LANG", "").strip():
        if _primary(asked) in LANGUAGES:
            return _primary(asked)
        warnings.warn(f"PACSLAB_LANG={asked!r}: accepted are {_listed(LANGUAGES)}; texts are in English", stacklevel=2)
        return "en"
    locales = (environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if _primary(next(filter(None, locales), "")) == "fr" else "en"


def use_gettext(domain: str) -> None:
    """Have a library that asks the standard library's gettext for its texts (click) speak the language of this process.

    Its French is ``lab/locale/fr/LC_MESSAGES/{domain}.mo``; its English is its own, so nothing is done for that. gettext
    takes the language from the environment alone, LANGUAGE before all others: it is set, for child processes as well.
    """
    if language() == "en":
        return
    os.environ["LANGUAGE"] = language()
    bindtextdomain(domain, str(CATALOGUES))
    textdomain(domain)


def _primary(locale: str) -> str:
    return re.split(r"[-_.@]", locale.strip().lower())[0]


def _require_known(code: str) -> None:
    if code not in LANGUAGES:
        accepted = _listed(LANGUAGES)
        raise ValueError(str(t("unknown language {code!r}: accepted are {accepted}", code=code, accepted=accepted)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


@dataclass(frozen=True)
class _Catalogue:
    forms: Mapping[str, tuple[str, ...]]
    plural_form: Callable[[int], int]


@cache
def _catalogue(code: str) -> _Catalogue:
    path = CATALOGUES / f"{code}.po"
    if code == "en" or not path.is_file():
        return _Catalogue({}, lambda n: 0)
    from babel.messages.pofile import read_po  # slow to import, and English needs none of it

    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    forms: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if message.id and not message.fuzzy:  # the first entry, without an id, is the catalogue's header
            singular = message.id if isinstance(message.id, str) else message.id[0]
            forms[singular] = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return _Catalogue(forms, c2py(catalogue.plural_expr))


def _translation(text: Text, code: str) -> str | None:
    catalogue = _catalogue(code)
    forms = catalogue.forms.get(text.template, ())
    n = text.params["n"] if text.plural is not None else None
    form = catalogue.plural_form(n) if isinstance(n, int) else 0
    return forms[form] if form < len(forms) else None
