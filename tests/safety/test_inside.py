"""Whoever runs programs inside reads nothing of the trainee's, reaches no network, and takes nothing over.

Every attempt is made by a program that Orthanc's Lua starts, or by Orthanc itself. Where an attempt could fail for
another reason than the sandbox, the same program also runs outside, where it has to succeed.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from lab.home import PROJECT
from lab.site.baseline import baseline
from lab.site.zones import Zone
from tests.safety import machine
from tests.safety.conftest import WIDE_OPEN, Intruder
from tests.support.chaos import NativeChaos


def outside(program: str, *arguments: str) -> object:
    """Run the same program outside, as the control."""
    answer = subprocess.run([sys.executable, "-I", "-c", program, *arguments], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


# -- files ---------------------------------------------------------------------------------------------------------

READ = """
import json, os, sys
found = {}
for path in sys.argv[1:]:
    for way in (path, "/proc/1/root" + path, "/proc/self/root/../.." + path, "/proc/1/cwd/../../.." + path):
        try:
            found[path] = "a folder" if os.path.isdir(way) and os.listdir(way) else open(way, "rb").read(1) and "a file"
        except OSError:
            continue
print(json.dumps(found))
"""
SEARCH = """
import json, os, sys
found = []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/usr", "/proc")]
    found += [os.path.join(folder, name) for name in (*folders, *files) if sys.argv[1] in name]
print(json.dumps(found))
"""
WRITE = """
import json, os, sys
done = []
for path in sys.argv[1:]:
    try:
        open(os.path.join(path, "written-from-inside"), "w").close()
        done.append(path)
    except OSError:
        continue
print(json.dumps(done))
"""


@pytest.fixture
def secret_files(intruder: Intruder, tmp_path: Path) -> Iterator[list[Path]]:
    """Files of the trainee's: in the home folder, in the project, in the lab's state, in the system's folder for such."""
    name = f"secret-{secrets.token_hex(8)}"
    state = intruder.lab.home.folder
    folders = (
        Path.home(),
        PROJECT / "tests" / "safety",
        state,
        state / "work",
        state / "native",
        tmp_path,
        Path("/tmp"),
    )
    files = [folder / name for folder in folders if folder.is_dir() and os.access(folder, os.W_OK)]
    try:
        for file in files:
            file.write_text("a secret of the trainee's")
        yield files
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def test_no_file_of_the_trainee_or_of_the_machine_can_be_read(intruder: Intruder, secret_files: list[Path]) -> None:
    state = intruder.lab.home.folder
    own = [state / "progress.sqlite", state / "certificates" / "authority.pem", state / "native" / "host.json"]
    system = [
        Path(path) for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/var/log", "/run", "/sys", "/boot")
    ]
    project = [PROJECT / "pyproject.toml", PROJECT / "lab" / "api.py", Path(__file__)]
    paths = [str(path) for path in (*secret_files, *own, *project, *system)]
    control = outside(READ, *paths)
    assert isinstance(control, dict)
    assert {str(path) for path in (*secret_files, *own, *project)} <= set(control)
    assert intruder.python(READ, *paths) == {}


@pytest.mark.slow
def test_a_search_of_the_whole_file_system_finds_nothing_of_the_trainees(
    intruder: Intruder, secret_files: list[Path]
) -> None:
    assert intruder.python(SEARCH, secret_files[0].name) == []
    (intruder.lab.sandbox.run / secret_files[0].name).touch()
    try:
        assert intruder.python(SEARCH, secret_files[0].name) == [f"/srv/pacslab/run/{secret_files[0].name}"]
    finally:
        (intruder.lab.sandbox.run / secret_files[0].name).unlink()


def test_orthancs_own_lua_reads_no_more_than_a_program_does(intruder: Intruder, secret_files: list[Path]) -> None:
    paths = [str(path) for path in (*secret_files, "/etc/shadow", PROJECT / "README.md")]
    script = "\n".join(
        f'print(io.open([[{path}]], "r") == nil)' for path in [*paths, "/srv/pacslab/control/desired.json"]
    )
    assert intruder.lua(script).split() == [*["true"] * len(paths), "false"]


