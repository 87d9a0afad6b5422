"""The work of a backtest: jobs of the outbox, a few seconds each, that read, try and write batch by batch.

What a batch found and how far it came commit together, and only where nobody else came further meanwhile. So a worker
that dies costs the batch under its hands, which is tried again, and no event counts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import structlog
from sqlalchemy import update

from studio.accounts.models import Workspace
from studio.builder import testrun
from studio.builder.backtest import going_on, ports, reading
from studio.builder.backtest.measuring import Found, Measuring
from studio.builder.backtest.outcomes import State, Wanted
from studio.builder.backtest.reading import Batch, Source
from studio.builder.backtest.tally import Tally, from_json
from studio.builder.backtest.walking import Happened, Subject, Tried, subject, tried
from studio.builder.models import Backtest, BacktestEvent
from studio.contract.node import Kind
from studio.contract.ports import Calls
from studio.core import clock
from studio.core.claims import Job
from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.inserting import insert_all
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime import document as documents
from studio.runtime.compiled import Compiled
from studio.runtime.engine.versions import compile_document, facts_of
from studio.runtime.models import Workflow, WorkflowVersion

log = structlog.get_logger()

BATCH = 250
"""Events between two commits."""
TURN_S = 3.0
"""Longest one job goes on, so that mail behind it is not kept waiting."""
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Under:
    """A backtest under way, as one job holds it."""

    id: UUID
    workspace_id: UUID
    wanted: Wanted
    source: Source
    drafts: Mapping[str, Subject]
    """By the trigger that events come for; a draft may not have it any more."""
    measuring: Mapping[str, Measuring]

    def over(self, events: Sequence[Happened]) -> tuple[Tally, list[Found]]:
        """What some events come to."""
        tally, found = Tally(), list[Found]()
        for trigger, measuring in self.measuring.items():
            more, mine = measuring.over([one for one in events if one.trigger == trigger])
            tally.add(more)
            found += mine
        lost = sum(1 for one in events if one.trigger not in self.measuring)
        tally.events, tally.gone = tally.events + lost, tally.gone + lost
        return tally, found


class Worker:
    """Does the jobs."""

    TOPIC: ClassVar[str] = going_on.TOPIC

    def __init__(self, database: Database, calls: Calls) -> None:
        self._database, self._calls = database, calls

    def __call__(self, job: Job) -> None:
        """Go on for a while. A job of an earlier turn, or of a backtest that is over, does nothing."""
        backtest_id, turn = UUID(job.payload["backtest_id"]), int(job.payload["turn"])
        try:
            self._go_on(job.workspace_id, backtest_id, turn)
        except StudioError as error:
            self._fail(job.workspace_id, backtest_id, error.message)
        except Exception:
            if job.attempts < MOST_TRIES:
                raise  # whatever it was, the outbox notes it and tries again
            log.exception("backtest_failed", backtest_id=str(backtest_id))
            self._fail(job.workspace_id, backtest_id, _("Studio made a mistake here; its log has more."))

    def _go_on(self, workspace_id: UUID, backtest_id: UUID, turn: int) -> None:
        with self._database.unit(workspace_id, read_only=True) as unit:
            row = unit.session.get(Backtest, backtest_id)
            if row is None or row.state != State.RUNNING or row.turn != turn:
                return
            if row.first_id is None or row.last_id is None:
                return
            under, cursor, first_id, last_id = under_way(unit, row, self._calls), row.cursor, row.first_id, row.last_id
        until, last = clock.monotonic() + TURN_S, False
        while not last:
            with self._database.unit(workspace_id, read_only=True) as unit:
                read = reading.batch(unit, under.source, cursor, first_id, last_id, BATCH)
            last = clock.monotonic() >= until
            cursor = self._keep(under, read, cursor, last=last)
            last = last or cursor is None

    def _keep(self, under: Under, read: Batch, cursor: UUID | None, *, last: bool) -> UUID | None:
        """Try a batch and write what it came to. The new cursor; None: it is over, or somebody else is at it."""
        tally, found = under.over(read.events)
        with self._database.unit(under.workspace_id) as unit:
            row = unit.session.get(Backtest, under.id, with_for_update=True)
            if row is None or row.state != State.RUNNING or row.cursor != cursor:
                return None
            insert_all(unit.session, BacktestEvent, [one.as_row(under.id, under.workspace_id) for one in found])
            sums = from_json(row.tally)
            sums.add(tally)
            row.tally = sums.as_json()
            if read.last is None:
                row.state, row.finished_at = State.DONE, unit.now
                return None
            row.cursor = read.last
            if last:
                going_on.leave(unit, row)
            fault_point("backtest.before_commit")
            return row.cursor

    def _fail(self, workspace_id: UUID, backtest_id: UUID, why: str) -> None:
        with self._database.unit(workspace_id) as unit:
            mine = update(Backtest).where(Backtest.id == backtest_id, Backtest.state == State.RUNNING)
            unit.session.execute(mine.values(state=State.FAILED, why=why, finished_at=unit.now))


def under_way(uow: UnitOfWork, row: Backtest, calls: Calls) -> Under:
    """What its events go through. Raises StudioError where a document can no longer be run."""
    facts, wanted = facts_of(uow.session.get_one(Workspace, uow.workspace)), Wanted.model_validate(row.wanted)
    workflow = uow.session.get_one(Workflow, row.workflow_id)
    document = documents.load(row.document)
    compiled = compile_document(document, facts, None, workflow.name)
    version = uow.session.get(WorkflowVersion, row.version_id) if row.version_id is not None else None
    before = None
    if version is not None:
        before = compile_document(documents.load(version.document), facts, version, workflow.name)
    triggers = [row.trigger_node] if row.trigger_node else _triggers(compiled, before)
    drafts = {one: subject(compiled, one, row.workspace_id, workflow.id) for one in triggers}
    nothing, measuring = ports.none(calls), dict[str, Measuring]()
    for one, draft in drafts.items():
        there = before is not None and one in before.graph.nodes
        published = subject(before, one, row.workspace_id, workflow.id) if before is not None and there else None
        measuring[one] = Measuring(draft, published, wanted, nothing)
    source = going_on.source_of(uow, workflow.id, document, triggers)
    return Under(row.id, row.workspace_id, wanted, source, drafts, measuring)


def _triggers(*of: Compiled | None) -> list[str]:
    """The triggers of documents, each once."""
    found = (key for one in of if one is not None for key, type_ in one.types.items() if type_.kind is Kind.TRIGGER)
    return list(dict.fromkeys(found))


def again(uow: UnitOfWork, row: Backtest, event_ids: Sequence[UUID], calls: Calls) -> dict[UUID, Tried]:
    """Some of its events tried once more, to be shown: those whose data are still kept."""
    if not event_ids:
        return {}
    under, nothing = under_way(uow, row, calls), ports.none(calls)
    found = reading.some(uow, under.source, event_ids)
    known = {event_id: one for event_id, one in found.items() if one.data is not None}
    return {key: tried(under.drafts[one.trigger], one, under.wanted, nothing) for key, one in known.items()}


def shown(found: Tried) -> dict[str, Any]:
    """One event that was tried, as the editor shows a test-run."""
    state, error = found.outcome.state or "filtered", dict(found.error) if found.error else None
    return testrun.Result(state, error, 0, [testrun.told(step) for step in found.steps]).as_json()
