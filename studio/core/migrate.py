"""Bringing the database to the current schema, with a copy beside an SQLite file before it is changed."""

import re
import threading
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from studio.core import clock, db, rng
from studio.core.errors import StudioError
from studio.core.settings import Settings

log = structlog.get_logger()

TRIES = 30
"""About two minutes, with the pauses."""
PAUSE_S = 3.0
_IN_THE_WAY = ("55P03", "40P01")
"""A lock that was not had in time, a deadlock."""
_REVISION = re.compile(r'^revision = "(\w+)"', re.MULTILINE)
_DOWN = re.compile(r'^down_revision = "(\w+)"', re.MULTILINE)
CONFIG = Path(__file__).resolve().parents[2] / "migrations" / "alembic.ini"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a database's schema stands to what this code knows."""

    current: str | None
    """Its revision; None: it has no schema."""
    missing: int | None
    """Migrations that it lacks; None: another code has brought it to a revision that this one does not know."""

    @property
    def behind(self) -> bool:
        """Code that serves it would fail; a newer schema only adds what this code does not mind."""
        return bool(self.missing)

    @classmethod
    def of(cls, current: str | None) -> "Standing":
        """Of a database at a revision."""
        known = chain()
        if current is None:
            return cls(None, len(known))
        return cls(current, len(known) - 1 - known.index(current) if current in known else None)


class Busy(StudioError):
    """Tables that a migration changes were never free."""

    code = "migration.busy"


def upgrade(settings: Settings) -> Path | None:
    """Apply what is missing. Returns the copy that was made of an SQLite file, if one was."""
    engine = db.open_engine(settings.migrate_url)
    try:
        with engine.connect() as connection:
            current = _current(connection)
            connection.rollback()
            if current == newest():
                return None
            copy = _copy(settings) if current is not None else None
            _run_between_others(connection)
            return copy
    finally:
        engine.dispose()


def is_current(settings: Settings) -> bool:
    """Whether nothing is missing."""
    engine = db.open_engine(settings.migrate_url)
    try:
        with engine.connect() as connection:
            return _current(connection) == newest()
    finally:
        engine.dispose()


def newest() -> str:
    """The last revision there is: the one that none comes after.

    Read from the files, so that a start with nothing to do imports no Alembic. Their names say nothing of the order.
    """
    return chain()[-1]


def chain() -> tuple[str, ...]:
    """All revisions, the oldest first."""
    return _chain(CONFIG.parent / "versions")


@cache
def _chain(folder: Path) -> tuple[str, ...]:
    after: dict[str | None, str] = {}
    for path in folder.glob("[0-9]*_*.py"):
        file = path.read_text("utf-8")
        down = _DOWN.search(file)
        [revision] = _REVISION.findall(file)
        after[down[1] if down else None] = revision
    found = [after.pop(None)]
    while found[-1] in after:
        found.append(after.pop(found[-1]))
    return tuple(found)


def standing(connection: Connection) -> Standing:
    """Ask a database. Readable by every role of it."""
    return Standing.of(_current(connection))


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("select version_num from alembic_version")).scalar()


def _run_between_others(connection: Connection) -> None:
    """Give way to who holds a table for long, and come again. What was done before that stays done."""
    for tries in range(1, TRIES + 1):
        try:
            _run(connection)
            connection.commit()
        except OperationalError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
                raise
            log.warning("migration_gives_way", tries=tries, error=str(error.orig).strip())
        else:
            return
        if tries < TRIES:
            threading.Event().wait(PAUSE_S / 2 + rng.jitter(PAUSE_S))
    raise Busy(f"After {TRIES} tries somebody still holds a table that a migration changes. Nothing else was changed.")


def _run(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that most starts can save
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config(str(CONFIG))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _copy(settings: Settings) -> Path | None:
    path = settings.sqlite_path
    if path is None or not path.exists():
        return None
    stamp = clock.local_now().astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.stem}-before-migration-{stamp}{path.suffix}")
    source = db.sqlite_driver().connect(str(path))
    target = db.sqlite_driver().connect(str(copy))
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    return copy