def test_nothing_can_be_written_but_below_the_folders_that_are_meant_for_it(intruder: Intruder, tmp_path: Path) -> None:
    state = intruder.lab.home.folder
    ours = [str(path) for path in (tmp_path, state, state / "native", PROJECT, Path.home())]
    inside = [
        "/",
        "/usr",
        "/usr/bin",
        "/etc",
        "/dev",
        "/dev/shm",
        "/srv",
        "/srv/pacslab",
        "/opt/pacslab/inside",
        "/srv/pacslab/control",
        "/proc",
        "/proc/1/root/usr",
    ]
    meant = ["/srv/pacslab/run", "/srv/archive", "/tmp"]
    assert intruder.python(WRITE, *ours, *inside, *meant) == meant
    assert [path for path in ours if (Path(path) / "written-from-inside").exists()] == []
    for folder in (intruder.lab.sandbox.run, state / "native" / "archive"):
        (folder / "written-from-inside").unlink()


def test_what_the_lab_writes_for_the_inside_cannot_be_changed_there(intruder: Intruder) -> None:
    program = """
import json, os, pathlib
refused = {}
for path in ["/srv/pacslab/control", *map(str, pathlib.Path("/srv/pacslab/control").rglob("*"))]:
    for name, action in {
        "chmod": lambda: os.chmod(path, 0o777), "rename": lambda: os.rename(path, path + "x"),
        "write": lambda: open(path, "a"), "remove": lambda: os.unlink(path), "utime": lambda: os.utime(path),
    }.items():
        try:
            action()
            refused[f"{name} {path}"] = "done"
        except OSError as error:
            refused[name] = sorted({*refused.get(name, []), error.strerror})
print(json.dumps(refused))
"""
    control = intruder.lab.sandbox.control
    before = {path: (path.stat().st_mode, path.read_bytes()) for path in control.rglob("*") if path.is_file()}
    read_only = "Read-only file system"
    answer = intruder.python(program)
    assert isinstance(answer, dict)
    answer["write"] = [reason for reason in answer["write"] if reason != "Is a directory"]
    answer["remove"] = [reason for reason in answer["remove"] if reason != "Is a directory"]
    answer["rename"] = [reason for reason in answer["rename"] if reason != "Device or resource busy"]
    assert answer == {name: [read_only] for name in ("chmod", "rename", "write", "remove", "utime")}
    assert {path: (path.stat().st_mode, path.read_bytes()) for path in before} == before


@pytest.mark.parametrize("place", ["home", "project", "state", "control", "system"])
def test_an_export_writes_no_file_outside(intruder: Intruder, tmp_path: Path, place: str) -> None:
    name = f"exported-{secrets.token_hex(8)}.dcm"
    sandbox = intruder.lab.sandbox
    folders = {
        "home": Path.home(), "project": PROJECT, "state": intruder.lab.home.folder, "system": Path("/tmp"),
        "control": Path("/srv/pacslab/control"),
    }  # fmt: skip
    with intruder.lab.web("intruder", "http") as client:
        instance = client.get("/instances").json()[0]
        refused = client.post(f"/instances/{instance}/export", content=str(folders[place] / name), timeout=20)
        allowed = client.post(f"/instances/{instance}/export", content=f"/srv/pacslab/run/{name}", timeout=20)
    assert (refused.status_code == 200) is (place == "system"), "its own /tmp is another one"
    assert allowed.status_code == 200
    assert not (folders[place] / name).exists()
    assert not (sandbox.control / name).exists()
    (sandbox.run / name).unlink()


def test_no_process_inside_holds_anything_of_the_trainees_environment(intruder: Intruder) -> None:
    program = """
import json, pathlib, re
names = set()
for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try:
        names |= set(re.findall(r"(?:^|\\0)([A-Za-z_]+)=", path.read_text()))
    except OSError:
        pass  # the keeper's
print(json.dumps(sorted(names)))
"""
    assert set(os.environ) - {"LANG", "PATH", "PWD"}
    assert intruder.python(program) == ["LANG", "PATH", "PWD", "TCP_NODELAY"]


# -- networks ------------------------------------------------------------------------------------------------------

