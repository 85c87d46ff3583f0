"""The hardened configuration: what can be mended mechanically is, comments and unknown keys stay where they are."""

from __future__ import annotations

import difflib
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from ipaddress import ip_address

from yaml.nodes import MappingNode, SequenceNode

from lab.audit.archive import Archive
from lab.audit.environment import INLINE, WHOLE, variable_name
from lab.audit.examine import Report
from lab.audit.jsonc import Node, after_blanks
from lab.audit.remedy import quoted
from lab.audit.rule import JSON, Edit, Finding
from lab.audit.source import Kind, Source
from lab.audit.yamlfile import Item

# What a program cannot decide: passwords, certificates, scripts, a name that every modality must learn, the longest series.
BY_HAND = {"RegisteredUsers", "LuaScripts", "DicomTlsEnabled", "DicomAet", "LimitFindInstances"}


@dataclass(frozen=True)
class Hardened:
    """One file before and after."""

    source: Source
    text: str

    @property
    def difference(self) -> str:
        lines = difflib.unified_diff(
            self.source.text.splitlines(),
            self.text.splitlines(),
            self.source.name,
            f"{self.source.name} (hardened)",
            lineterm="",
        )
        return "\n".join(lines)


@dataclass(frozen=True)
class Hardening:
    """The files that change, and the findings that are left for people."""

    files: tuple[Hardened, ...]
    by_hand: tuple[Finding, ...]


def harden(report: Report) -> Hardening:
    """Mend what can be mended without knowing the hospital. Pure: nothing is written."""
    edits: list[Edit] = []
    missing: dict[int, tuple[Archive, dict[str, JSON]]] = {}
    left = []
    for finding in report.findings:
        archive, options = finding.hit.archive, finding.hit.options
        if finding.hit.edits:
            edits += finding.hit.edits
        elif archive is not None and options and not any(needs_people(archive, name) for name in options):
            found = [_edit(archive, name, value) for name, value in options.items()]
            if any(isinstance(edit, str) for edit in found):
                left.append(finding)
                continue
            edits += [edit for edit in found if isinstance(edit, Edit)]
            absent = {name: value for name, value in options.items() if name not in archive.options}
            missing.setdefault(id(archive), (archive, {}))[1].update(absent)
            if "AuthenticationEnabled" in options and not archive.table("RegisteredUsers"):
                left.append(finding)  # somebody has to choose the accounts
        else:
            left.append(finding)
    for archive, values in missing.values():
        edits += _insertions(archive, values) if values else []
    return Hardening(_applied(edits), tuple(left))


def needs_people(archive: Archive, option: str) -> bool:
    """Whether mending this option blindly could stop the hospital, or needs something that only people have."""
    if option in BY_HAND:
        return True
    modalities = archive.table("DicomModalities")
    if option == "DicomCheckModalityHost":
        return _hides_addresses(archive) or not all(map(_has_address, modalities.values()))
    if option == "DicomAlwaysAllowStore":
        return not modalities
    return option == "DicomTlsRemoteCertificateRequired" and "DicomTlsTrustedCertificates" not in archive.options


def _hides_addresses(archive: Archive) -> bool:
    """Whether Orthanc may see the address of Docker or of a proxy instead of the modality's."""
    contained = archive.service is not None and not archive.on_host_network
    return contained or bool(archive.dicom_routes)


def _has_address(modality: JSON) -> bool:
    host = (
        modality.get("Host")
        if isinstance(modality, dict)
        else modality[1]
        if isinstance(modality, list) and len(modality) > 1
        else ""
    )
    try:
        return bool(ip_address(str(host)))
    except ValueError:
        return False


def _edit(archive: Archive, name: str, value: JSON) -> Edit | str | None:
    """The change of a written option; None when it is not written, a reason when it cannot be changed in place."""
    option = archive.options.get(name)
    if option is None:
        return None if archive.files or _environment(archive) else "nowhere to write"
    if option.node is not None and option.source is not None:
        return Edit(option.source, option.node.start, option.node.end, json.dumps(value, ensure_ascii=False))
    variable = option.variable
    if (
        variable is None
        or variable.source is None
        or variable.span is None
        or variable.name.startswith((WHOLE, INLINE))
    ):
        return "within another value"
    if not variable.listed:
        text = json.dumps(value) if variable.source.kind is Kind.ENVIRONMENT else quoted(value)
        return Edit(variable.source, *variable.span, text)
    text = value if isinstance(value, str) else json.dumps(value)  # within the quotes that may be around the whole
    return "within quotes" if re.search(r"[\"'#:\\]", text) else Edit(variable.source, *variable.span, text)


def _insertions(archive: Archive, values: dict[str, JSON]) -> list[Edit]:
    if archive.files:
        return _into_json(*archive.main_file, values)
    item = _environment(archive)
    return [_into_environment(item, values)] if item else []


def _into_json(source: Source, root: Node, values: dict[str, JSON]) -> list[Edit]:
    """New members before the closing brace, as far in as the others; a comma after the last of those."""
    text, end = source.text, root.end - 1
    at = len(text[:end].rstrip())
    edits, comma = [], ""
    margin = "  "
    if root.members:
        last = root.members[-1]
        margin = " " * (last.place.column - 1) if last.place.line > root.place.line else "  "
        ends = text[after_blanks(text, last.value.end)] == ","
        if not ends and last.value.end == at:
            comma = ","
        elif not ends:
            edits.append(Edit(source, last.value.end, last.value.end, ","))
    lines = [
        f"{margin}{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in sorted(values.items())
    ]
    tail = "" if "\n" in text[at:end] else "\n"
    return [*edits, Edit(source, at, at, f"{comma}\n" + ",\n".join(lines) + tail)]


def _environment(archive: Archive) -> Item | None:
    """The block of variables of the archive's service, if lines can be put into it."""
    item = archive.service.item.get("environment") if archive.service else None
    if item and isinstance(item.node, MappingNode | SequenceNode) and item.node.value and not item.node.flow_style:
        return item
    return None


def _into_environment(item: Item, values: dict[str, JSON]) -> Edit:
    node = item.node
    start = node.start_mark.index
    margin = " " * node.start_mark.column
    if isinstance(node, MappingNode):
        lines = [f"{variable_name(name)}: {quoted(value)}" for name, value in sorted(values.items())]
    else:
        lines = [f"- {variable_name(name)}={json.dumps(value)}" for name, value in sorted(values.items())]
    return Edit(item.source, start, start, "".join(f"{line}\n{margin}" for line in lines))


def _applied(edits: list[Edit]) -> tuple[Hardened, ...]:
    by_file: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        if edit not in by_file[edit.source.name]:
            by_file[edit.source.name].append(edit)
    files = []
    for parts in by_file.values():
        source = parts[0].source
        text, before = source.text, len(source.text) + 1
        for edit in sorted(parts, key=lambda part: (part.start, part.end), reverse=True):
            if edit.end <= before:
                text = text[: edit.start] + edit.text + text[edit.end :]
                before = edit.start
        files.append(Hardened(source, text))
    return tuple(files)
