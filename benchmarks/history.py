"""Runs that lie in the database before anything is measured."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import Connection, Engine, text

from benchmarks import seeding
from benchmarks.copies import Given, write
from benchmarks.copies_sql import Series
from benchmarks.driving import deliver, start
from benchmarks.seeding import Seeded
from benchmarks.stack import Stack
from studio.core.db import open_engine

SPREAD = timedelta(days=20)
"""Over which a long history lies; shorter than what workspaces keep."""
TABLES = (
    "event", "run", "step", "wait", "run_search", "approval_request", "approval_assignment", "approval_escalation",
    "outbox",
)  # fmt: skip
_MEMORY = "512MB"
_WAL = "8GB"
"""A checkpoint every GB would write the same pages over and over while millions of rows go in."""
_INDEXES = text("""
    select i.indexname, i.indexdef from pg_indexes i
    where i.tablename = any(:tables)
    and not exists (select from pg_constraint where conindid = format('%I.%I', i.schemaname, i.indexname)::regclass)
""")


@contextmanager
def unbound(running: Stack) -> Iterator[Engine]:
    """The database as nobody of Studio sees it: all rows of all workspaces, indexes, VACUUM."""
    url = running.settings.engine_url
    if running.postgres is not None:
        server = running.postgres
        url = f"postgresql+psycopg://postgres@/{url.rpartition('/')[2]}?host={quote(str(server.sockets))}&port={server.port}"
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def copy(running: Stack, original: UUID, series: Series, given: Given | None = None) -> None:
    """Copies of one run in one transaction, and statistics that know of them."""
    with unbound(running) as engine:
        with engine.begin() as connection:
            write(connection, original, series, given)
        _settle(engine)


def fill(running: Stack, seeded: Seeded, size: int) -> None:
    """A history of `size` runs of one workflow, each as a run of it really is; PostgreSQL alone.

    Its processes are stopped again when this returns.
    """
    start(running, "postgresql")
    deliver(running, seeded.path)
    seeding.drained(running.settings, 60)
    running.stop()
    running.processes.clear()
    step = max(1, int(SPREAD / timedelta(milliseconds=1)) // size)
    with unbound(running) as engine:
        with without_indexes(engine), engine.begin() as connection:
            write(connection, seeding.newest_run(running.settings), Series(size - 1, step))
        _settle(engine)


@contextmanager
def without_indexes(engine: Engine, tables: Sequence[str] = TABLES) -> Iterator[None]:
    """Indexes but those of constraints are made once, at the end."""
    with outside(engine) as connection:
        found = connection.execute(_INDEXES, {"tables": list(tables)}).all()
        connection.execute(text(f"alter system set max_wal_size = '{_WAL}'"))
        connection.execute(text("select pg_reload_conf()"))
        for index in found:
            connection.execute(text(f'drop index "{index.indexname}"'))
    yield
    with ThreadPoolExecutor(2) as several:
        list(several.map(lambda index: _make(engine, index.indexdef), found))
    with outside(engine) as connection:
        connection.execute(text("alter system reset max_wal_size"))
        connection.execute(text("select pg_reload_conf()"))


def _make(engine: Engine, index: str) -> None:
    with outside(engine) as connection:
        connection.execute(text(f"set maintenance_work_mem = '{_MEMORY}'"))
        whole = index.replace(" ON ONLY ", " ON ", 1)  # of a table by month: its partitions' indexes with it
        connection.exec_driver_sql(whole.replace("%", "%%"))


def _settle(engine: Engine) -> None:
    """What autovacuum and the checkpointer would do some time later is done, so that it falls into no measurement."""
    if engine.dialect.name != "postgresql":
        return
    with outside(engine) as connection:
        for table in TABLES:
            connection.execute(text(f"vacuum (analyze) {table}"))
        connection.execute(text("checkpoint"))


@contextmanager
def outside(engine: Engine) -> Iterator[Connection]:
    """A connection outside of transactions."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
