"""A fresh clone on a machine with only Python and make installs, runs, and starts again with its data.

CI's first step is such an install of the clone that it tests, and names it: a second one would prove nothing more.
"""

import json
import os
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from benchmarks.servers import process
from tests.project.source import PROJECT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

INSTALLED = os.environ.get("BARE_CLONE", "")
"""A clone that `make install` has installed with no more than bare(): see .ci/run."""
READY_S = 180
"""Longest that a start is waited for, on a machine that does other things too."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if INSTALLED:
        assert Path(INSTALLED) == PROJECT, "these tests are another clone's"
        return PROJECT
    folder = tmp_path_factory.mktemp("bare") / "studio"
    subprocess.run(["git", "clone", "--quiet", PROJECT, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def installed(clone: Path) -> Path:
    made = make(clone, "install")  # has nothing to do where it was done
    assert made.returncode == 0, made.stdout
    return clone


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make with nothing but HOME and PATH, as `env -i` would."""
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=bare(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def worked_s() -> float:
    """Processor time of all commands so far: what else the machine does adds nothing to it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bare() -> dict[str, str]:
    return {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"]}


def test_help_names_every_target(clone: Path) -> None:
    printed = make(clone, "help").stdout
    targets = ["install", "run", "test", "test-slow", "check", "bench", "soak", "lock", "migrations-check", "clean"]
    assert [target for target in targets if f"make {target} " not in printed] == []


def test_a_second_install_has_nothing_to_do(installed: Path) -> None:
    begun = worked_s()
    again = make(installed, "install")
    assert again.returncode == 0, again.stdout
    assert worked_s() - begun < 2
    assert "Installing" not in again.stdout


def test_the_command_is_installed(installed: Path) -> None:
    shown = subprocess.run(
        [installed / ".venv/bin/studio", "--help"],
        cwd=installed,
        env=bare(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "run" in shown.stdout


def test_the_front_end_is_bundled(installed: Path) -> None:
    manifest = json.loads((installed / "studio/static/dist/manifest.json").read_text())
    assert all((installed / "studio/static/dist" / name).stat().st_size for name in manifest.values())


def test_nothing_that_was_built_is_committed(installed: Path) -> None:
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=installed, capture_output=True, text=True, check=True
    )
    assert changed.stdout == ""


def test_it_runs_and_starts_again_with_its_data(installed: Path, tmp_path: Path) -> None:
    with running(installed, tmp_path) as (address, output):
        wait_ready(address)
        printed = output.read_text()
        assert address in printed
        assert "curl" in printed
        assert "[WARNING]" not in printed
        assert "mira@nordlicht.example" in printed
    with running(installed, tmp_path) as (address, output):
        wait_ready(address)  # how fast is measured by hand (docs/performance.md): a timed test would judge the machine
        assert "mira@nordlicht.example" not in output.read_text()


@contextmanager
def running(folder: Path, data: Path) -> Iterator[tuple[str, Path]]:
    """`make run` on a port of its own, with its output in a file; ends as Ctrl-C would."""
    port, output = process.free_port(), data / "output"
    with output.open("w") as log:
        started = subprocess.Popen(
            ["make", "run"],
            cwd=folder,
            env=bare() | {"STUDIO_DATA": str(data / "studio"), "STUDIO_PORT": str(port)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield f"http://localhost:{port}", output
    except BaseException:
        print(output.read_text())
        raise
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGINT)
        try:
            started.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def wait_ready(address: str) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until:
        with suppress(requests.RequestException):
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        time.sleep(0.05)  # between two looks at a fact: does it answer?
    message = f"not ready after {READY_S} s"
    raise AssertionError(message)
