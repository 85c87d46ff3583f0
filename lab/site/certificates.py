"""The hospital's own small certificate authority, and the gateway's certificate.

Made once per lab and kept, so that the clients which trust the authority go on trusting it after a restart.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lab.site.zones import Network, Zone

GATEWAY_NAME = "pacs.hopital.example"


@dataclass(frozen=True)
class Certificates:
    """Files in PEM: the authority's certificate, the gateway's chain and its private key; those of the hospital's safe."""

    authority: Path
    chain: Path
    key: Path
    backup: Path
    """For whom backups are encrypted; the key to it stays with the lab, outside the sandbox."""
    backup_key: Path


def ensure_certificates(folder: Path, network: Network) -> Certificates:
    """The certificates of this address plan, made if the folder does not hold them yet. Writes atomically, keys mode 0600."""
    made = Certificates(
        folder / "authority.pem",
        folder / "gateway.pem",
        folder / "gateway.key",
        folder / "backup.pem",
        folder / "backup.key",
    )
    plan = folder / "addresses"
    if plan.is_file() and plan.read_text("ascii") == network.prefix and all(p.is_file() for p in vars(made).values()):
        return made
    import trustme

    authority = trustme.CA(organization_name="pacslab (synthetic)", organization_unit_name="Service d'imagerie")
    names = [GATEWAY_NAME, "localhost", "127.0.0.1", *(network.gateway(zone) for zone in Zone), network.desk]
    server = authority.issue_cert(*names, common_name=GATEWAY_NAME)
    folder.mkdir(parents=True, exist_ok=True)
    write_private(made.authority, authority.cert_pem.bytes())
    write_private(made.chain, b"".join(part.bytes() for part in server.cert_chain_pems))
    write_private(made.key, server.private_key_pem.bytes())
    # RSA, so that openssl wraps the key of a backup for it with the certificate alone
    safe = authority.issue_cert("backup.hopital.example", key_type=trustme.KeyType.RSA)
    write_private(made.backup, safe.cert_chain_pems[0].bytes())
    write_private(made.backup_key, safe.private_key_pem.bytes())
    write_private(plan, network.prefix.encode())
    return made


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, atomically."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
