"""The trainees' notebooks as they are derived from their sources."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "notebooks"))

from builder.cli import main
from builder.source import SourceError, read_source, read_sources

BUILD = Path(__file__).resolve().parents[2] / "notebooks" / "build.py"
SOURCE = """\
# %% [markdown]
# # The open door
#
# In this notebook you *close* it. {braces} and 100 % of "quotes" stay.

# %%
import types

# The lab is small:
# it knows its language.
lab = types.SimpleNamespace(language="en")  # language

# %% tags=["graded"]
def repair(site):
    text = "# not a comment"  # noqa: F841
    # Ask for a name.
    # solution
    # Everyone has one.
    site["AuthenticationEnabled"] = True
    return site  # closed
    # trainee: # Your options:
    # trainee:
    # trainee: return site  # unchanged
    # end solution


# ---
repair({})

# %%
# solution
answer = 42
# trainee: answer = None
# end solution
"""
ENGLISH = [
    '# The open door\n\nIn this notebook you *close* it. {braces} and 100 % of "quotes" stay.',
    'import types\n\n# The lab is small:\n# it knows its language.\nlab = types.SimpleNamespace(language="en")',
    """\
def repair(site):
    text = "# not a comment"  # noqa: F841
    # Ask for a name.
    # Your options:

    return site  # unchanged


# ---
repair({})""",
    "answer = None",
]
FRENCH = [
    "# La porte ouverte\n\nFermez-la.",
    'import types\n\n# Le labo parle.\nlab = types.SimpleNamespace(language="fr")',
    """\
def repair(site):
    text = "# not a comment"  # noqa: F841
    # Demandez
    #
    # un nom.
    # À vous :

    return site  # inchangé


# ---
repair({})""",
    "answer = None",
]
SOLVED = """\
def repair(site):
    text = "# not a comment"  # noqa: F841
    # Demandez
    #
    # un nom.
    # Chacun en a un.
    site["AuthenticationEnabled"] = True
    return site  # fermé


# ---
repair({})"""
CATALOGUE = """\
# French of the course: markdown cells and comments of notebooks/src.
msgid ""
msgstr ""
"Language: fr\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

#: notebooks/src/01_open_door.py
msgid ""
"# The open door\\n"
"\\n"
"In this notebook you *close* it. {braces} and 100 % of \\"quotes\\" stay."
msgstr ""
"# La porte ouverte\\n"
"\\n"
"Fermez-la."

#: notebooks/src/01_open_door.py
msgid ""
"The lab is small:\\n"
"it knows its language."
msgstr "Le labo parle."

#: notebooks/src/01_open_door.py
msgid "Ask for a name."
msgstr ""
"Demandez\\n"
"\\n"
"un nom."

#: notebooks/src/01_open_door.py
msgid "Everyone has one."
msgstr "Chacun en a un."

#: notebooks/src/01_open_door.py
msgid "closed"
msgstr "fermé"

#: notebooks/src/01_open_door.py
msgid "Your options:"
msgstr "À vous :"

