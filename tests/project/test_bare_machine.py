"""A fresh clone on a machine with only Python and make installs, runs, and starts again quickly."""

import json
import os
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


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bare") / "studio"
    subprocess.run(["git", "clone", "--quiet", PROJECT, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def installed(clone: Path) -> Path:
    made = make(clone, "install")
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


def bare() -> dict[str, str]:
    return {"HOME": os.environ["HOME"], "PATH": os.environ["PATH"]}


def test_help_names_every_target(clone: Path) -> None:
    printed = make(clone, "help").stdout
    targets = ["install", "run", "test", "test-slow", "check", "bench", "soak", "lock", "migrations-check", "clean"]
    assert [target for target in targets if f"make {target} " not in printed] == []


def test_a_second_install_has_nothing_to_do(installed: Path) -> None:
    begun = time.monotonic()
    again = make(installed, "install")
    assert again.returncode == 0, again.stdout
    assert time.monotonic() - begun < 2
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
        assert seconds_until_ready(address, limit=60) < 60
        printed = output.read_text()
        assert address in printed
        assert "curl" in printed
        assert "[WARNING]" not in printed
        assert "mira@nordlicht.example" in printed
    with running(installed, tmp_path) as (address, output):
        # How fast is measured by hand (docs/performance.md): a timed test would judge the machine.
        assert seconds_until_ready(address, limit=60) < 60
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


def seconds_until_ready(address: str, limit: float) -> float:
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < limit:
        with suppress(requests.ConnectionError):
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return time.monotonic() - begun
        time.sleep(0.02)
    message = f"not ready after {passed:.0f} s"
    raise AssertionError(message)
