"""What somebody who sits on the way can read of a connection: the captured bytes, made visible."""

from __future__ import annotations

from dataclasses import dataclass

from lab.clients.tap import Capture
from lab.course.cards import Block, Card, Lines, Paragraph, Shown
from lab.i18n import t, tn

_SENT, _RECEIVED = 700, 900
_ENCRYPTED = 240


@dataclass(frozen=True, repr=False)
class Wire(Shown):
    """A tapped connection. ``sent`` and ``received`` are its bytes; ``text`` is all that can be read of them."""

    capture: Capture

    @property
    def sent(self) -> bytes:
        """What the client sent, as it crossed."""
        return bytes(self.capture.sent)

    @property
    def received(self) -> bytes:
        """What came back, as it crossed."""
        return bytes(self.capture.received)

    @property
    def text(self) -> str:
        """Everything a listener can read without a key, compressed answers unpacked; dots stand for other bytes."""
        encrypted = self.capture.is_tls
        return f"{_printable(self.sent, encrypted)}\n{_printable(self.capture.answers(), encrypted)}"

    def card(self) -> Card:
        encrypted = self.capture.is_tls
        badge = t("TLS") if encrypted else t("plain")
        blocks: list[Block] = [
            Paragraph(tn("{n} byte captured.", "{n} bytes captured.", len(self.sent) + len(self.received)))
        ]
        for title, content, limit in (
            (t("From the client to the hospital:"), self.sent, _SENT),
            (t("From the hospital to the client:"), self.capture.answers(), _RECEIVED),
        ):
            text = _printable(content, encrypted)
            limit = _ENCRYPTED if encrypted else limit
            lines = [*text[:limit].strip().splitlines(), *(["…"] if len(text) > limit else [])]
            blocks += [Paragraph(title, strong=True), Lines(lines)]
        return Card(t("What a listener reads on the way"), "good" if encrypted else "bad", badge, blocks)


def _printable(content: bytes, encrypted: bool) -> str:
    """Bytes as text, what is none as dots. Of encrypted bytes only ASCII: the rest would be letters by chance."""
    text = content.decode("ascii" if encrypted else "utf-8", "replace").replace("\r\n", "\n").replace("\ufffd", "·")
    keep = "" if encrypted else "\n\t"
    return "".join(character if character.isprintable() or character in keep else "·" for character in text)
