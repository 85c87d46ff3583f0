"""What counts as a log's word about an intruder, and what the archive says of itself."""

from __future__ import annotations

from typing import cast

import pytest

from lab.clients.live import LiveSite
from lab.course.traces import matching
from lab.i18n import t
from lab.sandbox.protocol import Log
from lab.scenario import Trace

SILENT = Trace(Log.ORTHANC, "verbose", None, t("The hospital"))
NOBODY_ASKED = cast(LiveSite, None)  # a trace of silence names no address


@pytest.mark.parametrize(
    "line",
    [  # as Orthanc 1.10.1 and 1.12.7 wrote them
        "I1127 16:30:41.717823 JobsEngine.cpp:126] (jobs) Worker thread 1 has started",
        "I1127 16:30:41.717885 ServerIndex.cpp:427] Starting the monitor for stable resources (stable age = 5)",
        "I1127 16:30:41.717905 ServerIndex.cpp:289] Starting the database flushing thread (sleep = 10 seconds)",
        "I1127 16:42:30.713357     DICOM-SERVER DicomServer.cpp:66] (dicom) DICOM server started",
        "I1127 16:42:30.714599             MAIN OrthancWebDav.cpp:1691] Starting the WebDAV upload thread",
        "W1127 16:42:30.714626             MAIN HttpServer.cpp:1804] HTTP server listening on port: 8042 (HTTPS encryption"
        " is disabled, remote access is not allowed)",
        "W1127 16:42:30.714632             MAIN main.cpp:946] Orthanc has started",
        "I1127 16:42:30.714636             MAIN LuaScripting.cpp:862] Starting the Lua engine",
    ],
)
def test_what_orthanc_says_of_its_own_start_is_nobodys_trace(line: str) -> None:
    assert matching(SILENT, [line], NOBODY_ASKED) == ()


@pytest.mark.parametrize(
    "line",
    [
        "I1127 16:30:42.104211 CommandDispatcher.cpp:331] (dicom) Association Received from AET INTRUDER on IP 10.0.0.2",
        "I1127 16:30:42.104211 OrthancFindRequestHandler.cpp:646] Searching with: (0010,0010) Starting the day",
        "W1127 16:30:42.104211 HttpServer.cpp:1192] Forbidden access to /instances",
    ],
)
def test_what_it_says_of_others_is(line: str) -> None:
    assert matching(SILENT, [line], NOBODY_ASKED) == (line,)
