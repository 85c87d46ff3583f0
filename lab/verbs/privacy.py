"""The verbs of privacy: which personal data there is, and how it is masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lab.i18n import t
from lab.sandbox.protocol import Log
from lab.verbs.base import Running

if TYPE_CHECKING:
    from lab.clients.live import LiveSite
    from lab.course.deidentified import Deidentified, Scored
    from lab.course.inventoried import Inventoried
    from lab.course.practice import Practice
    from lab.course.profiled import Profiled
    from lab.inventory.source import Item


class Privacy(Running):
    """See ``Lab``. What these need is read when they are called: the generator and the reader of letters take their time."""

    def practice(self, name: str, *, fresh: bool = False) -> Practice:
        """A small synthetic set for the lessons about personal data, with its answer key, below the trainee's folder.

        ``fresh`` writes it anew. What one makes of it has its place in ``practice.beside(name)``.
        """
        from lab.course.practice import practice_set

        return practice_set(name, self.home.work / "practice", fresh=fresh)

    def profile(self, *options: str) -> Profiled:
        """What DICOM PS3.15 annex E asks for each attribute, with options of E.3 by name, such as ``clean-pixels``."""
        from lab.course.profiled import Profiled

        return Profiled.of(options)

    def inventory(
        self,
        *paths: Path | str,
        ocr: bool = True,
        sample: int = 1,
        workers: int | None = None,
        with_archive: bool = False,
        dicomweb: bool = False,
        report: Callable[[int, int], None] | None = None,
    ) -> Inventoried:
        """Which personal data there is: in folders and files, or, without any, in the archive, the site's logs and its backup.

        ``with_archive`` searches folders together with these, so that whom the archive knows is found in them; ``dicomweb``
        does so, too, and reads the archive by DICOMweb instead of REST. ``ocr=False`` leaves pixels unread; ``sample`` searches one
        file of so many. Read-only; nothing leaves the machine.
        """
        from lab.course.inventoried import look_through
        from lab.inventory.remote import Archive, DicomWeb
        from lab.inventory.source import Files, Several

        if paths and not (with_archive or dicomweb):
            return look_through(paths, ocr=ocr, sample=sample, workers=workers, report=report)
        site = self.live()
        logs = [path for entry in Log if (path := self.sandbox.log(entry)).is_file()]
        beside = Files([*logs, *self.sandbox.backups], self._unseen(site))
        with site.console(site.account("administrator")) as client:
            more = [Files([Path(path)]) for path in paths]
            title = ", ".join([str(t("the archive, its logs and its backup")), *map(str, paths)])
            root = site.config.dicomweb.root
            archive = DicomWeb(client, "archive", root) if dicomweb else Archive(client, "archive")
            source = Several([archive, beside, *more], title)
            return look_through(source, ocr=ocr, sample=sample, workers=workers, report=report)

    def _unseen(self, site: LiveSite) -> list[Item]:
        """The backup, where the site has one that cannot be looked at from here."""
        from lab.inventory.source import Item

        place = {"none": "", "vault": "vault", "web": "backup"}[site.config.host.backup.place]
        if not place or any(path.name == place for path in self.sandbox.backups):
            return []
        return [Item(place, "", str(t("the backup cannot be seen from here")))]

    def deidentify(
        self,
        source: Path | str,
        target: Path | str,
        *,
        key: Path | str | None = None,
        anonymous: bool = False,
        options: Iterable[str] | None = None,
        workers: int = 2,
        report: Callable[[int, int], None] | None = None,
    ) -> Deidentified:
        """De-identify a folder of DICOM files into a new one (DICOM PS3.15 annex E). Never writes into the source.

        ``key`` is a file that stays with the hospital and is made when there is none: pseudonymised. ``anonymous``
        destroys the key at the end. ``options`` are those of PS3.15 E.3 by name, such as ``clean-pixels``; None for what
        research asks for.
        """
        from lab.course.deidentified import Deidentified
        from lab.deid.options import RESEARCH

        place = None if key is None else Path(key)
        chosen = RESEARCH if options is None else options
        return Deidentified.run(Path(source), Path(target), chosen, place, anonymous, workers, report)

    def deid_score(
        self, source: Path | str, target: Path | str, report: Callable[[int, int], None] | None = None
    ) -> Scored:
        """Score de-identified files against the ledger of the synthetic set that they were made from. Read-only."""
        from lab.course.deidentified import Scored

        return Scored.of(Path(source), Path(target), report)
