"""Backtests: the draft of a workflow tried on events of the past, without effects."""

from uuid import UUID

from studio.api.v1.blueprint import engine
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import backtests as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.builder.backtest import service, words, work
from studio.builder.backtest.outcomes import Wanted
from studio.builder.backtest.service import Narrowed
from studio.builder.backtest.tally import from_json
from studio.builder.models import Backtest
from studio.builder.service import whole
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents

TAG = "Workflows"
ALL = "/workflows/<uuid:workflow_id>/backtests"
ONE = f"{ALL}/<uuid:backtest_id>"


@operation("POST", ALL, tag=TAG, needs="workflow.edit", body=shapes.NewBacktest, answer=shapes.BacktestDetail,
           status=201, conflicts=True)  # fmt: skip
def begin_backtest(uow: UnitOfWork, workflow_id: UUID, body: shapes.NewBacktest) -> shapes.BacktestDetail:
    """Try the draft, as it stands now, on events of the past, in the background.

    Nothing is sent, asked or written, and no secret is used. 409 while the workspace has three under way.
    """
    wanted = Wanted.model_validate(body.model_dump())
    return _detail(service.begin(uow, whole.get(uow, workflow_id), wanted))


@operation("GET", ALL, tag=TAG, needs="run.read", query=Paged, answer=ListOf[shapes.BacktestInfo])
def list_backtests(uow: UnitOfWork, workflow_id: UUID, query: Paged) -> ListOf[shapes.BacktestInfo]:
    """Those of a workflow, newest first. They are kept for thirty days."""
    found = service.backtests(uow, whole.get(uow, workflow_id), cursor_id(query.cursor), query.limit + 1)
    page, after = found[: query.limit], found[query.limit - 1].id if len(found) > query.limit else None
    return ListOf[shapes.BacktestInfo](
        data=[shapes.BacktestInfo.model_validate(one) for one in page], next_cursor=written(after)
    )


@operation("GET", ONE, tag=TAG, needs="run.read", answer=shapes.BacktestDetail)
def get_backtest(uow: UnitOfWork, workflow_id: UUID, backtest_id: UUID) -> shapes.BacktestDetail:
    """How far it is, and what it comes to."""
    return _detail(service.get(uow, whole.get(uow, workflow_id), backtest_id))


@operation("POST", f"{ONE}/cancel", tag=TAG, needs="workflow.edit", answer=shapes.BacktestDetail, conflicts=True)
def cancel_backtest(uow: UnitOfWork, workflow_id: UUID, backtest_id: UUID) -> shapes.BacktestDetail:
    """Stop it; what it has found so far stays. 409 where it is over."""
    return _detail(service.cancel(uow, whole.get(uow, workflow_id), backtest_id))


@operation("GET", f"{ONE}/events", tag=TAG, needs="run.read", query=shapes.BacktestQuery,
           answer=ListOf[shapes.BacktestEventInfo])  # fmt: skip
def list_backtest_events(
    uow: UnitOfWork, workflow_id: UUID, backtest_id: UUID, query: shapes.BacktestQuery
) -> ListOf[shapes.BacktestEventInfo]:
    """What became of each event, newest first, beside what really happened."""
    return events_of(uow, service.get(uow, whole.get(uow, workflow_id), backtest_id), query)


def events_of(uow: UnitOfWork, row: Backtest, query: shapes.BacktestQuery) -> ListOf[shapes.BacktestEventInfo]:
    """A page of the events of a backtest, or of a shadow."""
    narrowed = Narrowed(query.kind, query.error)
    found = service.events(uow, row, narrowed, cursor_id(query.cursor), query.limit + 1)
    page, after = found[: query.limit], found[query.limit - 1].event_id if len(found) > query.limit else None
    return ListOf[shapes.BacktestEventInfo](
        data=[shapes.BacktestEventInfo.model_validate(one) for one in page], next_cursor=written(after)
    )


@operation("GET", f"{ONE}/events/<uuid:event_id>", tag=TAG, needs="run.read", answer=shapes.TriedEvent)
def get_backtest_event(uow: UnitOfWork, workflow_id: UUID, backtest_id: UUID, event_id: UUID) -> shapes.TriedEvent:
    """One event with its steps, as a test-run tells them."""
    return event_of(uow, service.get(uow, whole.get(uow, workflow_id), backtest_id), event_id)


def event_of(uow: UnitOfWork, row: Backtest, event_id: UUID) -> shapes.TriedEvent:
    """One of them, tried once more."""
    info = shapes.BacktestEventInfo.model_validate(service.event(uow, row, event_id)).model_dump()
    found = work.again(uow, row, [event_id], engine().ports.calls).get(event_id)
    return shapes.TriedEvent(**info, result=work.shown(found) if found is not None else None)


def _detail(row: Backtest) -> shapes.BacktestDetail:
    tally = from_json(row.tally)
    said = words.assumptions(row, tally, documents.load(row.document))
    info = shapes.BacktestInfo.model_validate(row).model_dump()
    return shapes.BacktestDetail(
        **info, sentence=words.sentence(row, tally), beside=words.beside(row, tally), assumptions=said
    )
