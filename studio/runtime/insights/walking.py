"""Walks through all runs in the order of their ids, a minute behind them, and notes by what they are found."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, func, select, text, update
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.unit_of_work import Database
from studio.runtime.insights.facets import Facet, number
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.insights.labelling import label
from studio.runtime.insights.walk import NAME, reached
from studio.runtime.models import Run, RunWalk, Step, WorkflowVersion
from studio.runtime.outcomes import Lane, RunState

SETTLED = timedelta(minutes=1)
"""A run is looked at once none with a smaller id can still be committed."""
BATCH = 500
BUSY = 50
"""So many runs that wait for a worker go first."""
REST_S = 5.0
LATEST = timedelta(minutes=10)
"""However busy: further than this it does not stay behind."""
KEPT = 512
"""Versions whose documents are not read again."""

_POSTGRESQL = text("""
    insert into run_facet (workspace_id, facet, run_id)
    select given.workspace_id, given.facet, given.run_id
    from jsonb_to_recordset(cast(:rows as jsonb)) as given(workspace_id uuid, facet bigint, run_id uuid)
    on conflict do nothing
""")
_SQLITE = text("insert or ignore into run_facet (workspace_id, facet, run_id) values (:workspace_id, :facet, :run_id)")


@dataclass(frozen=True, slots=True)
class _About:
    """What a version's document says of its nodes."""

    types: Mapping[str, str]
    connections: Mapping[str, str]
    """Names, by the keys of the steps that use them."""
    labels: Mapping[str, str]
    """Expressions by the labels that they give."""


class Walking:
    """One batch a turn of the sweeper; where there was less, no look for REST_S."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rest_until = 0.0
        self._about: OrderedDict[UUID, _About] = OrderedDict()

    def __call__(self, now: datetime) -> None:
        """Look at the next runs."""
        if clock.monotonic() < self._rest_until:
            return
        with self._database.across() as unit:
            rows = _next(unit.session, now)
            if rows and (rows[0].id < first_id_at(now - LATEST) or not busy(unit.session, now)):
                self._look(unit.session, rows)
        if len(rows) < BATCH:
            self._rest_until = clock.monotonic() + REST_S

    def catch_up(self, now: datetime) -> int:
        """Look at everything that is settled, batch after batch; how many runs that were."""
        done = 0
        while True:
            with self._database.across() as unit:
                rows = _next(unit.session, now)
                if rows:
                    self._look(unit.session, rows)
            done += len(rows)
            if len(rows) < BATCH:
                return done

    def _look(self, session: Session, rows: Sequence[Row[Any]]) -> None:
        about = self._documents(session, {row.version_id for row in rows})
        _write(session, list(_facets(session, rows, about)))
        label(session, rows, {version_id: one.labels for version_id, one in about.items()})
        _mark_errors(session, rows)
        moved = session.execute(update(RunWalk).where(RunWalk.name == NAME).values(run_id=rows[-1].id))
        if not moved.rowcount:  # type: ignore[attr-defined]  # an update's result is a CursorResult
            session.add(RunWalk(name=NAME, run_id=rows[-1].id))

    def _documents(self, session: Session, wanted: set[UUID]) -> Mapping[UUID, _About]:
        missing = wanted - self._about.keys()
        found = select(WorkflowVersion.id, WorkflowVersion.document).where(WorkflowVersion.id.in_(missing))
        for row in session.execute(found) if missing else ():
            self._about[row.id] = _about(row.document)
        known = {one: self._about[one] for one in wanted if one in self._about}
        while len(self._about) > KEPT:
            self._about.popitem(last=False)
        return known


def _about(document: Mapping[str, Any]) -> _About:
    nodes = [node for node in document.get("nodes", []) if isinstance(node, dict)]
    named = {node.get("key", ""): (node.get("config") or {}).get("connection") for node in nodes}
    return _About(
        {node.get("key", ""): str(node.get("type", "")) for node in nodes},
        {key: name for key, name in named.items() if isinstance(name, str) and name},
        dict((document.get("settings") or {}).get("labels") or {}),
    )


def _next(session: Session, now: datetime) -> Sequence[Row[Any]]:
    columns = select(
        Run.id, Run.workspace_id, Run.workflow_id, Run.version_id, Run.trigger_node, Run.state, Run.error,
        Run.error_print, Run.created_at, Run.finished_at,
    )  # fmt: skip
    settled = columns.where(Run.id > reached(session), Run.id < first_id_at(now - SETTLED))
    return session.execute(settled.order_by(Run.id).limit(BATCH)).all()


def busy(session: Session, now: datetime) -> bool:
    """Whether so many runs wait for a worker that looking at others has to wait."""
    waiting = select(Run.id).where(Run.state == RunState.QUEUED, Run.lane == Lane.MAIN, Run.available_at <= now)
    return (session.scalar(select(func.count()).select_from(waiting.limit(BUSY).subquery())) or 0) >= BUSY


def _facets(
    session: Session, rows: Sequence[Row[Any]], about: Mapping[UUID, _About]
) -> Iterator[tuple[UUID, int, UUID]]:
    """(workspace, facet, run)."""
    calling: dict[UUID, tuple[UUID, Mapping[str, str]]] = {}
    for row in rows:
        known = about.get(row.version_id)
        yield row.workspace_id, number(Facet.VERSION, row.version_id), row.id
        if known is None:
            continue
        if row.trigger_node in known.types:
            yield row.workspace_id, number(Facet.TRIGGER, known.types[row.trigger_node]), row.id
        if known.connections:
            calling[row.id] = row.workspace_id, known.connections
    if calling:
        steps = select(Step.run_id, Step.node_key).where(Step.run_id.in_(calling)).distinct()
        for step in session.execute(steps):
            workspace_id, names = calling[step.run_id]
            if step.node_key in names:
                yield workspace_id, number(Facet.CONNECTION, names[step.node_key]), step.run_id


def _write(session: Session, found: Sequence[tuple[UUID, int, UUID]]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        rows = [{"workspace_id": one[0], "facet": one[1], "run_id": one[2]} for one in found]
        session.execute(_POSTGRESQL, {"rows": orjson.dumps(rows).decode()})
    else:
        session.execute(_SQLITE, [{"workspace_id": one[0].hex, "facet": one[1], "run_id": one[2].hex} for one in found])


def _mark_errors(session: Session, rows: Sequence[Row[Any]]) -> None:
    """Of runs that failed before errors had columns of their own, or on a worker that knew none."""
    for row in rows:
        if row.error and row.error_print is None:
            code, node = (str(row.error.get(name) or "") for name in ("code", "node"))
            values = {"error_code": code[:80] or None, "error_node": node[:40] or None}
            marked = update(Run).where(Run.id == row.id, Run.error_print.is_(None), Run.error.is_not(None))
            session.execute(marked.values(error_print=fingerprint(row.error), **values))
