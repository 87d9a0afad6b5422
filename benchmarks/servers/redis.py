"""A Redis server of our own, which writes to disk only where asked."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from benchmarks.servers import process


@dataclass
class RedisServer:
    """A running server."""

    port: int
    log: Path
    _begin: Callable[[], subprocess.Popen[bytes]]
    _running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://{process.HOST}:{self.port}/0"

    def start(self) -> None:
        """Begin, or begin again on the same port, with what it has kept on disk."""
        self._running = self._begin()
        process.wait_until(self._answers, self._running, self.log)

    def _answers(self) -> bool:
        """It takes connections while it still reads what it has kept, and refuses all that is asked."""
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def running(self) -> bool:
        """Whether its process is there."""
        return self._running is not None and self._running.poll() is None

    def stop(self, *signals: signal.Signals) -> None:
        """End it."""
        if self._running is not None:
            process.stop(self._running, *signals)

    @contextmanager
    def stalled(self) -> Iterator[None]:
        """It accepts connections and answers none while the block runs."""
        assert self._running is not None
        self._running.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._running.send_signal(signal.SIGCONT)

    @contextmanager
    def full(self) -> Iterator[None]:
        """It refuses to write while the block runs."""
        with redis.Redis.from_url(self.url) as client:
            client.config_set("maxmemory", 1)
            try:
                yield
            finally:
                client.config_set("maxmemory", 0)

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


@contextmanager
def redis_server(*, append_only: bool = False) -> Iterator[RedisServer]:
    """Run one; `append_only=True` keeps its data over restarts, as production should."""
    binary = process.program("redis-server")
    with process.scratch("redis") as folder:
        port, log = process.free_port(), folder / "log"
        command = [binary, "--port", str(port), "--bind", process.HOST, "--dir", folder]
        command += ["--save", "", "--appendonly", "yes" if append_only else "no", "--daemonize", "no"]
        server = RedisServer(port, log, lambda: process.start(command, log, cwd=folder))
        try:
            server.start()
            yield server
        finally:
            server.stop(signal.SIGTERM)
