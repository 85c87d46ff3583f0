"""One file per locale: its people's numbers, its hospital, and what its radiologists write."""

from __future__ import annotations

from synthetic_data.errors import SyntheticDataError
from synthetic_data.locales import de_de, en_gb, en_us, fr_fr
from synthetic_data.locales.locale import Locale

LOCALES: dict[str, Locale] = {
    locale.name: locale for locale in (fr_fr.LOCALE, en_us.LOCALE, en_gb.LOCALE, de_de.LOCALE)
}
"""Every locale by name; the first is the default."""

DEFAULT = fr_fr.LOCALE.name


def find_locale(name: str) -> Locale:
    """The locale of that name; raises SyntheticDataError for one that there is not."""
    try:
        return LOCALES[name]
    except KeyError:
        raise SyntheticDataError(f"unknown locale {name!r}; accepted are {', '.join(LOCALES)}.") from None
