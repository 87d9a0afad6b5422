"""Storage: the declarative base, column types that mean the same on both databases, and the engines.

Two engines: `app` (studio_app, row security, one workspace a transaction) and `engine` (studio_engine, which
accepts, claims and flushes across workspaces). On SQLite both open the same file.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from studio.core import connecting
from studio.core.settings import Settings, SettingsError

SQLITE_FLOOR = (3, 51, 3)
"""Older releases can corrupt the file when two connections write and checkpoint at once (the WAL-reset bug)."""

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of every table."""

    metadata = MetaData(naming_convention=_NAMES)


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
"""Flask-SQLAlchemy's handle. Its scoped session is not used: sessions belong to units of work."""

if TYPE_CHECKING:

    class Model(Base):
        """What tables derive from."""

        __abstract__ = True
else:
    Model = db.Model

Json = JSON().with_variant(JSONB(), "postgresql")
"""A JSON document: jsonb on PostgreSQL, text on SQLite."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: timestamptz on PostgreSQL, UTC text on SQLite, always an aware datetime in Python."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"naive datetime {value!r}: moments carry their zone"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def json_dumps(value: object) -> str:
    """Write JSON for a column: compact, UTF-8, ids and moments as text."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def json_loads(value: str | bytes | float) -> Any:
    """Read JSON of a column. SQLite turns a document that is one number into a number."""
    return value if isinstance(value, int | float) else orjson.loads(value)


def sqlite_driver() -> Any:
    """PyPI's pysqlite3 where it is installed: Debian's SQLite is older than SQLITE_FLOOR."""
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415 - optional where the system's SQLite is new enough
    except ImportError:
        from sqlite3 import dbapi2  # noqa: PLC0415 - see above
    if dbapi2.sqlite_version_info < SQLITE_FLOOR:
        wanted = ".".join(map(str, SQLITE_FLOOR))
        message = (
            f"SQLite {dbapi2.sqlite_version} can corrupt its file under load; Studio needs {wanted} or newer. "
            "Install it with: pip install 'pysqlite3>=0.6.1'"
        )
        raise SettingsError(message)
    return dbapi2


def engine_options(url: str, connections: int = 20, patience_s: float | None = None) -> dict[str, Any]:
    """Options of create_engine for one database. SQLite needs neither limit."""
    common: dict[str, Any] = {"json_serializer": json_dumps, "json_deserializer": json_loads}
    common["hide_parameters"] = True  # an error that is logged must not carry a row's values: mails, payloads, hashes
    if url.startswith("sqlite"):
        return common | {
            "module": sqlite_driver(),
            "connect_args": {"timeout": 15, "check_same_thread": False},
        }
    return common | {
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": connecting.POOL_S,
        "pool_pre_ping": True,
        "connect_args": connecting.arguments(url, patience_s),
    }


def prepare(engine: Engine) -> Engine:
    """Set what every connection of an engine needs."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def open_engine(url: str) -> Engine:
    """An engine outside of a Flask app: for migrations and commands."""
    return prepare(create_engine(url, **engine_options(url)))


def init_app(app: Flask, settings: Settings) -> None:
    """Join the engines to a Flask app."""
    shares, patience_s = connecting.shares(settings.database_connections), settings.database_patience_s
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url, shares.app, patience_s)
    app.config["SQLALCHEMY_BINDS"] = {
        "engine": {"url": settings.engine_url, **engine_options(settings.engine_url, shares.engine, patience_s)},
    }
    db.init_app(app)
    with app.app_context():
        for engine in cast("dict[str | None, Engine]", db.engines).values():
            prepare(engine)
            if engine.dialect.name == "postgresql":
                connecting.be_patient(engine, patience_s)


def _sqlite_pragmas(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _sqlite_begin
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "mmap_size=0",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Any) -> None:
    """Writers take the lock at once: a transaction that reads first and writes later fails "locked" without waiting."""
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")


def wiped_when_deleted(session: Session) -> None:
    """What this connection deletes from now on leaves no readable words in the free space of an SQLite file."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("pragma secure_delete = on"))
