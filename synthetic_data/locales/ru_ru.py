"""Russia: Cyrillic names with patronymics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synthetic_data.fictional import russian_snils
from synthetic_data.locales.locale import ExamText, Locale, StoryText
from synthetic_data.model import Institution, PersonName, Sex

if TYPE_CHECKING:
    from faker import Faker


def _name(fake: Faker, sex: Sex) -> PersonName:
    """Family name and patronymic agree with the sex."""
    if sex == "F":
        return PersonName(fake.last_name_female(), fake.first_name_female(), middle=fake.middle_name_female())
    return PersonName(fake.last_name_male(), fake.first_name_male(), middle=fake.middle_name_male())


def _relative(name: PersonName, stranger: PersonName, sex: Sex) -> PersonName:
    """A family name changes its ending with the sex; a relative of the other sex thus keeps another one, by marriage."""
    same = name.middle.endswith("на") == stranger.middle.endswith("на")
    return replace(stranger, family=name.family) if same else stranger


LOCALE = Locale(
    name="ru_RU",
    institution=Institution(
        name="Вымышленная больница Нигдеграда",
        address="ул. Выдуманная, 1, Нигдеград (вымышленный город)",
        department="Отделение лучевой диагностики",
    ),
    titles={"F": "Пациентка", "M": "Пациент"},
    young={"F": "Ребёнок", "M": "Ребёнок"},
    doctor="д-р",
    age="{} лет",
    age_months="{} мес.",
    date_format="%d.%m.%Y",
    address="{postcode}, {city}, {street}",
    home_phones=("8 000 ###-##-##",),
    mobile_phones=("+7 000 ###-##-##",),
    national_id=russian_snils,
    national_id_issuer="SNILS",
    sides={"R": "правая", "L": "левая"},
    side_letters={"R": "R", "L": "L"},
    comments="Контактное лицо: {contact}, тел. {contact_phone}. Эл. почта: {email}.",
    services={"emergency": "Приёмное отделение", "ward": "Терапевтическое отделение", "outpatients": "Поликлиника"},
    exams={
        "ct_head": ExamText("КТ головы без контраста", "КТ головы, нативная"),
        "ct_chest": ExamText("КТ органов грудной клетки", "КТ груди, нативная"),
        "mr_head": ExamText("МРТ головного мозга", "МРТ мозга без контраста"),
        "dx_chest": ExamText("Рентген грудной клетки", "Грудь, две проекции, стоя"),
        "dx_chest_control": ExamText("Рентген груди, контроль", "Грудь, одна проекция, стоя"),
        "dx_hand": ExamText("Рентген, кисть {side}", "Кисть {side}, две проекции"),
    },
    series={
        "ct_brain": "Аксиальные, мозг",
        "ct_skull": "Аксиальные, кость",
        "ct_mediastinum": "Аксиальные, средостение",
        "ct_lung": "Аксиальные, лёгкие",
        "mr_t1": "T1 SE акс.",
        "mr_t2": "T2 TSE акс.",
        "mr_flair": "FLAIR акс.",
        "dx_chest_pa": "Грудь, прямая",
        "dx_chest_lateral": "Грудь, боковая",
        "dx_hand_pa": "Кисть, прямая",
        "dx_hand_oblique": "Кисть, косая",
    },
    stories={
        "stroke": StoryText(
            "Инсульт?",
            "{title} {name}, {age}: внезапная слабость половины тела, нарушение речи. Направил {doctor}.",
        ),
        "nodule": StoryText(
            "Очаг в лёгком",
            "{title} {name}, {age}, курит много лет. Случайно найденный очаг, контроль размера. Направил {doctor}.",
        ),
        "pneumonia": StoryText(
            "Лихорадка, кашель",
            "{title} {name}, {age}: температура 39 четыре дня, хрипы в нижних отделах. Пневмония? Направил {doctor}.",
        ),
        "trauma": StoryText(
            "Дорожная авария",
            "{title} {name}, {age}: падение с велосипеда, кратковременная потеря сознания, боль в кисти ({side}). "
            "Лечащий врач: {doctor}.",
        ),
        "sclerosis": StoryText(
            "Склероз, контроль",
            "{title} {name}, род. {birth_date}: рассеянный склероз, терапия. Новые очаги? Наблюдает {doctor}.",
        ),
        "headache": StoryText(
            "Головная боль",
            "{title} {name}, {age}: пульсирующая головная боль полгода, неврологически без особенностей. Направил "
            "{doctor}.",
        ),
        "heart_failure": StoryText(
            "Одышка, отёки",
            "{title} {name}, {age}: сердечная недостаточность, нарастающая одышка, отёки. Выпот? Направил {doctor}.",
        ),
        "tumour": StoryText(
            "Первый приступ",
            "{title} {name}, {age}: первый приступ, утренние головные боли. Объёмное образование? Направил {doctor}.",
        ),
        "arthritis": StoryText(
            "Артрит",
            "{title} {name}, {age}: боли в кистях, утренняя скованность один час. Эрозии? Направил {doctor}.",
        ),
        "cough": StoryText(
            "Длительный кашель",
            "{title} {name}, {age}: кашель три месяца, бывший курильщик, веса не теряет. Направил {doctor}.",
        ),
    },
    invent_name=_name,
    relative=_relative,
    women_take_names=False,
    national=("ISO_IR 144",),
    from_abroad=None,
    iso2022=("ISO 2022 IR 6", "ISO 2022 IR 144"),
)
