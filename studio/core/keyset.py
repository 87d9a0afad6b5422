"""Pages of a list whose ids are ordered by time: each begins where another ends, however long the list is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A stretch of rows, newest first. `newer` and `older` are cursors, None at either end."""

    rows: Sequence[Row]
    newer: UUID | None
    older: UUID | None


def page(
    session: Session,
    found: Select[Row],
    by: InstrumentedAttribute[UUID],
    *,
    before: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> Page[Row]:
    """Those older than `before`, or the ones just newer than `after`, or the newest; `by` is the rows' id."""
    if after is not None:
        found = found.where(by > after).order_by(by)
    else:
        found = (found.where(by < before) if before is not None else found).order_by(by.desc())
    rows: list[Any] = list(session.scalars(found.limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    if after is not None:
        rows.reverse()
    if not rows:
        return Page((), None, None)
    newer = before is not None or (after is not None and more)
    older = after is not None or more
    return Page(rows, getattr(rows[0], by.key) if newer else None, getattr(rows[-1], by.key) if older else None)
