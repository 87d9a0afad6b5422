"""The plan and its carrying out."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio import audit
from studio.accounts.models import Seat
from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.contract import leaving
from studio.contract.leaving import Fate, Holding, Leave, Somebody
from studio.contract.ports import Mailer
from studio.core.errors import Conflict, FieldProblem, Forbidden, InvalidInput
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.leaving import mails


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of everything that somebody holds."""

    seat: Seat
    leave: Leave
    holdings: tuple[Holding, ...]

    @property
    def problems(self) -> tuple[Holding, ...]:
        """What stands in the way."""
        return tuple(one for one in self.holdings if one.problem)

    def of(self, fate: Fate) -> tuple[Holding, ...]:
        """The holdings of one fate, in order."""
        return tuple(one for one in self.holdings if one.fate is fate)


def plan(uow: UnitOfWork, seat_id: UUID | None, *, to: UUID | None = None, fallback: UUID | None = None) -> Plan:
    """See what would become of everything, if it all went to `to`, and to `fallback` what that one may not take.

    Raises NotFound, Forbidden for an owner's seat, Conflict where it is taken away already or is the last owner's,
    InvalidInput where an heir has no seat. Changes nothing.
    """
    seat = members.get(uow, seat_id)
    leave = _leave(uow, seat, to, fallback)
    found = [holding for part in leaving.parts() for holding in part.look(uow, leave)]
    return Plan(seat, leave, tuple(found))


def leave(
    uow: UnitOfWork, mailer: Mailer, seat_id: UUID | None, *, to: UUID | None = None, fallback: UUID | None = None,
    public_url: str,
) -> Plan:  # fmt: skip
    """Do all of it in this transaction, or nothing. Returns the plan that was carried out.

    Raises as `plan`, and InvalidInput with what stands in the way (each with the field that would mend it).
    """
    members.hold_owners(uow)
    locked = select(Seat).where(Seat.id == seat_id).with_for_update()
    uow.session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    made = plan(uow, seat_id, to=to, fallback=fallback)
    if made.problems:
        problems = [FieldProblem(one.field, "would_stall", one.problem) for one in made.problems]
        raise InvalidInput(made.problems[0].problem, code="would_stall", problems=problems)
    for part in leaving.parts():
        part.carry_out(uow, made.leave)
        uow.session.flush()
        fault_point("leaving.after_part")
    _record(uow, made)
    mails.tell(uow, mailer, made.leave, made.holdings, public_url=public_url)
    fault_point("leaving.before_commit")
    uow.after_commit(lambda: fault_point("leaving.after_commit"))
    return made


def _leave(uow: UnitOfWork, seat: Seat, to: UUID | None, fallback: UUID | None) -> Leave:
    if seat.disabled_at is not None:
        raise Conflict(_("%(name)s has no seat here any more.", name=seat.user.name), code="no_seat")
    if seat.role == Role.OWNER and uow.actor.role not in (None, Role.OWNER):
        raise Forbidden(_("Only an owner may make or change an owner."), code="owner_only")
    if seat.role == Role.OWNER and not members.other_owners(uow, seat.user_id):
        said = _("This is the last owner: make somebody else an owner first.")
        raise Conflict(said, code="last_owner")
    who = Somebody(seat.user_id, seat.user.name, seat.user.email)
    seated = members.by_ids(uow, [one for one in (to, fallback) if one is not None])
    return Leave(who, _heir(seated, to, who, "to"), _heir(seated, fallback, who, "fallback"))


def _heir(seated: dict[UUID, members.Member], user_id: UUID | None, who: Somebody, field: str) -> Somebody | None:
    if user_id is None:
        return None
    found = seated.get(user_id)
    if found is None or user_id == who.id:
        raise InvalidInput(_("Choose somebody else with a seat here."), field=field, code="no_seat")
    return Somebody(found.user_id, found.name, found.email)


def _record(uow: UnitOfWork, made: Plan) -> None:
    """One event for the whole; each part has left its own beside it."""
    summary = {fate: ", ".join(f"{one.kind}: {one.count}" for one in made.of(fate)) for fate in Fate}
    heirs = {"to": made.leave.to, "fallback": made.leave.fallback}
    named = {name: one.email if one is not None else None for name, one in heirs.items()}
    target = audit.Target("user", str(made.leave.who.id), made.leave.who.name, personal=True)
    metadata = {**named, "handed": summary[Fate.HANDED] or None, "ended": summary[Fate.ENDED] or None}
    audit.record(uow, "member.left", targets=[target], metadata=metadata)
