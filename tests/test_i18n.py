"""The lab's texts in two languages, and the catalogue that holds the French ones."""

from __future__ import annotations

import copy
import pickle
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import catalogues
from builder import po

from lab import i18n
from lab.i18n import Text, language, language_of, placeholders, set_language, t, tn, use_language

ROOT = Path(__file__).resolve().parents[1]
HEADER = """\
# French of the lab: what it says to a trainee.
msgid ""
msgstr ""
"Language: fr\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
FRENCH = (
    HEADER
    + """\
msgid "{user} may read {what}"
msgstr "{user} peut lire {what}"

msgid "{n} study"
msgid_plural "{n} studies"
msgstr[0] "{n} examen"
msgstr[1] "{n} examens"

msgid "the archive"
msgstr "l'archive"

#, fuzzy
msgid "the gateway"
msgstr "la porte"

msgid "port {port}"
msgstr "port {numéro}"
"""
)


@pytest.fixture(autouse=True)
def french_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "catalogues"
    folder.mkdir()
    (folder / "fr.po").write_text(FRENCH, encoding="utf-8")
    monkeypatch.setattr(i18n, "CATALOGUES", folder)
    monkeypatch.setattr(i18n, "_current", "en")
    i18n._catalogue.cache_clear()
    yield
    i18n._catalogue.cache_clear()


def test_a_text_is_written_in_the_language_of_the_moment_it_is_shown() -> None:
    text = t("{user} may read {what}", user="Ana", what=t("the archive"))
    shown = [str(text)]
    set_language("fr")
    shown += [str(text), f"{text:.10}", f"<{text}>"]
    assert shown == ["Ana may read the archive", "Ana peut lire l'archive", "Ana peut l", "<Ana peut lire l'archive>"]


def test_a_text_can_be_asked_for_one_language_whatever_the_current_one_is() -> None:
    text = t("{user} may read {what}", user="Ana", what=tn("{n} study", "{n} studies", 2))
    with use_language("fr"):
        assert text.in_language("en") == "Ana may read 2 studies"
    assert text.in_language("fr") == "Ana peut lire 2 examens"


@pytest.mark.parametrize(
    ("n", "english", "french"),
    [(0, "0 studies", "0 examen"), (1, "1 study", "1 examen"), (2, "2 studies", "2 examens")],
)
def test_each_language_counts_in_its_own_way(n: int, english: str, french: str) -> None:
    text = tn("{n} study", "{n} studies", n)
    assert (text.in_language("en"), text.in_language("fr")) == (english, french)


def test_only_whole_numbers_are_counted() -> None:
    with pytest.raises(TypeError):
        tn("{n} study", "{n} studies", 1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [t("nobody translated this {n}", n=1), t("the gateway"), t("port {port}", port=8042)],
    ids=["missing", "fuzzy", "wrong placeholder"],
)
def test_what_the_catalogue_cannot_give_is_shown_in_english(text: Text) -> None:
    assert text.in_language("fr") == text.in_language("en")


def test_a_lab_without_a_catalogue_speaks_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "CATALOGUES", tmp_path / "nowhere")
    assert t("the archive").in_language("fr") == "the archive"


def test_texts_are_equal_when_template_and_values_are() -> None:
    one, same = t("port {port}", port=[1]), t("port {port}", port=[1])
    assert (one, hash(one)) == (same, hash(same))
    assert one != t("port {port}", port=[2])
    assert one != "port [1]"
    assert tn("{n} study", "{n} studies", 2) != t("{n} study", n=2)


def test_a_text_keeps_its_parts_and_cannot_be_changed() -> None:
    text = t("port {port}", port=8042)
    assert (text.template, dict(text.params)) == ("port {port}", {"port": 8042})
    with pytest.raises(AttributeError, match="a Text cannot be changed"):
        text.template = "other"
    with pytest.raises(AttributeError, match="a Text cannot be changed"):
        del text.template
    with pytest.raises(TypeError):
        text.params["port"] = 1  # type: ignore[index]


def test_a_text_can_be_copied_and_pickled() -> None:
    text = t("{user} may read {what}", user="Ana", what=tn("{n} study", "{n} studies", 2))
    assert copy.deepcopy(text) == text
    assert pickle.loads(pickle.dumps(text)) == text


def test_a_text_is_shown_to_a_developer_as_it_was_written() -> None:
    text = t("{user} may read {what}", user="Ana", what=tn("{n} study", "{n} studies", 2))
    assert repr(text) == "t('{user} may read {what}', user='Ana', what=tn('{n} study', '{n} studies', 2))"


def test_a_value_may_have_any_name() -> None:
    assert str(t("{template} {self} {n}", template=1, self=2, n=3)) == "1 2 3"


def test_a_text_without_one_of_its_values_is_refused_where_it_is_made() -> None:
    with pytest.raises(TypeError, match=r"^no value for what in the text '\{user\} may read \{what\}'$"):
        t("{user} may read {what}", user="Ana")
    with pytest.raises(TypeError, match=r"^no value for what in the text '\{n\} \{what\}'$"):
        tn("one", "{n} {what}", 2)


def test_a_template_that_cannot_be_read_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match=r"in the text 'write \{': write \{\{ and \}\} for plain braces$"):
        t("write {")
    with pytest.raises(ValueError, match=r"^a placeholder needs a name, not \{0\}, in the text 'port \{0\}'$"):
        t("port {0}")
    assert str(t("write {{}}")) == "write {}"


def test_placeholders_are_found_with_attributes_items_and_formats() -> None:
    assert placeholders("{a.b} {c[0]} {d!r:>{width}} {{e}}") == {"a", "c", "d", "width"}


def test_an_unknown_language_is_refused_and_the_known_ones_are_listed() -> None:
    for ask in (set_language, t("the archive").in_language, lambda code: use_language(code).__enter__()):
        with pytest.raises(ValueError, match=r"^unknown language 'de': accepted are en, fr$"):
            ask("de")
    assert language() == "en"


def test_use_language_restores_the_language_even_after_an_error() -> None:
    with pytest.raises(KeyError), use_language("fr"):
        {}[language()]
    assert language() == "en"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_CA@euro"}, "fr"),
        ({"LANG": "frr_DE.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "fr_FR.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "fr", "LANG": "C"}, "fr"),
        ({"PACSLAB_LANG": "fr", "LC_ALL": "C"}, "fr"),
        ({"PACSLAB_LANG": "en", "LC_ALL": "fr_FR"}, "en"),
        ({"PACSLAB_LANG": "FR-ca"}, "fr"),
        ({"PACSLAB_LANG": "", "LANG": "fr_FR"}, "fr"),
    ],
)
def test_the_first_language_is_the_one_the_environment_asks_for(environment: dict[str, str], expected: str) -> None:
    assert language_of(environment) == expected


def test_the_environment_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i18n, "_current", None)
    monkeypatch.setenv("PACSLAB_LANG", "fr")
    assert language() == "fr"
    monkeypatch.setenv("PACSLAB_LANG", "en")
    assert language() == "fr"


def test_an_unknown_language_in_the_environment_gives_a_warning_and_english() -> None:
    with pytest.warns(UserWarning, match=r"^PACSLAB_LANG='de': accepted are en, fr; texts are in English$"):
        assert language_of({"PACSLAB_LANG": "de", "LANG": "fr_FR"}) == "en"


def test_a_thousand_texts_are_cheap() -> None:
    set_language("fr")
    str(t("the archive"))
    start = time.process_time()
    for n in range(1000):
        str(tn("{n} study", "{n} studies", n))
    assert time.process_time() - start < 0.5


def test_every_french_message_of_the_lab_takes_the_values_of_the_english_one() -> None:
    messages = po.texts(po.read_catalogue(ROOT / "lab" / "locale" / "fr.po"))
    assert [line for message in messages if po.is_translated(message) for line in catalogues.misfits(message)] == []


# --- tools/catalogues.py ---------------------------------------------------------------------------------------------

DOORS = '''\
"""What the doors say."""
from lab.i18n import t, tn

CLOSED = t("The door is closed.")
print(f"{t('port {port}', port=1)}", t("{who} comes", who=str(t("a doctor"))))
OPEN = tn("{n} door is open.",
          "{n} doors are "
          "open.", 2)
'''
WINDOWS = """\
from lab import i18n
from lab.i18n import t as say

