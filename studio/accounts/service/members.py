"""Seats: who is in the workspace, as what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from studio.accounts import permissions, policy, trail
from studio.accounts.federation_models import SignInProvider
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import approver_seats, seat_changes, sessions, tokens
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork

PAGE = 50

_SENTENCES = {
    "owner_only": marked("Only an owner may make or change an owner."),
    "role_above": marked("This seat could do more than you can: ask an admin to give it. Nothing was changed."),
    "last_owner": marked("This is the last owner: make somebody else an owner first."),
}


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the workspace, as other packages need them."""

    user_id: UUID
    seat_id: UUID
    email: str
    name: str
    role: Role
    time_zone: str | None
    locale: str | None


def page(uow: UnitOfWork, after: UUID | None = None, size: int = PAGE) -> tuple[Sequence[Seat], UUID | None]:
    """Seats with their people, oldest first, and the cursor of the next page."""
    query = select(Seat).options(joinedload(Seat.user)).order_by(Seat.id).limit(size + 1)
    rows = uow.session.scalars(query.where(Seat.id > after) if after else query).all()
    more = len(rows) > size
    return rows[:size], rows[size - 1].id if more else None


def get(uow: UnitOfWork, seat_id: UUID | None) -> Seat:
    """One seat with its person. Raises NotFound."""
    seat = uow.session.scalar(
        select(Seat).options(joinedload(Seat.user)).where(Seat.id == seat_id),
        execution_options={"populate_existing": True},
    )
    if seat is None:
        raise NotFound(_("There is no such seat in this workspace."), resource=f"seat:{seat_id}")
    return seat


def working(uow: UnitOfWork, roles: Iterable[Role] = tuple(Role)) -> list[Member]:
    """Everybody whose seat works and has one of the roles, by name."""
    return _members(uow, Seat.role.in_([role.value for role in roles]))


def by_ids(uow: UnitOfWork, user_ids: Iterable[UUID]) -> dict[UUID, Member]:
    """Members by person; whoever has left is missing."""
    return {member.user_id: member for member in _members(uow, Seat.user_id.in_(list(user_ids)))}


def by_email(uow: UnitOfWork, email: str) -> Member | None:
    """The member with an address, in any case of letters."""
    return next(iter(_members(uow, User.email == email.strip().lower())), None)


def add(uow: UnitOfWork, *, email: str, name: str, role: Role) -> tuple[Seat, User]:
    """Give a person a seat; makes the person where nobody has the address yet."""
    address = normal_email(email)
    _refuse(uow, None, current=None, wanted=role)
    user = uow.session.scalar(select(User).where(User.email == address))
    if user is None:
        user = User(email=address, name=name.strip() or address, created_at=uow.now)
        uow.session.add(user)
        uow.session.flush()
    return give(uow, user, role), user


def give(uow: UnitOfWork, user: User, role: Role) -> Seat:
    """Give a known person a seat. Raises Conflict where they have or had one, or no more approvers may come in."""
    _refuse(uow, None, current=None, wanted=role)
    _refuse_second(uow, user)
    if role is Role.APPROVER:
        approver_seats.claim(uow)
    seat = Seat(user_id=user.id, role=role.value, created_at=uow.now)
    uow.session.add(seat)
    uow.session.flush()
    trail.record(uow, "member.created", ("user", user.id, user.name), role=role.value)
    return seat


def change_role(uow: UnitOfWork, seat_id: UUID | None, role: Role) -> Seat:
    """Make a seat another one. Takes effect with the person's next request."""
    seat = _locked(uow, seat_id)
    current = Role(seat.role)
    if current is role:
        return seat
    _refuse_own(uow, seat)
    _refuse(uow, seat.user_id, current=current, wanted=role)
    if role is Role.APPROVER and seat.disabled_at is None:
        approver_seats.claim(uow)
    seat.role = role.value
    changes = {"role": (current.value, role.value)}
    trail.record(uow, "member.role_changed", _target(seat), changes=changes)
    seat_changes.tell(uow, seat.user_id)
    return seat


def disable(uow: UnitOfWork, seat_id: UUID | None) -> Seat:
    """Take a seat away: the person's sessions and tokens here end."""
    seat = _locked(uow, seat_id)
    if seat.disabled_at is None:
        _take_away(uow, seat)
        trail.record(uow, "member.disabled", _target(seat))
    return seat


def withdraw(uow: UnitOfWork, seat_id: UUID | None) -> Seat:
    """Take the seat of somebody away who has not come in yet. Raises Conflict once they have."""
    seat = _locked(uow, seat_id)
    refuse_arrived(seat)
    if seat.disabled_at is None:
        _take_away(uow, seat)
        trail.record(uow, "member.invitation_withdrawn", _target(seat))
    return seat


def refuse_arrived(seat: Seat) -> None:
    """Only an invitation that nobody has followed can be sent again or withdrawn. Raises Conflict."""
    if came_in(seat):
        message = _("%(name)s has come in already, so there is no open invitation.", name=seat.user.name)
        raise Conflict(message, code="not_invited")


