"""An extension of JupyterLab's server: the search engine's page below JupyterLab's own address, behind its token.

It hands on GET requests for that one page, to the loopback port on which ``pacslab search`` or a notebook serves it, and to nothing else.
"""

from __future__ import annotations

import os
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.httpclient import AsyncHTTPClient
from tornado.web import authenticated

from lab.i18n import LANGUAGES, t
from lab.survey.engine.address import BELOW, noted_port

SECONDS = 30.0
_HANDED_ON = ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options")


class SearchPage(JupyterHandler):
    """``/pacslab/search/…``: what the search engine answers at ``/…``. JupyterLab's cookies and token stay here."""

    @authenticated
    async def get(self, path: str) -> None:
        port = noted_port(Path(os.environ["PACSLAB_STATE"]))
        if port is None:
            self._say(t("Nobody serves the search engine now. In a terminal: pacslab search"))
            return
        asked = f"?{self.request.query}" if self.request.query else ""
        spoken = self.get_cookie("lang")
        try:
            answer = await AsyncHTTPClient().fetch(
                f"http://127.0.0.1:{port}/{self.request.path.partition(BELOW)[2]}{asked}",
                headers={"Cookie": f"lang={spoken}"} if spoken in LANGUAGES else {},
                follow_redirects=False,
                raise_error=False,
                request_timeout=SECONDS,
            )
        except OSError:
            answer = None
        if answer is None or answer.headers.get("Server") != "pacslab":  # gone, and perhaps somebody else has its port
            self._say(t("The search engine does not answer."))
            return
        self.set_status(answer.code)
        for name in _HANDED_ON:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        if (language := self.get_argument("lang", "")) in LANGUAGES:
            self.set_cookie("lang", language, path=self.settings["base_url"] + BELOW[1:], samesite="Strict")
        self.finish(answer.body)

    def _say(self, words: Any) -> None:
        self.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{words}\n")


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "lab.jupyter"}]


def _load_jupyter_server_extension(server: Any) -> None:
    base = server.web_app.settings["base_url"].rstrip("/")
    server.web_app.add_handlers(".*$", [(f"{base}{BELOW}(.*)", SearchPage)])
