"""What a site is rendered to."""

from __future__ import annotations

import json

import pytest

from lab.errors import SandboxError, SiteError
from lab.site.baseline import baseline
from lab.site.render import DICOMWEB_PLUGIN, WORKLISTS_PLUGIN, render
from lab.site.zones import Network, Zone

NATIVE, COMPOSE = Network.native(0), Network.compose("198.19")


def test_the_baseline_publishes_https_everywhere_and_dicom_in_the_clinic() -> None:
    rendered = render(baseline(), NATIVE, "/x")
    assert rendered.listen == (
        ("127.28.1.1", 8443),
        ("127.28.2.1", 8443),
        ("127.28.3.1", 8443),
        ("127.28.1.1", 4242),
    )


def test_users_and_modalities_become_orthancs() -> None:
    orthanc = json.loads(render(baseline(), NATIVE, "/x").files["orthanc.json"])
    assert set(orthanc["RegisteredUsers"]) == {"admin", "dr.moreau"}
    assert orthanc["DicomModalities"]["workstation"] == {
        "AET": "WORKST1", "Host": "127.28.1.11", "Port": 11112, "AllowEcho": True, "AllowFind": True,
        "AllowFindWorklist": False, "AllowGet": True, "AllowMove": False, "AllowStore": False,
    }  # fmt: skip
    assert orthanc["LuaScripts"] == ["/x/filters.lua"]


def test_in_compose_the_archive_knows_modalities_by_the_address_of_the_gateway_that_connects_for_them() -> None:
    orthanc = json.loads(render(baseline(), COMPOSE, "/x").files["orthanc.json"])
    assert {entry["Host"] for entry in orthanc["DicomModalities"].values()} == {"198.19.1.1"}


def test_in_compose_the_trainees_own_browser_gets_what_the_office_gets() -> None:
    site = baseline().changed({"gateway": {"publish": {"http": ["internet"], "https": ["office"]}}})
    assert render(site, COMPOSE, "/x").listen == (
        ("198.19.3.1", 8042), ("198.19.2.1", 8443), ("198.19.9.1", 8443), ("198.19.1.1", 4242),
    )  # fmt: skip


def test_every_listener_of_nginx_stands_on_one_address_of_the_plan() -> None:
    everywhere = [zone.value for zone in Zone]
    site = baseline().changed({"gateway": {"publish": {"http": everywhere, "https": everywhere, "dicom": everywhere}}})
    for network in (NATIVE, COMPOSE):
        lines = [
            line.split()[1]
            for line in render(site, network, "/x").files["nginx.conf"].splitlines()
            if "listen " in line
        ]
        assert lines
        assert all(line.startswith(f"{network.prefix}.") for line in lines), lines


@pytest.mark.parametrize("value", ["$document_root", "a\nlisten 0.0.0.0:80;"])
def test_a_header_cannot_become_configuration(value: str) -> None:
    with pytest.raises(SiteError):
        render(baseline().changed({"gateway": {"headers": {"X-Test": value}}}), NATIVE, "/x")


def test_a_header_may_hold_quotes_and_semicolons() -> None:
    site = baseline().changed({"gateway": {"headers": {"X-Test": 'a"; return 200; #'}}})
    assert '    add_header "X-Test" "a\\"; return 200; #" always;' in render(site, NATIVE, "/x").files["nginx.conf"]


def test_a_users_name_cannot_become_lua() -> None:
    site = baseline().changed({"users": {'x"] = 1} os.execute("id") --': {"password": "p", "role": "doctor"}}})
    lua = render(site, NATIVE, "/x").files["filters.lua"]
    assert 'os.execute("id")' not in lua
    assert lua.splitlines()[1].count('"doctor"') == 2


@pytest.mark.parametrize("prefix", ["10.0", "8.8", "192.168", "127.0", "198.20"])
def test_no_environment_variable_moves_the_zones_to_real_networks(prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACSLAB_NET", prefix)
    with pytest.raises(SandboxError):
        Network.compose()


def test_an_instance_number_out_of_range_is_refused() -> None:
    with pytest.raises(SandboxError):
        Network.native(36)


def test_a_plugin_that_the_sandbox_does_not_have_is_left_out_since_orthanc_1_13_would_not_start_with_it() -> None:
    site = baseline().changed({"dicomweb": {"enabled": True}})
    for there, expected in (
        (None, [DICOMWEB_PLUGIN, WORKLISTS_PLUGIN]),
        ([WORKLISTS_PLUGIN, "/usr/share/orthanc/plugins/libServeFolders.so"], [WORKLISTS_PLUGIN]),
        ([], []),
    ):
        orthanc = json.loads(render(site, NATIVE, "/x", there).files["orthanc.json"])
        assert orthanc["Plugins"] == expected
        assert ("DicomWeb" in orthanc) is (DICOMWEB_PLUGIN in expected)
