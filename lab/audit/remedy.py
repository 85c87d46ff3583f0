"""The remedy of a finding as a fragment of the file that it belongs into."""

from __future__ import annotations

import json

from lab.audit.archive import Archive
from lab.audit.environment import variable_name
from lab.audit.rule import JSON, Finding


def fragment(finding: Finding) -> str:
    """What to write, in the language of the file: JSON, compose, nginx; empty when there is nothing to write."""
    hit = finding.hit
    if not hit.options:
        return hit.fragment
    if hit.archive is not None and by_variable(hit.archive):
        return "\n".join(f"{variable_name(name)}: {quoted(value)}" for name, value in hit.options.items())
    return ",\n".join(
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in hit.options.items()
    )


def by_variable(archive: Archive) -> bool:
    """Whether this archive is configured by variables: it has no file of its own."""
    return not archive.files


def quoted(value: JSON) -> str:
    """A value as a variable of a compose file: text in quotes, so that YAML does not make something else of it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "'" + text.replace("'", "''") + "'" if '"' in text else f'"{text}"'
