"""A whole Studio for a measurement: databases, web and worker processes, on ports of its own."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import memory
from benchmarks.servers import process
from benchmarks.servers.postgres import PostgresServer, postgres_server
from benchmarks.servers.redis import RedisServer, redis_server
from studio.core import settings as settings_module
from studio.core.migrate import upgrade
from studio.core.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]


@dataclass
class Stack:
    """What runs. `settings` are those of its processes."""

    settings: Settings
    environ: dict[str, str]
    postgres: PostgresServer | None = None
    redis: RedisServer | None = None
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    logs: dict[str, Path] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, checkout: Path = PROJECT) -> None:
        """Start `studio ARGUMENTS` under a name, from the source that lies in a folder."""
        log = self.settings.data_dir / f"{name}.log"
        self.logs[name] = log
        with log.open("ab") as output:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "studio", *arguments],
                cwd=checkout,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_ready(self, timeout: float = 30.0) -> None:
        """Until the web answers /livez."""
        until = time.monotonic() + timeout
        address = f"http://{self.settings.host}:{self.settings.port}/livez"
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(address, timeout=1).close()
            except OSError:
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
        """SIGTERM, then SIGKILL, also to whatever a process that had to be killed has left behind."""
        for running in self.processes.values():
            process.stop(running, signal.SIGTERM)
            with suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)


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
            postgres = opened.enter_context(postgres_server(durable=True, settings=postgres_settings, tables=tables))
            urls = postgres.empty_database("bench")
            redis = opened.enter_context(redis_server(append_only=append_only))
            environ |= {
                "STUDIO_DATABASE_URL": urls.app,
                "STUDIO_ENGINE_DATABASE_URL": urls.engine,
                "STUDIO_MIGRATE_DATABASE_URL": urls.migrate,
                "STUDIO_REDIS_URL": redis.url,
            }
        settings = settings_module.load(environ)
        settings.data_dir.mkdir(parents=True)
        upgrade(settings)
        running = Stack(settings, environ, postgres, redis)
        try:
            yield running
        finally:
            running.stop()
