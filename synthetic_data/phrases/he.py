"""Hebrew, for what devices and radiologists write in files; screens and paper, which have Latin letters only, say it in English."""

from dataclasses import replace

from synthetic_data.locales.locale import ExamText, StoryText
from synthetic_data.phrases import en

PHRASES = replace(
    en.PHRASES,
    exams={
        "us_abdomen": ExamText("אולטרסאונד בטן", "אולטרסאונד כבד, כיס מרה וכליות"),
        "us_obstetric": ExamText("אולטרסאונד הריון", "אולטרסאונד הריון, סקירה"),
        "mg_breast": ExamText("ממוגרפיה דו-צדדית", "ממוגרפיה סקר, שני היטלים"),
        "cr_chest_bed": ExamText("צילום חזה במיטה", "חזה AP, ליד המיטה"),
        "xa_coronary": ExamText("צנתור כלילי", "צנתור כלילי, גישה רדיאלית"),
        "pt_body": ExamText("PET FDG", "טומוגרפיית פליטת פוזיטרונים עם FDG"),
        "nm_bone": ExamText("מיפוי עצמות", "מיפוי עצמות כל הגוף"),
    },
    stories={
        "bronchiolitis": StoryText(
            "ברונכיוליטיס",
            "{title} {name}, {age}: נזלת שלושה ימים, צפצופים, רתיעות, אכילה מועטה. תסנין? הופנה על ידי {doctor}.",
        ),
        "pregnancy": StoryText(
            "הריון, סקירה", "{title} {name}, {age}, תאריך לידה {birth_date}: הריון תקין, ביקור ראשון. במעקב {doctor}."
        ),
        "gallstones": StoryText(
            "כאב בבטן ימנית עליונה",
            "{title} {name}, {age}: כאב בבטן ימנית עליונה אחרי אוכל, תפקודי כבד תקינים. אבנים? הופנה על ידי {doctor}.",
        ),
        "screening": StoryText("סקר שד", "{title} {name}, {age}: בדיקת סקר, ללא סיפור משפחתי. תשובה אל {doctor}."),
        "coronary": StoryText(
            "תעוקת חזה במאמץ", "{title} {name}, {age}: כאב בחזה במאמץ, מבחן מאמץ חיובי. הופנה על ידי {doctor}."
        ),
        "staging": StoryText("קביעת שלב", "{title} {name}, {age}: קשרית חשודה בריאה, כאבי עצמות. לבקשת {doctor}."),
    },
    normal={
        "CT HEAD": "ללא דימום, ללא אפקט מסה. קו האמצע במקומו.",
        "CT CHEST": "ללא תסנין. ללא קשריות לימפה מוגדלות במיצר.",
        "MR BRAIN": "ללא אות חריג במוח.",
        "DX CHEST": "ריאות נקיות, לב בגודל תקין.",
        "CR CHEST": "אוורור טוב של שתי הריאות, זוויות חדות.",
        "DX HAND": "ללא שבר. מרווחי המפרקים שמורים.",
        "US ABDOMEN": "כבד בגודל ובמרקם תקינים. כליה ימנית תקינה.",
        "MG BREAST": "צפיפות B. ללא ממצא חשוד. BI-RADS 1.",
        "XA HEART": "עורקים כליליים שמאליים ללא היצרות משמעותית.",
        "PT CHEST": "ללא קליטה פתולוגית.",
        "NM WHOLEBODY": "קליטה אחידה בעצמות.",
    },
    findings={
        "infarct": "אזור היפודנסי בתחום העורק המוחי התיכון, אירוע איסכמי חדש.",
        "old_infarct": "אוטם ישן בתחום העורק המוחי התיכון.",
        "haematoma": "שטף דם תוך מוחי.",
        "tumour": "תהליך תופס מקום במוח מוקף בצקת.",
        "plaque": "נגעים סביב החדרים המתאימים לדה-מיאלינציה.",
        "nodule": "קשרית ריאתית סולידית, למעקב.",
        "consolidation": "תסנין ריאתי.",
        "effusion": "תפליט פלאורלי.",
        "large_heart": "לב מוגדל.",
        "fracture": "שבר במטקרפוס החמישי.",
        "callus": "היווצרות קלוס.",
        "erosion": "ארוזיות במפרקי כף היד.",
        "gallstone": "אבן בכיס המרה עם צל אקוסטי.",
        "foetus": "עובר יחיד חי, מדדים תואמים.",
        "breast_mass": "גוש עם שלוחות ברביע העליון החיצוני. BI-RADS 5.",
        "stenosis": "היצרות קשה באמצע העורק הקדמי היורד.",
        "metastasis": "מוקדי קליטה מוגברת בעצמות.",
        "uptake": "קליטה עזה בקשרית הריאה.",
    },
)
