"""How partitioned tables stand, by PostgreSQL's catalogue, which every role may read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from studio.core.ids import first_id_at

_TABLES = text(
    "select p.partrelid::regclass::text as name, coalesce(p.partdefid, 0)::regclass::text as other,"
    " (select max(substring(pg_get_expr(part.relpartbound, part.oid) from $$TO \\('([0-9a-f-]{36})'\\)$$))"
    " from pg_inherits i join pg_class part on part.oid = i.inhrelid where i.inhparent = p.partrelid) as ends"
    " from pg_partitioned_table p join pg_class c on c.oid = p.partrelid"
    " where c.relnamespace = current_schema()::regnamespace"
)


@dataclass(frozen=True, slots=True)
class Partitions:
    """Of one table."""

    other: str | None = None
    """The default one, quoted where it must be; None: there is none."""
    ends: UUID | None = None
    """The first id that no month is there for; None: its partitions are no ranges of ids."""


def partitioned(asked: Session | Connection) -> dict[str, Partitions]:
    """Each partitioned table by its name. On PostgreSQL only."""
    return {
        row.name: Partitions(row.other if row.other != "-" else None, UUID(row.ends) if row.ends else None)
        for row in asked.execute(_TABLES)
    }


def without_month(tables: Mapping[str, Partitions], now: datetime) -> list[str]:
    """Those that have no partition for the coming month, by name."""
    months = now.year * 12 + now.month + 1
    needed = first_id_at(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC))
    return sorted(name for name, table in tables.items() if table.ends is not None and table.ends < needed)
