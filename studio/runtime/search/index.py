"""Fills the index of runs behind them, in the order of their ids, while nothing more urgent is to be done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.unit_of_work import Database
from studio.runtime.models import Run, RunSearch
from studio.runtime.outcomes import Lane, RunState
from studio.runtime.search.words import words_of

SETTLED = timedelta(minutes=1)
"""A run is indexed once no run with a smaller id can still be committed. Until then it is looked at itself."""
BATCH = 500
AT_ONCE = 50
"""Rows in memory at once: the data of one may be a MiB."""
BUSY = 50
"""So many runs that wait for a worker go first."""
REST_S = 5.0
"""Short beside SETTLED: an idle shop's sweeps look for nothing else in vain that takes as long."""
LATEST = timedelta(minutes=10)
"""However busy: further than this the index does not stay behind."""

_POSTGRESQL = text("""
    insert into run_search (run_id, workspace_id, words)
    select given.run_id, given.workspace_id, array_to_tsvector(given.words)
    from jsonb_to_recordset(cast(:rows as jsonb)) as given(run_id uuid, workspace_id uuid, words text[])
    order by given.run_id
""")
_SQLITE = text("insert into run_words (rowid, words) values (:seq, :words)")


@dataclass(frozen=True, slots=True)
class _Words:
    """One run's words."""

    id: UUID
    workspace_id: UUID
    words: list[str]


class SearchIndex:
    """One batch a turn of the sweeper; where there was less, no look for REST_S."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rest_until = 0.0

    def __call__(self, now: datetime) -> None:
        """Index the next runs."""
        if clock.monotonic() < self._rest_until:
            return
        with self._database.across() as unit:
            rows = _next(unit.session, _last(unit.session), now)
            if rows and (rows[0].id < first_id_at(now - LATEST) or not _busy(unit.session, now)):
                _write(unit.session, rows)
        if len(rows) < BATCH:
            self._rest_until = clock.monotonic() + REST_S

    def catch_up(self, now: datetime) -> int:
        """Index everything that is settled, batch after batch; how many runs that were."""
        done = 0
        while True:
            with self._database.across() as unit:
                rows = _next(unit.session, _last(unit.session), now)
                if rows:
                    _write(unit.session, rows)
            done += len(rows)
            if len(rows) < BATCH:
                return done


def _last(session: Session) -> UUID:
    newest = session.scalar(select(RunSearch.run_id).order_by(RunSearch.seq.desc()).limit(1))
    return newest or UUID(int=0)


def _busy(session: Session, now: datetime) -> bool:
    waiting = select(Run.id).where(Run.state == RunState.QUEUED, Run.lane == Lane.MAIN, Run.available_at <= now)
    return (session.scalar(select(func.count()).select_from(waiting.limit(BUSY).subquery())) or 0) >= BUSY


def _next(session: Session, last: UUID, now: datetime) -> list[_Words]:
    columns = select(Run.id, Run.workspace_id, Run.title, Run.input)
    settled = columns.where(Run.id > last, Run.id < first_id_at(now - SETTLED)).order_by(Run.id).limit(BATCH)
    rows = session.execute(settled.execution_options(yield_per=AT_ONCE))
    return [_Words(row.id, row.workspace_id, words_of(row.title, row.input)) for row in rows]


def _write(session: Session, rows: Sequence[_Words]) -> None:
    write: Callable[..., None] = _postgresql if session.get_bind().dialect.name == "postgresql" else _sqlite
    write(session, rows)


def _postgresql(session: Session, rows: Sequence[_Words]) -> None:
    given = [{"run_id": row.id, "workspace_id": row.workspace_id, "words": row.words} for row in rows]
    session.execute(_POSTGRESQL, {"rows": orjson.dumps(given).decode()})


def _sqlite(session: Session, rows: Sequence[_Words]) -> None:
    first = (session.scalar(select(func.max(RunSearch.seq))) or 0) + 1
    numbered = list(enumerate(rows, first))
    session.execute(
        insert(RunSearch),
        [{"seq": seq, "run_id": row.id, "workspace_id": row.workspace_id} for seq, row in numbered],
    )
    session.execute(_SQLITE, [{"seq": seq, "words": " ".join(row.words)} for seq, row in numbered])
