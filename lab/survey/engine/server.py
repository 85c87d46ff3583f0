"""The search engine's web server, for this machine only, and its API: ``/api/search?q=…``.

Below ``/visit/ADDRESS/`` it hands on the web pages of the systems in its index, for a browser that does not reach their addresses.
"""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from lab.errors import LabError
from lab.i18n import LANGUAGES, language, t, use_language
from lab.survey.conduct import in_a_loop
from lab.survey.engine import pages
from lab.survey.engine.index import PAGE, Index
from lab.survey.engine.query import parse
from lab.survey.tool.viewer import fetch, parts_of

ADDRESS, FIRST_PORT, PORTS = "127.0.0.1", 8890, 40
MOST_PAGES = 1_000
VISIT_SECONDS = 10.0
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# a system's page may look as it likes; it runs nothing, loads nothing, and its form leads back to itself
_VISITED_POLICY = _POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'")
_VISITED_KINDS = ("text/html", "application/dicom+json", "text/plain")


class SearchServer(ThreadingHTTPServer):
    """Serves an index on loopback. ``serve_forever`` and ``shutdown`` as usual."""

    daemon_threads = True

    def __init__(self, index: Index, port: int) -> None:
        self.index = index
        self.speaking = threading.Lock()  # the language is one for the whole process
        super().__init__((ADDRESS, port), _Handler)

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.server_address[1]}/"


def open_server(index: Index, port: int | None = None) -> SearchServer:
    """A server on this port, or on the first free one. Raises LabError."""
    for number in [port] if port is not None else range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            return SearchServer(index, number)
        except OSError:
            continue
    raise LabError(t("There is no free port for the search engine."), t("Name one with --port."))


class _Handler(BaseHTTPRequestHandler):
    timeout = 10.0
    server_version, sys_version = "pacslab", ""
    server: SearchServer

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in (ADDRESS, "localhost"):  # a name of somebody else's that leads here (DNS rebinding)
            self._send(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", "This server answers for localhost only.\n")
            return
        target = urlsplit(self.path)
        try:
            asked = {name: values[0] for name, values in parse_qs(target.query, max_num_fields=16).items()}
        except ValueError:
            self._send(HTTPStatus.BAD_REQUEST, "text/plain", "Too many fields.\n")
            return
        if target.path == "/style.css":
            self._send(HTTPStatus.OK, "text/css", pages.STYLE)
            return
        if target.path.startswith("/visit/"):
            self._visit(self.path.removeprefix("/visit/"))
            return
        with self.server.speaking, use_language(self._language(asked)):
            self._answer(unquote(target.path), asked)

    def _answer(self, path: str, asked: dict[str, str]) -> None:
        query, index = asked.get("q", ""), self.server.index
        as_json = path == "/api/search"
        if path.startswith("/host/"):
            host = index.host(path.removeprefix("/host/"))
            if host is not None:
                self._send(HTTPStatus.OK, "text/html", pages.host_page(host))
                return
        if path not in ("/", "/api/search"):
            root = "../" * (urlsplit(self.path).path.count("/") - 1) or "./"
            body = pages.document("", f"<p>{t('There is no such page.')}</p>", root)
            self._send(HTTPStatus.NOT_FOUND, "text/html", body)
            return
        try:
            number = asked.get("page", "1")
            page = min(max(int(number), 1), MOST_PAGES) if number.isascii() and number.isdigit() else 1
            conditions = parse(query)
            hits = index.search(conditions, page)
            if hits.total and not hits.hosts:  # a page beyond the last
                page = -(-hits.total // PAGE)
                hits = index.search(conditions, page)
        except LabError as error:
            body = json.dumps({"error": str(error)}) if as_json else pages.problem(query, error)
            self._send(HTTPStatus.BAD_REQUEST, "application/json" if as_json else "text/html", body)
            return
        if as_json:
            found = {"total": hits.total, "page": page, "facets": {k: dict(v) for k, v in hits.facets.items()}}
            body = json.dumps(found | {"hosts": [asdict(host) for host in hits.hosts]}, ensure_ascii=False)
            self._send(HTTPStatus.OK, "application/json", body)
        else:
            self._send(HTTPStatus.OK, "text/html", pages.results(query, hits, page, len(index)))

    def _visit(self, rest: str) -> None:
        """Hand on a page of a system in the index: a GET to the address and port that the list has, nowhere else."""
        address, slash, path = rest.partition("/")
        port = self.server.index.web_port(address)
        if port is None or not slash:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", "No such web page.\n")
            return
        try:
            status, kind, body = parts_of(in_a_loop(lambda: fetch(address, port, VISIT_SECONDS, f"/{path}")))
        except (OSError, TimeoutError, ValueError) as error:
            self._send(HTTPStatus.BAD_GATEWAY, "text/plain", f"{address}: {type(error).__name__}\n")
            return
        self._send(HTTPStatus(status), kind if kind in _VISITED_KINDS else "text/plain", body, _VISITED_POLICY)

    def _language(self, asked: dict[str, str]) -> str:
        """The language asked for, else the one remembered, else the process's."""
        cookie = self.headers.get("Cookie", "")
        wanted = asked.get("lang") or next((c for c in LANGUAGES if f"lang={c}" in cookie), language())
        self._wanted = wanted if wanted in LANGUAGES else "en"
        return self._wanted

    def _send(self, status: HTTPStatus, kind: str, text: str, policy: str = _POLICY) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        if hasattr(self, "_wanted"):
            self.send_header("Set-Cookie", f"lang={self._wanted}; SameSite=Strict; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        """Nothing: a trainee's terminal is no access log."""
