"""Where a browser finds the search engine's page: at its own address, or in Docker through JupyterLab's port.

In Docker the page listens on the loopback address of the notebooks' container, which no browser reaches; of that container only
JupyterLab's port is published. So JupyterLab's server hands the page on (``lab/jupyter.py``); a note in the state folder
says which port it has.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lab.errors import LabError
from lab.i18n import t
from lab.sandbox.inside.files import read_json, write_json

if TYPE_CHECKING:  # JupyterLab's server reads this module, and is to stay small
    from lab.home import Home
    from lab.survey.engine.server import SearchServer

BELOW = "/pacslab/search/"
_NOTE = "search.json"


def browser_address(server: SearchServer) -> str:
    """The address to open in a browser on the trainee's machine. Who has JupyterLab open needs no token for it."""
    if not _in_docker():
        return server.url
    return f"http://127.0.0.1:{os.environ.get('PACSLAB_JUPYTER_PORT') or 8888}{BELOW}"


def terminal_address(server: SearchServer, home: Home) -> str:
    """The same for a terminal, with JupyterLab's token where one is needed. Raises LabError when no JupyterLab runs in Docker."""
    if not _in_docker():
        return server.url
    session = read_json(home.session)
    url = session.get("url") if isinstance(session, dict) else None
    if not url:
        raise LabError(
            t("In Docker the page of the search engine is reached through JupyterLab, and none runs."),
            t("Start the lab with JupyterLab, or search in the terminal: pacslab search QUERY."),
        )
    return f"{browser_address(server)}?{urlsplit(str(url)).query}"


@contextmanager
def noted(server: SearchServer, home: Home) -> Iterator[None]:
    """Let JupyterLab's server know of this page for as long as the context lasts."""
    note = home.folder / _NOTE
    mine = {"pid": os.getpid(), "port": server.server_address[1]}
    write_json(note, mine)
    try:
        yield
    finally:
        if read_json(note) == mine:
            note.unlink(missing_ok=True)


def noted_port(folder: Path) -> int | None:
    """The port of the page that is served now, by the note in the lab's state folder; None when there is none. Read-only."""
    note = read_json(folder / _NOTE)
    if not isinstance(note, dict) or not isinstance(note.get("pid"), int) or not isinstance(note.get("port"), int):
        return None
    try:
        os.kill(note["pid"], 0)
    except OSError:  # killed, and could not take its note away
        return None
    return int(note["port"])


def _in_docker() -> bool:
    return os.environ.get("PACSLAB_SANDBOX") == "compose"
