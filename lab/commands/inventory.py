"""``pacslab inventory``: which personal data an archive, a folder or a backup holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lab.commands.base import AS_JSON, CLEAN, COULD_NOT, FOUND, command, require_one_form
from lab.i18n import t
from lab.saving import require_file
from lab.terminal import Steps

if TYPE_CHECKING:
    from lab.course.inventoried import Inventoried

LEDGER = "ledger.parquet"


@command(
    t(
        "Find personal data in the lab’s archive, logs and backups, or in folders and files. Read-only. Exit code 1 when there is some."
    ),
    """pacslab inventory
pacslab inventory --dicomweb --no-ocr
pacslab inventory vendor-logs --with-archive --no-ocr
pacslab inventory hospital --no-ocr
pacslab inventory export.zip /var/log/orthanc --csv > findings.csv
pacslab inventory hospital --html inventory.html
pacslab inventory hospital --score""",
)
@click.argument("paths", nargs=-1, metavar="[FOLDER|FILE]...", type=click.Path(path_type=Path))
@click.option(
    "--with-archive",
    is_flag=True,
    help=str(t("Search the lab’s archive too: whom it knows is found in the folders.")),
)
@click.option("--dicomweb", is_flag=True, help=str(t("Read the lab’s archive by DICOMweb instead of REST.")))
@click.option("--no-ocr", is_flag=True, help=str(t("Leave pixels and scans unread: hundreds of times faster.")))
@click.option(
    "--sample",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help=str(t("Search one file of N; everyone is learnt from all.")),
)
@click.option("--workers", type=click.IntRange(1, 64), help=str(t("How many processes; as many as processors.")))
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), help=str(t("Write a page with pictures."))
)
@click.option(
    "--score", "scored", is_flag=True, help=str(t("Hold it against the answer key of a synthetic set (a folder)."))
)
@click.option("--csv", "as_csv", is_flag=True, help=str(t("Print CSV, one row a finding.")))
@AS_JSON
def inventory(**asked: Any) -> None:
    sys.exit(_run(**asked))


def _run(
    paths: tuple[Path, ...],
    with_archive: bool,
    dicomweb: bool,
    no_ocr: bool,
    sample: int,
    workers: int | None,
    page: Path | None,
    scored: bool,
    as_csv: bool,
    as_json: bool,
) -> int:
    from lab.api import Lab
    from lab.course.inventoried import look_through
    from lab.inventory.source import InventoryError

    require_one_form(as_csv, as_json)
    ledger = paths[0] / LEDGER if paths else None
    if scored and (len(paths) != 1 or ledger is None or not ledger.is_file()):
        raise InventoryError(
            t("There is no answer key to score against."),
            t("Name one folder that pacslab data generate has made; its {file} is the key.", file=LEDGER),
        )
    if page is not None:
        require_file(page)
    with Steps(quiet=as_csv or as_json).progress(t("Searching for personal data")) as report:
        if paths and not (with_archive or dicomweb):
            result = look_through(paths, ocr=not no_ocr, sample=sample, workers=workers, report=report)
        else:
            ways: dict[str, Any] = {"with_archive": with_archive, "dicomweb": dicomweb}
            result = Lab().inventory(*paths, ocr=not no_ocr, sample=sample, workers=workers, report=report, **ways)
    if page is not None:
        result.save_page(page)
    _print(result, ledger if scored else None, as_csv, as_json)
    if not result.inventory.complete:
        return COULD_NOT
    return FOUND if result.found else CLEAN


def _print(result: Inventoried, ledger: Path | None, as_csv: bool, as_json: bool) -> None:
    score = result.score(ledger) if ledger is not None else None
    if as_csv:
        for line in result.inventory.csv():
            click.echo(line, nl=False)
    elif as_json:
        for text in result.inventory.json_text({"score": score.json()} if score is not None else {}):
            click.echo(text, nl=False)
    else:
        result.card().print()
        if score is not None:
            score.card().print()


COMMANDS = (inventory,)
