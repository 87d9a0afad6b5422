"""PostgreSQL has connections left."""

from collections.abc import Iterator

from sqlalchemy import text

from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place

ORDER = 40
_USED = (
    "select count(*), current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " from pg_stat_activity where backend_type = 'client backend'"
)


def look(place: Place) -> Iterator[Finding]:
    """Nothing to ask of SQLite."""
    if place.on_postgresql:
        with place.asking() as connection:
            used, most = connection.execute(text(_USED)).one()
        yield judge(used, most, place.settings.database_connections)


def judge(used: int, most: int, each: int) -> Finding:
    """`each`: how many one process of Studio may open."""
    told = f"{used} of {most} connections to PostgreSQL are open"
    remedy = (
        f"Raise max_connections, or give each process fewer than {each}: STUDIO_DATABASE_CONNECTIONS. "
        "Connections times processes must fit."
    )
    if used >= most:
        return bad(f"{told}: requests that need one are told to come back.", remedy)
    if used > most * 0.8 or most < 2 * each:
        return warning(f"{told}; one process may open {each}.", remedy)
    return ok(f"{told}.")
