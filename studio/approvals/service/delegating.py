"""Absences: setting one, asking whoever stands in, and taking back what was asked of them once it is over."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio import audit
from studio.accounts.models import Seat
from studio.approvals import people, policy, together, trail
from studio.approvals.delegates import Absence, Kept, Standing, overlaps, resolve
from studio.approvals.models import Assignment, Delegation, Request
from studio.approvals.outcomes import LIVE, WAITING, AssignmentState
from studio.approvals.people import Person
from studio.approvals.service import rows, timers
from studio.core import ids, outbox
from studio.core.errors import Forbidden, InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork

TOPIC = "approval.absence"
SLACK = timedelta(minutes=5)
"""How long ago "now" may be: a form takes a while to be filled in."""
BATCH = 100


def create(
    uow: UnitOfWork, owner_id: UUID, to: UUID, starts_at: datetime, ends_at: datetime, *, open_items: bool
) -> Delegation:
    """Say who stands in for somebody. People do it for themselves, admins for everybody.

    Raises Forbidden, or InvalidInput with the field: `owner`, `to`, `starts_at`, `ends_at`.
    """
    owner, delegate = _owner(uow, owner_id), people.by_id(uow, to)
    if delegate is None or not delegate.may_decide:
        raise InvalidInput(_("That person has no seat that can decide."), field="to")
    if delegate.id == owner.id:
        raise InvalidInput(_("Somebody else has to stand in."), field="to")
    if starts_at < uow.now - SLACK:
        raise InvalidInput(_("Choose a beginning that is not past."), field="starts_at", code="in_the_past")
    starts_at = max(starts_at, uow.now)
    if ends_at <= starts_at:
        raise InvalidInput(_("Choose an end after the beginning."), field="ends_at", code="in_the_past")
    _hold(uow, owner.id)
    if overlaps(starts_at, ends_at, [one for one in planned(uow) if one.owner == owner.id]):
        message = _("%(name)s is away already in a part of that time.", name=owner.name)
        raise InvalidInput(message, field="starts_at", code="overlapping")
    row = Delegation(
        id=ids.new_id(),
        user_id=owner.id,
        to_user_id=delegate.id,
        starts_at=starts_at,
        ends_at=ends_at,
        open_items=open_items,
        created_at=uow.now,
        created_by=uow.actor.user_id,
    )
    uow.session.add(row)
    uow.session.flush()
    _record(uow, "delegation.created", owner, to=delegate.email, starts_at=starts_at, ends_at=ends_at)
    for moment in (starts_at, ends_at):
        _look_again(uow, row, moment)
    return row


def end(uow: UnitOfWork, delegation_id: UUID) -> Delegation:
    """Be back earlier, or not go at all. What was decided meanwhile stays decided."""
    row = uow.session.get(Delegation, delegation_id)
    if row is None or (row.user_id != uow.actor.user_id and not rows.acting(uow).may_manage):
        raise NotFound(_("There is no such absence here."), resource=f"delegation:{delegation_id}")
    owner = _owner(uow, row.user_id)
    if row.ends_at > uow.now:
        row.ends_at = uow.now
        uow.session.flush()
        _record(uow, "delegation.ended", owner)
        _look_again(uow, row, uow.now)
    return row


def known(uow: UnitOfWork, reader: Person) -> list[Delegation]:
    """Absences that are not over: the reader's own, those in which they stand in, and to admins everybody's."""
    query = select(Delegation).where(Delegation.ends_at > uow.now).order_by(Delegation.starts_at, Delegation.id)
    found = uow.session.scalars(query)
    return [one for one in found if reader.may_manage or reader.id in (one.user_id, one.to_user_id)]


def extend(uow: UnitOfWork, request: Request, shares: Iterable[Assignment]) -> list[Assignment]:
    """Ask also whoever stands in for the people of some open shares. The owners keep theirs."""
    return extend_all(uow, [(request, shares)])


def extend_all(uow: UnitOfWork, asked: Sequence[tuple[Request, Iterable[Assignment]]]) -> list[Assignment]:
    """The same for shares of several requests."""
    absences = planned(uow)
    made = []
    for request, share in ((request, share) for request, shares in asked for share in shares) if absences else ():
        if share.state in LIVE and share.delegation_id is None:
            found = _standing(uow, request, share, absences)
            if found.delegate is not None:
                made.append(_ask(uow, request, share, found))
            elif found.kept is not Kept.PRESENT and found.kept is not None:
                share.why = share.why | {"kept": found.kept.value}
    return made


def away(uow: UnitOfWork) -> set[UUID]:
    """Everybody who is away now."""
    return {one.owner for one in planned(uow) if one.starts_at <= uow.now < one.ends_at}


def holds(uow: UnitOfWork, request: Request, share: Assignment) -> bool:
    """Whether a share that somebody got by an absence may still be decided by them."""
    if share.delegation_id is None:
        return True
    own = next((one for one in rows.assignments(uow, request) if one.id == share.handed_from), None)
    owner = people.by_id(uow, own.user_id) if own is not None and own.state in LIVE else None
    if owner is None or not owner.may_decide:
        return False
    return resolve(owner.id, uow.now, planned(uow), lambda person: person == share.user_id).delegate is not None


def signing(person: Person, shares: Sequence[Assignment]) -> Person:
    """The person, under both names where they stand in for somebody."""
    held = [share for share in shares if share.delegation_id is not None]
    return replace(person, acting_for=held[0].why.get("name", "")) if held else person


def take_back(uow: UnitOfWork, shares: Iterable[Assignment], share: Assignment) -> None:
    """End what whoever stands in got of a share that its owner hands on."""
    lost = [one for one in shares if one.handed_from == share.id and one.delegation_id and one.state in LIVE]
    for one in lost:
        rows.close(uow, one, AssignmentState.REVOKED)
    rows.kill_links(uow, [one.id for one in lost])


def look(uow: UnitOfWork, payload: dict[str, str]) -> None:
    """An absence began or ended: bring what is open in line with it, some requests at a time."""
    row = uow.session.get(Delegation, UUID(payload["delegation_id"]))
    if row is None:
        return
    after = UUID(payload["after"]) if "after" in payload else None
    concerned = _concerned(uow, row, after)
    for request_id in concerned:
        _bring_in_line(uow, rows.locked(uow, request_id), row)
    if len(concerned) == BATCH:
        key = f"{TOPIC}:{row.id}:{payload['at']}:{concerned[-1]}"
        outbox.enqueue(uow, TOPIC, key=key, payload=payload | {"after": str(concerned[-1])})


def _concerned(uow: UnitOfWork, row: Delegation, after: UUID | None) -> Sequence[UUID]:
    """Requests with shares that stand-ins hold, and those in which the owner's own may go to one."""
    delegated = Assignment.delegation_id.is_not(None)
    begun = row.open_items and row.starts_at <= uow.now < row.ends_at
    query = (
        select(Assignment.request_id)
        .where(Assignment.state.in_(LIVE), delegated | (Assignment.user_id == row.user_id) if begun else delegated)
        .distinct()
        .order_by(Assignment.request_id)
        .limit(BATCH)
    )
    return uow.session.scalars(query.where(Assignment.request_id > after) if after else query).all()


