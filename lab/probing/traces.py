"""What logs say, or do not say, in scenario after scenario."""

from __future__ import annotations

from lab.i18n import t
from lab.sandbox.protocol import Log
from lab.scenario import Trace

ORTHANC_IS_SILENT = Trace(Log.ORTHANC, "default", None, t("Orthanc writes nothing about requests that succeed."))
