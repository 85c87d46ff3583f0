"""The survey tool: from real exchanges to the published totals, politely, and on after being killed."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from lab.errors import AddressRefused, LabError
from lab.survey.addresses import bindable
from lab.survey.archive import Archive
from lab.survey.conduct import conduct
from lab.survey.internet import Internet
from lab.survey.population import Population
from lab.survey.system import Behaviour
from lab.survey.tool.finding import Finding, Outcome
from lab.survey.tool.question import ASSOCIATE, FIND, LEAKED
from lab.survey.tool.report import to_csv, totals, write_parquet
from lab.survey.tool.runner import Manners
from lab.survey.tool.store import Store, forget
from lab.survey.tool.suspicion import suspicion
from lab.survey.tool.target import Target, targets_of
from lab.survey.wire import dimse, pdu
from lab.survey.wire.elements import ATTRIBUTES, write_elements
from lab.survey.world.serve import World
from tests.survey.running import POPULATION, serving, survey_of

EXPECTED = {
    Behaviour.OPEN: Outcome.ACCESSIBLE,
    Behaviour.ECHO_ONLY: Outcome.REFUSES_QUERIES,
    Behaviour.CALLED_TITLE: Outcome.REJECTS,
    Behaviour.CALLING_TITLE: Outcome.REJECTS,
    Behaviour.TLS_ONLY: Outcome.TLS_CERTIFICATE,
    Behaviour.HONEYPOT: Outcome.HONEYPOT,
    Behaviour.TAR_PIT: Outcome.SILENT,
    Behaviour.DROP: Outcome.DROPPED,
    Behaviour.OTHER_SERVICE: Outcome.NOT_DICOM,
    Behaviour.GONE: Outcome.UNREACHABLE,
}
SYSTEMS = {system.address: system for system in POPULATION.systems}
QUICK = Manners(rate=100_000, seconds=5)  # tests share the machine

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("whole_internet")]


@pytest.fixture(scope="module")
def world(whole_internet: None) -> Iterator[World]:
    with serving(POPULATION.systems) as running:
        yield running


@pytest.fixture(scope="module")
def findings(world: World) -> list[Finding]:
    world.connections.by_address.clear()
    return survey_of(world, targets_of(POPULATION.systems), QUICK)


def test_the_survey_arrives_at_the_totals_of_the_report_by_real_exchanges(findings: list[Finding]) -> None:
    expected = POPULATION.totals()
    found = totals(findings)
    for figures in found["by_country"].values():
        del figures["open_viewers"]
    assert {name: found[name] for name in expected} == expected
    assert (found["honeypots"], found["unknown"]) == (24, 0)


def test_every_behaviour_gets_its_verdict(findings: list[Finding]) -> None:
    outcome = {finding.address: finding.outcome for finding in findings}
    seen = Counter((system.behaviour, outcome[system.address]) for system in POPULATION.systems)
    assert seen == Counter((system.behaviour, EXPECTED[system.behaviour]) for system in POPULATION.systems)


def test_every_verdict_has_its_evidence_and_no_patients_name(findings: list[Finding]) -> None:
    for finding in findings:
        assert finding.steps, finding
        archive, written = Archive(SYSTEMS[finding.address]), json.dumps(finding.stored(), ensure_ascii=False)
        assert "SYN-" not in written
        for patient in range(min(4, archive.records)):
            assert archive.patient_name(patient).split("^")[0] not in re.findall(r"\w+", written)
        if finding.accessible:
            assert finding.steps[1:2] == ["C-ECHO 0x0000"]
            assert finding.attributes
        assert bool(finding.suspicion) == (finding.outcome is Outcome.HONEYPOT)


def test_every_system_is_asked_once_and_its_viewer_once(world: World, findings: list[Finding]) -> None:
    expected = Counter({target.address: 1 + bool(target.web_port) for target in targets_of(POPULATION.systems)})
    for system in POPULATION.systems:  # their TLS ends the handshake before the archive sees a caller
        if system.behaviour is Behaviour.TLS_ONLY:
            del expected[system.address]
    assert world.connections.by_address == expected


def test_a_query_is_bounded_also_where_half_a_million_records_match(findings: list[Finding]) -> None:
    answers = [step for finding in findings for step in finding.steps if step.startswith("C-FIND")]
    assert len(answers) >= 590
    assert max(int(step.split(", ")[1].split()[0]) for step in answers) <= 60


@pytest.mark.slow
def test_a_killed_survey_goes_on_and_asks_nobody_twice(world: World, tmp_path: Path) -> None:
    world.connections.by_address.clear()
    output = tmp_path / "survey.sqlite"
    command = [sys.executable, "-m", "lab", "survey", "--seed", "tests", "--join", "--json", "--output", str(output)]
    command += ["--rate", "900", "--at-once", "20", "--timeout", "5"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while sum(world.connections.by_address.values()) < 700 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with sqlite3.connect(output) as file:
        answered = {row[0] for row in file.execute("SELECT address FROM findings")}
        begun = {row[0] for row in file.execute("SELECT address FROM begun")}
    assert 300 < len(answered) < 2000
    assert set(world.connections.by_address) <= begun, "a system is noted before the first byte goes to it"
    command[command.index("900")], command[command.index("20")] = "100000", "128"
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1, result.stderr
    found = json.loads(result.stdout)
    interrupted = found["verdicts"]["interrupted"]
    assert 0 < interrupted == len(begun - answered) <= 20  # what was under way when it was killed
    targets = targets_of(POPULATION.systems)
    once = {target.address: 1 + bool(target.web_port) for target in targets}
    assert all(count <= once[address] for address, count in world.connections.by_address.items())
    again = totals(conduct(targets, output, about="seed tests, epoch 1", manners=Manners(1e6, seconds=5, retry=True)))
    expected = POPULATION.totals()
    names = ("examined", "accessible", "records", "images", "downloadable")
    assert {name: again[name] for name in names} == {name: expected[name] for name in names}
    assert again["verdicts"]["interrupted"] == 0


@pytest.mark.slow
def test_a_survey_that_is_interrupted_ends_what_is_under_way_and_says_so(world: World, tmp_path: Path) -> None:
    world.connections.by_address.clear()
    output = tmp_path / "survey.sqlite"
    command = [sys.executable, "-m", "lab", "survey", "--seed", "tests", "--join", "--json", "--output", str(output)]
    process = subprocess.Popen([*command, "--rate", "300"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while sum(world.connections.by_address.values()) < 100 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "The survey was stopped" in said
    assert said.endswith("→ The same command without --fresh goes on where it stopped.\n")
    with sqlite3.connect(output) as file:
        answered = {row[0] for row in file.execute("SELECT address FROM findings")}
    assert set(world.connections.by_address) <= answered  # nothing is left half asked


def test_a_finished_survey_asks_nobody_again(world: World, tmp_path: Path) -> None:
    some = targets_of(POPULATION.systems[:40])
    first = conduct(some, tmp_path / "s", manners=QUICK)
    before = dict(world.connections.by_address)
    assert [finding.row() for finding in conduct(some, tmp_path / "s", manners=QUICK)] == [f.row() for f in first]
    assert dict(world.connections.by_address) == before


def test_the_rate_is_kept(world: World) -> None:
    some = [target for target in targets_of(POPULATION.systems[:200]) if not target.web_port][:60]
    began = time.monotonic()
    conduct(some, manners=Manners(rate=200, seconds=0.2))
    assert time.monotonic() - began >= 59 / 200


def test_a_survey_works_where_a_loop_runs_already(world: World) -> None:
    async def cell() -> list[Finding]:
        return conduct(targets_of(POPULATION.systems[:5]), manners=QUICK)

    assert len(asyncio.run(cell())) == 5


@pytest.mark.slow
def test_two_months_later_the_gone_are_unreachable() -> None:
    later = Population.of("elsewhere", 2)
    with serving(later.systems) as running:
        result = totals(survey_of(running, targets_of(later.known), QUICK))
    counts = (result["examined"], result["accessible"], result["studies"], result["images"], result["downloadable"])
    assert counts == (2429, 547, 35_000_000, 1_190_000_000, 370_000_000)
    assert result["verdicts"]["unreachable"] == 172


@pytest.mark.parametrize("address", ["8.8.8.8", "127.0.0.1", "192.168.0.1", "example.com", "127.128.0.1"])
def test_an_address_outside_the_lab_is_refused_before_anything_is_sent(address: str) -> None:
    with pytest.raises(AddressRefused, match="there is no switch"):
        Target(address, 11112)


def test_a_file_of_another_survey_is_refused(tmp_path: Path) -> None:
    conduct([], tmp_path / "s", about="seed 1, epoch 1")
    with pytest.raises(LabError, match="holds another survey"):
        conduct([], tmp_path / "s", about="seed 2, epoch 1")
    (tmp_path / "text").write_text("no database, only words, and enough of them to fill a header\n" * 5)
    with pytest.raises(LabError, match="cannot be used for a survey"):
        conduct([], tmp_path / "text")


def test_findings_are_written_as_csv(findings: list[Finding]) -> None:
    rows = list(csv.DictReader(StringIO(to_csv(findings))))
    assert rows == [
        {name: "" if value is None else str(value) for name, value in finding.row().items()} for finding in findings
    ]


def test_a_finding_comes_back_from_its_file_as_it_was_whatever_a_banner_says(tmp_path: Path) -> None:
    found = [
        Finding("127.64.0.1", 104, "FR", Outcome.NOT_DICOM, ["no DICOM: b'a; b'", "GET / 200, x; y"], seconds=1 / 3),
        Finding("127.64.0.2", 104, "", Outcome.HONEYPOT, [], "X", "1.2", True, True, LEAKED, 1, 2, 3, 4, ("a; b", "c")),
    ]
    with closing(Store(tmp_path / "s", "")) as store:
        for finding in found:
            store.add(finding)
    with closing(Store(tmp_path / "s", "")) as store:
        assert list(store.findings()) == found


def test_only_the_file_of_a_survey_is_forgotten(tmp_path: Path) -> None:
    thesis, other, survey = tmp_path / "thesis.docx", tmp_path / "other.sqlite", tmp_path / "s"
    thesis.write_text("five years of work")
    with closing(sqlite3.connect(other)) as file:
        file.execute("CREATE TABLE patients (name)")
    Store(survey, "").close()
    for path in (thesis, other):
        before = path.read_bytes()
        with pytest.raises(LabError, match="is not the file of a survey"):
            forget(path)
        assert path.read_bytes() == before
    forget(survey)
    forget(tmp_path / "nothing")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.sqlite", "thesis.docx"]


def test_one_weak_sign_makes_no_honeypot() -> None:
    assert suspicion(accepts_nonsense=False, implementation="GODICOM_1", dates=["1", "2"], records=9)[0] == 1
    weight, signs = suspicion(accepts_nonsense=False, implementation="GODICOM_1", dates=["1", "1"], records=9)
    assert (weight, len(signs)) == (2, 2)
    assert suspicion(accepts_nonsense=False, implementation="OFFIS", dates=["1"], records=9) == (0, ())


@pytest.mark.slow
def test_nothing_of_the_internet_outlives_its_parent() -> None:
    code = (
        "import os, signal; from lab.survey.internet import Internet;"
        "net = Internet('elsewhere').start(); print(net.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    pid = int(answer.stdout)
    deadline = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.slow
def test_a_second_internet_says_why_it_cannot_start(world: World) -> None:
    with pytest.raises(LabError, match="did not start"):
        Internet("tests").start()


@pytest.mark.slow
def test_the_whole_internet_fits_into_300_megabytes_also_with_a_thousand_callers_who_do_harm() -> None:
    with Internet("elsewhere") as internet:
        conduct(internet.targets, manners=QUICK)
        systems = internet.population.accessible
        largest = max(systems, key=lambda s: s.holdings.records * (s.country == "US" and not s.tls))
        tls = next(system for system in systems if system.tls)
        asyncio.run(harm((largest.address, bindable(largest.port)), (tls.address, bindable(tls.port))))
        assert internet.pid is not None
        status = Path(f"/proc/{internet.pid}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    assert peak < 300_000
    assert not internet.running


async def harm(archive: tuple[str, int], tls: tuple[str, int]) -> None:
    """700 callers with a query for names that nobody narrows down, 300 who stop in the middle of the TLS handshake; none reads."""
    callers = [await asyncio.open_connection(*tls) for _ in range(300)]
    for _, writer in callers:
        writer.write(b"\x16\x03\x01\x40\x00\x01")
    for number in range(700):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(archive)
        reader, writer = await asyncio.open_connection(sock=sock, limit=1024)
        callers.append((reader, writer))
        name = b"" if number % 10 else b"*^x"  # nothing matches the second: a search without end
        keys = [(*ATTRIBUTES[name], b"") for name in ATTRIBUTES if name not in ("PatientName", "QueryRetrieveLevel")]
        keys += [(*ATTRIBUTES["PatientName"], name), (*ATTRIBUTES["QueryRetrieveLevel"], b"STUDY")]
        identifier = write_elements(sorted(keys), True)
        writer.write(ASSOCIATE + dimse.find_request(FIND, 2, dimse.STUDY_FIND, identifier, pdu.MAX_PDU))
    for _ in range(3):  # whoever comes last is served when all the others have been
        reader, writer = await asyncio.open_connection(*archive)
        writer.write(ASSOCIATE)
        assert (await reader.readexactly(6))[0] == pdu.ASSOCIATE_AC
        callers.append((reader, writer))
    await asyncio.sleep(0.5)
    for _, writer in callers:
        writer.transport.abort()


def test_low_ports_are_moved_where_they_cannot_be_bound() -> None:
    assert bindable(11112) == 11112
    assert bindable(104) in (104, 10104)


def test_parquet_holds_what_was_found_with_types_and_nulls(tmp_path: Path) -> None:
    found = [
        Finding("127.64.0.1", 11112, "FR", Outcome.ACCESSIBLE, ["C-ECHO 0x0000"], records=3, images=9, seconds=0.5),
        Finding("127.64.0.2", 104, "", Outcome.SILENT, tls=True),
    ]
    path = tmp_path / "it's a folder" / "found.parquet"
    path.parent.mkdir()
    write_parquet(found, path)
    table = duckdb.sql("SELECT * FROM read_parquet(?) ORDER BY address", params=[str(path)])
    assert [dict(zip(table.columns, row, strict=True)) for row in table.fetchall()] == [
        finding.row() for finding in found
    ]
    kinds = dict(zip(table.columns, map(str, table.types), strict=True))
    assert (kinds["records"], kinds["tls"], kinds["seconds"], kinds["evidence"]) == (
        "BIGINT",
        "BOOLEAN",
        "DOUBLE",
        "VARCHAR",
    )
    assert os.listdir(path.parent) == ["found.parquet"]


def test_an_empty_survey_has_its_columns_in_parquet(tmp_path: Path) -> None:
    write_parquet([], tmp_path / "none.parquet")
    table = duckdb.sql("SELECT * FROM read_parquet(?)", params=[str(tmp_path / "none.parquet")])
    assert (table.columns, table.fetchall()) == (list(Finding("127.64.0.1", 1, "").row()), [])


def test_parquet_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="cannot be written"):
        write_parquet([], tmp_path / "nowhere" / "found.parquet")
