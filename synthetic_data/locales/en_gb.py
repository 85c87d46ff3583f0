"""The United Kingdom."""

from synthetic_data.fictional import nhs_number
from synthetic_data.locales import english
from synthetic_data.locales.locale import Locale
from synthetic_data.model import Institution

LOCALE = Locale(
    name="en_GB",
    institution=Institution(
        name="Nevershire Fictional Royal Infirmary",
        address="1 Invention Row, Nevershire (fictional place)",
        department="Department of Clinical Radiology",
    ),
    titles=english.TITLES,
    young=english.YOUNG,
    doctor="Dr",
    age="{} years",
    age_months="{} months",
    date_format="%d/%m/%Y",
    address="{street}, {city} {postcode}",
    home_phones=("01632 960###", "020 7946 0###", "0161 496 0###", "0121 496 0###", "0117 496 0###"),
    mobile_phones=("07700 900###",),
    national_id=nhs_number,
    national_id_issuer="NHS",
    sides=english.SIDES,
    side_letters=english.SIDE_LETTERS,
    comments=english.COMMENTS,
    services=english.SERVICES,
    exams=english.EXAMS,
    series=english.SERIES,
    stories=english.STORIES,
)
