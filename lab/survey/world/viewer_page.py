"""The pages of an archive's web viewer, as such products show them: a list of patients, a study with its series.

They are pages of an imagined product of 2019, in English; the lab's own texts are not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import islice

from lab.survey.archive import Archive
from lab.survey.query import MOST_WALKED, answer, within
from lab.survey.system import System

ROWS = 25
MARKER = "pacs-web-viewer"
_STYLE = (
    "body{margin:0;font:15px/1.5 sans-serif;background:#12161c;color:#e6e6e6}main{max-width:70rem;margin:auto;padding:1rem}"
    "a{color:#8ec7ff}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .8rem;border-bottom:1px solid #3a4350}"
    "input{font:inherit;padding:.2rem .5rem}.mark{color:#ffb84d}"
)
_COLUMNS = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyDescription",
    "ReferringPhysicianName",
)


def patients(system: System, name: str) -> bytes:
    """The start page: the first studies, or those of a name. Nobody asks who is looking."""
    keys = {"PatientName": f"{name[:64]}*"} if name else {}
    found = list(islice(within(answer(Archive(system), "STUDY", keys), MOST_WALKED), ROWS))
    rows = "".join(_row(match) for match in found)
    head = "".join(f'<th scope="col">{column}</th>' for column in (*_COLUMNS, "Images"))
    counted = f"{system.holdings.records} patients, {system.holdings.images} images"
    body = (
        f'<p id="totals">{counted}</p><form><label>Patient name <input name="name" value="{escape(name[:64])}"></label> '
        f"<button>Search</button></form><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
    return _page(system, body)


def study(system: System, uid: str) -> bytes | None:
    """A study's page, or None when the archive does not have it."""
    archive = Archive(system)
    if archive.of_uid(uid) is None:  # neither a study of this archive nor an asterisk, which would mean all of them
        return None
    found = list(within(answer(archive, "SERIES", {"StudyInstanceUID": uid}), MOST_WALKED))
    if not found:
        return None
    first = found[0]
    lines = "".join(
        f"<li>{escape(match['SeriesNumber'])}: {escape(match['Modality'])}, {escape(match['SeriesDescription'])}, "
        f"{match['NumberOfSeriesRelatedInstances']} images</li>"
        for match in found
    )
    body = f"<h2>{escape(first['PatientName'])}</h2><p>{escape(first['StudyDescription'])}, {first['StudyDate']}</p><ul>{lines}</ul>"
    return _page(system, f'{body}<p><a href="../">All patients</a></p>')


def _row(match: Mapping[str, str]) -> str:
    cells: Iterable[str] = (escape(match[column]) for column in _COLUMNS[1:])
    link = f'<a href="study/{match["StudyInstanceUID"]}">{escape(match["PatientName"])}</a>'
    values: Sequence[str] = (link, *cells, match["NumberOfStudyRelatedInstances"])
    return "<tr>" + "".join(f"<td>{value}</td>" for value in values) + "</tr>"


def _page(system: System, body: str) -> bytes:
    title = escape(f"{system.operator} – {system.product}")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="generator" content="{MARKER}">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f'<p class="mark">SYNTHETIC - NOT A PERSON</p>{body}</main></body></html>'
    ).encode()