#: notebooks/src/01_open_door.py
msgid "unchanged"
msgstr "inchangé"
"""
UNTRANSLATED = CATALOGUE.split("#: ")[0] + "".join(
    f'#: {entry.split("msgstr")[0]}msgstr ""\n\n' for entry in CATALOGUE.split("#: ")[1:]
).removesuffix("\n")


@pytest.fixture
def course(tmp_path: Path) -> Path:
    root = tmp_path / "notebooks"
    write(root / "src" / "01_open_door.py", SOURCE)
    write(root / "locale" / "fr.po", CATALOGUE)
    return root


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def cells(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=nbformat.NO_CONVERT).cells]


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_source_gives_the_trainee_an_english_and_a_french_notebook(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], course) == 0
    assert capsys.readouterr() == (f"notebooks in {course}: 2 written, 0 unchanged\n", "")
    assert cells(course / "en" / "01_open_door.ipynb") == ENGLISH
    assert cells(course / "fr" / "01_open_door.ipynb") == FRENCH


def test_the_solved_notebook_holds_the_solutions_and_neither_markers_nor_trainee_lines(course: Path) -> None:
    out = course.parent / "solved"
    assert main(["--solved", "--out", str(out), "--language", "fr"], course) == 0
    assert cells(out / "fr" / "01_open_door.ipynb") == [*FRENCH[:2], SOLVED, "answer = 42"]
    assert sorted(files(out)) == ["fr/01_open_door.ipynb"]
    assert not (course / "fr").exists()


def test_both_copies_run_from_top_to_bottom(course: Path) -> None:
    answers = {}
    for solved in ([], ["--solved"]):
        out = course.parent / f"out{len(solved)}"
        main([*solved, "--out", str(out)], course)
        for path in sorted(out.rglob("*.ipynb")):
            names: dict[str, object] = {}
            for code in cells(path)[1:]:
                exec(code, names)
            folder = path.relative_to(course.parent).parent.as_posix()
            answers[folder] = (names["lab"].language, names["answer"])  # type: ignore[attr-defined]
    assert answers == {
        "out0/en": ("en", None),
        "out0/fr": ("fr", None),
        "out1/en": ("en", 42),
        "out1/fr": ("fr", 42),
    }


def test_the_file_is_a_complete_notebook_that_says_where_it_comes_from(course: Path) -> None:
    write(course / "src" / "01_open_door.py", '# %% [markdown]\n# # Title\n\n# %% tags=["graded"]\n1 + 1\n')
    assert main(["--language", "en"], course) == 0
    text = (course / "en" / "01_open_door.ipynb").read_text(encoding="utf-8")
    notebook = json.loads(text)
    ids = [cell.pop("id") for cell in notebook["cells"]]
    source_digest = hashlib.sha256((course / "src" / "01_open_door.py").read_bytes()).hexdigest()
    assert [len(cell_id) for cell_id in ids] == [12, 12]
    assert text.endswith("}\n")
    assert notebook == {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]},
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {"tags": ["graded"]},
                "outputs": [],
                "source": ["1 + 1"],
            },
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
            "pacslab": {"id": "open_door", "language": "en", "source_digest": source_digest},
            "title": "Title",
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def test_every_build_gives_the_same_bytes_and_leaves_what_is_right_alone(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], course)
    first = files(course)
    capsys.readouterr()
    main([], course)
    assert capsys.readouterr().out == f"notebooks in {course}: 0 written, 2 unchanged\n"
    main(["--out", str(course.parent / "again")], course)
    assert {f"{path}": text for path, text in files(course.parent / "again").items()} == {
        path: text for path, text in first.items() if path.endswith(".ipynb")
    }
    assert files(course) == first


def test_cell_ids_are_the_same_in_both_languages_and_survive_a_new_cell_above(course: Path) -> None:
    before = read_source(course / "src" / "01_open_door.py").cell_ids()
    repeated = SOURCE + "\n# %%\nrepair({})\n" * 2
    after = read_source(write(course / "src" / "01_open_door.py", "# %%\n1\n\n" + repeated)).cell_ids()
    assert after[1:-2] == before
    assert len(set(after)) == len(after)
    main([], course)
    english, french = (
        [cell.id for cell in nbformat.read(course / language / "01_open_door.ipynb", 4).cells]
        for language in ("en", "fr")
    )
    assert english == french == list(after)


def test_comments_that_look_like_magics_stay_comments(course: Path) -> None:
    code = "# copy the study\n# why?\n# %time passes\nstudy = 1"
    write(course / "src" / "01_open_door.py", f"# %% [markdown]\n# # Title\n\n# %%\n{code}\n")
    main(["--language", "en"], course)
    assert cells(course / "en" / "01_open_door.ipynb") == ["# Title", code]


def test_a_comment_of_the_solution_is_not_joined_with_the_one_above_it(course: Path) -> None:
    main(["--extract"], course)
    assert 'msgid "Ask for a name."' in (course / "locale" / "fr.po").read_text(encoding="utf-8")


def test_what_has_no_french_stays_english_with_a_warning(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        course / "locale" / "fr.po",
        CATALOGUE.replace('#: notebooks/src/01_open_door.py\nmsgid "unch', '#, fuzzy\nmsgid "unch'),
    )
    assert main([], course) == 0
    assert capsys.readouterr().err == 'warning: notebooks/src/01_open_door.py: no French for "unchanged"\n'
    assert cells(course / "fr" / "01_open_door.ipynb")[2] == FRENCH[2].replace("inchangé", "unchanged")


def test_extract_writes_the_texts_of_the_sources_in_their_order(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "locale" / "fr.po").unlink()
    assert main(["--extract"], course) == 0
    assert (course / "locale" / "fr.po").read_text(encoding="utf-8") == UNTRANSLATED
    assert capsys.readouterr().out == "notebooks/locale/fr.po: written, 7 texts without French\n"


def test_extract_changes_nothing_the_second_time(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--extract"], course) == 0
    assert (course / "locale" / "fr.po").read_text(encoding="utf-8") == CATALOGUE
    assert capsys.readouterr().out == "notebooks/locale/fr.po: unchanged, 0 texts without French\n"


def test_extract_keeps_french_adds_what_is_new_drops_what_is_gone_and_marks_what_was_edited(course: Path) -> None:
    source = SOURCE.replace("# Ask for a name.", "# Ask for the name.").replace("  # unchanged", "  # 100 % new")
    write(course / "src" / "01_open_door.py", source)
    write(
        course / "locale" / "fr.po",
        CATALOGUE.replace('#: notebooks/src/01_open_door.py\nmsgid "cl', '# short\nmsgid "cl'),
    )
    assert main(["--extract"], course) == 0
    assert (course / "locale" / "fr.po").read_text(encoding="utf-8") == CATALOGUE.replace(
        '#: notebooks/src/01_open_door.py\nmsgid "Ask for a name."',
        '#: notebooks/src/01_open_door.py\n#, fuzzy\nmsgid "Ask for the name."',
    ).replace('msgid "unchanged"\nmsgstr "inchangé"', 'msgid "100 % new"\nmsgstr ""').replace(
        '#: notebooks/src/01_open_door.py\nmsgid "cl', '# short\n#: notebooks/src/01_open_door.py\nmsgid "cl'
    )


def test_a_text_of_two_notebooks_is_translated_once(course: Path) -> None:
    write(course / "src" / "02_other.py", "# %% [markdown]\n# # Other\n\n# %%\n1  # closed\n")
    main(["--extract"], course)
    assert '#: notebooks/src/01_open_door.py notebooks/src/02_other.py\nmsgid "closed"\nmsgstr "fermé"' in (
        course / "locale" / "fr.po"
    ).read_text(encoding="utf-8")


def test_check_is_content_when_everything_is_up_to_date(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([], course)
    capsys.readouterr()
    assert main(["--check"], course) == 0
    assert capsys.readouterr() == ("every notebook and the catalogue are up to date (sources: 1)\n", "")


def test_check_names_what_is_stale_or_untranslated_and_writes_nothing(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([], course)
    (course / "en" / "01_open_door.ipynb").rename(course / "en" / "02_renamed.ipynb")
    write(course / "en" / "my_own_notes.ipynb", "{}")
    write(course / "src" / "01_open_door.py", SOURCE + "# one two three four five six seven eight nine\n")
    before = files(course)
    capsys.readouterr()
    assert main(["--check"], course) == 1
    assert capsys.readouterr() == (
        "notebooks/en/01_open_door.ipynb is missing\n"
        "notebooks/fr/01_open_door.ipynb is not what src/01_open_door.py gives\n"
        "notebooks/en/02_renamed.ipynb has no source: delete it\n"
        'notebooks/src/01_open_door.py: no French for "one two three four five six seven eight …"\n'
        "notebooks/locale/fr.po is not what the sources give\n"
        "→ python notebooks/build.py --extract\n"
        "→ write the French in notebooks/locale/fr.po\n"
        "→ python notebooks/build.py\n",
        "",
    )
    assert files(course) == before


def test_outputs_and_edits_in_a_derived_notebook_make_it_stale_and_the_next_build_takes_them_out(course: Path) -> None:
    main([], course)
    path = course / "en" / "01_open_door.ipynb"
    clean = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, path)
    assert main(["--check"], course) == 1
    assert main([], course) == 0
    assert path.read_bytes() == clean


def test_a_build_warns_of_a_notebook_whose_source_is_gone(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(course / "fr" / "09_old.ipynb", "{}")
    assert main([], course) == 0
    assert capsys.readouterr().err == "warning: notebooks/fr/09_old.ipynb has no source: delete it\n"


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("# solution\nx = 1\n# end solution", "line 5: this solution has no '# trainee:' line: write what stands "
         "in the trainee's copy, such as '# trainee: repair = {}', before '# end solution'"),
        ("x = 1\n# solution\nx = 2", "line 6: this '# solution' has no '# end solution'"),
        ("x = 1\n# end solution", "line 6: this '# end solution' has no '# solution'"),
        ("# solution\n# solution", "line 6: a second '# solution' before the '# end solution' of line 5's"),
        ("# solution\n\n# trainee: x = 1\n# end solution", "line 5: this solution is empty"),
        ("# trainee: x = 1", "line 5: a '# trainee:' line stands between '# solution' and '# end solution'"),
        ("# solution\nx = 1\n# trainee: x = 2\nx = 3\n# end solution",
         "line 8: the solution ends with its '# trainee:' lines: move this line above them"),
        ("# Solution:\nx = 1", "line 5: '# Solution:' is not a marker: "
         "write '# solution', '# end solution' or '# trainee: …'"),
        ("\n#end solution", "line 6: '#end solution' is not a marker: "
         "write '# solution', '# end solution' or '# trainee: …'"),
        ("def f():\n    # solution\n    pass\n    # trainee: # yours\n    # end solution\nf()",
         "line 10: not Python: expected an indented block after function definition on line 1"),
        ("%matplotlib inline", "line 5: not Python: invalid syntax"),
        ('lab = Lab("fr")  # language', "line 5: a line marked '# language' holds \"en\" exactly once"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_built_is_named_with_cell_and_line(
    course: Path, capsys: pytest.CaptureFixture[str], code: str, error: str
) -> None:
    write(course / "src" / "01_open_door.py", f"# %% [markdown]\n# # Title\n\n# %%\n{code}\n")
    before = files(course)
    for arguments in ([], ["--check"], ["--extract"]):
        assert main(arguments, course) == 2
        assert capsys.readouterr() == ("", f"error: notebooks/src/01_open_door.py, cell 2, {error}\n")
    assert files(course) == before


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("02_x.py", "# %%\n1\n", "notebooks/src/02_x.py: the first markdown cell has no title, '# …'"),
        ("02_x.py", "# %% [markdown]\n# text\n",
         "notebooks/src/02_x.py, cell 1: the first markdown cell has no title, '# …'"),
        ("02_x.py", "x = 1\n\n# %% [markdown]\n# # T\n",
         "notebooks/src/02_x.py, cell 1: "
         "every cell, the first one too, begins with a line '# %%' or '# %% [markdown]'"),
        ("x.py", "", "notebooks/src/x.py: the name of a source is two digits, '_' and an id: 03_exposed_archive.py"),
        ("01_x.py", "", "notebooks/src/01_x.py: has the number or the id of 01_open_door.py: each is used once"),
        ("02_open_door.py", "",
         "notebooks/src/02_open_door.py: has the number or the id of 01_open_door.py: each is used once"),
    ],
)  # fmt: skip
def test_a_source_that_is_not_one_is_refused(
    course: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, error: str
) -> None:
    write(course / "src" / name, text)
    assert main([], course) == 2
    assert capsys.readouterr() == ("", f"error: {error}\n")


def test_a_french_title_cell_without_a_title_is_refused(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(course / "locale" / "fr.po", CATALOGUE.replace("# La porte ouverte", "La porte ouverte"))
    assert main([], course) == 2
    assert capsys.readouterr().err == (
        "error: notebooks/src/01_open_door.py, cell 1: the first markdown cell has no title, '# …' (translation: fr)\n"
    )


def test_a_catalogue_that_is_not_one_is_refused(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(course / "locale" / "fr.po", 'msgid "a')
    assert main([], course) == 2
    assert capsys.readouterr().err.startswith(f"error: {course}/locale/fr.po is not a catalogue (PO file): ")


def test_a_course_without_sources_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([], tmp_path) == 2
    assert capsys.readouterr().err == f"error: no folder {tmp_path}/src\n"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--solved"], "--solved needs --out DIR: solutions don't belong in the trainee's folders"),
        (["--check", "--out", "x"], "--out goes with a build, not with --check or --extract"),
        (["--check", "--extract"], "argument --extract: not allowed with argument --check"),
        (["--language", "de"], "argument --language: invalid choice: 'de' (choose from en, fr)"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    course: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments, course)
    assert exit_.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].replace("'en', 'fr'", "en, fr") == f"build.py: error: {error}"


def test_a_failed_write_leaves_the_old_notebook_and_no_draft(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main([], course)
    write(course / "src" / "01_open_door.py", SOURCE + "# %%\n2\n")
    before = files(course)

    def fail(self: Path, target: Path) -> Path:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    assert main([], course) == 2
    assert files(course) == before


def test_sources_come_in_the_order_of_the_course(course: Path) -> None:
    write(course / "src" / "00_welcome.py", "# %% [markdown]\n# # Welcome\n")
    assert [(source.id, len(source.cells)) for source in read_sources(course / "src")] == [
        ("welcome", 1),
        ("open_door", 4),
    ]
    with pytest.raises(SourceError):
        read_source(course / "src" / "welcome.py")


@pytest.mark.slow
def test_the_builder_runs_as_a_script_and_explains_itself() -> None:
    shown = subprocess.run([sys.executable, BUILD, "--help"], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("usage: build.py [-h] [--check | --extract | --solved]")
    assert shown.endswith(
        """\
examples:
  python notebooks/build.py                        write notebooks/en and notebooks/fr
  python notebooks/build.py --check                say what is stale or untranslated, write nothing
  python notebooks/build.py --extract              bring notebooks/locale/fr.po up to date
  python notebooks/build.py --solved --out /tmp/solved --language en

exit codes: 0 clean, 1 found something (--check), 2 could not do it
"""
    )
