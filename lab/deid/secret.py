"""The key: what makes pseudonyms, UIDs and shifts of dates the same in every file and run, and nobody else able to tell.

Who holds the key can tell who is meant: data made with a key that is kept are pseudonymised and stay personal data (GDPR
art. 4(5), recital 26). With a key that is destroyed, nobody can compute the way back from it; whether that is anonymous
depends on what else the data tell.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lab.deid.problems import DeidError
from lab.i18n import t

_BYTES = 32
_MOST_DAYS = 1826


@dataclass(frozen=True)
class Secret:
    """Everything that is derived from the key; the same input gives the same output, for ever."""

    key: bytes

    def __repr__(self) -> str:
        return "Secret(…)"

    @cached_property
    def _uids(self) -> dict[str, str]:
        return {}

    def digest(self, purpose: str, text: str) -> bytes:
        """32 bytes that only the key's holder can compute (HMAC-SHA-256)."""
        return hmac.digest(self.key, f"{purpose}\0{text}".encode("utf-8", "surrogatepass"), "sha256")

    def token(self, purpose: str, text: str, length: int = 12) -> str:
        """A short name of letters and digits."""
        return base64.b32encode(self.digest(purpose, text)).decode()[:length]

    def uid(self, original: str) -> str:
        """The new UID for an old one, under 2.25 (DICOM PS3.5 B.2)."""
        found = self._uids.get(original)
        if found is None:
            found = f"2.25.{uuid.UUID(bytes=self.digest('uid', original)[:16], version=5).int}"
            self._uids[original] = found
        return found

    def pseudonym(self, patient: str) -> str:
        """The patient's new name and number."""
        return f"DEID-{self.token('patient', patient, 10)}"

    def days(self, patient: str) -> int:
        """By how many days this patient's dates go back: 1 to 1826, the same for all of the patient's dates."""
        return 1 + int.from_bytes(self.digest("dates", patient)[:8], "big") % _MOST_DAYS


def fresh() -> Secret:
    """A new key."""
    return Secret(secrets.token_bytes(_BYTES))


def load_or_make(path: Path) -> Secret:
    """The key of this file, made (mode 0600) when there is none. Raises DeidError for a file that is no key."""
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        return _make(path)
    except (OSError, UnicodeDecodeError) as error:
        raise DeidError(t("The key {path} cannot be read: {reason}.", path=path, reason=error)) from error
    try:
        key = bytes.fromhex(text.removeprefix("pacslab-deid-key:"))
    except ValueError:
        key = b""
    if not text.startswith("pacslab-deid-key:") or len(key) != _BYTES:
        raise DeidError(
            t("{path} is no key of pacslab.", path=path), t("Name another file: it is made when there is none.")
        )
    return Secret(key)


def _make(path: Path) -> Secret:
    secret = fresh()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"pacslab-deid-key:{secret.key.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DeidError(t("The key {path} cannot be written: {reason}.", path=path, reason=error)) from error
    return secret