CONNECT = """
import json, socket, sys
reached = []
for target in sys.argv[1:]:
    kind, address, port = target.split(" ")
    family = {"unix": socket.AF_UNIX, "abstract": socket.AF_UNIX}.get(kind) or (socket.AF_INET6 if ":" in address else socket.AF_INET)
    with socket.socket(family, socket.SOCK_DGRAM if kind == "udp" else socket.SOCK_STREAM) as attempt:
        attempt.settimeout(2)
        try:
            attempt.connect({"unix": address, "abstract": "\\0" + address}.get(kind) or (address, int(port)))
            if kind == "udp":
                attempt.send(b"?")
            if attempt.recv(6) == b"secret":
                reached.append(target)
        except OSError:
            continue
print(json.dumps(reached))
"""


@contextmanager
def services_of_this_machine(folder: Path, *addresses: str) -> Iterator[list[str]]:
    """Services on loopback, on the lab's own addresses, on the machine's address and on sockets of the file system."""
    targets: list[str] = []
    with ExitStack() as stack:

        def serve(family: int, address: object, kind: int = socket.SOCK_STREAM) -> object:
            server = stack.enter_context(socket.socket(family, kind))
            server.bind(address)
            if kind == socket.SOCK_STREAM:
                server.listen()
            threading.Thread(target=_answer, args=(server, kind), daemon=True).start()
            stack.callback(_wake, server)
            return server.getsockname()

        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            for name, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
                port = serve(family, (address, 0), kind)[1]  # type: ignore[index]
                targets.append(f"{name} {address} {port}")
        serve(socket.AF_UNIX, str(folder / "service"))
        name = f"pacslab-{secrets.token_hex(4)}"
        serve(socket.AF_UNIX, f"\0{name}")
        yield [*targets, f"unix {folder / 'service'} -", f"abstract {name} -"]


def _answer(server: socket.socket, kind: int) -> None:
    while True:
        try:
            if kind == socket.SOCK_DGRAM:
                asked, peer = server.recvfrom(10)
                if not asked:
                    return
                server.sendto(b"secret", peer)
            else:
                client = server.accept()[0]
                client.sendall(b"secret")
                client.close()
        except OSError:
            return


def _wake(server: socket.socket) -> None:
    try:
        server.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@pytest.fixture
