"""A whole Studio for a measurement: databases, web and worker processes, on ports of its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import memory
from benchmarks.servers import kept, process
from benchmarks.servers.postgres import PostgresServer, postgres_server
from benchmarks.servers.redis import RedisServer, redis_server
from studio.core import settings as settings_module
from studio.core.migrate import upgrade
from studio.core.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
READY_S = 90.0
"""Longest that a start is waited for, on a machine that starts others too. Alone it takes three seconds."""
KILLED_S = 10.0
"""Longest that what was killed is waited for."""


def fresh(arguments: list[str], environ: dict[str, str], checkout: Path, log: Path) -> process.Running:
    """Start `studio ARGUMENTS` from the source that lies in a folder, and let it add to a log what it says.

    It is told to stop if the starting thread dies before it can do so itself.
    """
    with log.open("ab") as output:
        running = subprocess.Popen(
            [*process.tied_to_parent(signal.SIGTERM), sys.executable, "-m", "studio", *arguments],
            cwd=checkout,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process.wait_tied(running)
    return running


starting: Callable[[list[str], dict[str, str], Path, Path], process.Running] = fresh
"""How processes start. Tests take one that costs less; what is measured starts afresh."""


@dataclass
class Stack:
    """What runs. `settings` are those of its processes."""

    settings: Settings
    environ: dict[str, str]
    postgres: PostgresServer | None = None
    redis: RedisServer | None = None
    processes: dict[str, process.Running] = field(default_factory=dict)
    logs: dict[str, Path] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, checkout: Path = PROJECT) -> None:
        """Start `studio ARGUMENTS` under a name, from the source that lies in a folder."""
        self.logs[name] = self.settings.data_dir / f"{name}.log"
        self.processes[name] = starting(list(arguments), self.environ, checkout, self.logs[name])

    def wait_ready(self, timeout: float = READY_S) -> None:
        """Until the web answers /livez."""
        until = time.monotonic() + timeout
        address = f"http://{self.settings.host}:{self.settings.port}/livez"
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(address, timeout=1).close()
            except OSError:
                if all(running.poll() is not None for running in self.processes.values()):
                    break  # nobody is left who could
                time.sleep(0.05)  # between two looks at a fact: does it answer?
                continue
            return
        raise process.ServerFailed("\n".join(log.read_text()[-3000:] for log in self.logs.values()))

    def memory(self) -> dict[str, float]:
        """Memory of all its processes and their children, in MiB."""
        return {"memory_mib": memory.proportional_mib(self._pids()), "rss_mib": memory.resident_mib(self._pids())}

    def cpu_s(self) -> float:
        """Processor seconds used so far by all its processes and their children."""
        return memory.cpu_s(self._pids())

    def _pids(self) -> list[int]:
        return [running.pid for running in self.processes.values()]

    def stop(self) -> None:
        """SIGTERM to all, then SIGKILL, also to whatever a process that had to be killed has left behind."""
        for running in self.processes.values():
            if running.poll() is None:
                running.terminate()
        for running in self.processes.values():
            process.stop(running, signal.SIGTERM)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to all of them at once, with what they have started: nobody waits for work whose data goes too.

        Returns when the last of them is gone, and so writes no more.
        """
        _kill(list(self.processes.values()))

    def kill_one(self, name: str) -> None:
        """As kill(), of one of them, which is started no more: it leaves its port to the next."""
        _kill([self.processes.pop(name)])


def _kill(processes: list[process.Running]) -> None:
    started = list(memory.families([one.pid for one in processes]))
    for running in processes:
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # a session of its own, which Stack.start() has made
    for running in processes:
        running.wait()
    until = time.monotonic() + KILLED_S
    while any(_runs(pid) for pid in started) and time.monotonic() < until:
        time.sleep(0.01)  # nobody tells that a process which is no child of ours has gone: only a look does


def _runs(pid: int) -> bool:
    """Whether a process has a thread that has not ended. What only waits for its parent to hear of its end does not."""
    try:
        states = [stat.read_text().rpartition(")")[2].split()[0] for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    except OSError:
        return True  # one has ended while it was looked at: look again
    return any(state not in "ZX" for state in states)


@contextmanager
def stack(
    store: str,
    *,
    postgres_settings: dict[str, str] | None = None,
    tables: Path | None = None,
    append_only: bool = False,
    **extra: str,
) -> Iterator[Stack]:
    """Databases and settings; the caller starts processes. `store` is `sqlite` or `postgresql` (with Redis)."""
    with ExitStack() as opened:
        folder = opened.enter_context(process.scratch("bench"))
        port = process.free_port()
        environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")},
            "STUDIO_DATA": str(folder / "data"),
            "STUDIO_PORT": str(port),
            "STUDIO_LOG_LEVEL": "warning",
            **extra,
        }
        postgres = redis = None
        if store == "postgresql":
            data = kept.postgres() if tables is None else None
            postgres = opened.enter_context(
                postgres_server(durable=True, settings=postgres_settings, tables=tables, copy_of=data)
            )
            urls = postgres.first_database("bench") if data else postgres.empty_database("bench")
            redis = opened.enter_context(redis_server(append_only=append_only))
            environ |= urls.variables() | {"STUDIO_REDIS_URL": redis.url}
        settings = settings_module.load(environ)
        settings.data_dir.mkdir(parents=True)
        if settings.embedded and (file := kept.sqlite()):
            shutil.copytree(file, settings.data_dir, dirs_exist_ok=True)
        upgrade(settings)  # nothing is left to do on a copy
        running = Stack(settings, environ, postgres, redis)
        try:
            yield running
        finally:
            running.kill()
