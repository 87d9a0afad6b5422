"""Who has a seat."""

from uuid import UUID

from studio.accounts.factors import resetting
from studio.accounts.models import Seat
from studio.accounts.outcomes import Role
from studio.accounts.service import invitations, members
from studio.api.v1.blueprint import mailer, settings
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.api.v1.shapes.leaving import LeavingHolding, LeavingPlan, LeavingQuery, LeavingWish
from studio.api.v1.shapes.workspace import Member, MemberChange, NewMember
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.leaving import service as leaving

TAG = "Members"


@operation("GET", "/members", tag=TAG, needs="member.read", query=Paged, answer=ListOf[Member])
def list_members(uow: UnitOfWork, query: Paged) -> ListOf[Member]:
    """Everybody who has or had a seat, oldest first."""
    seats, after = members.page(uow, cursor_id(query.cursor), query.limit)
    return ListOf[Member](data=[_view(seat) for seat in seats], next_cursor=written(after))


@operation("POST", "/members", tag=TAG, needs="member.manage", body=NewMember, answer=Member, status=201,
           conflicts=True)  # fmt: skip
def add_member(uow: UnitOfWork, body: NewMember) -> Member:
    """Give somebody a seat.

    The person gets a mail, with a link to choose a password where the address is new.
    """
    seat = invitations.invite(
        uow, mailer(), email=body.email, name=body.name, role=body.role, public_url=settings().public_url
    )
    return _view(members.get(uow, seat.id))


@operation("PATCH", "/members/<uuid:seat_id>", tag=TAG, needs="member.manage", body=MemberChange, answer=Member,
           conflicts=True)  # fmt: skip
def change_member(uow: UnitOfWork, seat_id: UUID, body: MemberChange) -> Member:
    """Make a seat another one. Takes effect with the person's next request."""
    return _view(members.change_role(uow, seat_id, body.role))


@operation("POST", "/members/<uuid:seat_id>/disable", tag=TAG, needs="member.manage", answer=Member,
           conflicts=True)  # fmt: skip
def disable_member(uow: UnitOfWork, seat_id: UUID) -> Member:
    """Take a seat away. The person's next request is refused, and so are their tokens."""
    return _view(members.disable(uow, seat_id))


@operation("POST", "/members/<uuid:seat_id>/enable", tag=TAG, needs="member.manage", answer=Member,
           conflicts=True)  # fmt: skip
def enable_member(uow: UnitOfWork, seat_id: UUID) -> Member:
    """Give a seat back."""
    return _view(members.enable(uow, seat_id))


@operation("POST", "/members/<uuid:seat_id>/invite", tag=TAG, needs="member.manage", answer=Member, conflicts=True)
def invite_member_again(uow: UnitOfWork, seat_id: UUID) -> Member:
    """Send the invitation once more, with a fresh link; the earlier one ends.

    Only while the person has not come in.
    """
    return _view(invitations.send_again(uow, mailer(), seat_id, public_url=settings().public_url))


@operation("POST", "/members/<uuid:seat_id>/withdraw", tag=TAG, needs="member.manage", answer=Member,
           conflicts=True)  # fmt: skip
def withdraw_invitation(uow: UnitOfWork, seat_id: UUID) -> Member:
    """Take the seat of somebody away who has not come in yet.

    The link of the mail then says that it was withdrawn.
    """
    return _view(members.withdraw(uow, seat_id))


@operation("POST", "/members/<uuid:seat_id>/reset-factors", tag=TAG, needs="member.manage", answer=Member,
           conflicts=True)  # fmt: skip
def reset_member_factors(uow: UnitOfWork, seat_id: UUID) -> Member:
    """Take away the passkeys, authenticator app and recovery codes that somebody has lost.

    It needs a proof that only a browser's session can give: by an API token it is refused.
    """
    return _view(resetting.reset(uow, mailer(), seat_id, public_url=settings().public_url))


@operation("GET", "/members/<uuid:seat_id>/leaving", tag=TAG, needs="member.manage", query=LeavingQuery,
           answer=LeavingPlan, conflicts=True)  # fmt: skip
def plan_leaving(uow: UnitOfWork, seat_id: UUID, query: LeavingQuery) -> LeavingPlan:
    """What would become of all that somebody holds, if they left and `to` took over. Changes nothing."""
    return _plan(leaving.plan(uow, seat_id, to=query.to, fallback=query.fallback))


@operation("POST", "/members/<uuid:seat_id>/leave", tag=TAG, needs="member.manage", body=LeavingWish,
           answer=LeavingPlan, conflicts=True)  # fmt: skip
def leave(uow: UnitOfWork, seat_id: UUID, body: LeavingWish) -> LeavingPlan:
    """Hand over or end all that somebody holds, and take the seat away: as a whole or not at all.

    Refused as long as the plan has a problem, such as an open approval that nobody would be left to decide.
    """
    public_url = settings().public_url
    return _plan(leaving.leave(uow, mailer(), seat_id, to=body.to, fallback=body.fallback, public_url=public_url))


def _plan(made: leaving.Plan) -> LeavingPlan:
    found = [
        LeavingHolding(kind=one.kind, count=one.count, fate=one.fate.value, names=list(one.names),
                       problem=one.problem or None, field=one.field if one.problem else None)
        for one in made.holdings
    ]  # fmt: skip
    return LeavingPlan(user_id=made.leave.who.id, name=made.leave.who.name, ready=not made.problems, holdings=found)


def _view(seat: Seat) -> Member:
    return Member(
        id=seat.id,
        user_id=seat.user_id,
        name=seat.user.name,
        email=seat.user.email,
        role=Role(seat.role),
        disabled=seat.disabled_at is not None,
        invited=seat.disabled_at is None and not members.came_in(seat),
        created_at=seat.created_at,
    )