def t(x): ...

say("The door is closed.")
i18n.t("The window is closed.")
t("not ours")
"""
EXTRACTED = """\
#: lab/doors.py lab/site/windows.py
msgid "The door is closed."
msgstr ""

#: lab/doors.py
msgid "port {port}"
msgstr ""

#: lab/doors.py
msgid "{who} comes"
msgstr ""

#: lab/doors.py
msgid "a doctor"
msgstr ""

#: lab/doors.py
msgid "{n} door is open."
msgid_plural "{n} doors are open."
msgstr[0] ""
msgstr[1] ""

#: lab/site/windows.py
msgid "The window is closed."
msgstr ""
"""
TRANSLATED = (
    EXTRACTED.replace('closed."\nmsgstr ""', 'closed."\nmsgstr "C\'est fermé."')
    .replace('port}"\nmsgstr ""', 'port}"\nmsgstr "port {port}"')
    .replace('comes"\nmsgstr ""', 'comes"\nmsgstr "{who} arrive"')
    .replace('doctor"\nmsgstr ""', 'doctor"\nmsgstr "un médecin"')
    .replace('msgstr[0] ""', 'msgstr[0] "{n} porte est ouverte."')
    .replace('msgstr[1] ""', 'msgstr[1] "{n} portes sont ouvertes."')
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for path, text in {"doors.py": DOORS, "site/windows.py": WINDOWS, "locale/fr.po": HEADER + TRANSLATED}.items():
        (root / "lab" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "lab" / path).write_text(text, encoding="utf-8")
    (root / "notebooks" / "src").mkdir(parents=True)
    return root


def catalogue_of(project: Path) -> Path:
    return project / "lab" / "locale" / "fr.po"


def test_update_writes_every_text_of_the_lab_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue_of(project).unlink()
    assert catalogues.main(["update"], project) == 0
    assert catalogue_of(project).read_text(encoding="utf-8") == HEADER + EXTRACTED
    assert capsys.readouterr().out == (
        "lab/locale/fr.po: written, 6 texts, 6 without French\n"
        "notebooks/locale/fr.po: written, 0 texts, 0 without French\n"
    )


def test_update_changes_nothing_the_second_time(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogues.main(["update"], project)
    capsys.readouterr()
    assert catalogues.main(["update"], project) == 0
    assert catalogue_of(project).read_text(encoding="utf-8") == HEADER + TRANSLATED
    assert capsys.readouterr().out == (
        "lab/locale/fr.po: unchanged, 6 texts, 0 without French\n"
        "notebooks/locale/fr.po: unchanged, 0 texts, 0 without French\n"
    )


def test_update_keeps_french_drops_what_is_gone_and_marks_what_was_edited(project: Path) -> None:
    doors = project / "lab" / "doors.py"
    doors.write_text(DOORS.replace("is closed.", "is shut.").replace('t("a doctor")', '"you"'), encoding="utf-8")
    (project / "lab" / "site" / "windows.py").unlink()
    catalogues.main(["update"], project)
    assert catalogue_of(project).read_text(encoding="utf-8") == HEADER + TRANSLATED.replace(
        '#: lab/doors.py lab/site/windows.py\nmsgid "The door is closed."',
        '#: lab/doors.py\n#, fuzzy\nmsgid "The door is shut."',
    ).replace('#: lab/doors.py\nmsgid "a doctor"\nmsgstr "un médecin"\n\n', "").removesuffix(
        '\n#: lab/site/windows.py\nmsgid "The window is closed."\nmsgstr "C\'est fermé."\n'
    )


def test_check_is_content_with_a_whole_translation(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogues.main(["check"], project) == 0
    assert capsys.readouterr().out == "6 texts, all in French\n"


def test_check_names_everything_that_is_wrong_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = HEADER + (
        TRANSLATED.replace('port {port}"\n\n', 'port {porte}"\n\n')
        .replace('"{who} arrive"', '""')
        .replace('#: lab/doors.py\nmsgid "a doctor"', '#: lab/doors.py\n#, fuzzy\nmsgid "a doctor"')
        .replace("{n} portes sont", "{0} portes sont")
        .replace("The window is closed.", "The window is open.")
    )
    catalogue_of(project).write_text(wrong, encoding="utf-8")
    with (project / "lab" / "doors.py").open("a") as file:
        file.write('t(f"{CLOSED} now")\nt("{who} leaves")\nt("a {brace")\nt("{who} comes", **{"who": 1})\n')
    assert catalogues.main(["check"], project) == 1
    assert capsys.readouterr().out == (
        "lab/doors.py, line 9: the text is not a plain string literal, so that no translator gets it\n"
        "lab/doors.py, line 10: no value for {who}\n"
        "lab/doors.py, line 11: expected '}' before end of string in the text 'a {brace': "
        "write {{ and }} for plain braces\n"
        'lab/locale/fr.po: not in the catalogue: "The window is closed."\n'
        'lab/locale/fr.po: its French has {porte} where the English has {port}: "port {port}"\n'
        'lab/locale/fr.po: untranslated: "{who} comes"\n'
        'lab/locale/fr.po: fuzzy: "a doctor"\n'
        "lab/locale/fr.po: a placeholder needs a name, not {0}, in the text '{0} portes sont ouvertes.': "
        '"{n} door is open."\n'
        'lab/locale/fr.po: no longer in the sources: "The window is open."\n'
        "9 found → python tools/catalogues.py update, then write the French in the .po files\n"
    )
    assert catalogue_of(project).read_text(encoding="utf-8") == wrong
    assert not (project / "notebooks" / "locale").exists()


def test_check_finds_a_catalogue_that_an_update_would_write_differently(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    catalogue_of(project).write_text(HEADER + TRANSLATED.replace("doors.py\n", "doors.py:12\n"), encoding="utf-8")
    assert catalogues.main(["check"], project) == 1
    assert capsys.readouterr().out.splitlines()[0] == "lab/locale/fr.po: not written as an update writes it"


def test_a_singular_form_may_leave_out_the_number(project: Path) -> None:
    french = TRANSLATED.replace("{n} door is open", "one door is open").replace("{n} porte est", "une porte est")
    catalogue_of(project).write_text(HEADER + french, encoding="utf-8")
    (project / "lab" / "doors.py").write_text(DOORS.replace("{n} door is", "one door is"), encoding="utf-8")
    assert catalogues.main(["check"], project) == 0


def test_notebooks_belong_to_the_check(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = project / "notebooks" / "src" / "01_door.py"
    source.write_text("# %% [markdown]\n# # The door of {nothing}\n", encoding="utf-8")
    assert catalogues.main(["check"], project) == 1
    assert capsys.readouterr().out.splitlines()[0] == (
        'notebooks/locale/fr.po: not in the catalogue: "# The door of {nothing}"'
    )
    catalogues.main(["update"], project)
    path = project / "notebooks" / "locale" / "fr.po"
    path.write_text(path.read_text(encoding="utf-8").removesuffix('""\n') + '"# La porte"\n', encoding="utf-8")
    assert catalogues.main(["check"], project) == 0


@pytest.mark.parametrize(
    ("path", "text", "error"),
    [
        ("lab/doors.py", "def", "lab/doors.py, line 1: invalid syntax"),
        ("lab/locale/fr.po", 'msgid "a', "{root}/lab/locale/fr.po is not a catalogue (PO file): "),
        ("notebooks/src/door.py", "", "notebooks/src/door.py: the name of a source is two digits, "),
    ],
)
def test_what_cannot_be_read_is_an_error_and_not_a_finding(
    project: Path, capsys: pytest.CaptureFixture[str], path: str, text: str, error: str
) -> None:
    (project / path).write_text(text, encoding="utf-8")
    for command in ("check", "update"):
        assert catalogues.main([command], project) == 2
        assert capsys.readouterr().err.startswith("error: " + error.format(root=project))
