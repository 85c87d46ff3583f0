"""Orthanc's messages: a line with its header, and what an AE title with line ends in it has spread over the lines behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lab.detection.events.lines import written_out
from lab.detection.events.schema import KEPT

# the part between bars is what a line belongs to, such as a job; Orthanc 1.13 writes it
_HEAD = re.compile(
    r"[TIWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{6}) +(?:([^\s\]]+) +)?[^\s\]]+:\d+\] "
    r"(?:\| [^|]{1,200} \| )?(?:\((?:dicom|http|generic|jobs|lua|plugins|sqlite)\) )?(.*)",
    re.DOTALL | re.ASCII,
)
_NAMES_AET = ("Incoming ", "Association ", "Rejected ", "Forbidding ", "C-FIND: ", "C-GET: ", "C-MOVE: ", "Move-SCU ")
"""Lines that hold an AE title. It may have up to 16 line ends in it: Orthanc lets such a client in."""
_AET_LENGTH = 16


def messages(lines: Iterable[str]) -> Iterator[tuple[int, str, re.Match[str]]]:
    """The lines that begin with Orthanc's header, by number; those that an AE title broke are put together again."""
    held: tuple[int, str, re.Match[str]] | None = None
    for number, line in enumerate(lines, 1):
        head = _HEAD.match(line)
        if head is not None:
            if held is not None:
                yield held
            held = (number, line, head)
        elif held is not None and number - held[0] <= _AET_LENGTH and held[2][5].startswith(_NAMES_AET):
            whole = f"{held[1]}\n{line[:KEPT]}"
            held = (held[0], whole, _HEAD.match(whole) or held[2])
    if held is not None:
        yield held


def title(text: str) -> str:
    """An AE title as the table has it: control characters written out, as in audit lines."""
    return text if text.isprintable() else written_out(text, KEPT)
