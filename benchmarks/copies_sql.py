"""How each database computes what a copied row holds: expressions over `t`, the original, and `g.n`, the copy's number.

Ids are UUIDv7: 48 bits of milliseconds, 32 that copies keep, 48 to which the number is added.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.dialects import postgresql

from studio.core.db import UtcDateTime, json_dumps

_TAIL = 1 << 48
_POSTGRESQL = postgresql.dialect()
_GROUPS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


@dataclass(frozen=True, slots=True)
class Series:
    """How many copies, and how far apart their ids are; on PostgreSQL their moments too."""

    count: int
    step_ms: int = 1

    def nth(self, old: UUID, number: int) -> UUID:
        """The id of the copy with a number from 1 to `count`, as the databases compute it."""
        moment = (old.int >> 80) - (self.count + 1 - number) * self.step_ms
        return UUID(f"{moment:012x}{old.hex[12:20]}{(old.int + number) % _TAIL:012x}")

    @property
    def before(self) -> str:
        """Milliseconds from a copy to the original."""
        return f"({self.count + 1} - g.n) * {self.step_ms}"


class Dialect(ABC):
    """One database's way."""

    insert: str
    """The statement: {table} and its {key}, {names}, {values}, and {count}."""

    def __init__(self, series: Series) -> None:
        self.series = series

    def value(self, column: Column[Any], value: Any, own: Iterable[UUID]) -> str:
        """What a copy has in a column in which the original has `value`; `own` are the ids of copied rows."""
        name = f't."{column.name}"'
        if isinstance(value, UUID):
            return self.id(value) if value in own else name
        if isinstance(column.type, UtcDateTime):
            return self.moment(name)
        written = value if isinstance(value, str) else json_dumps(value)
        named = [one for one in own if str(one) in written]
        return self.renamed(column, name, named) if named else name

    @abstractmethod
    def id(self, old: UUID) -> str:
        """A copy's id."""

    @abstractmethod
    def moment(self, name: str) -> str:
        """A copy's moment."""

    @abstractmethod
    def renamed(self, column: Column[Any], name: str, named: Iterable[UUID]) -> str:
        """A text or document that names the copy's rows."""


class PostgreSQL(Dialect):
    """uuid, timestamptz, jsonb."""

    insert = (
        "insert into {table} ({names}) select {values} from {table} t, generate_series(1::bigint, {count}) g(n) "
        "where t.{key} = :original"
    )

    def id(self, old: UUID) -> str:
        moment, tail = old.int >> 80, old.int % _TAIL
        return (
            f"(lpad(to_hex({moment}::bigint - {self.series.before}), 12, '0') || '{old.hex[12:20]}' || "
            f"lpad(to_hex(({tail}::bigint + g.n) % {_TAIL}), 12, '0'))::uuid"
        )

    def moment(self, name: str) -> str:
        return f"{name} - ({self.series.before}) * interval '1 millisecond'"

    def renamed(self, column: Column[Any], name: str, named: Iterable[UUID]) -> str:
        kind = column.type.dialect_impl(_POSTGRESQL).compile(_POSTGRESQL)
        changed = reduce(lambda made, one: f"replace({made}, '{one}', ({self.id(one)})::text)", named, f"{name}::text")
        return f"({changed})::{kind}"


class Sqlite(Dialect):
    """Ids as 32 digits, moments and documents as text. Moments stay."""

    insert = (
        "with recursive g(n) as (select 1 union all select n + 1 from g where n < {count}) "
        "insert into {table} ({names}) select {values} from {table} t, g where t.{key} = :original"
    )

    def id(self, old: UUID) -> str:
        moment, tail = old.int >> 80, old.int % _TAIL
        return (
            f"printf('%012x', {moment} - {self.series.before}) || '{old.hex[12:20]}' || "
            f"printf('%012x', ({tail} + g.n) % {_TAIL})"
        )

    def moment(self, name: str) -> str:
        return name

    def renamed(self, column: Column[Any], name: str, named: Iterable[UUID]) -> str:
        return reduce(lambda made, one: f"replace({made}, '{one}', {self._dashed(one)})", named, name)

    def _dashed(self, old: UUID) -> str:
        return " || '-' || ".join(f"substr({self.id(old)}, {start}, {length})" for start, length in _GROUPS)
