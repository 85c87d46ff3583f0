"""Derive ``lab/site/orthanc_options.json`` from the commented default configurations that Orthanc writes itself.

    Orthanc --config=1.10.1.json          # with the Debian bookworm package
    Orthanc --config=1.12.7.json          # with the Debian trixie package
    { Orthanc --config=-; Orthanc --advanced-config=-; } >1.13.0.json   # with tools/newer_orthanc.sh; two files in one
    python tools/orthanc_options.py 1.10.1.json 1.12.7.json 1.13.0.json

Each file is named after its Orthanc version. The result maps every top-level option to its JSON type (or types: "boolean
or string") and to the oldest of these versions that documents it, and is what the lab checks a site's Orthanc options against.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "lab" / "site" / "orthanc_options.json"
# Two blanks before a plain or //-commented option, five before one inside a /** block comment **/.
OPTION = re.compile(r'^(?: {2}| {5})(?:// )?"(?P<name>[A-Z][A-Za-z0-9]*)" ?: (?P<value>.*)$')
# An option of Debian's backport that 1.10.1's own default file does not list.
BACKPORTED = {"RestApiWriteToFileSystemEnabled": {"type": "boolean", "since": "1.10.1"}}
# Of 1.12.11 alone; 1.13 still understands it and documents it no more (its release notes).
SHORT_LIVED = {"LoaderThreads": {"type": "number", "since": "1.12.11"}}
# Plugins read a section of their own from the same file.
SECTIONS = {"DicomWeb": {"type": "object", "since": "1.10.1"}}


def json_type(value: str) -> str:
    """The JSON type of the value that starts with this text (the value may go on over several lines)."""
    for start, name in (("{", "object"), ("[", "array"), ('"', "string"), ("true", "boolean"), ("false", "boolean")):
        if value.startswith(start):
            return name
    return "number" if re.match(r"-?\d", value) else "string"


def options_of(text: str) -> dict[str, str]:
    matches = (OPTION.match(line) for line in text.splitlines())
    return {match["name"]: json_type(match["value"]) for match in matches if match}


def main(files: list[str]) -> int:
    if not files:
        print(__doc__)
        return 2
    table: dict[str, dict[str, str]] = {}
    for path in sorted(map(Path, files), key=lambda path: [int(part) for part in path.stem.split(".")]):
        for name, kind in options_of(path.read_text(encoding="utf-8")).items():
            option = table.setdefault(name, {"type": kind, "since": path.stem})
            if kind not in option["type"].split(" or "):
                option["type"] += f" or {kind}"
    table |= BACKPORTED | SHORT_LIVED | SECTIONS
    TARGET.write_text(json.dumps(dict(sorted(table.items())), indent=1) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(table)} options")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
