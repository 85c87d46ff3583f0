"""The verbs of privacy: which personal data there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lab.clients.rest import rest
from lab.i18n import t
from lab.sandbox.protocol import Log
from lab.site.zones import ARCHIVE_HTTP_PORT
from lab.verbs.base import Running

if TYPE_CHECKING:
    from lab.course.inventoried import Inventoried


class Privacy(Running):
    """See ``Lab``. What these need is read when they are called: the generator and the reader of letters take their time."""

    def inventory(
        self,
        *paths: Path | str,
        ocr: bool = True,
        sample: int = 1,
        workers: int | None = None,
        report: Callable[[int, int], None] | None = None,
    ) -> Inventoried:
        """Which personal data there is: in folders, files and backups, or, without any, in the archive and the site's logs.

        ``ocr=False`` leaves pixels unread; ``sample`` searches one file of so many. Read-only; nothing leaves the machine.
        """
        from lab.course.inventoried import look_through
        from lab.inventory.source import Archive, Files, Several

        if paths:
            return look_through(paths, ocr=ocr, sample=sample, workers=workers, report=report)
        site = self.live()
        logs = Files([path for entry in Log if (path := self.sandbox.log(entry)).is_file()])
        url = f"http://{site.network.archive}:{ARCHIVE_HTTP_PORT}"
        with rest(site.network, site.station("ct"), url, user=site.account("administrator")) as client:
            source = Several([Archive(client, "archive"), logs], str(t("the archive and its logs")))
            return look_through(source, ocr=ocr, sample=sample, workers=workers, report=report)
