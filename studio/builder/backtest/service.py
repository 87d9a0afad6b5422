"""Backtests: begun with the draft as it stands, looked at while they go on, cancelled, read, let go of."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from studio.builder.backtest import going_on, reading
from studio.builder.backtest.outcomes import OTHERWISE, OVER, Kind, State, Wanted
from studio.builder.backtest.tally import Tally
from studio.builder.models import Backtest, BacktestEvent
from studio.builder.service import boot, drafts
from studio.contract import node
from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.engine.versions import compile_document
from studio.runtime.models import Workflow, WorkflowVersion

MOST_AT_ONCE = 3
"""Backtests of one workspace that may be under way together."""
MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of its events are wanted."""

    kind: Kind | None = None
    """None: all."""
    error: str | None = None
    """Fingerprint of the error that they end with."""
    changed: bool = False
    """Only those that come out otherwise than before."""


def begin(uow: UnitOfWork, workflow: Workflow, wanted: Wanted) -> Backtest:
    """Try the draft, as it stands now, on events of the past; the work is done in the background.

    Raises InvalidInput for a draft that cannot run or a trigger that it does not have, and Conflict where the
    workspace has too many under way.
    """
    draft = drafts.current(uow, workflow)
    document = documents.load(draft.document)
    compile_document(document, boot.workspace_facts(uow), None, workflow.name)
    trigger = _trigger(document, wanted.trigger)
    one_at_a_time(uow, "backtest")
    going = select(Backtest.id).where(Backtest.state == State.RUNNING, Backtest.until_at.is_(None))
    going = going.limit(MOST_AT_ONCE)
    if uow.session.scalar(select(func.count()).select_from(going.subquery())) == MOST_AT_ONCE:
        said = _("%(most)s backtests are under way already. Wait for one of them, or stop it.", most=MOST_AT_ONCE)
        raise Conflict(said, code="backtest.busy")
    version = uow.session.get(WorkflowVersion, workflow.published_version_id) if workflow.published_version_id else None
    found = reading.stretch(uow, going_on.source_of(uow, workflow.id, document, [trigger]), wanted)
    row = Backtest(
        workflow_id=workflow.id, trigger_node=trigger, document=documents.for_running(document),
        logic_hash=draft.logic_hash,
        version_id=version.id if version is not None else None,
        version_number=version.number if version is not None else None,
        wanted=wanted.model_copy(update={"trigger": trigger}).model_dump(mode="json"), first_id=found.first_id,
        last_id=found.last_id, state=State.RUNNING, turn=0, total=found.total, tally=Tally().as_json(),
        by_id=uow.actor.user_id, by_name=uow.actor.name[:200], created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    if found.total:
        going_on.leave(uow, row)
    else:
        row.state, row.finished_at = State.DONE, uow.now
    return row


def get(uow: UnitOfWork, workflow: Workflow, backtest_id: UUID) -> Backtest:
    """One of a workflow. Raises NotFound."""
    row = trial(uow, workflow, backtest_id)
    return row if row.until_at is None else tenancy.get(uow.session, Backtest, None, "backtest")


def trial(uow: UnitOfWork, workflow: Workflow, backtest_id: UUID) -> Backtest:
    """A backtest of a workflow, or a shadow. Raises NotFound."""
    row = tenancy.get(uow.session, Backtest, backtest_id, "backtest")
    return row if row.workflow_id == workflow.id else tenancy.get(uow.session, Backtest, None, "backtest")


def cancel(uow: UnitOfWork, workflow: Workflow, backtest_id: UUID) -> Backtest:
    """Stop it; what it has found so far stays. Raises NotFound, and Conflict where it is over."""
    row = get(uow, workflow, backtest_id)
    uow.session.refresh(row, with_for_update=True)
    if row.state in OVER:
        raise Conflict(_("This backtest is over."), code="backtest.over", resource=f"backtest:{row.id}")
    row.state, row.finished_at = State.CANCELLED, uow.now
    return row


def backtests(uow: UnitOfWork, workflow: Workflow, before: UUID | None = None, limit: int = 20) -> Sequence[Backtest]:
    """Newest first."""
    found = select(Backtest).where(Backtest.workflow_id == workflow.id, Backtest.until_at.is_(None))
    if before is not None:
        found = found.where(Backtest.id < before)
    return uow.session.scalars(found.order_by(Backtest.id.desc()).limit(limit)).all()


def events(
    uow: UnitOfWork, row: Backtest, narrowed: Narrowed, before: UUID | None = None, limit: int = 50
) -> Sequence[BacktestEvent]:
    """Its events, newest first."""
    found = select(BacktestEvent).where(BacktestEvent.backtest_id == row.id)
    if narrowed.kind is not None:
        found = found.where(BacktestEvent.kind == narrowed.kind)
    if narrowed.changed:
        found = found.where(BacktestEvent.kind.in_(OTHERWISE))
    if narrowed.error is not None:
        found = found.where(BacktestEvent.error_print == narrowed.error)
    if before is not None:
        found = found.where(BacktestEvent.event_id < before)
    return uow.session.scalars(found.order_by(BacktestEvent.event_id.desc()).limit(min(limit, MOST_SHOWN + 1))).all()


def event(uow: UnitOfWork, row: Backtest, event_id: UUID) -> BacktestEvent:
    """One of them. Raises NotFound."""
    mine = select(BacktestEvent).where(BacktestEvent.backtest_id == row.id, BacktestEvent.event_id == event_id)
    found = uow.session.scalars(mine).one_or_none()
    return found if found is not None else tenancy.get(uow.session, BacktestEvent, None, "event")


def _trigger(document: Document, wanted: str | None) -> str:
    types = ((one.key, node.node_type(one.type)) for one in document.nodes)
    found = [key for key, known in types if known is not None and known.kind is node.Kind.TRIGGER]
    if wanted is None and found:
        return found[0]
    if wanted not in found or wanted is None:
        said = _("Choose a trigger of the draft: its events are tried.")
        raise InvalidInput(said, code="backtest.trigger", field="trigger")
    return wanted
