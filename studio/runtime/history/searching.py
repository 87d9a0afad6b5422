"""Runs that carry the words of a query, newest first, in keyset pages."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.narrowing import MOST_HITS
from studio.runtime.models import Run
from studio.runtime.search import finding


def searched(
    uow: UnitOfWork,
    found: Select[Any],
    words: Sequence[str],
    *,
    filtered: bool,
    before: UUID | None,
    after: UUID | None,
    limit: int,
) -> tuple[list[Any], UUID | None, bool]:
    """Up to `limit` rows; where to go on if they are fewer although there may be more; whether all was looked at."""
    session = uow.session
    fresh = finding.fresh(session, words)
    most = MOST_HITS if filtered else limit
    ids = finding.indexed(session, words, fresh.edge, before=before, after=after, most=most)
    newest = found.where(Run.id.in_(fresh.hits))
    settled = found.where(Run.id.in_(ids))
    if after is not None:
        rows: list[Any] = list(session.execute(settled.order_by(Run.id).limit(limit)))
        if len(rows) < limit and fresh.hits:
            rows += session.execute(newest.where(Run.id > after).order_by(Run.id).limit(limit - len(rows)))
        return rows, None, not fresh.cut
    rows = []
    if fresh.hits:
        newest = newest if before is None else newest.where(Run.id < before)
        rows += session.execute(newest.order_by(Run.id.desc()).limit(limit))
    if len(rows) < limit:
        rows += session.execute(settled.order_by(Run.id.desc()).limit(limit - len(rows)))
    onward = further(uow, ids) if filtered and len(rows) < limit else None
    return rows, onward, not fresh.cut


def further(uow: UnitOfWork, ids: Select[Any]) -> UUID | None:
    """Where to go on behind so many ids that the other filters were applied to; None: there were not so many."""
    hits = ids.subquery()
    last = select(hits.c.run_id).order_by(hits.c.run_id).limit(1)
    count = uow.session.scalar(select(func.count()).select_from(hits)) or 0
    return uow.session.scalar(last) if count >= MOST_HITS else None
