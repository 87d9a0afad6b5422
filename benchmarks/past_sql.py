"""How each database makes a shop's past out of numbers: expressions over n, a run's number, and ms, its moment."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """So many runs, the first at `begin_ms` (milliseconds since 1970), `step_ms` from one to the next."""

    count: int
    begin_ms: int
    step_ms: int


class Dialect(ABC):
    """One database's way."""

    def __init__(self, span: Span) -> None:
        self.span = span

    @abstractmethod
    def insert(self, table: str, columns: Mapping[str, str], where: str = "true") -> str:
        """A row for each run that fits; `columns` are expressions."""

    @abstractmethod
    def id(self, kind: int = 0, later_ms: int = 0) -> str:
        """A UUIDv7 that n, a moment and a kind from 0 to 4095 make."""

    @abstractmethod
    def at(self, later_ms: int = 0) -> str:
        """A moment after the run's."""

    @abstractmethod
    def json(self, text: str) -> str:
        """A document of its text."""

    @abstractmethod
    def words(self, text: str) -> str:
        """What the index keeps of words with spaces between them."""


class PostgreSQL(Dialect):
    """uuid, timestamptz, jsonb."""

    def insert(self, table: str, columns: Mapping[str, str], where: str = "true") -> str:
        span = self.span
        return (
            f"insert into {table} ({', '.join(columns)}) select {', '.join(columns.values())} "
            f"from generate_series(1::bigint, {span.count}) g(n) "
            f"cross join lateral (select {span.begin_ms} + g.n * {span.step_ms} as ms) moment where {where}"
        )

    def id(self, kind: int = 0, later_ms: int = 0) -> str:
        return f"(lpad(to_hex(ms + {later_ms}), 12, '0') || '7{kind:03x}8' || lpad(to_hex(n), 15, '0'))::uuid"

    def at(self, later_ms: int = 0) -> str:
        return f"to_timestamp((ms + {later_ms}) / 1000.0)"

    def json(self, text: str) -> str:
        return f"({text})::jsonb"

    def words(self, text: str) -> str:
        return f"array_to_tsvector(string_to_array({text}, ' '))"


class Sqlite(Dialect):
    """Ids as 32 digits, moments and documents as text, words in a table of their own."""

    def insert(self, table: str, columns: Mapping[str, str], where: str = "true") -> str:
        span = self.span
        return (
            f"with recursive g(n) as (select 1 union all select n + 1 from g where n < {span.count}) "
            f"insert into {table} ({', '.join(columns)}) select {', '.join(columns.values())} "
            f"from (select n, {span.begin_ms} + n * {span.step_ms} as ms from g) where {where}"
        )

    def id(self, kind: int = 0, later_ms: int = 0) -> str:
        return f"printf('%012x7{kind:03x}8%015x', ms + {later_ms}, n)"

    def at(self, later_ms: int = 0) -> str:
        return f"strftime('%Y-%m-%d %H:%M:%f', (ms + {later_ms}) / 1000.0, 'unixepoch') || '000'"

    def json(self, text: str) -> str:
        return text

    def words(self, text: str) -> str:
        return "null"
