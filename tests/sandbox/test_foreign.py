"""Programs that the lab does not bring along: Orthanc without a plugin, an Orthanc of one's own, nginx built otherwise."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from lab.api import Lab
from lab.clients.clinic import clinic_day
from lab.errors import SandboxError
from lab.model import ClinicDay
from lab.patients import note_orthanc, outlived
from lab.sandbox.inside import service
from lab.sandbox.inside.service import Plan, has_stream, nginx_command
from lab.sandbox.native import NativeSandbox, bubblewrap_command
from lab.sandbox.protocol import Sandbox
from lab.site.baseline import baseline
from lab.site.zones import Network

# about the machine that the lab is started on, which no container is
pytestmark = pytest.mark.native


def ct(day: ClinicDay) -> tuple[bool, str]:
    step = next(step for step in day.steps if step.id == "ct-stores")
    return step.passed, str(step.detail)


def test_without_orthancs_worklist_plugin_the_hospital_works_without_a_worklist(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("lab.site.render.WORKLISTS_PLUGIN", "/usr/share/orthanc/plugins/none.so")
        lab.sandbox.apply(baseline())
        day = clinic_day(lab.live())
    assert day.runs, day
    assert ct(day) == (True, "C-STORE accepted (this Orthanc has no worklist plugin)")


def test_a_repair_that_takes_the_worklist_from_the_ct_stops_the_hospital(lab: Lab) -> None:
    for overlay in ({"worklists": {"enabled": False}}, {"modalities": {"ct": {"find_worklist": False}}}):
        lab.sandbox.apply(baseline().changed(overlay))
        assert not ct(clinic_day(lab.live()))[0], overlay


# -- nginx ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["lib", "lib64"])
def test_nginxs_stream_module_is_loaded_from_where_the_distribution_has_it(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / name for name in ("lib", "lib64")]
    monkeypatch.setattr(service, "MODULE_FOLDERS", tuple(str(path) for path in folders))
    (tmp_path / folder).mkdir()
    module = tmp_path / folder / "ngx_stream_module.so"
    module.touch()
    assert nginx_command(Plan("/x"))[1:3] == ["-g", f"load_module {module};"]


@pytest.mark.parametrize(
    ("built", "has"),
    [("--with-http_ssl_module --with-stream", True), ("--with-stream=dynamic", False), ("--with-threads", False)],
)
def test_an_nginx_that_has_stream_built_in_needs_no_module(
    built: str, has: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MODULE_FOLDERS", (str(tmp_path),))
    nginx = tmp_path / "nginx"
    nginx.write_text(f"#!/bin/sh\necho 'configure arguments: {built}' >&2\n")
    nginx.chmod(0o755)
    assert has_stream(str(nginx)) is has
    assert "-g" not in nginx_command(Plan("/x"))


# -- Orthanc --------------------------------------------------------------------------------------------------------------


def test_the_orthanc_that_one_names_goes_into_the_sandbox_with_its_libraries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, library = tmp_path / "my orthanc" / "Orthanc", tmp_path / "my orthanc" / "libdcmdata.so.17"
    program.parent.mkdir()
    for path in (program, library):
        path.touch(0o755)
    monkeypatch.setenv("ORTHANC_BIN", str(program))
    command = bubblewrap_command(*(tmp_path / name for name in ("control", "run", "archive", "web")))
    pairs = list(zip(command, command[1:], command[2:], strict=False))
    assert ("--setenv", "ORTHANC_BIN", str(program)) in pairs
    assert {("--ro-bind", str(path), str(path)) for path in (program, library)} <= set(pairs)


def test_what_belongs_to_a_named_orthanc_goes_in_with_it_and_its_plugins_take_the_place_of_the_distributions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, other = tmp_path / "Orthanc", tmp_path / "letters"
    plugins, place = tmp_path / "Orthanc.d" / "plugins", tmp_path / "usr" / "plugins"
    for folder in (other, plugins, place):
        folder.mkdir(parents=True)
    program.touch(0o755)
    monkeypatch.setattr("lab.sandbox.native.DICOMWEB_PLUGIN", str(place / "libOrthancDicomWeb.so"))
    monkeypatch.delenv("ORTHANC_BIN", raising=False)
    folders = [tmp_path / name for name in ("control", "run", "archive", "web")]
    assert str(place) not in bubblewrap_command(*folders)
    monkeypatch.setenv("ORTHANC_BIN", str(program))
    command = bubblewrap_command(*folders)
    bound = {(b, c) for a, b, c in zip(command, command[1:], command[2:], strict=False) if a == "--ro-bind"}
    assert {(str(plugins.parent), str(plugins.parent)), (str(plugins), str(place))} <= bound
    assert str(other) not in command
    place.rmdir()
    assert str(plugins) not in bubblewrap_command(*folders), "nothing can be laid over what is not there"


@pytest.mark.parametrize(
    ("had", "has", "older"),
    [
        ("1.13.0", "1.10.1", True),
        ("1.10.1", "1.13.0", False),
        ("1.12.7", "1.12.7", False),
        ("1.12.11", "1.12.7", True),
        ("mainline", "1.13.0", True),
        ("1.13.0", "mainline", False),
        ("", "1.10.1", False),
        (None, "1.10.1", False),  # of a lab that did not note it
    ],
)
def test_an_index_that_a_newer_orthanc_had_is_not_used_by_an_older_one(
    had: str | None, has: str, older: bool, tmp_path: Path
) -> None:
    def sandbox(version: str) -> Sandbox:
        health = SimpleNamespace(archive=SimpleNamespace(version=version))
        return cast(Sandbox, SimpleNamespace(health=lambda: health))

    record = tmp_path / "orthanc-version"
    if had is not None:
        note_orthanc(sandbox(had), record)
    assert outlived(sandbox(has), record) is older


def test_an_orthanc_that_is_not_there_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORTHANC_BIN", "/no/such/Orthanc")
    with pytest.raises(SandboxError) as refusal:
        NativeSandbox(tmp_path, Network.native(1)).start()
    assert str(refusal.value.message) == "ORTHANC_BIN names '/no/such/Orthanc', which is no program."
    assert list(tmp_path.iterdir()) == []
