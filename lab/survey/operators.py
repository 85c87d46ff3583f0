"""Names of the hospitals and practices: invented places made of syllables, so that no real operator is meant."""

from __future__ import annotations

from lab.survey.countries import COUNTRIES
from synthetic_data.seeding import Role

_FIRST = (
    "Val",
    "Mont",
    "Bel",
    "Cor",
    "Lan",
    "Ros",
    "Tar",
    "Ver",
    "Nor",
    "Sal",
    "Ker",
    "Mir",
    "Dol",
    "Fer",
    "Gran",
    "Ost",
)
_SECOND = ("bru", "ca", "da", "li", "mo", "na", "ri", "so", "ta", "vi", "le", "ne", "du", "mi", "ro", "za")
_THIRD = ("ne", "ra", "lo", "mar", "ville", "dor", "sen", "no", "lis", "ta", "var", "nia", "sol", "rac", "nel", "ria")
_KINDS = {
    "fr_FR": ("Centre d’imagerie de {}", "Hôpital de {}", "Cabinet de radiologie de {}", "Clinique de {}"),
    "de_DE": ("Radiologie {}", "Klinikum {}", "Praxis {}", "MVZ {}"),
    "es_ES": ("Clínica {}", "Hospital de {}", "Centro de imagen {}", "Radiología {}"),
    "pt_BR": ("Clínica {}", "Hospital de {}", "Centro de imagem {}", "Radiologia {}"),
    "it_IT": ("Clinica {}", "Ospedale di {}", "Centro radiologico {}", "Radiologia {}"),
    "tr_TR": ("{} Hastanesi", "{} Görüntüleme Merkezi", "{} Tıp Merkezi", "{} Radyoloji"),
}
_ENGLISH = ("{} Imaging Centre", "{} Hospital", "{} Radiology", "{} Clinic")


def operator(role: Role, country: str) -> str:
    """The name of an invented operator, in the style of its country."""
    random = role.random()
    kind = random.choice(_KINDS.get(COUNTRIES[country].locale, _ENGLISH))
    place = random.choice(_FIRST) + random.choice(_SECOND) + random.choice(_THIRD)
    return f"{kind.format(place)} (fictional)"
