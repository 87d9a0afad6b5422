"""Steps that wait for a destination: told in the transaction that moves its cursor past their event."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select

from studio.audit import following
from studio.audit.models import AuditEvent
from studio.contract.ports import Resolved, Waits
from studio.core.errors import Conflict, NotFound
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportDestination, ExportWaiter
from studio.export.outcomes import State
from studio.export.pipelines import document
from studio.export.records import Aside
from studio.export.service import configs_read
from studio.export.service.naming import find_named, name_of

KIND = "export"
"""Of the waits."""
DELIVERED, REJECTED = "delivered", "rejected"
_joined: list[Waits] = []


class QueueFull(Conflict):
    """So many events wait for the destination that no step may wait behind them; none of them is dropped."""

    code = "export.queue_full"


def join(waits: Waits) -> None:
    """Say by whom runs are woken. Called at the start of every process."""
    _joined[:] = [waits]


def begin(uow: UnitOfWork, named: str, wait_id: UUID, run_id: UUID, event_id: UUID) -> ExportDestination:
    """Have a run told once a destination has an event that this transaction records.

    Raises NotFound where no pipeline leads there, QueueFull where its queue has no room.
    """
    row = find_named(uow, named)
    config = configs_read.current(uow)
    if row is None or config is None or row.state == State.REMOVED:
        said = _("No pipeline leads to “%(name)s”. Set it up under Settings, Audit export.", name=named)
        raise NotFound(said, code="export.no_destination", field="destination")
    size = document.read(config.text).pipelines[row.pipeline].exporters[row.exporter].config.sending_queue.queue_size
    behind = following.head(uow) - row.cursor
    if behind >= size:
        said = _(
            "%(count)s events wait for %(name)s already, and its queue takes %(size)s. Nothing was recorded; nothing "
            "that waits is dropped.",
            count=separated(behind), name=name_of(row), size=separated(size),
        )  # fmt: skip
        raise QueueFull(said, code="export.queue_full", field="destination")
    waiter = ExportWaiter(
        wait_id=wait_id, workspace_id=uow.workspace, run_id=run_id, destination_id=row.id, event_id=event_id
    )
    uow.session.add(waiter)
    return row


def settle(
    uow: UnitOfWork, destination_id: UUID, until: int, asides: Sequence[Aside], left_out: Collection[int]
) -> None:
    """Tell whoever waits for events up to a number: they are theirs, were refused, or a processor left them out."""
    query = (
        select(ExportWaiter.wait_id, ExportWaiter.run_id, ExportWaiter.event_id, AuditEvent.seq)
        .join(AuditEvent, AuditEvent.id == ExportWaiter.event_id)
        .where(ExportWaiter.destination_id == destination_id, AuditEvent.seq <= until)
        .order_by(ExportWaiter.run_id)
    )
    found = uow.session.execute(query).all()
    if not found:
        return
    refused = {aside.record.seq: aside.verdict for aside in asides}
    told = []
    for row in found:
        verdict = refused.get(row.seq)
        if verdict is not None:
            told.append(_told(row, REJECTED, verdict.code, verdict.said))
        elif row.seq in left_out:
            told.append(_told(row, REJECTED, "export.filtered", _("A processor of its pipeline leaves it out.")))
        else:
            told.append(_told(row, DELIVERED))
    _tell(uow, told)


def give_up(uow: UnitOfWork, destination_id: UUID) -> None:
    """No pipeline leads to a destination any more: whoever waits for it is told."""
    query = select(ExportWaiter.wait_id, ExportWaiter.run_id, ExportWaiter.event_id)
    query = query.where(ExportWaiter.destination_id == destination_id)
    said = _("No pipeline leads there any more.")
    _tell(uow, [
        Resolved(row.wait_id, row.run_id, _payload(row.event_id, REJECTED, "export.removed", said))
        for row in uow.session.execute(query.order_by(ExportWaiter.run_id))
    ])  # fmt: skip


def forget(uow: UnitOfWork, wait_id: UUID, _reason: str = "") -> None:
    """The run waits no longer. The event itself stays on its way."""
    uow.session.execute(delete(ExportWaiter).where(ExportWaiter.wait_id == wait_id))


def timed_out(uow: UnitOfWork, wait_id: UUID) -> dict[str, Any]:
    """What a run hears whose time ran out; it waits no longer."""
    event_id = uow.session.scalar(select(ExportWaiter.event_id).where(ExportWaiter.wait_id == wait_id))
    forget(uow, wait_id)
    return _payload(event_id, "timed_out")


def _told(row: Row[UUID, UUID, UUID, int], outcome: str, code: str = "", said: str = "") -> Resolved:
    return Resolved(row.wait_id, row.run_id, _payload(row.event_id, outcome, code, said, row.seq))


def _payload(
    event_id: UUID | None, outcome: str, code: str = "", said: str = "", seq: int | None = None
) -> dict[str, Any]:
    return {"outcome": outcome, "event_id": str(event_id or ""), "seq": seq, "code": code, "said": said}


def _tell(uow: UnitOfWork, told: Sequence[Resolved]) -> None:
    if not told:
        return
    gone = delete(ExportWaiter).where(ExportWaiter.wait_id.in_([one.wait_id for one in told]))
    uow.session.execute(gone.execution_options(synchronize_session=False))
    _joined[0].resolve_all(uow, told)
