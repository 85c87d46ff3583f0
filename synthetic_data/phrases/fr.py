"""French."""

from synthetic_data.locales.locale import ExamText, StoryText
from synthetic_data.phrases.phrases import Phrases

PHRASES = Phrases(
    exams={
        "us_abdomen": ExamText("Échographie abdominale", "Échographie hépatobiliaire et rénale"),
        "us_obstetric": ExamText("Échographie obstétricale", "Échographie obstétricale de dépistage"),
        "mg_breast": ExamText("Mammographie bilatérale", "Mammographie de dépistage, deux incidences"),
        "cr_chest_bed": ExamText("Radiographie du thorax au lit", "Thorax de face, au lit du patient"),
        "xa_coronary": ExamText("Coronarographie", "Coronarographie par voie radiale"),
        "pt_body": ExamText("TEP au FDG", "Tomographie par émission de positons au FDG"),
        "nm_bone": ExamText("Scintigraphie osseuse", "Scintigraphie osseuse corps entier"),
    },
    series={
        "ct_scout": "Topogramme", "mr_scout": "Repérage trois plans",
        "us_liver": "Foie et rein", "uscine_liver": "Ciné foie", "us_foetus": "Biométrie",
        "uscine_foetus": "Ciné fœtus", "mg_views": "Mammographie CC et MLO", "cr_chest_ap": "Thorax au lit",
        "xa_run": "Coronaire gauche", "pt_axial": "TEP corrigée", "nm_whole": "Corps entier ANT/POST",
        "sc_dose": "Protocole patient", "sc_paper": "Document numérisé", "srbasic_report": "Compte rendu",
        "srfull_report": "Compte rendu structuré", "pdf_letter": "Courrier d'adressage", "pdf_consent": "Consentement",
        "pdf_card": "Pièce d'identité", "ko_key": "Images clés", "pr_view": "Présentation", "ecg_rest": "ECG 12 dérivations",
    },
    stories={
        "bronchiolitis": StoryText(
            "Bronchiolite, gêne respiratoire",
            "{title} {name}, {age} : rhinite depuis trois jours, sibilants, tirage, biberons à moitié pris. Foyer ? Demande du "
            "{doctor}.",
        ),
        "pregnancy": StoryText(
            "Grossesse, échographie de dépistage",
            "{title} {name}, {age}, née le {birth_date} : grossesse d'évolution simple, première consultation au CH. "
            "Suivie par {doctor}.",
        ),
        "gallstones": StoryText(
            "Douleur de l'hypochondre droit",
            "{title} {name}, {age} : douleurs postprandiales de l'hypochondre droit, bilan hépatique normal. Lithiase ? "
            "Demande du {doctor}.",
        ),
        "screening": StoryText(
            "Dépistage organisé du cancer du sein",
            "{title} {name}, {age} : dépistage organisé, pas d'antécédent familial. Résultat à adresser à {doctor}.",
        ),
        "coronary": StoryText(
            "Angor d'effort",
            "{title} {name}, {age} : douleur thoracique d'effort, épreuve d'effort positive. Adressé par {doctor}.",
        ),
        "staging": StoryText(
            "Bilan d'extension",
            "{title} {name}, {age} : nodule pulmonaire suspect, douleurs osseuses. Bilan d'extension demandé par {doctor}.",
        ),
    },
    labels={
        "patient": "Patient", "born": "Né(e) le", "sex": "Sexe", "id": "IPP", "date": "Date", "time": "Heure",
        "exam": "Examen", "doctor": "Demandeur", "operator": "Manipulateur", "radiologist": "Radiologue",
        "accession": "N° d'examen", "protocol": "Protocole patient", "total": "Dose totale", "phone": "Tél.",
        "address": "Adresse", "history": "Renseignements cliniques", "findings": "Résultats", "conclusion": "Conclusion",
        "report": "Compte rendu d'imagerie", "letter": "Courrier d'adressage", "consent": "Consentement éclairé",
        "card": "CARTE D'IDENTITÉ (FICTIVE)", "surname": "Nom", "given": "Prénom(s)", "birth_name": "Nom de naissance",
        "number": "N° de sécurité sociale", "signature": "Signature", "key_images": "Images clés pour le clinicien",
        "series": "Série", "specimen": "SPÉCIMEN SYNTHÉTIQUE", "hospital": "Établissement", "size": "Taille",
    },
    normal={
        "CT HEAD": "Pas d'hémorragie ni d'effet de masse. Structures médianes en place.",
        "CT CHEST": "Pas de foyer parenchymateux. Médiastin sans adénomégalie.",
        "MR BRAIN": "Pas d'anomalie de signal du parenchyme cérébral.",
        "DX CHEST": "Transparence pulmonaire normale, silhouette cardiaque de taille normale.",
        "CR CHEST": "Transparence pulmonaire satisfaisante, culs-de-sac libres.",
        "DX HAND": "Pas de lésion osseuse traumatique. Interlignes respectés.",
        "US ABDOMEN": "Foie de taille et d'échostructure normales. Rein droit sans particularité.",
        "MG BREAST": "Seins de densité B. Pas d'image suspecte. ACR 1.",
        "XA HEART": "Réseau coronaire gauche sans lésion significative.",
        "PT CHEST": "Pas d'hyperfixation pathologique.",
        "NM WHOLEBODY": "Fixation osseuse homogène.",
    },
    findings={
        "infarct": "Hypodensité du territoire sylvien en faveur d'un AVC ischémique récent.",
        "old_infarct": "Séquelle ischémique sylvienne.", "haematoma": "Hématome intraparenchymateux frontal.",
        "tumour": "Processus expansif intra-axial entouré d'œdème.",
        "plaque": "Lésions périventriculaires évocatrices de plaques de démyélinisation.",
        "nodule": "Nodule pulmonaire solide, à contrôler.", "consolidation": "Foyer de condensation alvéolaire.",
        "effusion": "Épanchement pleural.", "large_heart": "Cardiomégalie.", "fracture": "Fracture du 5e métacarpien.",
        "callus": "Cal osseux en formation.", "erosion": "Érosions des articulations métacarpo-phalangiennes.",
        "gallstone": "Lithiase vésiculaire avec cône d'ombre postérieur.",
        "foetus": "Fœtus unique, activité cardiaque présente, biométrie concordante.",
        "breast_mass": "Masse spiculée du quadrant supéro-externe. ACR 5.",
        "stenosis": "Sténose serrée de l'interventriculaire antérieure moyenne.",
        "metastasis": "Foyers d'hyperfixation osseuse.", "uptake": "Hypermétabolisme intense du nodule pulmonaire.",
    },
    letter=(
        "{hospital}",
        "À l'attention du {radiologist}",
        "Cher confrère, chère consœur,",
        "Merci de recevoir {title} {full_name}, né(e) le {birth_date}, demeurant {address}, tél. {phone}, numéro de "
        "sécurité sociale {national_id}.",
        "Motif : {reason}. Examen demandé : {procedure}.",
        "Personne à prévenir : {contact}, tél. {contact_phone}.",
        "Avec mes remerciements, le {date}.",
        "{doctor}",
    ),
    consent=(
        "{hospital}",
        "Je soussigné(e) {full_name}, né(e) le {birth_date}, demeurant {address}, identifiant {patient_id}, déclare avoir reçu du "
        "{radiologist} une information claire sur l'examen suivant : {procedure}.",
        "J'ai pu poser mes questions et je donne librement mon consentement à cet examen.",
        "Fait le {date}.",
        "Signature : {full_name}",
    ),
    card=("{national_id}", "{full_name}", "{birth_date}", "{address}"),
)  # fmt: skip
