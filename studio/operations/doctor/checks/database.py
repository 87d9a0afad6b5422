"""Each database answers as each role, is new enough, and keeps what it has said it keeps."""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import text

from studio.core import db
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import ROLES, VARIABLES, Away, Place

ORDER = 10
TESTED = 15
"""The release of PostgreSQL that Studio's tests and figures are of."""
SAFE = ("fsync", "full_page_writes")
_SETTINGS = (
    "select name, setting from pg_settings"
    " where name in ('server_version_num', 'server_version', 'fsync', 'full_page_writes', 'synchronous_commit')"
)
QUICK_BYTES = 1_000_000_000
"""A larger file is not read through: it would take minutes."""


def look(place: Place) -> Iterator[Finding]:
    """Reach all three roles, then say what the server or file is."""
    away = False
    for role in ROLES if place.on_postgresql else ROLES[:1]:
        try:
            with place.asking(role) as connection:
                connection.execute(text("select 1"))
        except Away as error:
            away = True
            yield bad(
                f"The database of {VARIABLES[role]} does not answer: {error}",
                f"Start it, or mend {VARIABLES[role]}; on a new installation: `studio migrate`.",
            )
    if not away:
        yield from _server(place) if place.on_postgresql else _file(place)


def _server(place: Place) -> Iterable[Finding]:
    with place.asking() as connection:
        said = {row.name: str(row.setting) for row in connection.execute(text(_SETTINGS))}
    return judge_server(said)


def judge_server(said: Mapping[str, str]) -> Iterator[Finding]:
    """`said`: PostgreSQL's own settings by name."""
    version = int(said["server_version_num"]) // 10_000
    told = f"PostgreSQL {said['server_version'].split()[0]} answers"
    if version < TESTED:
        yield warning(f"{told}; Studio is tested with {TESTED}.", f"Upgrade PostgreSQL to {TESTED} or newer.")
    else:
        yield ok(f"{told}.")
    for name in SAFE:
        if said[name] != "on":
            yield bad(f"PostgreSQL runs with {name}=off: a power cut can destroy the database.", f"Set {name}=on.")
    if said["synchronous_commit"] == "off":
        yield bad(
            "PostgreSQL runs with synchronous_commit=off: what was answered 2xx may be lost in a crash.",
            "Set synchronous_commit=on.",
        )


def _file(place: Place) -> Iterable[Finding]:
    version = db.sqlite_driver().sqlite_version  # raises where it is too old to be trusted, and says what to install
    path = place.settings.sqlite_path
    size = path.stat().st_size if path is not None else 0
    with place.asking() as connection:
        mode = str(connection.exec_driver_sql("pragma journal_mode").scalar())
        whole = None
        if size <= QUICK_BYTES:
            whole = str(connection.exec_driver_sql("pragma quick_check(1)").scalar())
    return judge_file(version, mode, whole)


def judge_file(version: str, mode: str, whole: str | None) -> Iterator[Finding]:
    """`whole`: what SQLite says of its file, `ok` or what is wrong; None: it was too large to be looked through."""
    if mode != "wal":
        yield bad(
            f"The SQLite file is in journal mode {mode}, so readers stop writers.",
            "Put the data folder on a local disk: some network file systems have no shared memory for WAL.",
        )
    if whole not in ("ok", None):
        yield bad(f"The SQLite file is damaged: {whole}.", "Stop Studio and restore the last backup: `studio restore`.")
    else:
        checked = "its file is whole" if whole else "its file is too large to be looked through here"
        yield ok(f"SQLite {version} answers; {checked}.")
