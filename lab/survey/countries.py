"""The countries of the simulated Internet: how many systems they weigh, where they lie, which names their patients have.

The report counts 52 countries but names few. Those with a published figure are ``sourced``; that the others are among
the 52, and every weight, is modelled. Positions are rough, for dots on a map.
"""

from __future__ import annotations

from dataclasses import dataclass

from babel import Locale

from lab.i18n import language


@dataclass(frozen=True)
class Country:
    """``weight`` is its modelled share of systems; ``locale`` names the list that its patients' names come from."""

    code: str
    weight: int
    latitude: float
    longitude: float
    locale: str

    @property
    def name(self) -> str:
        """Its name in the trainee's language."""
        return country_name(self.code)


def country_name(code: str) -> str:
    """The name of a country in the trainee's language (Unicode CLDR); the code itself when it is not one."""
    return str(Locale(language()).territories.get(code, code))


def _table(text: str) -> tuple[Country, ...]:
    rows = (line.split() for line in text.strip().splitlines())
    return tuple(Country(c, int(w), float(y), float(x), name) for c, w, y, x, name in rows)


# The 52 in which archives stood open: first those that a report names, then modelled ones.
OPEN = _table(
    """
    FR 0 46.6 2.4 fr_FR
    TR 0 39.0 35.2 tr_TR
    US 0 39.8 -98.6 en_US
    GB 2 52.5 -1.5 en_GB
    DE 5 51.1 10.4 de_DE
    AU 4 -25.3 134.0 en_GB
    CH 0 46.8 8.2 de_DE
    IN 55 22.0 79.0 en_IN
    BR 45 -10.8 -53.1 pt_BR
    IT 18 42.8 12.1 it_IT
    ES 12 40.2 -3.6 es_ES
    PT 4 39.6 -8.0 pt_BR
    NL 4 52.2 5.6 nl_NL
    BE 3 50.6 4.6 fr_FR
    AT 3 47.6 14.1 de_DE
    PL 7 52.1 19.4 de_DE
    CZ 4 49.7 15.3 de_DE
    HU 4 47.2 19.4 de_DE
    RO 9 45.9 25.0 it_IT
    BG 4 42.8 25.2 it_IT
    GR 6 39.1 22.9 it_IT
    UA 7 49.0 31.4 en_GB
    RU 14 56.0 45.0 en_GB
    SE 2 62.8 16.7 de_DE
    CA 5 56.0 -98.0 en_US
    MX 14 23.9 -102.5 es_ES
    CO 9 3.9 -73.1 es_ES
    PE 6 -9.2 -74.4 es_ES
    EC 6 -1.4 -78.5 es_ES
    CL 5 -37.0 -71.4 es_ES
    AR 12 -35.4 -65.2 es_ES
    VE 3 7.1 -66.2 es_ES
    DO 2 18.9 -70.5 es_ES
    ZA 12 -29.0 25.1 en_GB
    EG 4 26.5 29.9 tr_TR
    MA 2 31.9 -6.3 fr_FR
    TN 2 34.1 9.6 fr_FR
    NG 2 9.6 8.1 en_GB
    KE 2 0.6 37.8 en_GB
    SA 4 24.1 44.5 tr_TR
    AE 2 23.9 54.3 tr_TR
    IR 16 32.6 54.3 tr_TR
    IQ 3 33.0 43.7 tr_TR
    PK 8 29.9 69.3 en_IN
    BD 4 23.9 90.2 en_IN
    LK 3 7.6 80.7 en_IN
    TH 8 15.1 101.0 en_IN
    VN 5 16.6 106.3 en_IN
    MY 6 3.8 109.7 en_IN
    ID 6 -2.2 117.2 en_IN
    PH 5 11.8 122.9 es_ES
    KR 3 36.4 127.8 en_US
    """
)

# Further countries in which systems were found, but none open (modelled).
CLOSED = _table(
    """
    JP 22 37.6 138.0 en_US
    NO 6 64.6 17.7 de_DE
    DK 6 55.9 10.0 de_DE
    FI 5 64.5 26.3 de_DE
    IE 6 53.2 -8.1 en_GB
    NZ 6 -41.8 171.5 en_GB
    SG 7 1.4 103.8 en_IN
    HK 8 22.4 114.1 en_IN
    TW 14 23.8 121.0 en_IN
    IL 9 31.5 35.0 en_US
    HR 4 45.1 16.4 it_IT
    RS 5 44.2 20.8 it_IT
    SK 4 48.7 19.5 de_DE
    SI 3 46.1 14.8 it_IT
    LT 3 55.3 23.9 de_DE
    """
)
COUNTRIES = {country.code: country for country in (*OPEN, *CLOSED)}
# How the systems that are not open are spread, beside the weights above (modelled).
CLOSED_WEIGHTS = {"US": 420, "FR": 35, "TR": 40, "DE": 60, "GB": 45, "CH": 18, "AU": 35}
