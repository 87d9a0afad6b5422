"""Storage: the declarative base, column types that mean the same on both databases, and the engines.

Two engines: `app` (studio_app, row security, one workspace a transaction) and `engine` (studio_engine, which
accepts, claims and flushes across workspaces). On SQLite both open the same file.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Dialect, Engine, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from studio.core import connecting
from studio.core.engines import engine_options, json_dumps, json_loads, open_engine, prepare, sqlite_driver
from studio.core.settings import Settings

__all__ = [
    "Base", "Json", "Model", "UtcDateTime", "db", "engine_options", "init_app", "json_dumps", "json_loads",
    "open_engine", "prepare", "sqlite_driver", "wiped_when_deleted",
]  # fmt: skip
"""With what `engines` has: whoever has tables may open engines too."""

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


def wiped_when_deleted(session: Session) -> None:
    """What this connection deletes from now on leaves no readable words in the free space of an SQLite file."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("pragma secure_delete = on"))
