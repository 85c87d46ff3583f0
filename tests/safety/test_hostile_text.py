"""What somebody writes into the archive or its logs is shown as text: it runs nothing in a notebook or in a terminal.

A card that ran a script in JupyterLab, or a line that told a terminal what to do, would lead from inside the sandbox to the
trainee's account. Here an intruder has stored a patient of that kind and written such a line.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from pydicom import dcmread

from lab.api import Lab
from lab.catalogue import catalogue
from lab.cli import main
from lab.course import grading
from lab.course.cards import Shown
from tests.conftest import FEW
from tests.safety.conftest import WIDE_OPEN
from tests.safety.test_loader import some_patient

MARKUP, ORDER = "<img src=x onerror=alert(1)>", "\x1b]52;c;cm0gLXJm\x07"
HOSTILE = f"A{MARKUP}{ORDER}"


@pytest.fixture(scope="module")
def hostile(session_lab: Lab) -> Iterator[Lab]:
    """A lab whose archive and logs somebody has written such things into."""
    lab = session_lab
    if not lab.sandbox.health().ready:
        lab.start(with_parent=True)
    dataset = dcmread(io.BytesIO(some_patient()))
    for keyword in ("PatientName", "StudyDescription", "InstitutionName", "ReferringPhysicianName"):
        setattr(dataset, keyword, HOSTILE)
    content = io.BytesIO()
    dataset.save_as(content)
    try:
        lab.misconfigure()
        lab.change(WIDE_OPEN)
        with lab.web("intruder", "http") as client:
            assert client.post("/instances", content=content.getvalue()).status_code == 200
            for patient in client.get("/patients").json():
                if MARKUP not in client.get(f"/patients/{patient}").text:
                    client.delete(f"/patients/{patient}")
        write_to_log(lab)
        yield lab
    finally:
        lab.reset()


def write_to_log(lab: Lab) -> None:
    with lab.web("intruder", "http") as client:
        script = f'io.stderr:write([[{HOSTILE}]], "\\n") io.stderr:flush()'
        client.post("/tools/execute-script", content=script.encode())


@pytest.fixture(scope="module")
def cards(hostile: Lab) -> list[Shown]:
    """Everything that shows what the archive says: every card of the catalogue."""
    found: list[Shown] = [hostile.look(), hostile.probe_all(), *(hostile.probe(name) for name in catalogue())]
    with pytest.MonkeyPatch.context() as patched:
        # each check asks its own probe here; what the others find stands in their own cards
        patched.setattr(grading, "probe_each", lambda site, others: {})
        return found + [hostile.check(name) for name in catalogue()] + [hostile.status()]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_card_brings_markup_of_a_strangers_into_a_notebook(cards: list[Shown]) -> None:
    pages = [card._repr_html_() for card in cards]
    assert [page for page in pages if MARKUP in page] == []
    assert sum("&lt;img src=x onerror=alert(1)&gt;" in page for page in pages) >= FEW


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_card_and_no_log_line_tells_the_terminal_what_to_do(cards: list[Shown], hostile: Lab) -> None:
    texts = [str(card) for card in cards]
    write_to_log(hostile)
    texts += hostile.logs("orthanc", 200)
    texts.append(CliRunner().invoke(main, ["logs", "orthanc"], color=True).output)
    assert any(MARKUP in text for text in texts[-20:])
    orders = {character for text in texts for character in text if unicodedata.category(character) == "Cc"}
    assert orders <= {"\n", "\t"}
