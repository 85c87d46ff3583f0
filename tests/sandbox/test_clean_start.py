"""The hardened baseline starts without a complaint, on every Orthanc that the lab runs on: what it says is written down here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from lab.api import Lab
from lab.sandbox.protocol import Log
from tests.safety.machine import until

LINE = re.compile(r"^([A-Z])\d{4} [\d:.]+ .*?\] (?:\(\w+\) )?(.*)$")
# What Orthanc writes at levels W and E while it starts. 1.10.1 (bookworm), 1.12.7 (trixie) and 1.13.0 (forky) word some of it differently.
SAYS = [
    r"Orthanc version: \S+",
    r"Reading the configuration (from|file): .*",
    r"The paths in the Orthanc configuration will be interpreted relative to folder: /srv/pacslab/control/archive-\w+",
    r"Loading external DICOM dictionary: .*",
    r'Loading plugin\(s\) from: "?\S+/libModalityWorklists\.so"?',
    r"Registering plugin 'worklists' \(version \S+\)",
    r"Sample worklist plugin is initializing",
    r"The database of worklists will be read from folder: .*",
    r"SQLite index directory: .*",
    r"Storage directory: .*",
    r"HTTPS will use the CA certificates from this file: .*",
    r"No certificates are provided to validate peers\.  Orthanc will use the native CA store\. .*",  # it calls nobody by HTTPS
    r"Lua says: Lua toolbox installed",
    r'Performance option "\w+" is (set to|not defined in your configuration, setting it to) .*',
    r"Patient level is enabled",
    r"Disk compression is disabled",
    r"No limit on the number of stored patients",
    r"No limit on the size of the storage area",
    r"The jobs engine has started with 2 threads",
    r"DICOM server listening with AET PACSLAB on port: 14242",
    r"HTTP compression is (enabled|disabled)",
    r"Limiting (the maximum body size in HTTP requests|on the maximum file size uncompressed from ZIP/gzip archives) to \d+MB",
    r"Remote LUA script execution is disabled",
    r"Rest API can not write to the file system\.",
    r"REST API cannot write to the file system because .* This is the most secure configuration\.",
    r"HTTP server listening on port: 18042 \(HTTPS encryption is disabled, remote access is allowed\)",  # TLS is the gateway's
    r"Orthanc has started",
]


def complaints(log: str) -> list[str]:
    """The lines at levels W and E that are not among what a start says; and every line at level E, whatever it says."""
    said = [found.groups() for found in map(LINE.match, log.splitlines()) if found]
    return [
        f"{level} {text}"
        for level, text in said
        if level == "E" or (level == "W" and not any(re.fullmatch(line, text) for line in SAYS))
    ]


def started(log: Path) -> int:
    """How often an archive says in its log that it has started. It does so a moment after its doors answer."""
    return log.read_text("utf-8", "replace").count("Orthanc has started")


def test_the_hardened_baseline_starts_without_a_complaint(
    lab: Lab, kind: str, record_property: Callable[[str, object], None]
) -> None:
    logs = {log: lab.sandbox.log(log) for log in (Log.ORTHANC, Log.GATEWAY)}
    starts = started(logs[Log.ORTHANC])
    lab.misconfigure("lua-exec")
    until(lambda: started(logs[Log.ORTHANC]) == starts + 1)
    before = {log: len(path.read_bytes()) for log, path in logs.items()}
    lab.change({"gateway": {"publish": {"https": ["internet"]}}})
    lab.harden()
    until(lambda: started(logs[Log.ORTHANC]) > starts + 1)
    new = {log: path.read_bytes()[before[log] :].decode("utf-8", "replace") for log, path in logs.items()}
    assert len(re.findall("Orthanc has started", new[Log.ORTHANC])) == 1
    assert complaints(new[Log.ORTHANC]) == []
    (nginx,) = set(re.findall(r"nginx/(\S+)", new[Log.GATEWAY]))
    assert re.findall(r"\[(?:warn|error|crit|alert|emerg)\].*", new[Log.GATEWAY]) == []
    record_property("ran", f"{kind}: Orthanc {lab.sandbox.health().archive.version}, nginx {nginx}")


def test_a_site_that_is_not_hardened_is_complained_about(lab: Lab) -> None:
    log = lab.sandbox.log(Log.ORTHANC)
    before = len(log.read_bytes())
    lab.misconfigure("lua-exec")
    (complaint,) = complaints(log.read_bytes()[before:].decode("utf-8", "replace"))
    assert "ExecuteLuaEnabled" in complaint
