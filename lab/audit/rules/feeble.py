"""Values that look like a repair and are none, found by rules of ``options.py``. Only where the DICOM port is within reach."""

from __future__ import annotations

from collections.abc import Iterator

from lab.audit.archive import Reach
from lab.audit.deployment import Deployment
from lab.audit.rule import Hit, hit
from lab.i18n import t
from lab.scenarios.dimse_default_aet import GUESSES

NO_LIMIT = 100_000


def titles_of_others(site: Deployment) -> Iterator[Hit]:
    """Titles that the scenario's probe guesses too: defaults of other products, and the obvious."""
    for archive in site.archives:
        setting = archive.setting("DicomAet")
        if setting.value in GUESSES and setting.value != "ORTHANC" and archive.dicom is Reach.NETWORK:
            message = t("{title} is in the lists of titles that scanners try.", title=setting.value)
            yield hit(archive, setting, message, options={"DicomAet": "PACS-HOSPITAL"})


def limits_of_nothing(site: Deployment) -> Iterator[Hit]:
    """Limits that no query ever reaches."""
    for archive in site.archives:
        for option, good in (("LimitFindResults", 100), ("LimitFindInstances", 5000)):
            setting = archive.setting(option)
            if isinstance(setting.value, int) and setting.value >= NO_LIMIT and archive.dicom is Reach.NETWORK:
                message = t("{option} is {value}: more than an archive answers.", option=option, value=setting.value)
                yield hit(archive, setting, message, options={option: good})
