"""The inventory: which personal data a folder or an archive holds, whose it is, where it stands and how sure that is.

For other rooms, without files and workers:

    known = learn([dataset, ...])                 # who is named anywhere in the set; may be added to by known.learn
    find_in_dataset(dataset, known)               # elements, sequences, private ones, file meta   -> list[Finding]
    find_in_text(text, known, near)               # spans of a text                                -> list[Hit]
    find_in_picture(pixels)                       # every line of text, personal or not            -> list[Region]
    find_personal_in_picture(pixels, known, near) # the lines that are personal                    -> list[(Region, Hit)]
    find_in_pdf(content, known, near)             # text, properties, pictures of a PDF            -> list[Finding]
    find_in_file(path, known)                     # all of it, preamble, padding and name too      -> list[Finding]

`Finding` has place, kind, value, person, sure, reason, tag path, private_creator, span, pages, box. `Region` has box
(left, top, right, bottom; in pixels, right and bottom excluded), text and confidence. `near_to(dataset)` gives the
people whom a dataset itself names. Everything here is read-only.
"""

from __future__ import annotations

from lab.inventory.api import (
    find_in_dataset,
    find_in_file,
    find_in_pdf,
    find_in_picture,
    find_in_text,
    find_personal_in_picture,
    learn,
    near_to,
)
from lab.inventory.finding import DIRECT, SURE_ENOUGH, Finding, Place, Reason, Region, Trouble, kind_label
from lab.inventory.people import Fact, KnownPeople
from lab.inventory.text import Hit, Near

__all__ = [
    "DIRECT",
    "SURE_ENOUGH",
    "Fact",
    "Finding",
    "Hit",
    "KnownPeople",
    "Near",
    "Place",
    "Reason",
    "Region",
    "Trouble",
    "find_in_dataset",
    "find_in_file",
    "find_in_pdf",
    "find_in_picture",
    "find_in_text",
    "find_personal_in_picture",
    "kind_label",
    "learn",
    "near_to",
]
