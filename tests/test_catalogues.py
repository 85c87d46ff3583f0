"""The French of the lab as a whole: complete, in step with the sources, well set, and spoken by the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

import catalogues
from builder import po

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "lab" / "locale"
FILES = ("fr.po", "click.fr.po")

# --- the catalogues --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found() -> tuple[list[catalogues.Catalogue], list[str]]:
    return catalogues.catalogues(ROOT)


def french(name: str) -> Iterator[tuple[str, str]]:
    """Every English text of a catalogue with its French; for plurals, each form."""
    for message in po.texts(po.read_catalogue(LOCALE / name)):
        for form in po.forms(message.string):
            yield po.forms(message.id)[0], form


@pytest.mark.parametrize("name", FILES)
def test_every_text_has_its_french_with_the_same_placeholders(
    found: tuple[list[catalogues.Catalogue], list[str]], name: str
) -> None:
    (catalogue,) = [catalogue for catalogue in found[0] if catalogue.path == LOCALE / name]
    assert catalogue.problems() == []


def test_every_text_of_the_lab_can_be_extracted(found: tuple[list[catalogues.Catalogue], list[str]]) -> None:
    assert found[1] == []


PRINTED_WRONGLY = {
    "a space that may break before : ; ! ? »": r" [:;!?»]",
    "no space before : ; ! ?": r"(?<![\u00a0\"])[:;!?](?=[\s”»]|$)",  # "key": value is code
    "no no-break space inside « »": r"«(?!\u00a0)|(?<!\u00a0)»",
    "a straight apostrophe": r"'",
    "English quotation marks": r"[“”]",
}


@pytest.mark.parametrize("rule", PRINTED_WRONGLY)
@pytest.mark.parametrize("name", FILES)
def test_french_is_set_as_it_is_printed(name: str, rule: str) -> None:
    wrong = [form for _, form in french(name) if re.search(PRINTED_WRONGLY[rule], re.sub(r"\{[^{}]*\}", "x", form))]
    assert wrong == []


@pytest.mark.slow
def test_a_sentence_ends_as_its_english_does() -> None:
    ends = re.compile(r"[.:?!…]$")
    differ = [
        (english, form)
        for english, form in french("fr.po")
        if (mark := ends.search(english)) is not None and not form.endswith(mark[0])
    ]
    assert differ == []


# --- the command line ------------------------------------------------------------------------------------------------

ASK = """
import json, sys
from click.testing import CliRunner
from lab.cli import main

lines = json.loads(sys.argv[1]) or [["--help"], *([name, "--help"] for name in main.commands)]
answers = [CliRunner().invoke(main, line, prog_name="pacslab") for line in lines]
print(json.dumps([[" ".join(line), answer.output] for line, answer in zip(lines, answers)]))
"""


def say(*lines: str, **environment: str) -> dict[str, str]:
    """What ``pacslab`` prints for these command lines (none: the help of every command), in this environment alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LANG", "LC_", "PACSLAB_"))}
    command = [sys.executable, "-c", ASK, json.dumps([line.split() for line in lines])]
    answer = subprocess.run(command, env=kept | environment, cwd=ROOT, capture_output=True, timeout=60, check=True)
    return dict(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def help_in_french() -> dict[str, str]:
    return say(PACSLAB_LANG="fr")


@pytest.mark.slow
def test_help_in_french_says_nothing_in_english(help_in_french: dict[str, str]) -> None:
    english = [
        po.forms(message.id)[0]
        for name in FILES
        for message in po.texts(po.read_catalogue(LOCALE / name))
        if name == "click.fr.po"
        or any(path.startswith(("lab/cli.py", "lab/commands/")) for path, _ in message.locations)
        if message.id != message.string
    ]
    sentences = [text for text in english if " " in text and "{" not in text]
    assert len(sentences) > 40
    left = [
        (command, sentence)
        for command, text in help_in_french.items()
        for sentence in sentences
        if sentence in " ".join(text.split())
    ]
    assert left == []


@pytest.mark.slow
def test_click_speaks_french_in_french(help_in_french: dict[str, str]) -> None:
    main, logs = help_in_french["--help"], help_in_french["logs --help"]
    assert main.startswith("Utilisation\u00a0: pacslab [OPTIONS] COMMANDE [ARGUMENTS]...\n")
    assert "\nOptions\u00a0:\n  --version  Affiche la version et quitte.\n" in main
    assert "\nCommandes\u00a0:\n" in main
    assert all("  Affiche cette aide et quitte.\n" in text for text in help_in_french.values())
    assert "[JOURNAL]" in logs
    assert "\n  Exemples\u00a0:\n" in logs
    assert "[par défaut\u00a0: 40;" in logs


@pytest.mark.parametrize(
    ("environment", "usage"),
    [
        ({}, "Usage: "),
        ({"PACSLAB_LANG": "en", "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"}, "Usage: "),
        ({"LC_ALL": "C", "LANG": "fr_FR.UTF-8", "LANGUAGE": "fr"}, "Usage: "),
        ({"PACSLAB_LANG": "fr", "LC_ALL": "C", "LANGUAGE": "en"}, "Utilisation\u00a0: "),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "de"}, "Utilisation\u00a0: "),
    ],
)
def test_click_speaks_the_language_of_the_lab_whatever_the_system_speaks(
    environment: dict[str, str], usage: str
) -> None:
    text = say("--help", **environment)["--help"]
    assert text.startswith(usage)
    assert ("\nOptions:\n" in text, "\nOptions\u00a0:\n" in text) == (usage == "Usage: ", usage != "Usage: ")


