"""Where tables are partitioned, months to come have partitions, and nothing lies in one that is there to catch it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, text

from studio.core import clock
from studio.operations.doctor.findings import Finding, ok, warning
from studio.operations.doctor.place import Place
from studio.operations.partitions import Partitions, partitioned, without_month

ORDER = 45
_ANY = "select exists (select 1 from {})"
"""Of a table by the name that the catalogue gives it, quoted where it must be."""


@dataclass(frozen=True, slots=True)
class Table:
    """How a partitioned table stands."""

    caught: bool = False
    """Rows lie in its default partition."""
    partitions: Partitions = field(default_factory=Partitions)


def look(place: Place) -> Iterator[Finding]:
    """Nothing to ask of SQLite, or where no table has partitions."""
    if place.on_postgresql:
        with place.asking("migrate") as connection:
            tables = {name: Table(_caught(connection, one), one) for name, one in partitioned(connection).items()}
        yield from judge(tables, clock.machine_now())


def _caught(connection: Connection, partitions: Partitions) -> bool:
    return partitions.other is not None and bool(connection.scalar(text(_ANY.format(partitions.other))))


def judge(tables: Mapping[str, Table], now: datetime) -> Iterator[Finding]:
    """`tables`: each partitioned table by its name."""
    missing = without_month({name: table.partitions for name, table in tables.items()}, now)
    for name in missing:
        yield warning(
            f"{name} has no partition for the coming month: its rows will lie in the default one.",
            "A worker makes it ahead, once an hour: see that workers run, and what their log says of months.",
        )
    caught = [name for name, table in tables.items() if table.caught]
    for name in sorted(caught):
        yield warning(
            f"Rows of {name} have no partition of their own and lie in its default one.",
            "A partition was not made in time, or a clock is wrong: see that workers run, and what their log says of"
            " months. Making a month takes its rows out of the default one.",
        )
    if tables and not missing and not caught:
        yield ok(f"{len(tables)} partitioned tables; the coming month is made, no row is outside of its partition.")
