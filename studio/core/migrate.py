"""Bringing the database to the current schema, with a copy beside an SQLite file before it is changed."""

from datetime import UTC
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from studio.core import clock, db
from studio.core.settings import Settings

CONFIG = Path(__file__).resolve().parents[2] / "migrations" / "alembic.ini"


def upgrade(settings: Settings) -> Path | None:
    """Apply what is missing. Returns the copy that was made of an SQLite file, if one was."""
    engine = db.open_engine(settings.migrate_url)
    try:
        config = Config(str(CONFIG))
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            if current == ScriptDirectory.from_config(config).get_current_head():
                return None
            copy = _copy(settings) if current is not None else None
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            return copy
    finally:
        engine.dispose()


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


