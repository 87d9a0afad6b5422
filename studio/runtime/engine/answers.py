"""Callers that wait on the line for a run's end: told through this process or Redis, and checked in the database."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog

from studio.core import clock
from studio.core.redis_options import redis_options

if TYPE_CHECKING:
    from redis import Redis

log = structlog.get_logger()

CHANNEL = "studio:finished"
RECHECK_S = 0.25
MOST = 32
"""Callers of one process that may wait at once, half of its threads: the rest must go on accepting."""
CARRIED_BYTES = 32_768
"""A larger result is not told but looked up."""
_HEX = 32
"""Length of an id at the start of a line."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, as its caller hears it."""

    run_id: UUID
    state: str
    output: Any
    """What its last step gave."""
    error: Any


class Call:
    """Somebody who waits for one run."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._ended: Ended | None = None

    def tell(self, ended: Ended | None) -> None:
        """The run is over. None: its result is too large to be told, and has to be looked up."""
        self._ended = ended
        self._told.set()

    def wait(self, look: Callable[[], Ended | None], limit_s: float) -> Ended | None:
        """Block until the run is over or `limit_s` has passed. `look` asks the database: None while it goes on."""
        until = clock.monotonic() + limit_s
        while (left := until - clock.monotonic()) > 0:
            self._told.wait(min(RECHECK_S, left))
            self._told.clear()  # a run that needed review may go on: what was told then holds no longer
            ended = self._ended or look()
            if ended is not None:
                return ended
        return look()


class Answers:
    """One per process. With Redis, one message a batch reaches every web process."""

    def __init__(self, redis_url: str | None) -> None:
        self._client = _client(redis_url) if redis_url else None
        self._waiting: dict[UUID, Call] = {}
        self._lock = threading.Lock()
        self._listener: threading.Thread | None = None
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Listen no longer."""
        self._stopped.set()
        if self._listener is not None:
            self._listener.join(timeout=2)

    def finished(self, ended: Sequence[Ended]) -> None:
        """Say that these runs have ended. Losing it costs a re-check, nothing else."""
        if self._client is None:
            self._tell([(one.run_id, one) for one in ended])
            return
        try:
            self._client.publish(CHANNEL, b"\n".join(map(_written, ended)))
        except _lost() as error:
            log.warning("answer_not_sent", error=str(error))

    @contextmanager
    def expect(self, run_id: UUID) -> Iterator[Call | None]:
        """Listen for a run that is about to be accepted: it may be over before its caller waits. None beyond MOST."""
        call = Call()
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting[run_id] = call
            if self._client is not None and self._listener is None:
                self._listener = threading.Thread(target=self._listen, name="answers", daemon=True)
                self._listener.start()
        try:
            yield call if run_id in self._waiting else None
        finally:
            with self._lock:
                self._waiting.pop(run_id, None)

    def _tell(self, found: Sequence[tuple[UUID, Ended | None]]) -> None:
        for run_id, ended in found:
            call = self._waiting.get(run_id)
            if call is not None:
                call.tell(ended)

    def _listen(self) -> None:
        assert self._client is not None  # noqa: S101 - started only with a client
        while not self._stopped.is_set():
            try:
                with self._client.pubsub(ignore_subscribe_messages=True) as channel:  # type: ignore[no-untyped-call]  # redis-py leaves it so
                    channel.subscribe(CHANNEL)
                    while not self._stopped.is_set():
                        message = channel.get_message(timeout=RECHECK_S)
                        if message is not None:
                            self._tell([self._read(line) for line in message["data"].split(b"\n")])
            except _lost() as error:
                log.warning("answers_disconnected", error=str(error))
                self._stopped.wait(RECHECK_S)

    def _read(self, line: bytes) -> tuple[UUID, Ended | None]:
        """Somebody else's run is not worth reading: most of what a process hears is for another one."""
        run_id = UUID(bytes=bytes.fromhex(line[:_HEX].decode()))
        if len(line) == _HEX or run_id not in self._waiting:
            return run_id, None
        return run_id, Ended(run_id, **orjson.loads(line[_HEX:]))


def _written(ended: Ended) -> bytes:
    """The id, and behind it the result where it is small. JSON holds no line break."""
    result = orjson.dumps(
        {"state": ended.state, "output": ended.output, "error": ended.error}, option=orjson.OPT_NON_STR_KEYS
    )
    return ended.run_id.hex.encode() + (result if len(result) <= CARRIED_BYTES else b"")


def _client(url: str) -> "Redis":
    from redis import Redis  # noqa: PLC0415 - an embedded Studio has no Redis, and starts sooner without the library

    return Redis.from_url(url, **redis_options())


def _lost() -> type[Exception]:
    from redis import RedisError  # noqa: PLC0415 - see _client()

    return RedisError
