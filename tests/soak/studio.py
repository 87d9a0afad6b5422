"""The processes of a whole Studio, each with a wire to the database and a clock that can be broken."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from benchmarks.servers import process
from benchmarks.stack import Stack, stack
from tests.faults.drill import children, environ_of
from tests.servers.http_target import http_target
from tests.servers.tcp_proxy import TcpProxy, tcp_proxy
from tests.soak.clocks import clocks
from tests.soak.mixture import WORKERS
from tests.soak.target import HostileTarget, hostile

COMMANDS = {
    "web": ("web", "--workers", "1"),
    **dict.fromkeys(WORKERS, ("worker", "--processes", "1")),
    "studio": ("run",),
}
WIRED = ("web", "worker-2")
"""Reach PostgreSQL through a proxy."""
STOP_S = 30.0
"""Longest that a process may take to end after SIGTERM."""
HOLDER = b"STUDIO_HOLDER="
SKEWED = ("web", "worker-1")
"""Have a clock of their own, where one can be made."""


class Studio:
    """What runs, and how a part of it is started, stopped, frozen and killed."""

    def __init__(self, made: Stack, store: str, target: HostileTarget, wires: dict[str, TcpProxy]) -> None:
        self.made, self.store, self.target, self.wires = made, store, target, wires
        self.names = ["studio"] if store == "sqlite" else ["web", *WORKERS]
        self.clocks = clocks(made.settings.data_dir, [name for name in self.names if name in SKEWED])
        self.down: set[str] = set()
        """What an incident keeps down."""
        self._whole = dict(made.environ)
        self.address = f"http://{made.settings.host}:{made.settings.port}"

    def begin(self) -> None:
        """Start everything, each clock right."""
        for name in self.names:
            self.jump(name, 0)
            self.start(name)
        self.made.wait_ready()

    def start(self, name: str) -> None:
        """Start one, unless it runs."""
        self.down.discard(name)
        if not self.running(name):
            self._wait_for_port(name)
            self.made.environ = self._environ(name)
            self.made.start(name, *COMMANDS[name])

    def tend(self) -> None:
        """As a service manager does: start again what has exited, such as at a start without a database."""
        for name in self.names:
            if name not in self.down:
                self.start(name)

    def serves(self) -> None:
        """Wait until its web answers, for as long as a start may take on a busy machine."""
        until = time.monotonic() + 2 * STOP_S
        while not process.accepts(self.made.settings.port):
            self.tend()
            if time.monotonic() > until:
                raise process.ServerFailed(f"nobody serves on port {self.made.settings.port}")
            time.sleep(0.1)  # between two looks at a fact

    def running(self, name: str) -> bool:
        found = self.made.processes.get(name)
        return found is not None and found.poll() is None

    def child(self, name: str) -> int | None:
        """The process that works under its supervisor or server; None while there is none."""
        return next(iter(children(self.made.processes[name].pid)), None) if self.running(name) else None

    def holder(self, name: str) -> str | None:
        """A pattern of the name under which a worker holds runs."""
        pid = self.child(name)
        if pid is None:
            return None
        if self.store == "sqlite":
            return f"%:{pid}:%"
        return next((one.removeprefix(HOLDER).decode() for one in environ_of(pid) if one.startswith(HOLDER)), None)

    def signal_all(self, name: str, number: signal.Signals) -> None:
        """To a process and its children; they are a session of their own."""
        if self.running(name):
            with suppress(ProcessLookupError):  # it has just ended
                os.killpg(self.made.processes[name].pid, number)

    def signal_child(self, name: str, number: signal.Signals) -> bool:
        """To the process that works. False where there is none."""
        pid = self.child(name)
        if pid is not None:
            os.kill(pid, number)
        return pid is not None

    def ended(self, name: str) -> bool:
        """Wait until it has ended, which it was told to; kill it where it does not. Whether it did by itself."""
        try:
            self.made.processes[name].wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.signal_all(name, signal.SIGKILL)
            self.made.processes[name].wait()
            return False
        return True

    def jump(self, name: str, seconds: int) -> None:
        """From now on the clock of a process is wrong by so much."""
        if name in self.clocks:
            self.clocks[name].move(seconds)

    def end(self) -> None:
        """Everything dies."""
        for name in self.made.processes:
            self.signal_all(name, signal.SIGKILL)
            self.made.processes[name].wait()

    def _environ(self, name: str) -> dict[str, str]:
        environ = dict(self._whole)
        if name in self.wires and self.made.postgres is not None:
            told, ours = f":{self.made.postgres.port}/", f":{self.wires[name].port}/"
            environ = {key: value.replace(told, ours) for key, value in environ.items()}
        if name in self.clocks:
            environ |= self.clocks[name].environ
        return environ

    def _wait_for_port(self, name: str) -> None:
        """An orphan may still serve for the moment that it needs to notice."""
        if name in WORKERS:
            return
        until = time.monotonic() + STOP_S
        while process.accepts(self.made.settings.port):
            if time.monotonic() > until:
                raise process.ServerFailed(f"somebody still serves on the port of {name}")
            time.sleep(0.05)  # between two looks at a fact


@contextmanager
def studio(store: str, seed: int, lease_s: float) -> Iterator[Studio]:
    """Servers, target and settings; nothing of Studio runs yet."""
    with ExitStack() as opened:
        target = opened.enter_context(http_target(hostile(seed)))
        settings = {
            "STUDIO_ALLOWED_HOSTS": f"127.0.0.1:{target.port}",
            "STUDIO_LEASE_SECONDS": f"{lease_s:g}",
            "STUDIO_LOG_LEVEL": "info",
        }
        made = opened.enter_context(stack(store, append_only=True, **settings))
        wires = {}
        if made.postgres is not None:
            wires = {name: opened.enter_context(tcp_proxy(made.postgres.port)) for name in WIRED}
        running = Studio(made, store, target, wires)
        opened.callback(running.end)
        yield running
