"""A hundred thousand runs like one that really ran: its rows, copied in SQL under ids of their own.

The n-th of `count` copies has ids that lie `step_ms` before those of the next one, the last before the original's:
copies are older than whatever comes later. Texts and documents that name a row of the original name the copy's.
Copies have no part in the audit chain, and in the outbox none but the timers of their escalation.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table, bindparam, func, select, text
from sqlalchemy.types import Uuid

from benchmarks.copies_sql import Dialect, PostgreSQL, Series, Sqlite
from studio.approvals.models import Assignment, Escalation, Request
from studio.approvals.service import timers
from studio.core.models import OutboxRow
from studio.runtime.models import Event, Run, RunSearch, Step, WaitRow
from studio.runtime.search.words import words_of

Given = Mapping[str, Mapping[str, Any]]
"""Values, by table and column, that copies have instead of the original's."""
_INDEX = {
    "postgresql": [
        """
        insert into run_search (run_id, workspace_id, words)
        select id, workspace_id, array_to_tsvector(string_to_array(:words, ' '))
        from run where id between :first and :last order by id
        """,
    ],
    "sqlite": [
        """
        insert into run_search (seq, run_id, workspace_id)
        select :indexed + row_number() over (order by id), id, workspace_id
        from run where id between :first and :last
        """,
        "insert into run_words (rowid, words) select seq, :words from run_search where seq > :indexed",
    ],
}


def write(connection: Connection, run_id: UUID, series: Series, given: Given | None = None) -> None:
    """Copy a run's rows, on a connection that row security does not bind."""
    dialect = (PostgreSQL if connection.dialect.name == "postgresql" else Sqlite)(series)
    rows = list(_rows(connection, run_id))
    own = {row.id for _, row in rows if "id" in row._mapping}
    for table, row in rows:
        _copy(connection, dialect, table, row, own, (given or {}).get(table.name, {}))
    [run] = (row for table, row in rows if table is Run.__table__)
    _index(connection, run, series)


def _rows(connection: Connection, run_id: UUID) -> Iterator[tuple[Table, Row[Any]]]:
    """What belongs to a run, in the order of the foreign keys."""
    requests = select(Request.id).where(Request.run_id == run_id)
    plans = select(Escalation.request_id, Escalation.jobs).where(Escalation.request_id.in_(requests))
    keys = [timers.key(row.request_id, row.jobs) for row in connection.execute(plans)]
    for model, mine in (
        (Event, Event.run_id == run_id),
        (Run, Run.id == run_id),
        (Step, Step.run_id == run_id),
        (WaitRow, WaitRow.run_id == run_id),
        (Request, Request.run_id == run_id),
        (Assignment, Assignment.request_id.in_(requests)),
        (Escalation, Escalation.request_id.in_(requests)),
        (OutboxRow, OutboxRow.key.in_(keys)),
    ):
        table = model.metadata.tables[model.__tablename__]
        for row in connection.execute(select(table).where(mine)):
            yield table, row


def _copy(
    connection: Connection, dialect: Dialect, table: Table, row: Row[Any], own: set[UUID], given: Mapping[str, Any]
) -> None:
    values = [
        f":{column.name}" if column.name in given else dialect.value(column, row._mapping[column.name], own)
        for column in table.columns
    ]
    [key] = table.primary_key.columns
    statement = dialect.insert.format(
        table=table.name,
        key=key.name,
        names=", ".join(f'"{column.name}"' for column in table.columns),
        values=", ".join(values),
        count=dialect.series.count,
    )
    connection.execute(
        text(statement).bindparams(
            bindparam("original", row._mapping[key.name], Uuid()),
            *(bindparam(name, value, table.c[name].type) for name, value in given.items()),
        )
    )


def _index(connection: Connection, run: Row[Any], series: Series) -> None:
    """The copies' words, as if the index had followed behind them long ago."""
    known = {
        "first": series.nth(run.id, 1),
        "last": series.nth(run.id, series.count),
        "words": " ".join(words_of(run.title, run.input)),
        "indexed": connection.scalar(select(func.coalesce(func.max(RunSearch.seq), 0))),
    }
    for statement in _INDEX[connection.dialect.name]:
        used = {name: value for name, value in known.items() if f":{name}" in statement}
        types = {name: Uuid() for name in ("first", "last") if name in used}
        connection.execute(
            text(statement).bindparams(*(bindparam(name, value, types.get(name)) for name, value in used.items()))
        )
