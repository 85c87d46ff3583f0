"""The command line: `python -m synthetic_data`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import synthetic_data
from synthetic_data.errors import SyntheticDataError
from synthetic_data.hospital import DEFAULT_PATIENTS, DEFAULT_SEED, Hospital, generate
from synthetic_data.locales import DEFAULT, LOCALES
from synthetic_data.writing import LEDGER_NAME, Written

DONE, FAILED, INTERRUPTED = 0, 2, 130

_DESCRIPTION = """\
Write a synthetic hospital's imaging archive: DICOM files of invented patients, and the ledger of every identifier that
was planted in them. The same seed gives the same files on every machine."""

_EXAMPLES = """\
examples:
  python -m synthetic_data --out hospital
  python -m synthetic_data --patients 5 --seed 7 --locale en_GB --out small
"""

_BAR = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code: 0 done, 2 could not do it, 130 stopped by the user."""
    options = _parser().parse_args(arguments)
    progress = None if options.quiet else _progress()
    try:
        hospital = generate(options.seed, options.patients, options.locale)
        if not options.quiet:
            _announce(hospital)
        written = hospital.write(options.out, progress)
    except SyntheticDataError as error:
        print(f"synthetic_data: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(
            f"\nsynthetic_data: stopped. The files below {str(options.out)!r} are whole, but not all there; "
            "delete the folder before you try again.",
            file=sys.stderr,
        )
        return INTERRUPTED
    if not options.quiet:
        _report(written)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m synthetic_data",
        description=_DESCRIPTION,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="an empty folder, or a new one")
    parser.add_argument(
        "--patients", type=int, default=DEFAULT_PATIENTS, metavar="N", help="how many patients (default: %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=DEFAULT_SEED, metavar="S", help="a whole number from 0 (default: %(default)s)"
    )
    parser.add_argument("--locale", default=DEFAULT, metavar="L", help=f"{', '.join(LOCALES)} (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")
    parser.add_argument("--version", action="version", version=f"synthetic_data {synthetic_data.__version__}")
    return parser


def _progress() -> Callable[[int, int], None]:
    """A bar on a terminal, a line for each tenth otherwise; on standard error."""
    terminal = sys.stderr.isatty()

    def show(done: int, total: int) -> None:
        if terminal:
            full = _BAR * done // total
            end = "\n" if done == total else ""
            print(f"\r[{'#' * full}{'.' * (_BAR - full)}] {done}/{total}", end=end, file=sys.stderr, flush=True)
        elif done * 10 // total != (done - 1) * 10 // total:
            print(f"{done}/{total}", file=sys.stderr)

    return show


def _announce(hospital: Hospital) -> None:
    many = len(hospital.patients)
    print(
        f"{many} patient{'s' if many > 1 else ''}, {len(hospital.studies)} studies, {hospital.instance_count} images, "
        f"about {_megabytes(hospital.byte_estimate)}."
    )


def _report(written: Written) -> None:
    print(
        f"{written.instances} files, {_megabytes(written.bytes)}, in {str(written.folder)!r}; "
        f"{written.ledger_entries} identifiers in {LEDGER_NAME}."
    )


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
