"""What an archive says of itself in the association (PS3.7 annex D.3.3.2), and on which ports it is found.

``implementation`` and ``class_uid`` are what every association shows; search engines know products by them. The names
of Orthanc, dcmtk and pynetdicom have the form that these programs use; the commercial products are invented. Which version
belongs to which name, and how often each occurs, is modelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Product:
    """A product: its versions with their implementation version names, its default AE title and ports, its modelled share."""

    name: str
    class_uid: str
    versions: tuple[tuple[str, str], ...]
    ae_title: str
    ports: tuple[int, ...]
    web_port: int
    max_pdu: int
    share: int


DCMTK_UID = "1.2.276.0.7230010.3.0.3.6."
PRODUCTS = (
    Product(
        "Orthanc",
        DCMTK_UID + "5",
        (("1.5.7", "OFFIS_DCMTK_365"), ("1.5.6", "OFFIS_DCMTK_364"), ("1.4.2", "OFFIS_DCMTK_362")),
        "ORTHANC",
        (4242, 11112, 104),
        8042,
        16384,
        22,
    ),
    Product(
        "dcmqrscp (DCMTK)",
        DCMTK_UID + "4",
        (("3.6.4", "OFFIS_DCMTK_364"), ("3.6.0", "OFFIS_DCMTK_360")),
        "COMMON",
        (104, 11112),
        8080,
        16384,
        10,
    ),
    Product(
        "pynetdicom SCP",
        "1.2.826.0.1.3680043.9.3811.1.4.1",
        (("1.4.1", "PYNETDICOM_141"),),
        "PYNETDICOM",
        (11112,),
        8080,
        16382,
        3,
    ),
    Product(
        "Clairvault PACS",
        "2.25.181540236470092377154402873918461550721",
        (("4.2", "CLAIRVAULT_42"), ("4.0", "CLAIRVAULT_40"), ("3.1", "CLAIRVAULT_31")),
        "CLAIRVAULT",
        (104, 11112),
        8080,
        32768,
        24,
    ),
    Product(
        "Radixia Archive",
        "2.25.220013985517711440293048516672093418255",
        (("2019.1", "RADIXIA_2019"), ("2016.3", "RADIXIA_2016")),
        "RADIXIA",
        (11112, 104),
        80,
        65536,
        21,
    ),
    Product(
        "MediShelf Mini",
        "2.25.97351608844120157703348120046713328890",
        (("7", "MEDISHELF7"), ("6", "MEDISHELF6")),
        "MEDISHELF",
        (104,),
        80,
        28672,
        20,
    ),
)
_BY_NAME = {product.name: product for product in PRODUCTS}


def product(name: str) -> Product:
    """The product of this name. Raises KeyError."""
    return _BY_NAME[name]


def pick(random: Random) -> tuple[Product, str, str]:
    """A product by its share, a version of it, and the implementation version name that goes with it."""
    ticket = random.randrange(sum(product.share for product in PRODUCTS))
    for candidate in PRODUCTS:
        ticket -= candidate.share
        if ticket < 0:
            version, implementation = random.choice(candidate.versions)
            return candidate, version, implementation
    raise AssertionError("the shares add up to the ticket's range")