def services(intruder: Intruder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    network = intruder.lab.sandbox.network
    own = machine.own_address()
    addresses = ["127.0.0.1", network.gateway(Zone.CLINIC), network.station("doctor").address]
    addresses += ["::1"] if Path("/proc/net/if_inet6").exists() else []
    with services_of_this_machine(tmp_path_factory.mktemp("s"), *addresses, *([own] if own else [])) as targets:
        yield targets


def test_no_service_of_this_machine_can_be_reached(intruder: Intruder, services: list[str]) -> None:
    assert outside(CONNECT, *services) == services
    assert intruder.python(CONNECT, *services) == []


def test_orthanc_itself_reaches_no_modality_or_peer_outside(intruder: Intruder, services: list[str]) -> None:
    tcp = [target.split() for target in services if target.startswith("tcp ") and "::" not in target]
    with intruder.lab.web("intruder", "http") as client:
        for number, (_, address, port) in enumerate(tcp):
            client.put(
                f"/modalities/out{number}", json={"AET": "OUT", "Host": address, "Port": int(port), "Timeout": 2}
            )
            client.put(f"/peers/out{number}", json={"Url": f"http://{address}:{port}/"})
        answers = {
            f"{kind}{number}": client.post(f"/modalities/out{number}/echo", content="{}", timeout=20).status_code
            if kind == "modality"
            else client.get(f"/peers/out{number}/system", timeout=20).status_code
            for kind in ("modality", "peer")
            for number in range(len(tcp))
        }
        scripts = [f'print(HttpGet("http://{address}:{port}/", {{}}))' for _, address, port in tcp]
        printed = [client.post("/tools/execute-script", content=script, timeout=20).text for script in scripts]
    assert 200 not in answers.values()
    assert "secret" not in "".join(printed)


def test_a_site_whose_modality_lies_outside_is_data_that_leads_nowhere(intruder: Intruder, services: list[str]) -> None:
    address, port = next(target.split()[1:] for target in services if target.startswith("tcp "))
    site = (
        baseline()
        .changed(WIDE_OPEN)
        .changed({"modalities": {"elsewhere": {"aet": "ELSEWHERE", "host": address, "port": int(port), "move": True}}})
    )
    intruder.lab.sandbox.apply(site)
    with intruder.lab.web("intruder", "http") as client:
        study = client.get("/studies").json()[0]
        assert client.post("/modalities/elsewhere/echo", content="{}", timeout=20).status_code != 200
        assert client.post("/modalities/elsewhere/store", content=study, timeout=20).status_code != 200


# -- processes and the kernel --------------------------------------------------------------------------------------

NEIGHBOURS = """
import json, os, pathlib
print(json.dumps(sorted({pathlib.Path(p, "comm").read_text().strip().split(":")[0][:7] for p in pathlib.Path("/proc").glob("[0-9]*")})))
"""
TAKE_OVER = """
import ctypes, errno, json, os, pathlib, sys
libc = ctypes.CDLL(None, use_errno=True)
TRACE, READ_MEMORY, GET_FILE = json.loads(sys.argv[1])
keeper = next(int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*")
              if b"/opt/pacslab/inside" in (p / "cmdline").read_bytes().split(b"\\0")[:3])
handle = os.pidfd_open(keeper)
answers = {}
def attempt(name, *call):
    ctypes.set_errno(0)
    answers[name] = "done" if libc.syscall(*call) >= 0 else errno.errorcode[ctypes.get_errno()]
for number in range(3, 20):
    attempt("take a socket", GET_FILE, handle, number, 0)
attempt("trace", TRACE, 16, keeper, 0, 0)
buffer = ctypes.create_string_buffer(8)
here = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 8)
attempt("read its memory", READ_MEMORY, keeper, here, 1, here, 1, 0)
for name in ("fd/4", "mem", "environ", "maps", "cwd/x", "root/x"):
    try:
        open("/proc/%d/%s" % (keeper, name), "rb")
        answers[name] = "done"
    except OSError as error:
        answers[name] = errno.errorcode[error.errno]
print(json.dumps(answers))
"""
CALLS = {"x86_64": (101, 310, 438), "aarch64": (117, 270, 438)}
KERNEL = """
import ctypes, errno, json, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
numbers = json.loads(sys.argv[1])
answers = {}
def attempt(name, call):
    try:
        call()
        answers[name] = "done"
    except OSError as error:
        answers[name] = "not writable" if error.errno in (errno.EROFS, errno.EACCES) else errno.errorcode[error.errno]
def syscall(name, *arguments):
    ctypes.set_errno(0)
    if libc.syscall(numbers[name], *arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
where = sys.argv[2]
own = open(where + "/own", "w").name
attempt("symbolic link", lambda: os.symlink("/etc/passwd", where + "/symbolic"))
attempt("hard link", lambda: os.link(own, where + "/hard"))
attempt("pipe", lambda: os.mkfifo(where + "/pipe"))
attempt("device", lambda: os.mknod(where + "/device", 0o600 | 0o020000, os.makedev(1, 1)))
attempt("user namespace", lambda: syscall("unshare", 0x10000000))
attempt("mount namespace", lambda: syscall("unshare", 0x00020000))
attempt("namespace by clone", lambda: syscall("clone", 0x10000000 | 17, 0, 0, 0, 0))
attempt("namespace by clone3", lambda: syscall("clone3", 0, 0))
attempt("join a namespace", lambda: syscall("setns", 0, 0))
attempt("mount", lambda: libc.mount(b"none", where.encode(), b"tmpfs", 0, None) and syscall("unshare", 0x00020000))
attempt("keys of the user", lambda: syscall("keyctl", 0, -3, 0))
attempt("add a key", lambda: syscall("add_key", b"user", b"x", b"y", 1, -3))
attempt("io_uring", lambda: syscall("io_uring_setup", 1, ctypes.create_string_buffer(120)))
attempt("bpf", lambda: syscall("bpf", 0, 0, 0))
attempt("perf events", lambda: syscall("perf_event_open", 0, 0, 0, 0, 0))
attempt("virtual machine sockets", lambda: socket.socket(40, socket.SOCK_STREAM))
attempt("packet sockets", lambda: socket.socket(17, socket.SOCK_RAW))
attempt("raw sockets", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("Bluetooth", lambda: socket.socket(31, socket.SOCK_RAW))
attempt("settings of the kernel", lambda: open("/proc/sys/kernel/core_pattern", "r+"))
attempt("caches of the kernel", lambda: open("/proc/sys/vm/drop_caches", "w"))
attempt("whom the kernel kills first", lambda: open("/proc/self/oom_score_adj", "w"))
attempt("a file without end", lambda: os.truncate(own, 1 << 31))
os.unlink(own)
print(json.dumps(answers))
"""
NUMBERS = {
    "x86_64": {"unshare": 272, "clone": 56, "clone3": 435, "setns": 308, "keyctl": 250, "add_key": 248,
               "io_uring_setup": 425, "bpf": 321, "perf_event_open": 298},
    "aarch64": {"unshare": 97, "clone": 220, "clone3": 435, "setns": 268, "keyctl": 219, "add_key": 217,
                "io_uring_setup": 425, "bpf": 280, "perf_event_open": 241},
}  # fmt: skip
MACHINE = os.uname().machine


def test_only_the_labs_own_processes_are_there_to_be_seen(intruder: Intruder) -> None:
    assert intruder.python(NEIGHBOURS) == ["Orthanc", "bwrap", "nginx", "python3", "sh"]


def test_no_process_outside_can_be_killed(intruder: Intruder) -> None:
    program = """
import json, os, sys
killed = []
for pid in map(int, sys.argv[1:]):
    try:
        os.kill(pid, 0)
        killed.append(pid)
    except ProcessLookupError:
        pass
print(json.dumps(killed))
"""
    victims = [str(os.getpid()), str(os.getppid()), str(NativeChaos(intruder.lab.home.folder / "native").host())]
    assert intruder.python(program, *victims) == []


@pytest.mark.skipif(MACHINE not in CALLS, reason="the numbers of the system calls are not known for this machine")
def test_the_keepers_sockets_which_lead_outside_cannot_be_taken_over(intruder: Intruder) -> None:
    assert intruder.python(TAKE_OVER, json.dumps(CALLS[MACHINE])) == {
        "take a socket": "EPERM",
        "trace": "EPERM",
        "read its memory": "EPERM",
        "fd/4": "EACCES",
        "mem": "EACCES",
        "environ": "EACCES",
        "maps": "EACCES",
        "cwd/x": "EACCES",
        "root/x": "EACCES",
    }


@pytest.mark.skipif(MACHINE not in NUMBERS, reason="the numbers of the system calls are not known for this machine")
def test_the_kernel_refuses_what_could_lead_outside(intruder: Intruder) -> None:
    assert intruder.python(KERNEL, json.dumps(NUMBERS[MACHINE]), "/srv/pacslab/run") == {
        "symbolic link": "EPERM",
        "hard link": "EPERM",
        "pipe": "EPERM",
        "device": "EPERM",
        "user namespace": "EPERM",
        "mount namespace": "EPERM",
        "namespace by clone": "EPERM",
        "namespace by clone3": "ENOSYS",
        "join a namespace": "EPERM",
        "mount": "EPERM",
        "keys of the user": "EPERM",
        "add a key": "EPERM",
        "io_uring": "EPERM",
        "bpf": "EPERM",
        "perf events": "EPERM",
        "virtual machine sockets": "EPERM",
        "packet sockets": "EPERM",
        "raw sockets": "EPERM",
        "Bluetooth": "EPERM",
        "settings of the kernel": "not writable",
        "caches of the kernel": "not writable",
        "whom the kernel kills first": "not writable",
        "a file without end": "EFBIG",
    }


def test_no_setting_of_the_kernel_can_be_written(intruder: Intruder) -> None:
    program = """
import json, os
found = [os.path.join(folder, name) for folder, _, files in os.walk("/proc/sys") for name in files
         if os.access(os.path.join(folder, name), os.W_OK)]
print(json.dumps(found))
"""
    assert intruder.python(program) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the kernel does not limit the number of root's processes")
def test_a_program_that_multiplies_is_stopped(intruder: Intruder) -> None:
    program = """
import json, os, signal, time
children = []
try:
    while len(children) < 600:
        pid = os.fork()
        if pid == 0:
            time.sleep(20)
            os._exit(0)
        children.append(pid)
    answer = "done"
except BlockingIOError:
    answer = "stopped"
for pid in children:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
print(json.dumps(answer))
"""
    assert intruder.python(program) == "stopped"
    assert intruder.lab.sandbox.health().ready
