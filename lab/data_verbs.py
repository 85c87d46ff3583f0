"""The commands of ``pacslab data``: synthetic patients, made, loaded, described and shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from lab.errors import LabError
from lab.i18n import Text, t, tn
from lab.terminal import Steps
from synthetic_data import DEFAULT_PATIENTS, DEFAULT_SEED, LOCALES, MODALITIES, Hospital, SyntheticDataError, generate
from synthetic_data.arguments import day, names, patient_range
from synthetic_data.charsets import CHARSETS
from synthetic_data.describing import describe as describe_set
from synthetic_data.exporting import FORMS, write_as
from synthetic_data.faults import FAULTS, describe_fault
from synthetic_data.gallery import write_gallery
from synthetic_data.locales import DEFAULT
from synthetic_data.options import MOST_PATIENTS
from synthetic_data.protocols import Contents
from synthetic_data.sets import LEDGER_NAME, SetFolder, in_bytes
from synthetic_data.syntaxes import SYNTAXES
from synthetic_data.workers import MOST_WORKERS


class Patients(click.ParamType[Any]):
    """A number of patients, or a range."""

    name = "patients"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        try:
            first, count = patient_range(str(value))
        except argparse.ArgumentTypeError:
            self.fail(str(t("{value!r} is no number and no range such as 11-20.", value=str(value))), param, ctx)
        if not 1 <= count <= MOST_PATIENTS:  # the generator says so too, in English
            bound = t("the number of patients must be from 1 to {most}, not {n}.", most=MOST_PATIENTS, n=count)
            self.fail(str(bound), param, ctx)
        return first, count


class Names(click.ParamType[Any]):
    """One of these names, or several with commas between them."""

    name = "names"

    def __init__(self, known: Sequence[str]) -> None:
        self._choice = click.Choice(known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        return self._choice.get_metavar(param, ctx)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        several = value if isinstance(value, list) else names(str(value))
        return [self._choice.convert(name, param, ctx) for name in several]


class Listing(click.Command):
    """A command whose options that name several things take them one after the other, too: ``--modality CT MR``.

    It has no arguments without a name, so that no word is left to wonder about.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        listing = {name for one in self.params if isinstance(one.type, Names) for name in one.opts}
        joined: list[str] = []
        for word in args:
            follows = len(joined) > 1 and joined[-2] in listing and not joined[-1].startswith("-")
            if follows and not word.startswith("-"):
                joined[-1] += f",{word}"
            else:
                joined.append(word)
        return super().parse_args(ctx, joined)