def came_in(seat: Seat) -> bool:
    """Whether its person has ever come in: by a password of theirs, or by the workspace's sign-in provider."""
    return seat.user.password_hash is not None or seat.by_provider_at is not None


def enable(uow: UnitOfWork, seat_id: UUID | None) -> Seat:
    """Give a seat back; its sessions and tokens of before stay ended."""
    seat = _locked(uow, seat_id)
    if seat.disabled_at is not None:
        _refuse(uow, seat.user_id, current=None, wanted=Role(seat.role))
        if seat.role == Role.APPROVER:
            approver_seats.claim(uow)
        tokens.revoke_all(uow, seat.user_id)  # of a seat that was taken away before that ended them
        seat.disabled_at = None
        trail.record(uow, "member.enabled", _target(seat))
        seat_changes.tell(uow, seat.user_id)
    return seat


def acting_owners(uow: UnitOfWork) -> list[UUID]:
    """Who can act as an owner here: their seats work, they are not locked out and came in."""
    works = (Seat.role == Role.OWNER.value, Seat.disabled_at.is_(None), User.disabled_at.is_(None))
    provider = exists().where(SignInProvider.id.is_not(None))
    comes = User.password_hash.is_not(None) | (Seat.by_provider_at.is_not(None) & provider)
    query = select(User.id).join(Seat, Seat.user_id == User.id).where(*works, comes)
    return list(uow.session.scalars(query))


def other_owners(uow: UnitOfWork, user_id: UUID | None) -> int:
    """How many people beside one can act as an owner here."""
    return sum(one != user_id for one in acting_owners(uow))


def refuse_last_owner(uow: UnitOfWork, user_id: UUID) -> None:
    """See that a workspace keeps somebody who can act as an owner without this person. Raises Conflict."""
    hold_owners(uow)
    mine = select(Seat.role).where(Seat.user_id == user_id, Seat.disabled_at.is_(None))
    if uow.session.scalar(mine) == Role.OWNER and not other_owners(uow, user_id):
        raise Conflict(_(_SENTENCES["last_owner"]), code="last_owner")


def hold_owners(uow: UnitOfWork) -> None:
    """Lock the workspace's owner seats: two owners must not take one another away at once."""
    uow.session.scalars(select(Seat.id).where(Seat.role == Role.OWNER.value).with_for_update()).all()


def normal_email(email: str) -> str:
    """An address in the form that is stored. Raises InvalidInput."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - for whoever invites people alone

    try:
        parts = validate_email(email.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise InvalidInput(_("This is no e-mail address: %(error)s", error=error), field="email") from error
    return parts.normalized.lower()


def _members(uow: UnitOfWork, which) -> list[Member]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - a SQL condition
    rows = uow.session.execute(
        select(Seat.user_id, Seat.id, User.email, User.name, Seat.role, User.time_zone, User.locale)
        .join(User, User.id == Seat.user_id)
        .where(which, Seat.disabled_at.is_(None), User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [Member(*row[:4], Role(row[4]), *row[5:]) for row in rows]


def _refuse_second(uow: UnitOfWork, user: User) -> None:
    held = uow.session.scalar(select(Seat).where(Seat.user_id == user.id))
    if held is None:
        return
    message = _("%(address)s already has a seat here.", address=user.email)
    if held.disabled_at is not None:
        message = _("%(address)s had a seat here: give it back in the list.", address=user.email)
    raise Conflict(message, code="already_member", field="email")


def _take_away(uow: UnitOfWork, seat: Seat) -> None:
    _refuse(uow, seat.user_id, current=Role(seat.role), wanted=None)
    seat.disabled_at = uow.now
    sessions.revoke_here(uow, seat.user_id)
    tokens.revoke_all(uow, seat.user_id)
    seat_changes.tell(uow, seat.user_id)


def _locked(uow: UnitOfWork, seat_id: UUID | None) -> Seat:
    """One seat, with the workspace's owners locked."""
    hold_owners(uow)
    seat = uow.session.scalar(select(Seat).options(joinedload(Seat.user)).where(Seat.id == seat_id))
    if seat is None:
        raise NotFound(_("There is no such seat in this workspace."), resource=f"seat:{seat_id}")
    return seat


def _refuse(uow: UnitOfWork, user_id: UUID | None, *, current: Role | None, wanted: Role | None) -> None:
    actor = Role(uow.actor.role) if uow.actor.role else Role.OWNER
    above = permissions.beyond(uow.actor, current, wanted)
    code = policy.seat_problem(
        actor=actor, current=current, wanted=wanted, owners=1 + other_owners(uow, user_id), beyond=above
    )
    if code in ("owner_only", "role_above"):
        raise Forbidden(_(_SENTENCES[code]), code=code)
    if code is not None:
        raise Conflict(_(_SENTENCES[code]), code=code)


def _refuse_own(uow: UnitOfWork, seat: Seat) -> None:
    """What is lent for a time must not become one's own by it."""
    if uow.actor.elevation is not None and seat.user_id == uow.actor.user_id:
        message = _("Under elevated access nobody changes their own seat. Ask another admin.")
        raise Forbidden(message, code="own_seat")


def _target(seat: Seat) -> tuple[str, object, str]:
    return ("user", seat.user_id, seat.user.name)
