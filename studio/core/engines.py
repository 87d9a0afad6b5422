"""Engines without tables, models or Flask: what a process needs that only asks the database something, such as a start.

What has all of those takes the same from `db`; without them an engine costs half as much to load.
"""

from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event

from studio.core import connecting
from studio.core.settings import SettingsError

SQLITE_FLOOR = (3, 51, 3)
"""Older releases can corrupt the file when two connections write and checkpoint at once (the WAL-reset bug)."""


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
        from sqlite3 import dbapi2  # noqa: PLC0415 - only where pysqlite3 is not installed
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
