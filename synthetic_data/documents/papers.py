"""The papers of a hospital: referral letter and consent form as typed pages, an identity card, a scanned letter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic_data.anatomy.texture import noise
from synthetic_data.burned import Line, draw_lines
from synthetic_data.documents.pdf import TALL, WIDE, Page, text_width
from synthetic_data.documents.text import Parts, study_fields, wrapped
from synthetic_data.lettering import Style, line_height, width
from synthetic_data.model import Study
from synthetic_data.phrases import phrases_for

_MARGIN, _SIZE = 62, 10.5
_CARD_ROWS, _CARD_COLUMNS = 400, 640
_CARD_X, _CARD_Y, _CARD_WIDE = 137, 150, 320


def typed_page(study: Study, key: str) -> Page:
    """A letter (`pdf_letter`) or a form (`pdf_consent`) on one page."""
    words, fields = phrases_for(study.locale), study_fields(study, latin_only=True)
    kind = key.removeprefix("pdf_")
    page = Page(1)
    page.write(_MARGIN, 60, 15, (words.labels[kind],))
    y = 110.0
    for paragraph in words.letter if kind == "letter" else words.consent:
        for parts in wrapped(paragraph, fields, lambda text: text_width(text, _SIZE), WIDE - 2 * _MARGIN):
            page.write(_MARGIN, y, _SIZE, parts)
            y += _SIZE * 1.45
        y += _SIZE
    page.write(_MARGIN, TALL - 70, 8, (words.labels["specimen"],))
    return page


def card_page(study: Study) -> Page:
    """A photocopied identity card: the words are in a picture, not in text."""
    page = Page(1)
    page.write(_MARGIN, 60, 8, (phrases_for(study.locale).labels["specimen"],))
    lines = card_lines(study)
    picture = _card(study)
    draw_lines(lines, picture, 25)
    scale = _CARD_WIDE / _CARD_COLUMNS
    page.draw(picture, _CARD_X, _CARD_Y, _CARD_WIDE, _CARD_ROWS * scale)
    for line in lines:
        for found, (left, top, right, bottom) in line.identifiers():
            box = (
                round(_CARD_X + left * scale), round(_CARD_Y + top * scale),
                round(_CARD_X + right * scale + 0.5), round(_CARD_Y + bottom * scale + 0.5),
            )  # fmt: skip
            page.found.append((found, box))
    return page


def card_lines(study: Study) -> list[Line]:
    """What the card says, in its own pixels."""
    words, who = phrases_for(study.locale).labels, study_fields(study, latin_only=True)
    rows: list[tuple[str, Parts]] = [
        ("surname", (who["name"],)),
        ("given", (who["given"],)),
        ("born", (who["birth_date"],)),
        ("sex", (who["sex"],)),
        ("number", (who["national_id"],)),
    ]
    lines = [Line(30, 16, "text", (words["card"],))]
    for row, (label, parts) in enumerate(rows):
        lines += [Line(230, 66 + 58 * row, "small", (words[label],)), Line(230, 86 + 58 * row, "text", parts)]
    return lines


def _card(study: Study) -> NDArray[np.uint8]:
    """The card's ground with a portrait that shows no one: a head and shoulders."""
    picture = np.full((_CARD_ROWS, _CARD_COLUMNS), 232, np.uint8)
    picture[:4], picture[-4:], picture[:, :4], picture[:, -4:] = 90, 90, 90, 90
    picture[50:52, 20:-20] = 120
    y, x = np.mgrid[80:330, 30:210]
    portrait = np.full(y.shape, 205, np.uint8)
    portrait[((x - 120) * (x - 120) * 4 + (y - 350) * (y - 350) * 2) < 33000] = 110
    portrait[((x - 120) * (x - 120) * 14 + (y - 190) * (y - 190) * 8) < 36000] = 150
    picture[80:330, 30:210] = portrait
    return picture


def scan_lines(study: Study, columns: int) -> list[Line]:
    """A referral letter on paper, at 100 dots an inch: printed, with a signature."""
    words, fields = phrases_for(study.locale), study_fields(study, latin_only=True)
    left, y = 90, 90
    lines = [Line(left, y, "bold", (words.labels["letter"],))]
    y += 80
    for number, paragraph in enumerate(words.letter):
        last = number == len(words.letter) - 1
        style: Style = "script" if last else "text" if number == 0 else "small"
        tall = line_height(style) + 5
        for parts in wrapped(paragraph, fields, lambda text, s=style: width(text, s), columns - 2 * left):  # type: ignore[misc]
            lines.append(Line(left if not last else columns // 2, y, style, parts))
            y += tall
        y += 20
    return [*lines, Line(left, 1110, "small", (words.labels["specimen"],))]


def scanned_sheet(study: Study, rows: int, columns: int) -> NDArray[np.uint8]:
    """The letter as a scanner sees it: off-white paper with grain, a fold, and ink."""
    grain = noise(study.role.child("paper"), rows, columns, 2)
    paper = np.clip(np.float32(240) + grain * np.float32(2.5), 0, 255)
    paper[rows // 3 : rows // 3 + 2] -= np.float32(14)
    picture: NDArray[np.uint8] = np.rint(paper).astype(np.uint8)
    draw_lines(scan_lines(study, columns), picture, 30)
    return picture
