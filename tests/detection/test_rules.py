"""Sigma rules: each rings for what it is about and for nothing near it; bad rules are refused with a reason."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.detection.events.schema import COLUMNS, Event
from lab.detection.events.table import create, insert
from lab.detection.rules.alerts import alerts
from lab.detection.rules.export import export, named
from lab.detection.rules.sigma import RuleError, read_rule, rule_from, shipped

AUDIT, LOG, ACCESS = (
    {"event.dataset": "orthanc.audit"},
    {"event.dataset": "orthanc.log"},
    {"event.dataset": "nginx.access"},
)
HTTP = AUDIT | {"event.action": "http", "event.outcome": "success"}


def at(minute: float, event: Event, **more: Any) -> Event:
    hour, rest = divmod(minute, 60)
    moment = f"2026-11-21T{int(hour):02d}:{int(rest):02d}:{rest % 1 * 60:09.6f}Z"
    return {"timestamp": moment, "log.time": 0.0, "source.ip": "127.28.3.7"} | event | more


def each(count: int, gap: float, event: Event, **per: str) -> list[Event]:
    """``count`` events, ``gap`` minutes apart; ``per`` names fields (with _ for .) that get a value of their own each time."""
    return [
        at(60 + i * gap, event, **{name.replace("__", "."): value.format(i) for name, value in per.items()})
        for i in range(count)
    ]


FIND = AUDIT | {"event.action": "c-find", "dicom.calling_aet": "WORKST1", "dicom.declared": 1, "dicom.wildcard": 0}
DOWNLOAD = ACCESS | {
    "event.action": "http",
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "user.name": "dr.moreau",
}
ELSEWHERE = ACCESS | {
    "http.request.method": "DELETE",
    "http.response.status_code": 200,
    "user.name": "admin",
    "user.usual_zone": 0,
}
MOVED = LOG | {"event.action": "c-move", "dicom.calling_aet": "EXPORT", "dicom.declared": 0}
ADDED = HTTP | {"http.request.method": "PUT", "url.path": "/modalities/evil", "user.name": "admin"}
TURNED = LOG | {"event.action": "log-level-changed", "event.outcome": "success", "user.name": "admin"}
OVERWRITTEN = LOG | {"event.action": "instance-overwritten"}
OPENED = HTTP | {"http.request.method": "GET", "dicom.resource_type": "study", "user.name": "dr.moreau"}
SENT = LOG | {"event.action": "resource-sent", "dicom.calling_aet": "GETSCU"}
REFUSED = ACCESS | {"event.action": "http", "http.response.status_code": 401}
RECEIVED = AUDIT | {"event.action": "instance-received", "dicom.origin": "DicomProtocol"}
# rule -> (events for which it rings once, events near them for which it stays quiet)
CASES: dict[str, tuple[list[Event], list[Event]]] = {
    "survey-sweep": (
        [at(1, FIND | {"dicom.wildcard": 1, "dicom.declared": 0})],
        [at(1, FIND | {"dicom.wildcard": 1}), at(2, FIND | {"dicom.declared": 0}), at(3, AUDIT | {"event.action": "c-echo"})],
    ),
    "slow-enumeration": (
        each(10, 60, FIND, dicom__pattern="{}*"),
        [*each(8, 60, FIND, dicom__pattern="{}*"), *each(9, 1, FIND, dicom__pattern="MARTIN*")],
    ),
    "bulk-get": (
        each(3, 5, SENT | {"dicom.declared": 0}, dicom__resource="r{}"),
        each(9, 1, SENT | {"dicom.declared": 1}, dicom__resource="r{}"),
    ),
    "borrowed-aet": ([at(1, FIND | {"source.expected": 0})], [at(1, FIND | {"source.expected": 1}), at(2, FIND)]),
    "move-elsewhere": (
        [at(400, ADDED), at(430, MOVED)],
        [at(1, ADDED), at(2, ADDED | {"http.request.method": "GET"}), at(3, MOVED | {"dicom.declared": 1}),
         at(4, ADDED | {"http.request.method": "POST", "url.path": "/modalities/a/echo"}), at(300, MOVED)],
    ),
    "zip-download": (
        [*each(2, 9, DOWNLOAD, url__path="/studies/{}/archive", dicom__patient="A{}"),
         *each(2, 9, DOWNLOAD | {"url.path": "/wado"}, dicom__patient="B{}"),
         *each(2, 9, DOWNLOAD, url__path="/dicom-web/studies/2.25.{}", dicom__patient="C{}")],
        [*each(9, 1, DOWNLOAD | {"user.role": "backup"}, url__path="/studies/{}/archive", dicom__patient="P{}"),
         *each(9, 1, DOWNLOAD, url__path="/studies/{}", dicom__patient="P{}"),
         *each(9, 1, DOWNLOAD, url__path="/dicom-web/studies/2.25.{}/instances", dicom__patient="P{}"),
         *each(5, 1, DOWNLOAD, url__path="/studies/{}/archive", dicom__patient="P{}"),
         *each(9, 1, DOWNLOAD, url__path="/instances/{}/file", dicom__patient="P1")],
    ),
    "password-spray": (
        each(5, 12, REFUSED, user__name="u{}"),
        [*each(4, 2, REFUSED, user__name="u{}"), *each(20, 1, REFUSED | {"user.name": "u1"}), *each(20, 1, REFUSED)],
    ),
    "injected-study": (
        [at(1, RECEIVED | {"dicom.declared": 0})],
        [at(1, RECEIVED | {"dicom.declared": 1}), at(2, RECEIVED | {"dicom.origin": "RestApi"})],
    ),
    "overwritten-image": (
        [at(1, OVERWRITTEN | {"dicom.resent": 0})],
        [at(1, LOG | {"event.action": "instance-stored"}), at(2, OVERWRITTEN | {"dicom.resent": 1})],
    ),
    "deletion": (
        each(2, 9, ELSEWHERE, url__path="/studies/{}"),
        [*each(9, 1, ELSEWHERE | {"user.usual_zone": 1}, url__path="/studies/{}"), at(2, ELSEWHERE | {"url.path": "/studies/1"}),
         *each(9, 1, ELSEWHERE | {"http.response.status_code": 404}, url__path="/studies/{}")],
    ),
    "log-level-change": (
        [at(1, TURNED | {"event.reason": "default"})],
        [at(1, TURNED | {"event.reason": "verbose"}), at(2, HTTP | {"http.request.method": "PUT", "url.path": "/tools/log-level"})],
    ),
    "read-in-the-dark": (
        [at(400, TURNED | {"event.reason": "default"}), at(401, OPENED | {"user.name": "admin"})],
        [at(1, TURNED | {"event.reason": "default"}), at(2, OPENED), at(130, OPENED | {"user.name": "admin"}),
         at(131, TURNED | {"event.reason": "verbose"})],
    ),
    "insider": (
        each(5, 20, OPENED | {"user.in_care": 0}, dicom__patient="P{}"),
        [*each(4, 20, OPENED | {"user.in_care": 0}, dicom__patient="P{}"), *each(9, 1, OPENED | {"user.in_care": 1}, dicom__patient="P{}")],
    ),
    "log-injection": ([at(1, AUDIT | {"event.action": "log-injection"})], [at(1, HTTP | {"url.path": "/system"})]),
}  # fmt: skip


def rings(name: str, events: list[Event]) -> int:
    database = create()
    insert(database, events)
    return len(alerts(named(name), database))


def test_every_shipped_rule_has_its_case() -> None:
    assert sorted(CASES) == [rule.name for rule in shipped()]


@pytest.mark.parametrize("name", CASES)
def test_a_rule_rings_once_for_what_it_is_about_and_for_nothing_near_it(name: str) -> None:
    bad, near = CASES[name]
    assert (rings(name, [*near, *bad]) > 0, rings(name, bad), rings(name, near)) == (True, 1, 0)


@pytest.mark.parametrize("name", CASES)
def test_a_forged_line_rings_nothing(name: str) -> None:
    assert rings(name, [event | {"event.forged": 1} for event in CASES[name][0]]) == 0


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.name)
def test_a_shipped_rule_says_what_it_is_and_where_it_errs(rule: Any) -> None:
    assert rule.description
    assert rule.false_positives
    assert rule.level in {"medium", "high", "critical"}
    assert not any(word in rule.text for word in ("127.", "198.1"))  # no address of the lab


def test_alarms_about_one_source_within_an_hour_are_one_alert() -> None:
    spray = CASES["password-spray"][0]
    assert rings("password-spray", [*spray, *[event | {"source.ip": "127.28.3.8"} for event in spray]]) == 2


def test_an_ae_title_with_a_line_end_rings_as_planted_lines_do() -> None:
    assert rings("log-injection", [at(1, FIND | {"dicom.calling_aet": r"CT1\x0aB"})]) == 1


BAD = {
    "": "rule holds no rule|no Sigma rule",
    "title: [": "no Sigma rule",
    "- a\n- b\n": "no Sigma rule",
    "title: x\nlogsource: {product: nginx}\ndetection:\n  a: {sorce.ip: x}\n  condition: a\n": "no source has the field 'sorce.ip'",
    "title: x\nlogsource: {product: nginx}\ndetection:\n  a: {source.ip: x}\n  condition: b\n": "no Sigma rule|cannot be turned",
    "title: x\nlogsource: {product: nginx}\ndetection:\n  a: {source.ip|re: '('}\n  condition: a\n": "no Sigma rule|cannot be turned",
    "title: x\nlogsource: {product: nginx}\ndetection:\n  keywords: [foo]\n  condition: keywords\n": "cannot be turned",
}


@pytest.mark.parametrize("text", BAD)
def test_a_rule_that_is_none_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(RuleError, match=BAD[text]):
        rule_from(text)


def test_a_rule_file_must_be_a_small_text(tmp_path: Path) -> None:
    missing, large, binary = tmp_path / "none.yml", tmp_path / "large.yml", tmp_path / "binary.yml"
    large.write_text("a" * 300_000)
    binary.write_bytes(b"\xff\xfe\x00")
    for path, reason in ((missing, "cannot be read"), (large, "larger than 256 KB"), (binary, "not UTF-8")):
        with pytest.raises(RuleError, match=reason):
            read_rule(path)


def test_a_yaml_bomb_is_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(RuleError):
        rule_from(bomb)


def test_the_rules_are_exported_with_their_pipeline_and_never_over_somebodys_file(tmp_path: Path) -> None:
    written = export(tmp_path)
    assert export(tmp_path) == written
    rules = {f"rules/{rule.name}.yml" for rule in shipped()}
    assert {str(path.relative_to(tmp_path)) for path in written} == rules | {"pipeline.yml", "FIELDS.md", "README.md"}
    assert all(f"`{name}`" in (tmp_path / "FIELDS.md").read_text("utf-8") for name in COLUMNS)
    (tmp_path / "rules" / "insider.yml").write_text("mine")
    with pytest.raises(RuleError, match="another file"):
        export(tmp_path)


def test_the_exported_folder_is_converted_without_the_lab_as_its_readme_says(tmp_path: Path) -> None:
    export(tmp_path)
    block = re.search(r"```python\n(.*?)```", (tmp_path / "README.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    answer = subprocess.run(
        [sys.executable, "-I", "-c", f"{block[1]}\nimport sys\nassert 'lab' not in sys.modules\n"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("event.forged") > len(shipped())


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(RuleError) as error:
        named("password-sprays")
    assert str(error.value.tip) == "Did you mean password-spray?"
