"""Programs that the lab does not bring along: Orthanc without a plugin, an Orthanc of one's own, nginx built otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.api import Lab
from lab.clients.clinic import clinic_day
from lab.errors import SandboxError
from lab.model import ClinicDay
from lab.sandbox.inside import service
from lab.sandbox.inside.service import Plan, has_stream, nginx_command
from lab.sandbox.native import NativeSandbox, bubblewrap_command
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


def test_an_orthanc_that_is_not_there_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORTHANC_BIN", "/no/such/Orthanc")
    with pytest.raises(SandboxError) as refusal:
        NativeSandbox(tmp_path, Network.native(1)).start()
    assert str(refusal.value.message) == "ORTHANC_BIN names '/no/such/Orthanc', which is no program."
    assert list(tmp_path.iterdir()) == []
