"""The command line: `python -m synthetic_data`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import get_args

from synthetic_data import describing, options, sets
from synthetic_data.arguments import day, names, patient_range
from synthetic_data.charsets import CHARSETS
from synthetic_data.errors import SyntheticDataError
from synthetic_data.exporting import FORMS, write_as
from synthetic_data.faults import FAULTS, describe_fault
from synthetic_data.gallery import write_gallery
from synthetic_data.hospital import Hospital, generate
from synthetic_data.locales import DEFAULT, LOCALES
from synthetic_data.protocols import Contents
from synthetic_data.syntaxes import SYNTAXES
from synthetic_data.version import __version__

DONE, FAILED, INTERRUPTED = 0, 2, 130

_DESCRIPTION = """\
Synthetic patients: write a hospital's imaging archive, DICOM files of invented people, and the ledger of every
identifier that was planted in them. The same options give the same files on every machine."""

_EXAMPLES = """\
examples:
  python -m synthetic_data generate --out hospital
  python -m synthetic_data generate --patients 5 --seed 7 --locale en_GB --out small
  python -m synthetic_data generate --patients 1000 --workers 4 --modality CT MR --out large
  python -m synthetic_data describe hospital
  python -m synthetic_data gallery --out gallery.png
"""

_BAR = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 0 done, 2 could not do it, 130 stopped by the user."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0].startswith("--") and words[0] not in ("--help", "--version"):
        words.insert(0, "generate")  # the first version had no commands
    chosen = _parser().parse_args(words)
    try:
        return int(chosen.command(chosen))
    except SyntheticDataError as error:
        print(f"synthetic_data: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(
            "\nsynthetic_data: stopped. The patients that are there are whole; run the same command again to go on.",
            file=sys.stderr,
        )
        return INTERRUPTED


def _generate(chosen: argparse.Namespace) -> int:
    first, patients = chosen.patients
    hospital = generate(
        chosen.seed,
        patients,
        chosen.locale,
        chosen.objects,
        first=first,
        modalities=list(chain.from_iterable(chosen.modality)),
        since=chosen.since,
        until=chosen.until,
        charset=chosen.charset,
        syntax=chosen.syntax,
        faults=list(chain.from_iterable(chosen.fault)),
        worklist=chosen.worklist,
    )
    hospital.require_objects()
    if not chosen.quiet:
        print(announcement(hospital, chosen.out))
    progress = None if chosen.quiet else _progress()
    written = write_as(chosen.form, hospital, chosen.out, progress, chosen.workers, chosen.scheduler)
    if not chosen.quiet:
        print(
            f"{written.instances} files, {sets.in_bytes(written.bytes)}, in {str(written.folder)!r}; "
            f"{written.ledger_entries} identifiers in {sets.LEDGER_NAME}."
        )
    return DONE


def _describe(chosen: argparse.Namespace) -> int:
    print(describing.describe(chosen.folder).as_text())
    return DONE


def _gallery(chosen: argparse.Namespace) -> int:
    write_gallery(chosen.out, chosen.seed, chosen.locale)
    return DONE


def _list_faults(chosen: argparse.Namespace) -> int:
    for name in FAULTS:
        print(f"{name:20}{describe_fault(name)}")
    return DONE


def announcement(hospital: Hospital, out: Path) -> str:
    """What is about to be made, and how much room there is for it, in one sentence."""
    many = hospital.options.patients
    return (
        f"{many} patient{'s' if many > 1 else ''}, {hospital.study_count} studies, {hospital.file_count} objects, "
        f"about {sets.in_bytes(hospital.byte_estimate)}; {sets.in_bytes(sets.SetFolder(out).free)} are free there."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m synthetic_data",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"synthetic_data {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    make = commands.add_parser("generate", help="write a hospital's files", description="Write a hospital's files.")
    make.set_defaults(command=_generate)
    _add_what(make)
    _add_faults(make)
    _add_worklist(make)
    _add_where(make)
    show = commands.add_parser("describe", help="show what is in a set", description="Show what is in a set of files.")
    show.set_defaults(command=_describe)
    show.add_argument("folder", type=Path, metavar="DIR", help="a folder that generate has written")
    sheet = commands.add_parser(
        "gallery", help="draw a contact sheet", description="Draw a picture of each kind (PNG)."
    )
    sheet.set_defaults(command=_gallery)
    sheet.add_argument("--out", type=Path, required=True, metavar="FILE", help="the picture to write")
    sheet.add_argument("--seed", type=int, default=options.DEFAULT_SEED, metavar="S", help="(default: %(default)s)")
    sheet.add_argument("--locale", default=DEFAULT, metavar="L", help=f"{', '.join(LOCALES)} (default: %(default)s)")
    breaks = commands.add_parser("faults", help="list the broken files", description="List what --fault can break.")
    breaks.set_defaults(command=_list_faults)
    return parser


def _add_what(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--patients", type=patient_range, default=(1, options.DEFAULT_PATIENTS), metavar="N",
        help=f"how many patients, or which: 11-20 (default: {options.DEFAULT_PATIENTS})",
    )  # fmt: skip
    parser.add_argument(
        "--seed",
        type=int,
        default=options.DEFAULT_SEED,
        metavar="S",
        help="a whole number from 0 (default: %(default)s)",
    )
    parser.add_argument("--locale", default=DEFAULT, metavar="L", help=f"{', '.join(LOCALES)} (default: %(default)s)")
    parser.add_argument(
        "--modality", nargs="+", action="extend", type=names, default=[], metavar="M",
        help=f"only series of these: {', '.join(options.MODALITIES)} (default: all)",
    )  # fmt: skip
    parser.add_argument(
        "--objects", choices=get_args(Contents), default="images",
        help="images, or all: reports, letters, references and waveforms, too (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--charset", choices=CHARSETS, default="unicode",
        help="UTF-8, the country's older repertoire, or ISO 2022 (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--syntax", choices=SYNTAXES, default="device",
        help="the transfer syntax of all that can have it; device: each device's own (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--from", type=day, dest="since", metavar="DAY", help="only studies of that day, or later")
    parser.add_argument("--to", type=day, dest="until", metavar="DAY", help="only studies of that day, or earlier")


def _add_faults(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fault", nargs="+", action="extend", type=names, default=[], metavar="NAME",
        help="besides, for each patient a broken file of these kinds; 'faults' lists them",
    )  # fmt: skip


def _add_worklist(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--worklist", action="store_true",
        help="besides, an entry of the modality worklist for each study, in the folder worklist",
    )  # fmt: skip


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="PATH",
        help="an empty folder, a new one, or an unfinished set to go on with",
    )
    parser.add_argument(
        "--as", dest="form", choices=FORMS, default="files",
        help="a folder of files, one zip file, or a medium with a DICOMDIR (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--workers", type=int, default=1, metavar="W", help="how many processes write (default: %(default)s)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="write on this dask.distributed cluster")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")


def _progress() -> sets.Progress:
    """A bar on a terminal, a line for each tenth otherwise; on standard error."""
    terminal = sys.stderr.isatty()
    tenth = 0

    def show(done: int, total: int) -> None:
        nonlocal tenth
        if terminal:
            full = _BAR * done // total
            end = "\n" if done == total else ""
            print(f"\r[{'#' * full}{'.' * (_BAR - full)}] {done}/{total}", end=end, file=sys.stderr, flush=True)
        elif done * 10 // total > tenth:
            tenth = done * 10 // total
            print(f"{done}/{total}", file=sys.stderr)

    return show
