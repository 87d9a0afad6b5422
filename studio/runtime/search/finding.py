"""Which runs carry the words of a query: the index for what is settled, the rows themselves for the newest."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, UnaryExpression, column, func, select, table
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from studio.core import clock
from studio.runtime.models import Run, RunSearch
from studio.runtime.search.words import fits, words_of

NEWEST = 1_000
"""Runs that are not indexed yet and are looked at one by one; in the last minute of a busy shop there may be more."""

AT_ONCE = 50
"""Rows in memory at once: the data of one may be a MiB."""
MOST_S = 0.5
"""Seconds that looking at them may take: orders are small, but a sender may send large ones."""

_run_words = table("run_words", column("rowid"), column("run_words"))


@dataclass(frozen=True, slots=True)
class Fresh:
    """The newest runs, which no index knows yet."""

    edge: UUID
    """Up to here everything is indexed."""
    hits: Sequence[UUID]
    cut: bool
    """There are more of them than were looked at."""


def fresh(session: Session, words: Sequence[str]) -> Fresh:
    """Look at the newest runs themselves."""
    newest = select(RunSearch.run_id).order_by(RunSearch.run_id.desc()).limit(1)
    edge = session.scalar(newest) or UUID(int=0)
    rows = select(Run.id, Run.title, Run.input).where(Run.id > edge).order_by(Run.id.desc()).limit(NEWEST + 1)
    hits, until = list[UUID](), clock.monotonic() + MOST_S
    with session.execute(rows.execution_options(yield_per=AT_ONCE)) as found:
        for at, row in enumerate(found):
            if at == NEWEST or (at and at % AT_ONCE == 0 and clock.monotonic() > until):
                return Fresh(edge, hits, cut=True)
            if fits(words, words_of(row.title, row.input)):
                hits.append(row.id)
    return Fresh(edge, hits, cut=False)


def indexed(
    session: Session, words: Sequence[str], edge: UUID, *, before: UUID | None, after: UUID | None, most: int
) -> Select[UUID]:
    """Ids of the next `most` indexed runs with these words, from a cursor on."""
    upto = edge if before is None or before > edge else UUID(int=before.int - 1)
    if session.get_bind().dialect.name == "postgresql":
        values = (_tsquery(words), upto, after or UUID(int=0), after is None, most)
        return select(func.run_search_hits(*values, type_=Uuid()).column_valued("run_id"))
    number = _run_words.c.rowid
    hits = select(RunSearch.run_id).join(_run_words, number == RunSearch.seq)
    last = _seq(RunSearch.run_id <= upto, RunSearch.run_id.desc())
    hits = hits.where(_run_words.c.run_words.op("match")(_fts5(words)), number <= last)
    if after is not None:
        hits = hits.where(number >= _seq(RunSearch.run_id > after, RunSearch.run_id.asc()))
    return hits.order_by(number if after is not None else number.desc()).limit(most)


def _seq(where: ColumnElement[bool], order: UnaryExpression[UUID]) -> ScalarSelect[int]:
    """A cursor as the number of a row, by which SQLite's full-text table is walked: rows lie there as runs began."""
    return select(RunSearch.seq).where(where).order_by(order).limit(1).scalar_subquery()


def _tsquery(words: Sequence[str]) -> str:
    return " & ".join(f"'{word}':*" for word in words)


def _fts5(words: Sequence[str]) -> str:
    return " ".join(f'"{word}"*' for word in words)
