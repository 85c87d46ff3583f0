"""The hospital's own small certificate authority, and the certificates of gateway, archive and clinic's equipment.

Made once per lab and kept, so that the clients which trust the authority go on trusting it after a restart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lab.saving import whole
from lab.site.zones import Network, Zone

GATEWAY_NAME, ARCHIVE_NAME = "pacs.hopital.example", "archive.hopital.example"
EQUIPMENT = ("ct", "workstation")
"""The stations of the clinic that were given a certificate of their own for DICOM over TLS."""


@dataclass(frozen=True)
class Credential:
    """A certificate with its chain, and its private key: files in PEM."""

    chain: Path
    key: Path


@dataclass(frozen=True)
class Certificates:
    """What the authority has issued. All files lie in one folder, which only their owner can read."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's own certificate, which the hospital's clients trust."""
        return self.folder / "authority.pem"

    @property
    def gateway(self) -> Credential:
        """What the gateway shows on its https door."""
        return self._of("gateway")

    @property
    def archive(self) -> Credential:
        """What Orthanc shows to whoever talks DICOM over TLS."""
        return self._of("archive")

    @property
    def backup(self) -> Credential:
        """For whom backups are encrypted; the key to it stays with the lab, outside the sandbox."""
        return self._of("backup")

    def equipment(self, station: str) -> Credential | None:
        """What a station shows when it talks DICOM over TLS; None for one that the hospital gave no certificate."""
        return self._of(station) if station in EQUIPMENT else None

    @property
    def is_complete(self) -> bool:
        """Whether every file is there. Read-only."""
        return self.authority.is_file() and all(
            path.is_file()
            for name in ("gateway", "archive", "backup", *EQUIPMENT)
            for path in vars(self._of(name)).values()
        )

    def _of(self, name: str) -> Credential:
        return Credential(self.folder / f"{name}.pem", self.folder / f"{name}.key")


def ensure_certificates(folder: Path, network: Network) -> Certificates:
    """The certificates of this address plan, made if the folder does not hold them yet. Writes atomically, keys mode 0600."""
    made = Certificates(folder)
    plan = folder / "addresses"
    if plan.is_file() and plan.read_text("ascii") == network.prefix and made.is_complete:
        return made
    import trustme

    authority = trustme.CA(organization_name="pacslab (synthetic)", organization_unit_name="Service d'imagerie")
    folder.mkdir(parents=True, exist_ok=True)
    write_private(made.authority, authority.cert_pem.bytes())
    for name, (common_name, *identities) in _subjects(network):
        issued = authority.issue_cert(common_name, *identities, common_name=common_name)
        write_private(folder / f"{name}.pem", b"".join(part.bytes() for part in issued.cert_chain_pems))
        write_private(folder / f"{name}.key", issued.private_key_pem.bytes())
    # RSA, so that openssl wraps the key of a backup for it with the certificate alone
    safe = authority.issue_cert("backup.hopital.example", key_type=trustme.KeyType.RSA)
    write_private(made.backup.chain, safe.cert_chain_pems[0].bytes())
    write_private(made.backup.key, safe.private_key_pem.bytes())
    write_private(plan, network.prefix.encode())
    return made


def _subjects(network: Network) -> Iterator[tuple[str, list[str]]]:
    """Who gets a certificate, and the names and addresses that it vouches for, the common name first.

    A DICOM client comes to the archive by way of the gateway or of a tap, so that these addresses are the archive's too.
    """
    doors = ["localhost", "127.0.0.1", *(network.gateway(zone) for zone in Zone)]
    yield "gateway", [GATEWAY_NAME, *doors, network.desk]
    yield "archive", [ARCHIVE_NAME, *doors, network.archive]
    for station in EQUIPMENT:
        yield station, [f"{station}.hopital.example", network.station(station).address]


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, atomically."""
    with whole(path, private=True) as file:
        file.write(content)
