"""Israel: Hebrew, written from right to left; files hold it in the order of reading."""

from synthetic_data.fictional import israeli_id
from synthetic_data.locales.locale import ExamText, Locale, StoryText
from synthetic_data.model import Institution

LOCALE = Locale(
    name="he_IL",
    institution=Institution(
        name="המרכז הרפואי הבדיוני שומקום",
        address="רחוב ההמצאה 1, שומקום (מקום בדיוני)",
        department="מחלקת דימות",
    ),
    titles={"F": "גב'", "M": "מר"},
    young={"F": "הילדה", "M": "הילד"},
    doctor='ד"ר',
    age="בגיל {}",
    age_months="בגיל {} חודשים",
    date_format="%d/%m/%Y",
    address="{street}, {city} {postcode}",
    home_phones=("06-0######",),
    mobile_phones=("050-0######",),
    national_id=israeli_id,
    national_id_issuer="TEUDAT ZEHUT",
    sides={"R": "ימין", "L": "שמאל"},
    side_letters={"R": "R", "L": "L"},
    comments='איש קשר: {contact}, טלפון {contact_phone}. דוא"ל: {email}.',
    services={"emergency": "מחלקה לרפואה דחופה", "ward": "מחלקה פנימית", "outpatients": "מרפאות חוץ"},
    exams={
        "ct_head": ExamText("CT ראש ללא חומר ניגוד", "CT מוח ללא חומר ניגוד"),
        "ct_chest": ExamText("CT חזה ללא חומר ניגוד", "CT בית החזה ללא חומר ניגוד"),
        "mr_head": ExamText("MRI מוח", "MRI מוח ללא חומר ניגוד"),
        "dx_chest": ExamText("צילום חזה", "חזה, שני כיוונים, בעמידה"),
        "dx_chest_control": ExamText("צילום חזה, ביקורת", "חזה, כיוון אחד, בעמידה"),
        "dx_hand": ExamText("צילום כף יד {side}", "כף יד {side}, שני כיוונים"),
    },
    series={
        "ct_brain": "Axial brain",
        "ct_skull": "Axial bone",
        "ct_mediastinum": "Axial mediastinum",
        "ct_lung": "Axial lung",
        "mr_t1": "Ax T1 SE",
        "mr_t2": "Ax T2 TSE",
        "mr_flair": "Ax FLAIR",
        "dx_chest_pa": "חזה PA",
        "dx_chest_lateral": "חזה צד",
        "dx_hand_pa": "כף יד PA",
        "dx_hand_oblique": "כף יד אלכסוני",
    },
    stories={
        "stroke": StoryText(
            "חשד לאירוע מוחי", "{title} {name}, {age}: חולשה פתאומית בצד אחד והפרעת דיבור. הופנה על ידי {doctor}."
        ),
        "nodule": StoryText(
            "קשרית בריאה, מעקב",
            "{title} {name}, {age}, מעשן לשעבר. קשרית שנמצאה במקרה, מעקב גודל. הופנה על ידי {doctor}.",
        ),
        "pneumonia": StoryText(
            "חום ושיעול",
            "{title} {name}, {age}: חום 39 ארבעה ימים, חרחורים בבסיסים. דלקת ריאות? הופנה על ידי {doctor}.",
        ),
        "trauma": StoryText(
            "תאונת דרכים",
            "{title} {name}, {age}: נפילה מאופניים, אובדן הכרה קצר, כאב בכף יד {side}. רופא המשפחה: {doctor}.",
        ),
        "sclerosis": StoryText(
            "טרשת נפוצה, מעקב",
            "{title} {name}, תאריך לידה {birth_date}: טרשת נפוצה בטיפול. נגעים חדשים? במעקב {doctor}.",
        ),
        "headache": StoryText(
            "כאבי ראש כרוניים", "{title} {name}, {age}: כאב ראש פועם חצי שנה, בדיקה תקינה. הופנה על ידי {doctor}."
        ),
        "heart_failure": StoryText(
            "קוצר נשימה, בצקות",
            "{title} {name}, {age}: אי ספיקת לב ידועה, החמרה בקוצר נשימה. תפליט? הופנה על ידי {doctor}.",
        ),
        "tumour": StoryText(
            "פרכוס ראשון", "{title} {name}, {age}: פרכוס ראשון, כאבי ראש בבוקר. תהליך תופס מקום? הופנה על ידי {doctor}."
        ),
        "arthritis": StoryText(
            "דלקת פרקים, בירור",
            "{title} {name}, {age}: כאב בכפות הידיים, נוקשות בוקר של שעה. ארוזיות? הופנה על ידי {doctor}.",
        ),
        "cough": StoryText(
            "שיעול ממושך", "{title} {name}, {age}: שיעול שלושה חודשים, מעשן לשעבר. הופנה על ידי {doctor}."
        ),
    },
    national=("ISO_IR 138",),
    from_abroad=None,
    iso2022=("ISO 2022 IR 6", "ISO 2022 IR 138"),
)
