"""One file per locale: its people's numbers, its hospital, and what its radiologists write."""

from __future__ import annotations

from synthetic_data.errors import SyntheticDataError
from synthetic_data.locales import de_de, en_gb, en_us, fr_fr, he_il, ja_jp, ru_ru
from synthetic_data.locales.locale import Locale

LOCALES: dict[str, Locale] = {
    module.LOCALE.name: module.LOCALE for module in (fr_fr, en_us, en_gb, de_de, ja_jp, he_il, ru_ru)
}
"""Every locale by name; the first is the default."""

DEFAULT = fr_fr.LOCALE.name


def find_locale(name: str) -> Locale:
    """The locale of that name; raises SyntheticDataError for one that there is not."""
    try:
        return LOCALES[name]
    except KeyError:
        raise SyntheticDataError(f"unknown locale {name!r}; accepted are {', '.join(LOCALES)}.") from None