def _bring_in_line(uow: UnitOfWork, request: Request, row: Delegation) -> None:
    if not request.open:
        return
    shares = rows.assignments(uow, request)
    lost = [one for one in shares if one.state in LIVE and not holds(uow, request, one)]
    for share in lost:
        rows.close(uow, share, AssignmentState.REVOKED)
    rows.kill_links(uow, [share.id for share in lost])
    uow.session.flush()
    timers.release_if(uow, request, {share.id for share in lost})
    again = {share.handed_from for share in lost}
    begun = row.open_items and row.starts_at <= uow.now < row.ends_at
    extend(uow, request, [one for one in shares if one.id in again or (begun and one.user_id == row.user_id)])


def _ask(uow: UnitOfWork, request: Request, share: Assignment, found: Standing) -> Assignment:
    assert found.delegate is not None  # noqa: S101 - the caller has looked
    owner = people.by_id(uow, share.user_id)
    why = {"kind": "delegate", "name": owner.name if owner else ""}
    new = rows.assign(uow, request, found.delegate, why, stage=share.stage, place_id=rows.place(share))
    new.handed_from, new.delegation_id = share.id, found.path[-1].id
    together.flush(uow)
    trail.mail_asked(uow, new.id)
    delegate = people.by_id(uow, found.delegate)
    trail.record(
        uow, "approval.delegated", request,
        from_=str(share.user_id), to=delegate.email if delegate else "", steps=len(found.path),
    )  # fmt: skip
    return new


