"""A Redis server of our own that writes nothing to disk."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from benchmarks.servers import process


@dataclass(frozen=True)
class RedisServer:
    """A running server."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"redis://{process.HOST}:{self.port}/0"

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    binary = process.program("redis-server")
    with process.scratch("redis") as folder:
        port, log = process.free_port(), folder / "log"
        command = [binary, "--port", str(port), "--bind", process.HOST, "--dir", folder]
        running = process.start([*command, "--save", "", "--appendonly", "no", "--daemonize", "no"], log, cwd=folder)
        try:
            process.wait_until(lambda: process.accepts(port), running, log)
            yield RedisServer(port=port, pid=running.pid)
        finally:
            process.stop(running, signal.SIGTERM)
