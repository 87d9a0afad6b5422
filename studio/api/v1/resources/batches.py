"""One thing done with many runs: looked at first, then spread over time."""

from datetime import UTC
from uuid import UUID

from studio.api.v1.blueprint import engine
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import batches as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.core import tenancy
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.batches import service
from studio.runtime.batches.doing import Hands
from studio.runtime.batches.planning import preview
from studio.runtime.batches.wanted import State
from studio.runtime.models import RunBatch

TAG = "Runs"
ALL = "/run-batches"
ONE = f"{ALL}/<uuid:batch_id>"


@operation("POST", f"{ALL}/plan", tag=TAG, needs="run.rerun", body=shapes.BatchWish, answer=shapes.BatchPreview)
def plan_batch(uow: UnitOfWork, body: shapes.BatchWish) -> shapes.BatchPreview:
    """Say what doing something with all runs that fit a filter would do, and change nothing."""
    hands = Hands(engine().versions, engine().wake_main, engine().endings.withdraw)
    found = preview(uow, body.filter, body.do, hands, UTC)
    return shapes.BatchPreview(
        hash=found.hash, runs=len(found.run_ids), looked_at=found.looked_at, again=dict(found.again),
        tried=dict(found.tried), kept=found.kept, asks=dict(found.asks),
        refused=[shapes.RefusedRun(run_id=one.run_id, why=one.why) for one in found.refused],
    )  # fmt: skip


@operation("POST", ALL, tag=TAG, needs="run.rerun", body=shapes.NewBatch, answer=shapes.BatchInfo, status=201,
           conflicts=True)  # fmt: skip
def begin_batch(uow: UnitOfWork, body: shapes.NewBatch) -> shapes.BatchInfo:
    """Begin with the runs that fit, spread over time.

    409 where other runs fit than were looked at; nothing was begun then. What has happened happens again only with
    `repeats`; runs of which that is not so are refused one by one, with the reason.
    """
    made = service.begin(
        uow, body.name, body.filter, body.do, per_minute=body.per_minute, seen=body.plan, zone=UTC
    )  # fmt: skip
    return shapes.BatchInfo.model_validate(made)


@operation("GET", ALL, tag=TAG, needs="run.read", query=Paged, answer=ListOf[shapes.BatchInfo])
def list_batches(uow: UnitOfWork, query: Paged) -> ListOf[shapes.BatchInfo]:
    """Newest first."""
    found = service.batches(uow, cursor_id(query.cursor), query.limit + 1)
    page, after = found[: query.limit], found[query.limit - 1].id if len(found) > query.limit else None
    return ListOf[shapes.BatchInfo](
        data=[shapes.BatchInfo.model_validate(one) for one in page], next_cursor=written(after)
    )


@operation("GET", ONE, tag=TAG, needs="run.read", answer=shapes.BatchDetail)
def get_batch(uow: UnitOfWork, batch_id: UUID) -> shapes.BatchDetail:
    """How far it is, and what became of its runs."""
    return _detail(uow, tenancy.get(uow.session, RunBatch, batch_id, "batch"))


@operation("PATCH", ONE, tag=TAG, needs="run.rerun", body=shapes.BatchChange, answer=shapes.BatchDetail,
           conflicts=True)  # fmt: skip
def change_batch(uow: UnitOfWork, batch_id: UUID, body: shapes.BatchChange) -> shapes.BatchDetail:
    """Pause it, let it go on, or cancel it. What was done stays done."""
    return _detail(uow, service.change(uow, batch_id, State(body.state)))


def _detail(uow: UnitOfWork, batch: RunBatch) -> shapes.BatchDetail:
    info = shapes.BatchInfo.model_validate(batch).model_dump()
    rows = [shapes.BatchItem.model_validate(one) for one in service.items(uow, batch.id)]
    return shapes.BatchDetail(**info, items=rows)
