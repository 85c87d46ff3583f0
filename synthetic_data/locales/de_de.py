"""Germany."""

from synthetic_data.fictional import german_pension_number
from synthetic_data.locales.locale import ExamText, Locale, StoryText
from synthetic_data.model import Institution

LOCALE = Locale(
    name="de_DE",
    institution=Institution(
        name="Fiktives Klinikum Nirgendheim",
        address="Erfindergasse 1, Nirgendheim (fiktiver Ort)",
        department="Klinik für Radiologie",
    ),
    titles={"F": "Frau", "M": "Herr"},
    young={"F": "Das Kind", "M": "Das Kind"},
    doctor="Dr.",
    age="{} Jahre",
    age_months="{} Monate",
    date_format="%d.%m.%Y",
    address="{street}, {postcode} {city}",
    home_phones=("030 23125###", "069 90009###", "040 66969###", "0221 4710###", "089 99998###"),
    mobile_phones=("0171 39200##", "0176 040690##"),
    national_id=german_pension_number,
    national_id_issuer="RVNR",
    sides={"R": "rechts", "L": "links"},
    side_letters={"R": "R", "L": "L"},
    comments="Angehörige: {contact}, Tel. {contact_phone}. E-Mail: {email}.",
    services={"emergency": "Notaufnahme", "ward": "Innere Medizin", "outpatients": "Ambulanz"},
    exams={
        "ct_head": ExamText("CT Schädel nativ", "CT des Schädels ohne Kontrastmittel"),
        "ct_chest": ExamText("CT Thorax nativ", "CT des Thorax ohne Kontrastmittel"),
        "mr_head": ExamText("MRT Kopf", "MRT des Kopfes ohne Kontrastmittel"),
        "dx_chest": ExamText("Röntgen Thorax", "Thorax p.-a. und seitlich, stehend"),
        "dx_chest_control": ExamText("Röntgen Thorax, Kontrolle", "Thorax p.-a., stehend"),
        "dx_hand": ExamText("Röntgen Hand {side}", "Hand {side}, p.-a. und schräg"),
    },
    series={
        "ct_brain": "Axial Hirn",
        "ct_skull": "Axial Knochen",
        "ct_mediastinum": "Axial Mediastinum",
        "ct_lung": "Axial Lunge",
        "mr_t1": "T1 SE axial",
        "mr_t2": "T2 TSE axial",
        "mr_flair": "FLAIR axial",
        "dx_chest_pa": "Thorax p.-a.",
        "dx_chest_lateral": "Thorax seitlich",
        "dx_hand_pa": "Hand p.-a.",
        "dx_hand_oblique": "Hand schräg",
    },
    stories={
        "stroke": StoryText(
            "Verdacht auf ischämischen Schlaganfall",
            "{title} {name}, {age}: plötzliche Halbseitenlähmung und Sprachstörung zu Hause. Arterielle Hypertonie. "
            "Anforderung durch {doctor}.",
        ),
        "nodule": StoryText(
            "Lungenrundherd, Verlaufskontrolle",
            "{title} {name}, {age}, 40 Packungsjahre. Zufällig entdeckter Rundherd, Größenkontrolle. Überwiesen von "
            "{doctor}.",
        ),
        "pneumonia": StoryText(
            "Fieber und Husten, Rasselgeräusche",
            "{title} {name}, {age}: seit vier Tagen 39 °C Fieber, Rasselgeräusche basal. Pneumonie? Anforderung durch "
            "{doctor}.",
        ),
        "trauma": StoryText(
            "Verkehrsunfall",
            "{title} {name}, {age}: Fahrradsturz, kurz bewusstlos, Schmerzen in der Hand {side}. Mit dem "
            "Rettungsdienst eingeliefert. Hausarztpraxis: {doctor}.",
        ),
        "sclerosis": StoryText(
            "Multiple Sklerose, Verlauf",
            "{title} {name}, geb. {birth_date}: schubförmige Multiple Sklerose unter Therapie. Neue Läsionen? In "
            "Behandlung bei {doctor}.",
        ),
        "headache": StoryText(
            "Chronische Kopfschmerzen",
            "{title} {name}, {age}: seit sechs Monaten pulsierende Kopfschmerzen, neurologisch unauffällig. "
            "Anforderung durch {doctor}.",
        ),
        "heart_failure": StoryText(
            "Belastungsdyspnoe, Ödeme",
            "{title} {name}, {age}: bekannte Herzinsuffizienz, zunehmende Dyspnoe, Beinödeme. Erguss? Anforderung "
            "durch {doctor}.",
        ),
        "tumour": StoryText(
            "Erster Krampfanfall",
            "{title} {name}, {age}: erster Krampfanfall, morgendliche Kopfschmerzen. Raumforderung? Anforderung durch "
            "{doctor}.",
        ),
        "arthritis": StoryText(
            "Rheumatoide Arthritis, Abklärung",
            "{title} {name}, {age}: schmerzhafte Hände, eine Stunde Morgensteifigkeit. Erosionen? Vor "
            "Biologikatherapie. Anforderung durch {doctor}.",
        ),
        "cough": StoryText(
            "Anhaltender Husten",
            "{title} {name}, {age}: Husten seit drei Monaten, früher Raucher, kein Gewichtsverlust. Anforderung durch "
            "{doctor}.",
        ),
    },
)
