"""English."""

from synthetic_data.locales.locale import ExamText, StoryText
from synthetic_data.phrases.phrases import Phrases

PHRASES = Phrases(
    exams={
        "us_abdomen": ExamText("Ultrasound abdomen", "Ultrasound of liver, gallbladder and kidneys"),
        "us_obstetric": ExamText("Obstetric ultrasound", "Obstetric ultrasound, screening"),
        "mg_breast": ExamText("Mammography, both sides", "Screening mammography, two views"),
        "cr_chest_bed": ExamText("Portable chest X-ray", "Chest, AP, at the bedside"),
        "xa_coronary": ExamText("Coronary angiography", "Coronary angiography, radial access"),
        "pt_body": ExamText("FDG PET", "Positron emission tomography with FDG"),
        "nm_bone": ExamText("Bone scan", "Whole body bone scan"),
    },
    series={
        "ct_scout": "Scout", "mr_scout": "Three-plane localizer",
        "us_liver": "Liver and kidney", "uscine_liver": "Cine liver", "us_foetus": "Biometry",
        "uscine_foetus": "Cine fetus", "mg_views": "Mammography CC and MLO", "cr_chest_ap": "Chest AP portable",
        "xa_run": "Left coronary", "pt_axial": "PET corrected", "nm_whole": "Whole body ANT/POST",
        "sc_dose": "Patient protocol", "sc_paper": "Scanned document", "srbasic_report": "Report",
        "srfull_report": "Structured report", "pdf_letter": "Referral letter", "pdf_consent": "Consent form",
        "pdf_card": "Identity card", "ko_key": "Key images", "pr_view": "Presentation", "ecg_rest": "12-lead ECG",
    },
    stories={
        "bronchiolitis": StoryText(
            "Bronchiolitis, laboured breathing",
            "{title} {name}, {age}: runny nose for three days, wheezing, chest recession, feeding poorly. Consolidation? "
            "Requested by {doctor}.",
        ),
        "pregnancy": StoryText(
            "Pregnancy, screening ultrasound",
            "{title} {name}, {age}, born {birth_date}: uncomplicated pregnancy, first visit here. Followed by {doctor}.",
        ),
        "gallstones": StoryText(
            "Pain under the right ribs",
            "{title} {name}, {age}: pain under the right ribs after meals, normal liver tests. Gallstones? Requested by "
            "{doctor}.",
        ),
        "screening": StoryText(
            "Breast screening",
            "{title} {name}, {age}: routine breast screening, no family history. Result to {doctor}.",
        ),
        "coronary": StoryText(
            "Exertional angina",
            "{title} {name}, {age}: chest pain on exertion, positive stress test. Referred by {doctor}.",
        ),
        "staging": StoryText(
            "Staging",
            "{title} {name}, {age}: suspicious lung nodule, bone pain. Staging requested by {doctor}.",
        ),
    },
    labels={
        "patient": "Patient", "born": "Born", "sex": "Sex", "id": "ID", "date": "Date", "time": "Time",
        "exam": "Exam", "doctor": "Ref. phys.", "operator": "Operator", "radiologist": "Radiologist",
        "accession": "Accession no.", "protocol": "Patient protocol", "total": "Total dose", "phone": "Phone",
        "address": "Address", "history": "Clinical history", "findings": "Findings", "conclusion": "Conclusion",
        "report": "Imaging report", "letter": "Referral letter", "consent": "Informed consent",
        "card": "IDENTITY CARD (FICTIONAL)", "surname": "Surname", "given": "Given name", "birth_name": "Birth name",
        "number": "Social security / NHS no.", "signature": "Signature", "key_images": "Key images for the clinician",
        "series": "Series", "specimen": "SYNTHETIC SPECIMEN", "hospital": "Hospital", "size": "Height",
    },
    normal={
        "CT HEAD": "No haemorrhage, no mass effect. Midline structures in place.",
        "CT CHEST": "No consolidation. No enlarged mediastinal lymph nodes.",
        "MR BRAIN": "No abnormal signal in the brain.",
        "DX CHEST": "Clear lungs, heart of normal size.",
        "CR CHEST": "Satisfactory aeration of both lungs, clear costophrenic angles.",
        "DX HAND": "No bony injury. Joint spaces preserved.",
        "US ABDOMEN": "Liver of normal size and texture. Normal right kidney.",
        "MG BREAST": "Breast density B. No suspicious finding. BI-RADS 1.",
        "XA HEART": "Left coronary arteries without significant stenosis.",
        "PT CHEST": "No pathological uptake.",
        "NM WHOLEBODY": "Homogeneous bone uptake.",
    },
    findings={
        "infarct": "Hypodensity in the middle cerebral artery territory, recent ischaemic stroke.",
        "old_infarct": "Old infarct in the middle cerebral artery territory.", "haematoma": "Intracerebral haematoma.",
        "tumour": "Intra-axial mass surrounded by oedema.",
        "plaque": "Periventricular lesions that suggest demyelination.",
        "nodule": "Solid pulmonary nodule, to be followed up.", "consolidation": "Airspace consolidation.",
        "effusion": "Pleural effusion.", "large_heart": "Cardiomegaly.", "fracture": "Fracture of the fifth metacarpal.",
        "callus": "Callus forming.", "erosion": "Erosions of the metacarpophalangeal joints.",
        "gallstone": "Gallstone with posterior acoustic shadow.",
        "foetus": "Single live fetus, biometry as expected.",
        "breast_mass": "Spiculated mass in the upper outer quadrant. BI-RADS 5.",
        "stenosis": "Tight stenosis of the mid left anterior descending artery.",
        "metastasis": "Foci of increased bone uptake.", "uptake": "Intense uptake in the lung nodule.",
    },
    letter=(
        "{hospital}",
        "To {radiologist}",
        "Dear colleague,",
        "Thank you for seeing {title} {full_name}, born {birth_date}, of {address}, phone {phone}, social "
        "insurance number {national_id}.",
        "Reason: {reason}. Examination requested: {procedure}.",
        "Next of kin: {contact}, phone {contact_phone}.",
        "With kind regards, {date}.",
        "{doctor}",
    ),
    consent=(
        "{hospital}",
        "I, {full_name}, born {birth_date}, of {address}, hospital number {patient_id}, have been informed by "
        "{radiologist} about the following examination: {procedure}.",
        "I was able to ask questions, and I freely consent to this examination.",
        "Signed on {date}.",
        "Signature: {full_name}",
    ),
    card=("{national_id}", "{full_name}", "{birth_date}", "{address}"),
)  # fmt: skip
