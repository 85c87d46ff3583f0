"""What a notebook needs around it to be run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.api import Lab
from lab.course.progress import Progress
from lab.home import Home
from tests.notebooks.course import KERNEL, ROOT

pytest.register_assert_rewrite("tests.notebooks.runs")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The tests of runs.py run for each notebook of their module's ``CHAPTER``."""
    if metafunc.function.__module__ == "tests.notebooks.runs":
        from tests.notebooks.runs import runs

        solved = "_solved_" in metafunc.function.__name__
        metafunc.parametrize(("name", "language"), runs(metafunc.module.CHAPTER, solved))


@pytest.fixture
def progress(home: Home) -> Progress:
    """The record of a trainee who has just arrived. Other tests of the session have solved things in this home."""
    home.progress.unlink(missing_ok=True)
    return Progress(home.progress)


@pytest.fixture(scope="session")
def zygote() -> Iterator[str]:
    """The socket of the process from which kernels are forked (forked.py)."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/kernels"
        command = [sys.executable, "-m", "tests.notebooks.forked", path]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield path
            process.kill()


@pytest.fixture
def kernel(lab: Lab, kind: str, zygote: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment in which a notebook finds the session's lab. Jupyter writes nothing outside ``tmp_path``."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    described = tmp_path / "jupyter_data_dir" / "kernels" / KERNEL / "kernel.json"
    described.parent.mkdir(parents=True)
    start = [sys.executable, "-I", "-S", str(ROOT / "tests" / "notebooks" / "forked.py"), zygote, "{connection_file}"]
    described.write_text(json.dumps({"argv": start, "display_name": KERNEL, "language": "python"}))
    return os.environ | {"PACSLAB_STATE": str(lab.home.folder), "PACSLAB_SANDBOX": kind, "PYTHONPATH": str(ROOT)}
