"""Asks what readiness is judged by. A balancer asks each second or so, of each process: nothing here may cost much."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from studio.core import clock, draining
from studio.core.migrate import Standing
from studio.core.redis_options import redis_options
from studio.core.settings import Settings
from studio.core.smtp import Server
from studio.core.unit_of_work import Database
from studio.operations.readiness import Facts
from studio.runtime.models import LoopLease

PATIENCE_S = 1.0
"""Whoever asks waits for the answer, and gives up after a few seconds."""
REDIS_S, MAIL_S = 2.0, 30.0
"""How long an answer of theirs holds."""
SWEPT = timedelta(seconds=15)
"""How long the sweeper's lease may have run out: a deploy changes hands within it."""


class Remembered:
    """An answer that is asked for anew only after some seconds, by one thread at a time; others have the one before."""

    def __init__(self, ask: Callable[[], bool], seconds: float) -> None:
        self._ask, self._seconds = ask, seconds
        self._lock = threading.Lock()
        self._answer, self._until = True, 0.0

    def __call__(self) -> bool:
        """The answer, at most so many seconds old, or the one before while it is asked for anew."""
        if clock.monotonic() >= self._until and self._lock.acquire(blocking=self._until == 0.0):
            try:
                if clock.monotonic() >= self._until:
                    self._answer = self._ask()
                    self._until = clock.monotonic() + self._seconds
            finally:
                self._lock.release()
        return self._answer


class Probes:
    """Of one web process."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database, self._embedded = database, settings.embedded
        url, mail = settings.redis_url, settings.smtp_url
        self._redis = Remembered(lambda: redis_answers(url), REDIS_S) if url is not None else None
        self._mail = Remembered(lambda: greets(Server.parse(mail)), MAIL_S) if mail is not None else None

    def facts(self) -> Facts:
        """Ask everything once."""
        stopping = draining.begun()
        try:
            with self._database.unit(read_only=True) as unit:
                schema = _standing(unit.session)
                swept = None if self._embedded or schema.behind else _swept(unit.session)
        except SQLAlchemyError:
            return Facts(stopping, database=False, schema=None, redis=None, mail=None, swept=None)
        redis = self._redis() if self._redis is not None else None
        mail = self._mail() if self._mail is not None else None
        return Facts(stopping, database=True, schema=schema, redis=redis, mail=mail, swept=swept)


def _standing(session: Session) -> Standing:
    """A schema of before its revision might be read is older than this code."""
    try:
        return Standing.of(session.execute(text("select version_num from alembic_version")).scalar())
    except ProgrammingError:
        session.rollback()
        return Standing.of(None)


def _swept(session: Session) -> bool:
    until = session.scalar(select(LoopLease.until).where(LoopLease.name == "sweeper"))
    return until is not None and until > clock.database_now(session) - SWEPT


def redis_answers(url: str) -> bool:
    """Whether Redis says so within PATIENCE_S."""
    from redis import Redis, RedisError  # noqa: PLC0415 - an embedded Studio starts sooner without the library

    try:
        with Redis.from_url(url, **redis_options(PATIENCE_S, again=0)) as client:
            return bool(client.ping())
    except RedisError:
        return False


def greets(server: Server) -> bool:
    """Whether something takes a connection where mail goes. No word is said: `studio doctor` has the conversation."""
    try:
        socket.create_connection((server.host, server.port), PATIENCE_S).close()
    except OSError:
        return False
    return True