def test_what_went_wrong_is_said_in_french(tmp_path: Path) -> None:
    lines = ("prob", "fix --nope", "hint", "probe", "logs --lines 0", "logs syslog")
    said = say(*lines, PACSLAB_LANG="fr", PACSLAB_STATE=str(tmp_path))
    assert said["prob"] == (
        "Utilisation\u00a0: pacslab [OPTIONS] COMMANDE [ARGUMENTS]...\n"
        "Pour obtenir de l’aide\u00a0: pacslab --help\n\n"
        "Erreur\u00a0: Commande 'prob' inconnue. Vouliez-vous dire 'probe'\u00a0?\n"
    )
    assert {line: said[line].splitlines()[-1] for line in lines[1:]} == {
        "fix --nope": "Erreur\u00a0: Option '--nope' inconnue.",
        "hint": "Erreur\u00a0: Il manque l’argument 'ID'.",
        "probe": "Erreur\u00a0: Nommez un scénario, ou indiquez --all.",
        "logs --lines 0": "Erreur\u00a0: Valeur incorrecte pour '--lines'\u00a0: 0 est hors de l’intervalle 1<=x<=100000.",
        "logs syslog": "→ Choix possibles\u00a0: orthanc, gateway-access, gateway-stream, gateway-error, host.",
    }
    assert said["logs syslog"].startswith("pacslab: Il n’y a pas de journal 'syslog'.\n")


# --- tools/catalogues.py: the texts of click -------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a command line, which is all that click's catalogue is made for."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "lab" / "cli.py").write_text("import click\n", encoding="utf-8")
    (tmp_path / "notebooks" / "src").mkdir(parents=True)
    assert catalogues.main(["update"], tmp_path) == 0
    return tmp_path


def test_clicks_own_texts_are_found_with_their_plurals(project: Path) -> None:
    ids = [po.forms(message.id) for message in po.texts(po.read_catalogue(project / "lab/locale/click.fr.po"))]
    assert ("Usage:",) in ids
    assert ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)") in ids
    assert len(ids) > 50


@pytest.mark.slow
def test_what_is_translated_can_be_read_by_gettext_after_an_update_and_not_before(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, compiled = project / "lab/locale/click.fr.po", project / "lab/locale/fr/LC_MESSAGES/click.mo"
    source.write_bytes((LOCALE / "click.fr.po").read_bytes())
    capsys.readouterr()
    assert catalogues.main(["check"], project) == 1
    assert capsys.readouterr().out.splitlines()[0] == "lab/locale/click.fr.po: not compiled since it was written"
    catalogues.main(["update"], project)
    with compiled.open("rb") as file:
        assert GNUTranslations(file).gettext("Usage:") == "Utilisation\u00a0:"
    before = compiled.read_bytes()
    compiled.unlink()
    catalogues.main(["update"], project)
    assert compiled.read_bytes() == before
    assert catalogues.main(["check"], project) == 0


@pytest.mark.slow
def test_what_has_no_french_is_left_to_click_itself(project: Path) -> None:
    source, compiled = project / "lab/locale/click.fr.po", project / "lab/locale/fr/LC_MESSAGES/click.mo"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace('msgid "Usage:"\nmsgstr ""', 'msgid "Usage:"\nmsgstr "À lire :"'), encoding="utf-8")
    catalogues.main(["update"], project)
    with compiled.open("rb") as file:
        speaker = GNUTranslations(file)
    assert [speaker.gettext(text) for text in ("Usage:", "Options")] == ["À lire :", "Options"]
    assert speaker.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 2)[:1] == "("
