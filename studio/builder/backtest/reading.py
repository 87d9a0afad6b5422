"""Events of the past and what the runs that they started did, read in batches: two or three statements each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, case, or_, select

from studio.builder.backtest.outcomes import DAYS, MOST_EVENTS, Wanted
from studio.builder.backtest.walking import Happened
from studio.contract.node import Effect, registry
from studio.core.among import among
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.ledger.payloads import blob_of
from studio.runtime.ledger.rows import StepRow
from studio.runtime.models import Blob, Event, Run, Step
from studio.runtime.outcomes import Verdict

_TRIED = (Verdict.STARTED, Verdict.FILTERED, Verdict.LIMITED, Verdict.HELD)
"""Repeats and what was refused never started anything, whatever the workflow says."""
NOTED = (*_TRIED, Verdict.GATHERED)
GATHERED = "gathered"


@dataclass(frozen=True, slots=True)
class Source:
    """Which events of a workflow are tried."""

    workflow_id: UUID
    triggers: Mapping[UUID, str]
    """Keys of trigger nodes, by their subscriptions."""
    gathering: frozenset[str] = frozenset()
    """Those where the draft gathers events: runs began with several then, or each is one that came alone."""

    def events(self, *columns: Any) -> Select[Any]:
        """A statement over them."""
        gather = [one for one in self.triggers if self.gathers(one)]
        alone = [one for one in self.triggers if not self.gathers(one)]
        tried = and_(Event.subscription_id.in_(gather), Event.verdict.in_(_TRIED))
        noted = and_(Event.subscription_id.in_(alone), Event.verdict.in_(NOTED))
        wanted = noted if not gather else or_(noted, tried) if alone else tried
        return select(*columns).where(Event.workflow_id == self.workflow_id, wanted)

    def gathers(self, subscription_id: UUID) -> bool:
        """Whether the draft gathers what comes for a trigger."""
        return self.triggers.get(subscription_id) in self.gathering

    def leaves_out(self, event: Any) -> bool:
        """Whether an event stands for several, which are tried one by one. `event`: its meta and subscription_id."""
        return GATHERED in (event.meta or {}) and not self.gathers(event.subscription_id)


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that were read together."""

    events: Sequence[Happened]
    last: UUID | None
    """The last one that was looked at; None: there were no more."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The events that a backtest is about: those from the first to the last, as they were when it began."""

    first_id: UUID | None
    last_id: UUID | None
    total: int


def stretch(uow: UnitOfWork, source: Source, wanted: Wanted) -> Stretch:
    """The newest events; of 30 days the newest 10,000 where there are more."""
    newest = source.events(Event.id).order_by(Event.id.desc()).limit(wanted.last or MOST_EVENTS)
    if wanted.last is None:
        newest = newest.where(Event.id >= first_id_at(uow.now - timedelta(days=DAYS)))
    some = newest.subquery()
    ids = uow.session.execute(select(some.c.id).order_by(some.c.id)).scalars().all()
    return Stretch(ids[0], ids[-1], len(ids)) if ids else Stretch(None, None, 0)


def batch(uow: UnitOfWork, source: Source, after: UUID | None, first_id: UUID, last_id: UUID, most: int) -> Batch:
    """The next events in the order in which they came, with their runs."""
    found = source.events(*_EVENT).outerjoin(Run, Run.id == Event.run_id).order_by(Event.id).limit(most)
    found = found.where(Event.id > after) if after is not None else found.where(Event.id >= first_id)
    rows = uow.session.execute(found.where(Event.id <= last_id)).all()
    return Batch(_read(uow, source, rows), rows[-1].id if len(rows) == most else None)


def some(uow: UnitOfWork, source: Source, ids: Sequence[UUID]) -> dict[UUID, Happened]:
    """Certain events, those that are still kept."""
    found = source.events(*_EVENT).outerjoin(Run, Run.id == Event.run_id)
    rows = uow.session.execute(found.where(among(uow.session, Event.id, ids))).all() if ids else ()
    return {one.id: one for one in _read(uow, source, rows)}


_EVENT = (
    Event.id, Event.subscription_id, Event.body, Event.meta, Event.verdict, Event.received_at, Run.id.label("run_id"),
    Run.input, Run.version_id, Run.state, Run.created_at, Run.error,
)  # fmt: skip


def _read(uow: UnitOfWork, source: Source, rows: Sequence[Row[Any]]) -> Sequence[Happened]:
    alone = {row.id for row in rows if row.verdict != Verdict.STARTED}
    several = {row.id for row in rows if GATHERED in (row.meta or {})}
    runs = [row.run_id for row in rows if row.run_id is not None and row.id not in alone]
    steps = _steps(uow, runs)
    made = []
    for row in rows:
        if source.leaves_out(row):
            continue
        trigger = source.triggers[row.subscription_id]
        if row.run_id is None or row.id in alone:
            made.append(Happened(row.id, row.body, row.received_at, trigger))
            continue
        data = row.body if row.body is not None else row.input
        made.append(
            Happened(
                row.id, row.input if row.id in several else data, row.received_at, trigger, row.run_id,
                row.version_id, row.state, row.created_at, row.error, steps.get(row.run_id, {}),
            )
        )  # fmt: skip
    return made


def _steps(uow: UnitOfWork, run_ids: Sequence[UUID]) -> dict[UUID, dict[tuple[str, str], StepRow]]:
    """By run and place the last attempt; what it got and gave only where that may be compared or repeated."""
    outward = [key for key, one in registry.items() if one.effect is not Effect.PURE]
    told = or_(Step.type.in_(outward), Step.wait_id.is_not(None))
    columns = select(
        Step.id, Step.run_id, Step.workspace_id, Step.node_key, Step.path, Step.attempt, Step.state, Step.type,
        Step.started_at, Step.port, case((told, Step.input)).label("input"), case((told, Step.output)).label("output"),
        Step.error, Step.wait_id, Step.finished_at,
    )  # fmt: skip
    found: dict[UUID, dict[tuple[str, str], StepRow]] = {}
    blobs: dict[UUID, StepRow] = {}
    for row in uow.session.execute(columns.where(among(uow.session, Step.run_id, run_ids))) if run_ids else ():
        step = StepRow(
            row.id, row.run_id, row.workspace_id, row.node_key, row.path, row.attempt, row.state, row.type,
            row.started_at, row.port, row.input, row.output, row.error, wait_id=row.wait_id,
            finished_at=row.finished_at, saved=True, dirty=False,
        )  # fmt: skip
        mine = found.setdefault(row.run_id, {})
        known = mine.get(step.place)
        if known is None or known.attempt <= step.attempt:
            mine[step.place] = step
        if (blob_id := blob_of(step.output)) is not None:
            blobs[blob_id] = step
    if blobs:
        for blob_id, data in uow.session.execute(select(Blob.id, Blob.data).where(among(uow.session, Blob.id, blobs))):
            blobs[blob_id].output = data
    return found
