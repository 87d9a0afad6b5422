"""Seats as a company's directory sees them: found by its own names, and gone for it once it has deleted them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager

from studio import audit
from studio.accounts.models import Seat, User
from studio.accounts.service import sessions
from studio.core import tenancy
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

_GONE = (Seat.removed_at.is_not(None), Seat.disabled_at.is_not(None), Seat.removed_at >= Seat.disabled_at)
"""Deleted there, and not given back by anybody since."""
_THERE = or_(Seat.removed_at.is_(None), Seat.disabled_at.is_(None), Seat.removed_at < Seat.disabled_at)


def page(uow: UnitOfWork, which: ColumnElement[bool], first: int, size: int) -> tuple[Sequence[Seat], int]:
    """Seats with their people, oldest first, from the `first` (1) on, and how many there are: SCIM wants to know.

    Seats of one workspace are counted: thousands at most.
    """
    mine = select(Seat).join(User, User.id == Seat.user_id).where(_THERE, which)
    total = uow.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    query = mine.options(contains_eager(Seat.user)).order_by(Seat.id).offset(first - 1).limit(size)
    return uow.session.scalars(query).all(), total


def find(uow: UnitOfWork, seat_id: UUID | None, *, lock: bool = False) -> Seat:
    """One of them with its person. Raises NotFound."""
    query = select(Seat).join(User, User.id == Seat.user_id).where(Seat.id == seat_id, _THERE)
    query = query.options(contains_eager(Seat.user)).execution_options(populate_existing=True)
    seat = uow.session.scalar(query.with_for_update(of=Seat) if lock else query)
    if seat is None:
        raise NotFound(_("There is no such seat in this workspace."), resource=f"seat:{seat_id}")
    return seat


def removed(uow: UnitOfWork, email: str) -> Seat | None:
    """The seat that the directory has deleted before, of whoever has an address."""
    query = select(Seat).join(User, User.id == Seat.user_id).where(User.email == email, *_GONE)
    return uow.session.scalar(query.options(contains_eager(Seat.user)))


def keep(uow: UnitOfWork, seat: Seat, *, external_id: str | None, name: str) -> None:
    """Keep what the directory calls somebody. A name that its person may have chosen, or that others see, stays."""
    changes = []
    if external_id != seat.external_id:
        changes.append(audit.Change("external_id", seat.external_id, external_id))
        seat.external_id = external_id
    if name and name != seat.user.name and _is_ours(uow, seat):
        changes.append(audit.Change("name", seat.user.name, name, personal=True))
        seat.user.name = name
    if changes:
        target = audit.Target("user", str(seat.user_id), seat.user.name, personal=True)
        audit.record(uow, "member.provisioned", targets=[target], changes=changes)


def forget(uow: UnitOfWork, seat: Seat) -> None:
    """The directory has deleted it: it finds nothing there any more."""
    seat.removed_at, seat.external_id = uow.now, None


def _is_ours(uow: UnitOfWork, seat: Seat) -> bool:
    if seat.user.password_hash is not None:
        return False
    workspace, acting = uow.workspace, uow.actor.user_id
    seats = sessions.seats_of(uow, seat.user_id)
    tenancy.bind(uow.session, workspace_id=workspace, user_id=acting)
    return all(one.workspace_id == workspace for one in seats)
