"""Destinations: what each is doing, and what people do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from studio import audit
from studio.audit import following
from studio.audit.registry import Action
from studio.audit.taxonomy import exports as actions
from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.export.models import ExportDeadLetter, ExportDestination
from studio.export.outcomes import LIVE, LetterState, State
from studio.export.service import gating
from studio.export.service.naming import name_of

__all__ = [
    "Standing", "discard_letters", "find", "is_live", "letters", "name_of", "pause", "replay", "resume",
    "retry_letters", "standing", "standings",
]  # fmt: skip
LETTERS = 200
"""Dead letters shown, and sent again at once."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A destination and how far it is."""

    row: ExportDestination
    lag: int
    """Events of the trail that are still to come."""
    oldest: timedelta | None
    """How long the oldest of them has waited; None: none waits."""
    letters: int
    """Events it would not take."""


def find(uow: UnitOfWork, destination_id: UUID | None) -> ExportDestination:
    """One that a pipeline leads to. Raises NotFound."""
    return tenancy.get(uow.session, ExportDestination, destination_id, "destination")


def standings(uow: UnitOfWork, *, removed: bool = False) -> Sequence[Standing]:
    """All destinations, by pipeline."""
    query = select(ExportDestination).order_by(ExportDestination.pipeline, ExportDestination.exporter)
    if not removed:
        query = query.where(ExportDestination.state != State.REMOVED)
    counted = select(ExportDeadLetter.destination_id, func.count()).where(ExportDeadLetter.state == LetterState.DEAD)
    letters = {row[0]: row[1] for row in uow.session.execute(counted.group_by(ExportDeadLetter.destination_id))}
    head = following.head(uow)
    return [_standing(uow, row, head, letters.get(row.id, 0)) for row in uow.session.scalars(query)]


def standing(uow: UnitOfWork, destination_id: UUID | None) -> Standing:
    """One of them. Raises NotFound."""
    row = find(uow, destination_id)
    dead = select(func.count()).where(
        ExportDeadLetter.destination_id == row.id, ExportDeadLetter.state == LetterState.DEAD
    )
    return _standing(uow, row, following.head(uow), uow.session.scalar(dead) or 0)


def _standing(uow: UnitOfWork, row: ExportDestination, head: int, letters: int) -> Standing:
    since = following.occurred_at(uow, row.cursor + 1) if head > row.cursor else None
    return Standing(row, max(0, head - row.cursor), uow.now - since if since else None, letters)


def pause(uow: UnitOfWork, destination_id: UUID | None) -> ExportDestination:
    """Send nothing more until it is resumed; events wait in the trail, which keeps them. Raises Conflict."""
    row = find(uow, destination_id)
    if row.state in (State.PAUSED, State.REMOVED):
        raise Conflict(_("Nothing is sent there already."), code="export.not_running")
    what = _("Pause %(name)s, where audit events go", name=name_of(row))
    gating.require(uow, "pause", what, {"destination": str(row.id)}, _count(uow))
    row.state, row.generation = State.PAUSED, row.generation + 1
    _record(uow, actions.PAUSED, row)
    return row


def resume(uow: UnitOfWork, destination_id: UUID | None) -> ExportDestination:
    """Go on from where it stopped, or try again now. Raises Conflict."""
    row = find(uow, destination_id)
    if row.state in (State.ACTIVE, State.REMOVED):
        raise Conflict(_("This destination is not stopped."), code="export.running")
    row.state, row.attempts, row.due_at = State.ACTIVE, 0, uow.now
    row.last_error = row.last_code = row.failed_at = None
    row.generation += 1
    _record(uow, actions.RESUMED, row)
    return row


def replay(uow: UnitOfWork, destination_id: UUID | None, since: datetime) -> int:
    """Send everything once more from a moment on, under the ids it had. Returns how many events that are."""
    row = find(uow, destination_id)
    start = following.last_before(uow, since)
    if row.state == State.REMOVED:
        raise Conflict(_("No pipeline leads there any more."), code="export.removed")
    if start >= row.cursor:
        said = _("Everything since then is still to be sent anyway. Choose an earlier moment.")
        raise InvalidInput(said, field="since", code="export.nothing_to_replay")
    what = _("Send audit events to %(name)s once more", name=name_of(row))
    gating.require(uow, "replay", what, {"destination": str(row.id), "since": since.isoformat()}, _count(uow))
    again = row.cursor - start
    row.cursor, row.cursor_at = start, following.occurred_at(uow, start)
    row.generation += 1
    _record(uow, actions.REPLAYED, row, events=again)
    return again


def letters(uow: UnitOfWork, destination_id: UUID | None = None) -> Sequence[ExportDeadLetter]:
    """What was put aside, newest first, with what is on its way again."""
    query = select(ExportDeadLetter).where(ExportDeadLetter.state.in_((LetterState.DEAD, LetterState.QUEUED)))
    if destination_id is not None:
        query = query.where(ExportDeadLetter.destination_id == destination_id)
    return uow.session.scalars(query.order_by(ExportDeadLetter.id.desc()).limit(LETTERS)).all()


def retry_letters(uow: UnitOfWork, destination_id: UUID | None) -> int:
    """Send once more what was put aside. Returns how many."""
    row, count = _turn_letters(uow, destination_id, LetterState.QUEUED)
    row.letters_queued += count
    row.due_at = min(row.due_at, uow.now) if row.state != State.RETRYING else row.due_at
    _record(uow, actions.LETTERS_RETRIED, row, letters=count)
    return count


def discard_letters(uow: UnitOfWork, destination_id: UUID | None) -> int:
    """Give up on what was put aside. Returns how many."""
    about = find(uow, destination_id)
    what = _("Give up on events that %(name)s did not take", name=name_of(about))
    gating.require(uow, "drop", what, {"destination": str(about.id)}, _count(uow))
    row, count = _turn_letters(uow, destination_id, LetterState.DISCARDED)
    _record(uow, actions.LETTERS_DISCARDED, row, letters=count)
    return count


def _turn_letters(uow: UnitOfWork, destination_id: UUID | None, state: LetterState) -> tuple[ExportDestination, int]:
    row = find(uow, destination_id)
    chosen = (
        select(ExportDeadLetter.id)
        .where(ExportDeadLetter.destination_id == row.id, ExportDeadLetter.state == LetterState.DEAD)
        .order_by(ExportDeadLetter.seq)
        .limit(LETTERS)
    )
    found = list(uow.session.scalars(chosen))
    if not found:
        raise Conflict(_("There are no dead letters here."), code="export.no_letters")
    turned = update(ExportDeadLetter).where(ExportDeadLetter.id.in_(found)).values(state=state)
    uow.session.execute(turned.execution_options(synchronize_session=False))
    return row, len(found)


def is_live(row: ExportDestination) -> bool:
    """Whether events are sent there."""
    return row.state in LIVE


def _count(uow: UnitOfWork) -> int:
    """Destinations that there are."""
    there = select(func.count()).select_from(ExportDestination).where(ExportDestination.state != State.REMOVED)
    return uow.session.scalar(there) or 0


def _record(uow: UnitOfWork, action: Action, row: ExportDestination, **facts: object) -> None:
    target = audit.Target("export_destination", row.id, name_of(row))
    audit.record(uow, action, targets=[target], metadata={"destination": name_of(row), **facts})
