"""What the English-speaking locales have in common."""

from synthetic_data.locales.locale import ExamText, Service, StoryText
from synthetic_data.model import Sex, Side

TITLES: dict[Sex, str] = {"F": "Mrs", "M": "Mr"}
YOUNG: dict[Sex, str] = {"F": "Young patient", "M": "Young patient"}
SIDES: dict[Side, str] = {"R": "right", "L": "left"}
SIDE_LETTERS: dict[Side, str] = {"R": "R", "L": "L"}
COMMENTS = "Next of kin: {contact}, phone {contact_phone}. Patient's e-mail: {email}."
SERVICES: dict[Service, str] = {
    "emergency": "Emergency department",
    "ward": "General medicine",
    "outpatients": "Outpatients",
}

EXAMS = {
    "ct_head": ExamText("CT head without contrast", "CT of the head, plain"),
    "ct_chest": ExamText("CT chest without contrast", "CT of the chest, plain"),
    "mr_head": ExamText("MRI brain", "MRI of the brain, plain"),
    "dx_chest": ExamText("Chest X-ray", "Chest, PA and lateral, standing"),
    "dx_chest_control": ExamText("Chest X-ray, follow-up", "Chest, PA, standing"),
    "dx_hand": ExamText("X-ray {side} hand", "Hand, {side}, PA and oblique"),
}

SERIES = {
    "ct_brain": "Axial brain",
    "ct_skull": "Axial bone",
    "ct_mediastinum": "Axial mediastinum",
    "ct_lung": "Axial lung",
    "mr_t1": "Ax T1 SE",
    "mr_t2": "Ax T2 TSE",
    "mr_flair": "Ax FLAIR",
    "dx_chest_pa": "Chest PA",
    "dx_chest_lateral": "Chest lateral",
    "dx_hand_pa": "Hand PA",
    "dx_hand_oblique": "Hand oblique",
}

STORIES = {
    "stroke": StoryText(
        "Suspected stroke",
        "{title} {name}, {age}: sudden weakness of one side and trouble speaking, at home. Treated for high blood "
        "pressure. Requested by {doctor}.",
    ),
    "nodule": StoryText(
        "Pulmonary nodule, follow-up",
        "{title} {name}, {age}, 40 pack-years. Nodule found by chance, size to be followed. Referred by {doctor}.",
    ),
    "pneumonia": StoryText(
        "Fever and cough, crackles",
        "{title} {name}, {age}: fever of 39 °C for four days, crackles at the base. Pneumonia? Requested by {doctor}.",
    ),
    "trauma": StoryText(
        "Road accident",
        "{title} {name}, {age}: fell off a bicycle, brief loss of consciousness, pain in the {side} hand. Brought in "
        "by ambulance. Family doctor: {doctor}.",
    ),
    "sclerosis": StoryText(
        "Multiple sclerosis, follow-up",
        "{title} {name}, born {birth_date}: relapsing-remitting multiple sclerosis under treatment. New lesions? "
        "Followed by {doctor}.",
    ),
    "headache": StoryText(
        "Chronic headache",
        "{title} {name}, {age}: throbbing headache for six months, normal neurological examination. Requested by "
        "{doctor}.",
    ),
    "heart_failure": StoryText(
        "Breathlessness, swollen legs",
        "{title} {name}, {age}: known heart failure, increasing breathlessness, swollen legs. Effusion? Requested by "
        "{doctor}.",
    ),
    "tumour": StoryText(
        "First seizure",
        "{title} {name}, {age}: first seizure, headache on waking. Space-occupying lesion? Requested by {doctor}.",
    ),
    "arthritis": StoryText(
        "Rheumatoid arthritis, work-up",
        "{title} {name}, {age}: painful swollen hands, an hour of morning stiffness. Erosions? Work-up before "
        "biological treatment. Requested by {doctor}.",
    ),
    "cough": StoryText(
        "Persistent cough",
        "{title} {name}, {age}: cough for three months, former smoker, no loss of weight. Requested by {doctor}.",
    ),
}
