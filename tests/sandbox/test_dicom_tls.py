"""DICOM over TLS with a real archive: who gets in with which certificate, and what a refusal looks like from outside."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest

from lab.api import Lab
from lab.clients import dimse, tls
from lab.clients.clinic import clinic_day
from lab.site.certificates import EQUIPMENT, ensure_certificates
from lab.site.zones import Network

NO_TLS = {"orthanc": {"DicomTlsEnabled": False}}
NO_CERTIFICATE = {"orthanc": {"DicomTlsRemoteCertificateRequired": False}}


def test_the_certificates_are_kept_and_nobody_else_reads_the_keys(tmp_path: Path) -> None:
    made = ensure_certificates(tmp_path / "certificates", Network.native(0))
    before = {path.name: path.read_bytes() for path in made.folder.iterdir()}
    ensure_certificates(made.folder, Network.native(0))
    assert {path.name: path.read_bytes() for path in made.folder.iterdir()} == before
    assert sorted(before) == sorted(
        ["addresses", "authority.pem", *(f"{name}.{kind}" for name in ("gateway", "archive", "backup", *EQUIPMENT) for kind in ("pem", "key"))]
    )  # fmt: skip
    assert {stat.S_IMODE(path.stat().st_mode) for path in made.folder.iterdir()} == {0o600}


def test_certificates_of_another_address_plan_are_made_anew(tmp_path: Path) -> None:
    made = ensure_certificates(tmp_path, Network.native(0))
    before = made.archive.chain.read_bytes()
    assert ensure_certificates(tmp_path, Network.native(1)).archive.chain.read_bytes() != before


@pytest.mark.parametrize("change", [{}, NO_TLS, NO_CERTIFICATE], ids=["tls", "no-tls", "no-certificate"])
def test_the_clinics_day_runs_with_and_without_tls(lab: Lab, change: dict[str, object]) -> None:
    lab.change(change)
    assert clinic_day(lab.live()).stopped == ()


@pytest.mark.parametrize(
    ("change", "refusal", "reason"),
    [
        ({}, "tls", "certificate required"),
        (NO_CERTIFICATE, "rejected", "Calling AE title not recognised"),
        (NO_TLS, "rejected", "Calling AE title not recognised"),
    ],
    ids=["tls", "no-certificate", "no-tls"],
)
def test_a_visitor_is_told_in_which_way_he_is_turned_away(
    lab: Lab, change: dict[str, object], refusal: str, reason: str
) -> None:
    lab.change(change)
    site = lab.live()
    with pytest.raises(dimse.NoAssociation) as refused:
        dimse.echo(site.dicom(site.station("visitor"), "INTRUDER"))
    assert refused.value.kind == refusal
    assert reason in refused.value.detail


def test_a_certificate_of_another_authority_is_turned_away(lab: Lab, tmp_path: Path, network: Network) -> None:
    site = lab.live()
    other = ensure_certificates(tmp_path, network)
    kinds = []
    for authority in (None, other.authority):
        way = tls.Tls(authority, other.equipment("ct"))
        with pytest.raises(dimse.NoAssociation) as refused:
            dimse.echo(dataclasses.replace(site.equipment("ct"), ways=(way,)))
        kinds.append(refused.value.kind)
    assert kinds == ["tls", "unreachable"], "the second client itself hangs up on an archive that it does not trust"


def test_a_port_that_never_answers_is_no_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        assert tls.refusal(deaf.getsockname(), "127.0.0.1", tls.ANONYMOUS) is None


def test_a_port_that_hangs_up_is_no_refusal() -> None:
    with socket.create_server(("127.0.0.1", 0)) as rude:
        threading.Thread(target=lambda: rude.accept()[0].close(), daemon=True).start()
        assert tls.refusal(rude.getsockname(), "127.0.0.1", tls.ANONYMOUS) is None


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_missing_certificate_is_noticed_with_either_version_of_tls(tmp_path: Path, version: ssl.TLSVersion) -> None:
    made = ensure_certificates(tmp_path, Network.native(0))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(made.authority))
    context.load_cert_chain(made.archive.chain, made.archive.key)
    context.verify_mode, context.minimum_version, context.maximum_version = ssl.CERT_REQUIRED, version, version

    def serve(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client, pytest.raises(ssl.SSLError):
            context.wrap_socket(client, server_side=True)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,), daemon=True)
        server.start()
        reason = tls.refusal(listener.getsockname(), "127.0.0.1", tls.ANONYMOUS)
        server.join()
    assert "ALERT" in (reason or "")
