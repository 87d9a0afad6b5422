"""Alembic's entry: runs as the role that owns the tables, with time-outs so that a migration never blocks a shop."""

import re

from alembic import context
from sqlalchemy import text

from studio.core import db, settings, sqlite_planning
from studio.models import load_all

load_all()
target_metadata = db.Base.metadata


def run() -> None:
    """Run the migrations on the database that the settings name, or on a connection handed over by a caller."""
    handed = context.config.attributes.get("connection")
    if handed is not None:
        _configure_and_run(handed)
        return
    engine = db.open_engine(settings.load().migrate_url)
    with engine.connect() as connection:
        _configure_and_run(connection)
    engine.dispose()


_OWN = re.compile(r"run_words.*|ix_run_search_words|(event|payload_blob|step)_(before|other|\d{4}_\d{2})")
"""SQLite's full-text tables, PostgreSQL's index of words and its partitions by month."""


def _ours(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether the models know of it, or it is one database's own."""
    return not (kind in ("table", "index") and name is not None and _OWN.fullmatch(name))


def _configure_and_run(connection) -> None:  # noqa: ANN001 - a SQLAlchemy connection
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=sqlite,
        compare_type=True,
        include_object=_ours,
        transaction_per_migration=not sqlite,
    )
    with context.begin_transaction():
        if not sqlite:
            # While it waits for a table, everybody who comes later waits behind it. core.migrate tries again.
            connection.execute(text("set lock_timeout = '1s'"))
            connection.execute(text("set statement_timeout = '15min'"))
        context.run_migrations()
        if sqlite and context.get_context().get_current_revision() == context.get_head_revision():
            sqlite_planning.teach(connection)


run()
