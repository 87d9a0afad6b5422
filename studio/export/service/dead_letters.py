"""Events that a destination would not take: put aside with the reason, and sent once more on request."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from studio.core import ids
from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportDeadLetter, ExportDestination
from studio.export.outcomes import Fate, LetterState
from studio.export.records import Aside

AT_ONCE = 200


def put_aside(uow: UnitOfWork, destination_id: UUID, asides: Sequence[Aside]) -> None:
    """Keep what could not be sent, with why. One that was put aside before is so again."""
    if not asides:
        return
    numbers = [aside.record.seq for aside in asides]
    known = select(ExportDeadLetter).where(
        ExportDeadLetter.destination_id == destination_id, ExportDeadLetter.seq.in_(numbers)
    )
    rows = {row.seq: row for row in uow.session.scalars(known)}
    for aside in asides:
        row = rows.get(aside.record.seq)
        if row is None:
            row = ExportDeadLetter(
                id=ids.new_id(), workspace_id=uow.workspace, destination_id=destination_id, seq=aside.record.seq,
                event_id=aside.record.id, state=LetterState.DEAD, code="", said="", attempts=0, at=uow.now,
            )  # fmt: skip
            uow.session.add(row)
        _refuse(row, aside)
        row.at = uow.now


def queued(uow: UnitOfWork, destination_id: UUID) -> Sequence[int]:
    """Numbers of the events that somebody asked to send once more."""
    query = select(ExportDeadLetter.seq).where(
        ExportDeadLetter.destination_id == destination_id, ExportDeadLetter.state == LetterState.QUEUED
    )
    return uow.session.scalars(query.order_by(ExportDeadLetter.seq).limit(AT_ONCE)).all()


def settle(uow: UnitOfWork, destination_id: UUID, aside: Aside) -> None:
    """Note what became of another attempt, and how many are left."""
    one = ExportDeadLetter.destination_id == destination_id
    row = uow.session.scalars(select(ExportDeadLetter).where(one, ExportDeadLetter.seq == aside.record.seq)).one()
    if aside.verdict.fate is Fate.SENT:
        row.state, row.attempts, row.at = LetterState.DELIVERED, row.attempts + 1, uow.now
    else:
        _refuse(row, aside)
        row.at = uow.now
    uow.session.flush()
    left = select(func.count()).where(one, ExportDeadLetter.state == LetterState.QUEUED)
    destination = uow.session.get_one(ExportDestination, destination_id, with_for_update=True)
    destination.letters_queued = uow.session.scalar(left) or 0


def _refuse(row: ExportDeadLetter, aside: Aside) -> None:
    row.state, row.attempts = LetterState.DEAD, row.attempts + 1
    row.code, row.said = aside.verdict.code[:60], aside.verdict.said
