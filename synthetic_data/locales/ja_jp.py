"""Japan: names in three writings, alphabetic, ideographic and phonetic (DICOM PS3.5 annex H)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from synthetic_data.fictional import japanese_insurance_number
from synthetic_data.locales.locale import ExamText, Locale, StoryText
from synthetic_data.model import Institution, PersonName, Sex

if TYPE_CHECKING:
    from faker import Faker


def _name(fake: Faker, sex: Sex) -> PersonName:
    """A family and a given name, each with its three writings."""
    from faker.providers.person.ja_JP import Provider

    given = Provider.first_name_female_pairs if sex == "F" else Provider.first_name_male_pairs
    family = tuple(Provider.last_name_pairs)
    (kanji, kana, roman), (own_kanji, own_kana, own_roman) = fake.random_element(family), fake.random_element(given)
    return PersonName(roman, own_roman, ideographic=(kanji, own_kanji), phonetic=(kana, own_kana))


def _relative(name: PersonName, stranger: PersonName, sex: Sex) -> PersonName:
    """The family name in all its writings."""
    writings = ((name.ideographic or ("", ""))[0], (stranger.ideographic or ("", ""))[1])
    sounds = ((name.phonetic or ("", ""))[0], (stranger.phonetic or ("", ""))[1])
    return replace(stranger, family=name.family, ideographic=writings, phonetic=sounds)


def _street(fake: Faker) -> str:
    """A part of a town, and numbers instead of a street."""
    return f"{fake.town()}{fake.chome()}{fake.ban()}{fake.gou()}"


LOCALE = Locale(
    name="ja_JP",
    institution=Institution(
        name="架空市立どこにもない病院 (Fictional)",
        address="架空県どこにもない市空想町1丁目 (架空の場所)",
        department="放射線科",
    ),
    titles={"F": "患者", "M": "患者"},
    young={"F": "患児", "M": "患児"},
    doctor="Dr.",
    age="{}歳",
    age_months="{}か月",
    date_format="%Y年%m月%d日",
    address="〒{postcode} {city}{street}",
    home_phones=("03-0###-####", "06-0###-####"),
    mobile_phones=("090-0###-####",),
    national_id=japanese_insurance_number,
    national_id_issuer="HEALTH INSURANCE",
    sides={"R": "右", "L": "左"},
    side_letters={"R": "R", "L": "L"},
    comments="緊急連絡先: {contact} 電話 {contact_phone} メール: {email}",
    services={"emergency": "救急科", "ward": "内科病棟", "outpatients": "外来"},
    exams={
        "ct_head": ExamText("頭部単純CT", "頭部CT 造影なし"),
        "ct_chest": ExamText("胸部単純CT", "胸部CT 造影なし"),
        "mr_head": ExamText("頭部MRI", "頭部MRI 造影なし"),
        "dx_chest": ExamText("胸部X線", "胸部 正面と側面 立位"),
        "dx_chest_control": ExamText("胸部X線 経過観察", "胸部 正面 立位"),
        "dx_hand": ExamText("手部X線 {side}", "手 {side} 正面と斜位"),
    },
    series={
        "ct_brain": "Axial brain",
        "ct_skull": "Axial bone",
        "ct_mediastinum": "Axial mediastinum",
        "ct_lung": "Axial lung",
        "mr_t1": "Ax T1 SE",
        "mr_t2": "Ax T2 TSE",
        "mr_flair": "Ax FLAIR",
        "dx_chest_pa": "胸部正面",
        "dx_chest_lateral": "胸部側面",
        "dx_hand_pa": "手正面",
        "dx_hand_oblique": "手斜位",
    },
    stories={
        "stroke": StoryText("脳梗塞の疑い", "{title} {name} {age}。突然の片麻痺と言語障害。紹介医 {doctor}。"),
        "nodule": StoryText("肺結節 経過観察", "{title} {name} {age}。喫煙歴あり。偶然発見の結節の大きさを確認。紹介医 {doctor}。"),
        "pneumonia": StoryText("発熱と咳", "{title} {name} {age}。39度の発熱が4日間。肺炎の疑い。紹介医 {doctor}。"),
        "trauma": StoryText("交通事故", "{title} {name} {age}。自転車で転倒、一時意識消失、{side}手の痛み。かかりつけ医 {doctor}。"),
        "sclerosis": StoryText("多発性硬化症 経過観察", "{title} {name} {birth_date}生。多発性硬化症、治療中。新規病変の有無。主治医 {doctor}。"),
        "headache": StoryText("慢性頭痛", "{title} {name} {age}。半年続く拍動性頭痛、神経学的異常なし。紹介医 {doctor}。"),
        "heart_failure": StoryText("呼吸困難と浮腫", "{title} {name} {age}。心不全、呼吸困難が悪化。胸水の有無。紹介医 {doctor}。"),
        "tumour": StoryText("初回けいれん発作", "{title} {name} {age}。初回発作、早朝頭痛。腫瘍の有無。紹介医 {doctor}。"),
        "arthritis": StoryText("関節リウマチ 精査", "{title} {name} {age}。手の関節痛、朝のこわばり1時間。骨びらんの有無。紹介医 {doctor}。"),
        "cough": StoryText("長引く咳", "{title} {name} {age}。3か月続く咳、元喫煙者。紹介医 {doctor}。"),
    },
    invent_name=_name,
    invent_street=_street,
    relative=_relative,
    women_take_names=False,
    national=("", "ISO 2022 IR 87"),
    from_abroad=None,
    iso2022=("ISO 2022 IR 13", "ISO 2022 IR 87"),
)  # fmt: skip
