"""The keeper asks the kernel what listens; both ways of asking say the same."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from lab.sandbox.inside import listening


def a_port() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def test_the_kernel_and_its_table_say_the_same_of_a_port() -> None:
    with a_port() as server, socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        ours, held = server.getsockname(), holder.getsockname()
        for told in (listening._asked(), listening._read(Path("/proc/net/tcp").read_text("ascii"))):
            assert ours in told
            assert held not in told


def test_a_kernel_that_does_not_answer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> set[listening.Address]:
        raise OSError("Protocol not supported")

    monkeypatch.setattr(listening, "_asked", silent)
    with a_port() as server:
        assert server.getsockname() in listening.listening()
