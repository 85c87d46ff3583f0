"""The United States."""

from synthetic_data.fictional import us_ssn
from synthetic_data.locales import english
from synthetic_data.locales.locale import Locale
from synthetic_data.model import Institution

_AREAS = ("212", "312", "415", "617", "713", "206", "303", "404", "602", "305")

LOCALE = Locale(
    name="en_US",
    institution=Institution(
        name="Nowhere Springs Fictional General Hospital",
        address="1 Invention Plaza, Nowhere Springs (fictional place)",
        department="Department of Radiology",
    ),
    titles=english.TITLES,
    young=english.YOUNG,
    doctor="Dr",
    age="{} years",
    age_months="{} months",
    date_format="%m/%d/%Y",
    address="{street}, {city} {postcode}",
    home_phones=tuple(f"({area}) 555-01##" for area in _AREAS[:7]),
    mobile_phones=tuple(f"({area}) 555-01##" for area in _AREAS[7:]),
    national_id=us_ssn,
    national_id_issuer="SSN",
    sides=english.SIDES,
    side_letters=english.SIDE_LETTERS,
    comments=english.COMMENTS,
    services=english.SERVICES,
    exams=english.EXAMS,
    series=english.SERIES,
    stories=english.STORIES,
)
