"""Where every random value comes from: a seed and a role, never the order of calls.

A `Role` is a path such as `2019/fr_FR/patient/7/birth_date`. Its SHA-256 digest seeds a generator of its own, so a
value depends on nothing but what it is for: patient 7 is the same person in a hospital of 8 and in one of 800, whoever
asked for whatever before. `random.Random` and SHA-256 give the same values on every machine and Python version; of
`random.Random` only methods without transcendental functions are used (no `gauss`), as those may differ in the last
bit between C libraries.
"""

from __future__ import annotations

import hashlib
import math
import random


class Role:
    """What a random value is for: the seed and a path of names and numbers."""

    __slots__ = ("path",)

    def __init__(self, *parts: str | int) -> None:
        self.path = "/".join(str(part) for part in parts)

    def __repr__(self) -> str:
        return f"Role({self.path!r})"

    def child(self, *parts: str | int) -> Role:
        """The role below this one, such as `patient.child("study", 2)`."""
        return Role(self.path, *parts)

    def number(self) -> int:
        """A number of 128 bits that belongs to this role."""
        return int.from_bytes(hashlib.sha256(self.path.encode()).digest()[:16], "big")

    def random(self) -> random.Random:
        """A fresh generator that belongs to this role; each call starts it anew."""
        return random.Random(self.number())

    def uid(self) -> str:
        """A UID of 44 characters under 2.25, the root for UUIDs (DICOM PS3.5 B.2, ITU-T X.667)."""
        return numbered_uid(self.number(), 0)


def numbered_uid(base: int, number: int) -> str:
    """UID `number` (from 0, below 2**20) of a group whose 128-bit `base` is a role's, such as the images of a series.

    They are UUIDs of version 8 (RFC 9562 5.8), whose first bit is set so that all are 44 characters long, and whose
    last 20 bits count.
    """
    high, middle, low = base >> 80, base >> 64 & 0xFFF, base & (1 << 62) - 1
    uuid = (high | 1 << 47) << 80 | 8 << 76 | middle << 64 | 2 << 62 | low >> 20 << 20 | number
    return f"2.25.{uuid}"


def scattered(role: Role, index: int, modulus: int) -> int:
    """The index-th of a sequence of numbers below `modulus` that looks random and does not repeat within `modulus`.

    Two patients thus never get the same number, although no one knows how many patients there are. A Feistel network
    permutes the numbers of an even count of bits; steps outside the range are walked over.
    """
    half = max(1, math.ceil((modulus - 1).bit_length() / 2))
    mask = (1 << half) - 1
    value = index % modulus
    while True:
        left, right = value >> half, value & mask
        for turn in range(4):
            left, right = right, left ^ (role.child(turn, right).number() & mask)
        value = left << half | right
        if value < modulus:
            return value
