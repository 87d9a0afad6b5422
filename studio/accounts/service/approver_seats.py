"""How many approver seats a workspace may give, and the one place that hands out the last of them."""

from dataclasses import dataclass

from sqlalchemy import func, select

from studio.accounts.models import Seat, Workspace
from studio.accounts.outcomes import Role
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

LIMITS = range(1, 10_001)


@dataclass(frozen=True, slots=True)
class Usage:
    """Approver seats of a workspace; invited people count, those whose seat was taken away do not."""

    used: int
    limit: int


def usage(uow: UnitOfWork) -> Usage:
    """How many are taken, of how many."""
    limit = uow.session.scalars(select(Workspace.approver_seats).where(Workspace.id == uow.workspace)).one()
    return Usage(_taken(uow), limit)


def claim(uow: UnitOfWork) -> None:
    """See that one more may be given, and hold all others off until the commit. Raises Conflict."""
    limit = _locked_limit(uow)
    used = _taken(uow)
    if used >= limit:
        message = _(
            "All %(limit)s approver seats are taken (%(used)s in use). Take a seat away or withdraw an invitation"
            " first, or raise the limit in the settings.",
            limit=limit,
            used=used,
        )
        raise Conflict(message, code="approver_seats_full", field="role")


def check_limit(uow: UnitOfWork, limit: int) -> None:
    """See that a new limit leaves everybody their seat. Raises InvalidInput."""
    if limit not in LIMITS:
        message = _("Use a number from %(least)s to %(most)s.", least=LIMITS[0], most=LIMITS[-1])
        raise InvalidInput(message, field="approver_seats")
    used = _taken(uow) if limit < _locked_limit(uow) else 0
    if limit < used:
        message = _("%(used)s approver seats are in use: take some away first.", used=used)
        raise InvalidInput(message, field="approver_seats", code="approver_seats_in_use")


def _taken(uow: UnitOfWork) -> int:
    mine = select(func.count()).select_from(Seat).where(Seat.role == Role.APPROVER, Seat.disabled_at.is_(None))
    return uow.session.scalar(mine) or 0


def _locked_limit(uow: UnitOfWork) -> int:
    """The workspace's row is the lock. Rows that merely refer to it may still be written meanwhile."""
    query = select(Workspace.approver_seats).where(Workspace.id == uow.workspace).with_for_update(key_share=True)
    return uow.session.scalars(query).one()
