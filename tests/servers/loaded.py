"""Studio's processes as forks of one that has loaded Studio already: most of what a start costs is loading.

They differ from others in that alone. Each is a session of its own, is killed, waited for and told to stop like any
other, and ends as the interpreter ends. What is measured, what runs from another source and what a library is to be
put under are started the ordinary way: see `fits`.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from benchmarks.servers import process
from benchmarks.stack import fresh

PROJECT = Path(__file__).resolve().parents[2]
LOAD_S = 120.0
"""Longest that loading is waited for, on a machine that loads others too. Alone it takes four seconds."""


@dataclass
class Loaded:
    """The process that has loaded Studio, seen from the tests."""

    address: Path

    def start(self, arguments: list[str], environ: dict[str, str], log: Path) -> "Forked":
        """As `python -m studio ARGUMENTS` in the project's folder, which adds what it says to `log`."""
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.address))
            line.sendall(json.dumps({"arguments": arguments, "environ": environ, "log": str(log)}).encode() + b"\n")
            answers = line.makefile("rb")
        return Forked(["studio", *arguments], _number(answers), answers)


@dataclass
class Forked:
    """One of its children, with what `subprocess.Popen` has for a child of one's own."""

    args: list[str]
    pid: int
    _answers: BinaryIO = field(repr=False)
    returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, by a negative number where a signal ended it; None while it runs."""
        return self._look(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """As poll(), once it has ended. Raises subprocess.TimeoutExpired."""
        status = self._look(timeout)
        if status is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
        return status

    def send_signal(self, number: int) -> None:
        """Nothing happens to one that has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._answers], [], [], timeout)[0]:
            with self._answers:
                self.returncode = _number(self._answers)
        return self.returncode


def _number(answers: BinaryIO) -> int:
    said = answers.readline()
    if not said:
        message = "the process that forks Studio's processes has ended"
        raise process.ServerFailed(message)
    return int(said)


def fits(environ: dict[str, str], checkout: Path) -> bool:
    """Whether such a process may be a fork: it runs this source, and nothing else than Studio is told anything new."""
    told = [name for name, value in environ.items() if os.environ.get(name) != value]
    ours = all(name.startswith(("STUDIO_", "FAULT", "PYTEST_")) for name in told)
    return ours and checkout == PROJECT and hasattr(os, "pidfd_open")


@contextmanager
def loaded() -> Iterator[Loaded]:
    """Load Studio in a process that ends, with all that it has started, when the starting thread does."""
    with process.scratch("loaded", place=process.memory()) as folder:
        address, log = folder / "address", folder / "log"
        command = [sys.executable, "-m", "tests.servers.forking", address]
        running = process.start(command, log, cwd=PROJECT)
        try:
            process.wait_until(address.exists, running, log, LOAD_S)
            yield Loaded(address)
        finally:
            process.stop(running)


class Starting:
    """What tests start Studio by: loads it at the first start that fits, once in a process of tests."""

    def __init__(self, opened: ExitStack) -> None:
        self._opened = opened
        self._loaded: Loaded | None = None

    def __call__(self, arguments: list[str], environ: dict[str, str], checkout: Path, log: Path) -> process.Running:
        """Start `studio ARGUMENTS`."""
        if not fits(environ, checkout):
            return fresh(arguments, environ, checkout, log)
        if self._loaded is None:
            if threading.current_thread() is not threading.main_thread():
                return fresh(arguments, environ, checkout, log)  # what it loads would end with this thread
            self._loaded = self._opened.enter_context(loaded())
        return self._loaded.start(arguments, environ, log)
