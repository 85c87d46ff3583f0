"""What every verb may count on."""

from __future__ import annotations

from lab.clients.live import LiveSite
from lab.course.progress import Progress
from lab.home import Home
from lab.sandbox.compose import ComposeSandbox
from lab.sandbox.native import NativeSandbox
from lab.site.config import SiteConfig


class Running:
    """The part of ``Lab`` that its verbs use."""

    home: Home
    sandbox: NativeSandbox | ComposeSandbox
    _progress: Progress

    @property
    def site(self) -> SiteConfig:
        """The site that runs."""
        raise NotImplementedError

    def live(self) -> LiveSite:
        """The running site as its clients see it."""
        raise NotImplementedError
