"""Shadows: the draft of a workflow beside its published version on events as they come, without effects."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.resources.backtests import TAG, event_of, events_of
from studio.api.v1.shapes import backtests as common
from studio.api.v1.shapes import shadows as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.builder.backtest.tally import from_json
from studio.builder.models import Backtest
from studio.builder.service import whole
from studio.builder.shadow import service, words
from studio.builder.shadow.outcomes import Beside
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents

ALL = "/workflows/<uuid:workflow_id>/shadows"
ONE = f"{ALL}/<uuid:shadow_id>"


@operation("POST", ALL, tag=TAG, needs="workflow.edit", body=shapes.NewShadow, answer=shapes.ShadowDetail, status=201,
           conflicts=True)  # fmt: skip
def begin_shadow(uow: UnitOfWork, workflow_id: UUID, body: shapes.NewShadow) -> shapes.ShadowDetail:
    """Let the draft, as it stands now, run beside the published version on every event from now on.

    Nothing is sent, asked or written, and no secret is used. 422 where nothing is published or the draft does the
    same; 409 while one of this workflow goes on, or five of the workspace.
    """
    return _detail(service.begin(uow, whole.get(uow, workflow_id), Beside.model_validate(body.model_dump())))


@operation("GET", ALL, tag=TAG, needs="run.read", query=Paged, answer=ListOf[shapes.ShadowInfo])
def list_shadows(uow: UnitOfWork, workflow_id: UUID, query: Paged) -> ListOf[shapes.ShadowInfo]:
    """Those of a workflow, newest first. They are kept for thirty days after their end."""
    found = service.shadows(uow, whole.get(uow, workflow_id), cursor_id(query.cursor), query.limit + 1)
    page, after = found[: query.limit], found[query.limit - 1].id if len(found) > query.limit else None
    return ListOf[shapes.ShadowInfo](
        data=[shapes.ShadowInfo.model_validate(one) for one in page], next_cursor=written(after)
    )


@operation("GET", ONE, tag=TAG, needs="run.read", answer=shapes.ShadowDetail)
def get_shadow(uow: UnitOfWork, workflow_id: UUID, shadow_id: UUID) -> shapes.ShadowDetail:
    """How far it is, and what it comes to."""
    return _detail(service.get(uow, whole.get(uow, workflow_id), shadow_id))


@operation("POST", f"{ONE}/stop", tag=TAG, needs="workflow.edit", answer=shapes.ShadowDetail, conflicts=True)
def stop_shadow(uow: UnitOfWork, workflow_id: UUID, shadow_id: UUID) -> shapes.ShadowDetail:
    """End it; what it has found so far stays. 409 where it is over."""
    return _detail(service.stop(uow, whole.get(uow, workflow_id), shadow_id))


@operation("GET", f"{ONE}/events", tag=TAG, needs="run.read", query=common.BacktestQuery,
           answer=ListOf[common.BacktestEventInfo])  # fmt: skip
def list_shadow_events(
    uow: UnitOfWork, workflow_id: UUID, shadow_id: UUID, query: common.BacktestQuery
) -> ListOf[common.BacktestEventInfo]:
    """What became of each event, newest first, beside what the published version did."""
    return events_of(uow, service.get(uow, whole.get(uow, workflow_id), shadow_id), query)


@operation("GET", f"{ONE}/events/<uuid:event_id>", tag=TAG, needs="run.read", answer=common.TriedEvent)
def get_shadow_event(uow: UnitOfWork, workflow_id: UUID, shadow_id: UUID, event_id: UUID) -> common.TriedEvent:
    """One event with its steps, as a test-run tells them."""
    return event_of(uow, service.get(uow, whole.get(uow, workflow_id), shadow_id), event_id)


def _detail(row: Backtest) -> shapes.ShadowDetail:
    tally, info = from_json(row.tally), shapes.ShadowInfo.model_validate(row).model_dump()
    said = words.assumptions(row, tally, documents.load(row.document))
    return shapes.ShadowDetail(
        **info, sentence=words.sentence(row, tally), beside=words.beside(row, tally), assumptions=said
    )
