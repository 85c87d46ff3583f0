"""France, the default: the country where the course's story takes place."""

from synthetic_data.fictional import french_nir
from synthetic_data.locales.locale import ExamText, Locale, StoryText
from synthetic_data.model import Institution

LOCALE = Locale(
    name="fr_FR",
    institution=Institution(
        name="Centre hospitalier fictif de Port-Imaginaire",
        address="1 quai de l'Invention, Port-Imaginaire (lieu fictif)",
        department="Service d'imagerie médicale",
    ),
    titles={"F": "Mme", "M": "M."},
    young={"F": "L'enfant", "M": "L'enfant"},
    doctor="Dr",
    age="{} ans",
    age_months="{} mois",
    date_format="%d/%m/%Y",
    address="{street}, {postcode} {city}",
    home_phones=("01 99 00 ## ##", "02 61 91 ## ##", "03 53 01 ## ##", "04 65 71 ## ##", "05 36 49 ## ##"),
    mobile_phones=("06 39 98 ## ##",),
    national_id=french_nir,
    national_id_issuer="NIR",
    sides={"R": "droite", "L": "gauche"},
    side_letters={"R": "D", "L": "G"},
    comments="Personne à prévenir : {contact}, tél. {contact_phone}. Courriel du patient : {email}.",
    services={"emergency": "Urgences", "ward": "Médecine polyvalente", "outpatients": "Consultations externes"},
    exams={
        "ct_head": ExamText("Scanner cérébral sans injection", "TDM encéphale sans produit de contraste"),
        "ct_chest": ExamText("Scanner thoracique", "TDM thorax sans produit de contraste"),
        "mr_head": ExamText("IRM cérébrale", "IRM encéphale sans produit de contraste"),
        "dx_chest": ExamText("Radiographie du thorax", "Thorax de face et de profil, debout"),
        "dx_chest_control": ExamText("Radiographie du thorax, contrôle", "Thorax de face, debout"),
        "dx_hand": ExamText("Radiographie de la main {side}", "Main {side}, face et oblique"),
    },
    series={
        "ct_brain": "Axiales cerveau",
        "ct_skull": "Axiales os",
        "ct_mediastinum": "Axiales médiastin",
        "ct_lung": "Axiales poumon",
        "mr_t1": "Axiale T1 SE",
        "mr_t2": "Axiale T2 TSE",
        "mr_flair": "Axiale FLAIR",
        "dx_chest_pa": "Thorax face",
        "dx_chest_lateral": "Thorax profil",
        "dx_hand_pa": "Main face",
        "dx_hand_oblique": "Main oblique",
    },
    stories={
        "stroke": StoryText(
            "Suspicion d'AVC ischémique",
            "{title} {name}, {age} : déficit moteur brutal d'un hémicorps et troubles du langage à domicile. "
            "Hypertension artérielle traitée. Demande du {doctor}.",
        ),
        "nodule": StoryText(
            "Nodule pulmonaire, surveillance",
            "{title} {name}, {age}, tabagisme 40 paquets-année. Nodule de découverte fortuite, contrôle de la taille. "
            "Demande du {doctor}.",
        ),
        "pneumonia": StoryText(
            "Fièvre et toux, foyer à l'auscultation",
            "{title} {name}, {age} : fièvre à 39 °C depuis quatre jours, crépitants à la base. Recherche d'une "
            "pneumopathie. Demande du {doctor}.",
        ),
        "trauma": StoryText(
            "Accident de la voie publique",
            "{title} {name}, {age} : chute de vélo, perte de connaissance brève, douleur de la main {side}. Transport "
            "par les pompiers. Médecin traitant : {doctor}.",
        ),
        "sclerosis": StoryText(
            "Sclérose en plaques, suivi",
            "{title} {name} ({birth_date}) : sclérose en plaques récurrente-rémittente sous traitement de "
            "fond. Nouvelles lésions ? Neurologue : {doctor}.",
        ),
        "headache": StoryText(
            "Céphalées chroniques",
            "{title} {name}, {age} : céphalées pulsatiles depuis six mois, examen neurologique normal. Demande du "
            "{doctor}.",
        ),
        "heart_failure": StoryText(
            "Dyspnée d'effort, œdèmes",
            "{title} {name}, {age} : insuffisance cardiaque connue, dyspnée croissante, œdèmes des membres inférieurs. "
            "Épanchement ? Demande du {doctor}.",
        ),
        "tumour": StoryText(
            "Crise convulsive inaugurale",
            "{title} {name}, {age} : première crise convulsive, céphalées matinales. Processus expansif ? Demande du "
            "{doctor}.",
        ),
        "arthritis": StoryText(
            "Polyarthrite rhumatoïde, bilan",
            "{title} {name}, {age} : douleurs inflammatoires des mains, raideur matinale d'une heure. Érosions ? Bilan "
            "avant biothérapie. Demande du {doctor}.",
        ),
        "cough": StoryText(
            "Toux persistante",
            "{title} {name}, {age} : toux depuis trois mois, tabagisme sevré, pas d'amaigrissement. "
            "Demande du {doctor}.",
        ),
    },
)
