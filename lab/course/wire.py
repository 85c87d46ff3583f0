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
        return f"{_printable(self.sent)}\n{_printable(self.capture.answers())}"

    def card(self) -> Card:
        encrypted = self.capture.is_tls
        badge = t("TLS") if encrypted else t("plain")
        count = tn("{n} byte captured.", "{n} bytes captured.", len(self.sent) + len(self.received))
        blocks: list[Block] = [Paragraph(count)]
        if self.sent:
            sent, received = (_ENCRYPTED, _ENCRYPTED) if encrypted else (_SENT, _RECEIVED)
            answers = self.received if encrypted else self.capture.answers()
            blocks += [Paragraph(t("From the client to the hospital:"), strong=True), Lines(_lines(self.sent, sent))]
            blocks += [Paragraph(t("From the hospital to the client:"), strong=True), Lines(_lines(answers, received))]
        return Card(t("What a listener reads on the way"), "good" if encrypted else "bad", badge, blocks)


def _lines(content: bytes, limit: int) -> list[str]:
    text = _printable(content)
    lines = text[:limit].splitlines()
    return [*lines, "…"] if len(text) > limit else lines


def _printable(content: bytes) -> str:
    """Bytes as text; what is no text becomes a dot."""
    text = content.decode("utf-8", "replace").replace("\r\n", "\n")
    return "".join(character if character.isprintable() or character in "\n\t" else "·" for character in text).replace(
        "\ufffd", "·"
    )
