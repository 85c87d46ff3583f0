"""German."""

from synthetic_data.locales.locale import ExamText, StoryText
from synthetic_data.phrases.phrases import Phrases

PHRASES = Phrases(
    exams={
        "us_abdomen": ExamText("Sonographie Abdomen", "Sonographie von Leber, Gallenblase und Nieren"),
        "us_obstetric": ExamText("Geburtshilfliche Sonographie", "Geburtshilfliche Sonographie, Screening"),
        "mg_breast": ExamText("Mammographie beidseits", "Screening-Mammographie, zwei Ebenen"),
        "cr_chest_bed": ExamText("Röntgen Thorax im Bett", "Thorax a.-p., im Bett"),
        "xa_coronary": ExamText("Koronarangiographie", "Koronarangiographie, radialer Zugang"),
        "pt_body": ExamText("FDG-PET", "Positronenemissionstomographie mit FDG"),
        "nm_bone": ExamText("Skelettszintigraphie", "Ganzkörper-Skelettszintigraphie"),
    },
    series={
        "ct_scout": "Topogramm", "mr_scout": "Localizer drei Ebenen",
        "us_liver": "Leber und Niere", "uscine_liver": "Cine Leber", "us_foetus": "Biometrie",
        "uscine_foetus": "Cine Fetus", "mg_views": "Mammographie CC und MLO", "cr_chest_ap": "Thorax im Bett",
        "xa_run": "Linke Koronararterie", "pt_axial": "PET korrigiert", "nm_whole": "Ganzkörper ANT/POST",
        "sc_dose": "Patientenprotokoll", "sc_paper": "Gescanntes Dokument", "srbasic_report": "Befund",
        "srfull_report": "Strukturierter Befund", "pdf_letter": "Überweisung", "pdf_consent": "Einwilligung",
        "pdf_card": "Ausweis", "ko_key": "Schlüsselbilder", "pr_view": "Präsentation", "ecg_rest": "12-Kanal-EKG",
    },
    stories={
        "bronchiolitis": StoryText(
            "Bronchiolitis, Atemnot",
            "{title} {name}, {age}: seit drei Tagen Schnupfen, Giemen, Einziehungen, trinkt schlecht. Infiltrat? "
            "Anforderung durch {doctor}.",
        ),
        "pregnancy": StoryText(
            "Schwangerschaft, Screening",
            "{title} {name}, {age}, geb. {birth_date}: unkomplizierte Schwangerschaft, erster Termin hier. In Betreuung "
            "bei {doctor}.",
        ),
        "gallstones": StoryText(
            "Schmerzen im rechten Oberbauch",
            "{title} {name}, {age}: Schmerzen im rechten Oberbauch nach dem Essen, Leberwerte normal. Gallensteine? "
            "Anforderung durch {doctor}.",
        ),
        "screening": StoryText(
            "Brustkrebs-Früherkennung",
            "{title} {name}, {age}: Früherkennung, keine familiäre Belastung. Ergebnis an {doctor}.",
        ),
        "coronary": StoryText(
            "Belastungsangina",
            "{title} {name}, {age}: Brustschmerz bei Belastung, Ergometrie positiv. Überwiesen von {doctor}.",
        ),
        "staging": StoryText(
            "Staging",
            "{title} {name}, {age}: verdächtiger Lungenrundherd, Knochenschmerzen. Staging angefordert von {doctor}.",
        ),
    },
    labels={
        "patient": "Patient", "born": "Geboren", "sex": "Geschlecht", "id": "Pat.-Nr.", "date": "Datum", "time": "Zeit",
        "exam": "Untersuchung", "doctor": "Zuweiser", "operator": "MTR", "radiologist": "Radiologe",
        "accession": "Auftragsnr.", "protocol": "Patientenprotokoll", "total": "Gesamtdosis", "phone": "Tel.",
        "address": "Anschrift", "history": "Klinische Angaben", "findings": "Befund", "conclusion": "Beurteilung",
        "report": "Radiologischer Befund", "letter": "Überweisung", "consent": "Einwilligungserklärung",
        "card": "AUSWEIS (FIKTIV)", "surname": "Name", "given": "Vorname", "birth_name": "Geburtsname",
        "number": "Versicherungsnummer", "signature": "Unterschrift", "key_images": "Schlüsselbilder für den Zuweiser",
        "series": "Serie", "specimen": "SYNTHETISCHES MUSTER", "hospital": "Klinik", "size": "Größe",
    },
    normal={
        "CT HEAD": "Keine Blutung, keine Raumforderung. Mittelständige Strukturen.",
        "CT CHEST": "Keine Infiltrate. Keine vergrößerten mediastinalen Lymphknoten.",
        "MR BRAIN": "Keine Signalveränderung des Hirnparenchyms.",
        "DX CHEST": "Unauffällige Lungen, normal großes Herz.",
        "CR CHEST": "Beide Lungen ausreichend belüftet, Randwinkel frei.",
        "DX HAND": "Keine knöcherne Verletzung. Gelenkspalten erhalten.",
        "US ABDOMEN": "Leber normal groß mit homogener Struktur. Rechte Niere unauffällig.",
        "MG BREAST": "Dichte B. Kein verdächtiger Befund. BI-RADS 1.",
        "XA HEART": "Linke Koronararterien ohne signifikante Stenose.",
        "PT CHEST": "Keine pathologische Anreicherung.",
        "NM WHOLEBODY": "Homogene Anreicherung im Skelett.",
    },
    findings={
        "infarct": "Hypodensität im Mediastromgebiet, frischer ischämischer Infarkt.",
        "old_infarct": "Alter Mediainfarkt.", "haematoma": "Intrazerebrale Blutung.",
        "tumour": "Intraaxiale Raumforderung mit Ödem.",
        "plaque": "Periventrikuläre Läsionen, vereinbar mit Entmarkungsherden.",
        "nodule": "Solider Lungenrundherd, Kontrolle.", "consolidation": "Alveoläres Infiltrat.",
        "effusion": "Pleuraerguss.", "large_heart": "Kardiomegalie.", "fracture": "Fraktur des fünften Mittelhandknochens.",
        "callus": "Kallusbildung.", "erosion": "Erosionen der Fingergrundgelenke.",
        "gallstone": "Gallenstein mit Schallschatten.",
        "foetus": "Einling, Herzaktion vorhanden, zeitgerechte Biometrie.",
        "breast_mass": "Spikulierter Herd im oberen äußeren Quadranten. BI-RADS 5.",
        "stenosis": "Hochgradige Stenose des mittleren RIVA.",
        "metastasis": "Herdförmige Mehranreicherungen im Skelett.", "uptake": "Intensive Anreicherung des Lungenrundherds.",
    },
    letter=(
        "{hospital}",
        "An {radiologist}",
        "Sehr geehrte Kollegin, sehr geehrter Kollege,",
        "wir bitten um Untersuchung von {title} {full_name}, geb. {birth_date}, wohnhaft {address}, Tel. {phone}, "
        "Versicherungsnummer {national_id}.",
        "Anlass: {reason}. Erbeten: {procedure}.",
        "Angehörige: {contact}, Tel. {contact_phone}.",
        "Mit freundlichen Grüßen, {date}.",
        "{doctor}",
    ),
    consent=(
        "{hospital}",
        "Ich, {full_name}, geb. {birth_date}, wohnhaft {address}, Patientennummer {patient_id}, wurde von {radiologist} über die "
        "folgende Untersuchung aufgeklärt: {procedure}.",
        "Ich konnte Fragen stellen und willige freiwillig in die Untersuchung ein.",
        "Unterschrieben am {date}.",
        "Unterschrift: {full_name}",
    ),
    card=("{national_id}", "{full_name}", "{birth_date}", "{address}"),
)  # fmt: skip