class Day(click.ParamType[Any]):
    """A day such as 2019-09-17."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else day(str(value))
        except argparse.ArgumentTypeError:
            self.fail(str(t("{value!r} is no day such as 2019-09-17.", value=str(value))), param, ctx)


def _help(text: Text, examples: str) -> str:
    return f"{text}\n\n\b\n{t('Examples:')}\n  {examples}"


_LOCALE = click.option("--locale", type=click.Choice(list(LOCALES)), default=DEFAULT, show_default=True,
                       help=str(t("The country of the hospital and its patients.")))  # fmt: skip
_SEED = click.option("--seed", type=click.IntRange(0), default=DEFAULT_SEED, show_default=True,
                     help=str(t("The same seed gives the same patients.")))  # fmt: skip


def _which(function: Callable[..., None]) -> Callable[..., None]:
    """The options that say which patients, and which of their studies."""
    for option in (
        click.option("--to", "until", type=Day(), metavar="DAY", help=str(t("Only studies of that day, or earlier."))),
        click.option("--from", "since", type=Day(), metavar="DAY", help=str(t("Only studies of that day, or later."))),
        click.option("--objects", type=click.Choice(get_args(Contents)), default="images", show_default=True,
                     help=str(t("Images, or all: reports, letters, references and waveforms, too."))),
        click.option("--modality", "modalities", multiple=True, type=Names(MODALITIES),
                     help=str(t("Only series of these modalities: CT MR, CT,MR, or the option again."))),
        click.option("--syntax", type=click.Choice(SYNTAXES), default="device", show_default=True,
                     help=str(t("The transfer syntax of all that can have it; device: each device's own."))),
        click.option("--charset", type=click.Choice(CHARSETS), default="unicode", show_default=True,
                     help=str(t("UTF-8, the country's older repertoire, or ISO 2022."))),
        _LOCALE,
        _SEED,
        click.option("--patients", type=Patients(), default=str(DEFAULT_PATIENTS), show_default=True, metavar="N",
                     help=str(t("How many patients, or which: 11-20."))),
    ):  # fmt: skip
        function = option(function)
    return function


def _plan(patients: tuple[int, int], **options: Any) -> Hospital:
    first, count = patients
    for several in ("modalities", "faults"):
        options[several] = [name for group in options.get(several, ()) for name in group]
    hospital = generate(patients=count, first=first, **options)
    hospital.require_objects()
    return hospital


def _contents(hospital: Hospital) -> str:
    """What is about to be made, in one sentence."""
    text = t(
        "Patients: {patients}, studies: {studies}, objects: {objects}, about {size}.",
        patients=hospital.options.patients,
        studies=hospital.study_count,
        objects=hospital.file_count,
        size=in_bytes(hospital.byte_estimate),
    )
    return str(text)


def _in_words(error: SyntheticDataError) -> LabError:
    """The error of the generator, which speaks English only, as one of the lab."""
    return LabError(t("The patients cannot be made: {reason}", reason=error))


@click.command("generate", cls=Listing, help=_help(t("Write synthetic patients' files, and the ledger of what identifies them."),
                                     "pacslab data generate --patients 5 --locale en_GB --out small"))  # fmt: skip
@_which
@click.option("--fault", "faults", multiple=True, type=Names(list(FAULTS)), metavar="NAME",
              help=str(t("Besides, a broken file of these kinds for each patient; pacslab data faults lists them.")))  # fmt: skip
@click.option("--worklist", is_flag=True,
              help=str(t("Besides, an entry of the modality worklist for each study, in the folder worklist.")))  # fmt: skip
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), default=1, show_default=True, metavar="W",
              help=str(t("How many processes write.")))  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", help=str(t("Write on this dask.distributed cluster.")))
@click.option("--as", "form", type=click.Choice(FORMS), default="files", show_default=True,
              help=str(t("A folder of files, one zip file, or a medium with a DICOMDIR.")))  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help=str(t("Where to; an unfinished set is completed."))
)
def generate_(form: str, out: Path, workers: int, scheduler: str | None, **options: Any) -> None:
    try:
        hospital = _plan(**options)
        click.echo(f"{_contents(hospital)} {t('{size} are free there.', size=in_bytes(SetFolder(out).free))}")
        with Steps().progress(t("Writing patients")) as report:
            written = write_as(form, hospital, out, report, workers, scheduler)
    except SyntheticDataError as error:
        raise _in_words(error) from error
    click.echo(
        str(
            t(
                "Files: {files}, {size}, in {folder}; identifiers in {ledger}: {entries}.",
                files=written.instances,
                size=in_bytes(written.bytes),
                folder=written.folder,
                entries=written.ledger_entries,
                ledger=LEDGER_NAME,
            )
        )
    )


@click.command("load", cls=Listing, help=_help(t("Make synthetic patients straight in the running archive."),
                                 "pacslab data load --patients 31-40 --by dicom"))  # fmt: skip
@_which
@click.option("--by", type=click.Choice(["rest", "dicom"]), default="rest", show_default=True,
              help=str(t("Over HTTP, or by C-STORE from the CT.")))  # fmt: skip
def load(by: str, **options: Any) -> None:
    from lab.api import Lab
    from lab.clients.loader import load_hospital, store_hospital

    try:
        hospital = _plan(**options)
        click.echo(_contents(hospital))
        site = Lab().live()
        with Steps().progress(t("Loading")) as report:
            stored = (load_hospital if by == "rest" else store_hospital)(site, hospital, report)
    except SyntheticDataError as error:
        raise _in_words(error) from error
    click.echo(str(tn("{n} object was loaded.", "{n} objects were loaded.", stored)))


@click.command("describe", help=_help(t("Show what is in a set: its options, and its identifiers by kind and place."),
                                     "pacslab data describe hospital"))  # fmt: skip
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help=str(t("Print JSON for programs.")))
def describe(folder: Path, as_json: bool) -> None:
    try:
        found = describe_set(folder)
    except SyntheticDataError as error:
        raise LabError(t("There is nothing to describe: {reason}", reason=error)) from error
    click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2) if as_json else found.as_text())


@click.command("faults", help=_help(t("List the broken files that --fault makes, in English."), "pacslab data faults"))
def faults() -> None:
    for name in FAULTS:
        click.echo(f"{name:20}{describe_fault(name)}")


@click.command("gallery", help=_help(t("Draw a contact sheet: a picture of each kind that the devices make."),
                                    "pacslab data gallery --out gallery.png"))  # fmt: skip
@_LOCALE
@_SEED
@click.option("--out", type=click.Path(path_type=Path), required=True, help=str(t("The PNG file to write.")))
def gallery(locale: str, seed: int, out: Path) -> None:
    try:
        pictures = write_gallery(out, seed, locale)
    except SyntheticDataError as error:
        raise LabError(t("The contact sheet cannot be made: {reason}", reason=error)) from error
    click.echo(str(t("{count} pictures are in {path}.", count=pictures, path=out)))


COMMANDS: dict[str, click.Command] = {"generate": generate_, "load": load, "describe": describe, "gallery": gallery,
                                      "faults": faults}  # fmt: skip
