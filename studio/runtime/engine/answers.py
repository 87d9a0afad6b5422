"""Callers that wait on the line for a run's end: told through this process or Redis, and checked in the database."""

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from studio.core import clock

if TYPE_CHECKING:
    from redis import Redis

log = structlog.get_logger()

CHANNEL = "studio:finished"
RECHECK_S = 0.25
MOST = 16
"""Callers of one process that may wait at once, half of its threads: the rest must go on accepting."""


class Answers:
    """One per process. With Redis, one message a batch reaches every web process."""

    def __init__(self, redis_url: str | None) -> None:
        self._client = _client(redis_url) if redis_url else None
        self._waiting: dict[UUID, threading.Event] = {}
        self._lock = threading.Lock()
        self._listener: threading.Thread | None = None

    def finished(self, run_ids: Sequence[UUID]) -> None:
        """Say that these runs have ended. Losing it costs a re-check, nothing else."""
        if self._client is None:
            self._tell(run_ids)
            return
        try:
            self._client.publish(CHANNEL, b"".join(run_id.bytes for run_id in run_ids))
        except _lost() as error:
            log.warning("answer_not_sent", error=str(error))

    def wait(self, run_id: UUID, has_ended: Callable[[], bool], limit_s: float) -> bool:
        """Block until the run has ended or `limit_s` is over; whether it has ended. Beyond MOST nobody blocks."""
        event = threading.Event()
        with self._lock:
            if len(self._waiting) >= MOST:
                return False
            self._waiting[run_id] = event
            if self._client is not None and self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="answers", daemon=True)
                self._listener.start()
        until = clock.monotonic() + limit_s
        try:
            while (left := until - clock.monotonic()) > 0:
                if event.wait(min(RECHECK_S, left)) or has_ended():
                    return True
            return has_ended()
        finally:
            with self._lock:
                self._waiting.pop(run_id, None)

    def _tell(self, run_ids: Sequence[UUID]) -> None:
        for run_id in run_ids:
            event = self._waiting.get(run_id)
            if event is not None:
                event.set()

    def _listen(self) -> None:
        assert self._client is not None  # noqa: S101 - started only with a client
        while True:
            try:
                channel = self._client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py leaves it so
                channel.subscribe(CHANNEL)
                for message in channel.listen():
                    data: bytes = message["data"]
                    self._tell([UUID(bytes=data[start : start + 16]) for start in range(0, len(data), 16)])
            except _lost() as error:
                log.warning("answers_disconnected", error=str(error))
                threading.Event().wait(RECHECK_S)


def _client(url: str) -> "Redis":
    from redis import Redis  # noqa: PLC0415 - an embedded Studio has no Redis, and starts sooner without the library

    return Redis.from_url(url)


def _lost() -> type[Exception]:
    from redis import RedisError  # noqa: PLC0415 - see _client()

    return RedisError
