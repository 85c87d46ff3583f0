"""What the reports of 2019 say, figure by figure with its source, and where they disagree.

A bare number is what a source prints. ``more_than`` marks a lower bound: the simulated Internet then takes a modelled
number just above it. Nothing else in ``lab.survey`` may call a number *sourced*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.i18n import Text, t

Origin = Literal["sourced", "modelled"]
FRENCH_PRESS = "press: two French articles, September 2019 and August 2020"
AUNT_MINNIE = "press: AuntMinnieEurope"
CYBER_INTELLIGENCE = "press: cybersecurityintelligence"
PROPUBLICA = "press: ProPublica"
PRESS = "press"
GREENBONE_LATER = "press: Greenbone, November 2019"


@dataclass(frozen=True)
class Figure:
    """A number of a report. ``more_than`` when the report says that it is a lower bound, ``about`` when it is rounded."""

    value: int
    source: str
    more_than: bool = False
    about: bool = False


@dataclass(frozen=True)
class Published:
    """What is published of one place (a country, or the whole world); None where no source gives a number."""

    systems: Figure | None = None
    records: Figure | None = None
    images: Figure | None = None
    downloadable: Figure | None = None


EXAMINED = Figure(2_300, FRENCH_PRESS, about=True)
COUNTRIES = Figure(52, FRENCH_PRESS)
OPEN_VIEWERS = Figure(39, FRENCH_PRESS)
WORLD = Published(
    systems=Figure(590, FRENCH_PRESS),
    records=Figure(24_000_000, FRENCH_PRESS, more_than=True),
    images=Figure(737_000_000, FRENCH_PRESS, more_than=True),
    downloadable=Figure(400_000_000, FRENCH_PRESS, about=True),
)
IMAGES_ELSEWHERE = Figure(731_000_000, FRENCH_PRESS)
"""The same figure in the other of the two articles."""
BY_COUNTRY: dict[str, Published] = {
    "FR": Published(
        Figure(7, FRENCH_PRESS), Figure(47_500, FRENCH_PRESS), Figure(2_600_000, FRENCH_PRESS, more_than=True)
    ),
    "TR": Published(
        Figure(36, AUNT_MINNIE),
        Figure(4_924_141, AUNT_MINNIE),
        Figure(179_533_940, AUNT_MINNIE),
        Figure(178_283_858, AUNT_MINNIE),
    ),
    "US": Published(
        Figure(187, PROPUBLICA),
        Figure(13_700_000, CYBER_INTELLIGENCE),
        None,
        Figure(45_800_000, CYBER_INTELLIGENCE),
    ),
    "GB": Published(records=Figure(1_500, PRESS, about=True), images=Figure(5_000, PRESS, about=True)),
    "DE": Published(records=Figure(15_000, PRESS), images=Figure(2_850_000, PRESS)),
    "AU": Published(records=Figure(50_000, PRESS, about=True)),  # “data sets”: booked as records
    "CH": Published(systems=Figure(2, PRESS), images=Figure(200_000, PRESS, more_than=True)),
}

# Two months later
OFFLINE_LATER = Figure(172, GREENBONE_LATER)
NEW_LATER = Figure(129, GREENBONE_LATER)
STUDIES_LATER = Figure(35_000_000, GREENBONE_LATER)
IMAGES_LATER = Figure(1_190_000_000, GREENBONE_LATER)
DOWNLOADABLE_LATER = Figure(370_000_000, GREENBONE_LATER)


def disagreements(epoch: int = 1) -> tuple[Text, ...]:
    """Where the sources contradict each other, or leave a number open. For epoch 2: as far as that concerns it."""
    studies = t(
        "Two months later the report counts 35 million studies, where the first one counted 24 million patient records."
    )
    if epoch == 2:
        derived = t("How many archives stand open then, no report says: 590 − 172 + 129 = 547 is computed.")
        return studies, derived
    return (
        t("Images: more than 737 million in one article, 731 million in the other. The lab takes 737."),
        t(
            "Germany: 15,000 records in one report, more than 13,000 on at least five sites in another. The lab takes 15,000 on 5."
        ),
        t("Australia: 2.5 to 2.6 million images. The lab takes 2.55 million."),
        t(
            "USA: 13.7 million records in one report, 187 servers with more than 5 million patients in another. The lab takes both."
        ),
        studies,
        t(
            "“About” is what the reports say of 2,300 archives, of 400 million images, and of the United Kingdom’s and Australia’s records. "
            "The lab takes these numbers."
        ),
        t("Australia: the report counts 50,000 “data sets”. The lab books them as records."),
    )