def _standing(uow: UnitOfWork, request: Request, share: Assignment, absences: list[Absence]) -> Standing:
    return resolve(share.user_id, uow.now, absences, _suitable(uow, request, share))


def _suitable(uow: UnitOfWork, request: Request, share: Assignment) -> Callable[[UUID], bool]:
    """Who can decide in a share's place: with a seat, not barred, not asked already or earlier, not heard yet."""

    def may(user_id: UUID) -> bool:
        person, shares = people.by_id(uow, user_id), rows.assignments(uow, request)
        if person is None or not person.may_decide or person.role in rows.rule(request, shares).exclude_roles:
            return False
        if user_id in _earlier(shares, share):
            return False
        asked = any(one.user_id == user_id and one.stage == share.stage and one.state in WAITING for one in shares)
        spoken = any(vote.user_id == user_id and vote.stage == share.stage for vote in rows.votes(uow, request))
        return not asked and not spoken and not policy.is_barred(rows.barred(uow, request), person.email, user_id)

    return may


def _earlier(shares: Sequence[Assignment], share: Assignment) -> set[UUID]:
    """Who had a share before it came here: it does not go back to whoever gave it away."""
    by_id = {one.id: one for one in shares}
    found: set[UUID] = set()
    while share.handed_from is not None and (earlier := by_id.get(share.handed_from)) is not None:
        found.add(earlier.user_id)
        share = earlier
    return found


def planned(uow: UnitOfWork) -> list[Absence]:
    """All that are not over. Few: one a person and time."""
    query = select(Delegation).where(Delegation.ends_at > uow.now)
    return [
        Absence(row.id, row.user_id, row.to_user_id, row.starts_at, row.ends_at) for row in uow.session.scalars(query)
    ]


def _owner(uow: UnitOfWork, owner_id: UUID) -> Person:
    acting, owner = rows.acting(uow), people.by_id(uow, owner_id)
    if acting.id != owner_id and not acting.may_manage:
        raise Forbidden(_("Only an admin can say that somebody else is away."), code="not_yours")
    if owner is None or not owner.may_decide:
        raise InvalidInput(_("That person has no seat that can decide."), field="owner")
    return owner


def _hold(uow: UnitOfWork, owner_id: UUID) -> None:
    """One at a time for each person: two at once must not overlap."""
    uow.session.scalars(select(Seat.id).where(Seat.user_id == owner_id).with_for_update(key_share=True)).all()


def _look_again(uow: UnitOfWork, row: Delegation, at: datetime) -> None:
    stamp = at.isoformat()
    payload = {"delegation_id": str(row.id), "at": stamp}
    outbox.enqueue(uow, TOPIC, key=f"{TOPIC}:{row.id}:{stamp}", payload=payload, due_at=at)


def _record(uow: UnitOfWork, action: str, owner: Person, **said: datetime | str) -> None:
    metadata = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in said.items()}
    target = audit.Target("user", str(owner.id), owner.name, personal=True)
    audit.record(uow, action, targets=[target], metadata=metadata)
