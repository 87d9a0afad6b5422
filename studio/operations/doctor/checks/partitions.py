"""Where tables are partitioned, nothing has fallen into a partition that is only there to catch it."""

from collections.abc import Iterator, Mapping

from sqlalchemy import text

from studio.operations.doctor.findings import Finding, ok, warning
from studio.operations.doctor.place import Place

ORDER = 45
_DEFAULTS = (
    "select p.partrelid::regclass::text, coalesce(p.partdefid, 0)::regclass::text from pg_partitioned_table p"
    " join pg_class c on c.oid = p.partrelid where c.relnamespace = current_schema()::regnamespace"
)

_ANY = "select exists (select 1 from {})"
"""Of a table by the name that the catalogue gives it, quoted where it must be."""


def look(place: Place) -> Iterator[Finding]:
    """Nothing to ask of SQLite, or where no table has partitions."""
    if place.on_postgresql:
        with place.asking("migrate") as connection:
            caught = {
                table: default != "-" and bool(connection.scalar(text(_ANY.format(default))))
                for table, default in connection.execute(text(_DEFAULTS))
            }
        yield from judge(caught)


def judge(caught: Mapping[str, bool]) -> Iterator[Finding]:
    """`caught`: for each partitioned table whether rows lie in its default partition."""
    for table in sorted(table for table, some in caught.items() if some):
        yield warning(
            f"Rows of {table} have no partition of their own and lie in its default one.",
            "A partition was not made in time: see that workers run, and what their log says of partitions.",
        )
    if caught and not any(caught.values()):
        yield ok(f"{len(caught)} partitioned tables; no row is outside of its partition.")
