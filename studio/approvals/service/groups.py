"""Groups of approvers, and who is behind the names in a rule."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, func, select

from studio import audit
from studio.approvals import people
from studio.approvals.models import ApproverGroup, GroupMember
from studio.approvals.people import Person
from studio.approvals.policy import Candidate
from studio.approvals.service import schedules
from studio.core import ids, tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.unit_of_work import UnitOfWork

USER, GROUP, SCHEDULE = "user:", "group:", "schedule:"


@dataclass(slots=True)
class Named:
    """Who is behind the names of a rule."""

    candidates: list[Candidate] = field(default_factory=list)
    rule: list[dict[str, str]] = field(default_factory=list)
    """The names as people read them, frozen with the request."""
    groups: list[UUID] = field(default_factory=list)
    """Those of the names that are groups."""
    unknown: list[str] = field(default_factory=list)
    """Names, as they were written, behind which there is nothing."""


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with its people, for pages."""

    id: UUID
    name: str
    members: tuple[Person, ...]
    external_id: str | None = None
    """What the company's directory calls it."""


def resolve(uow: UnitOfWork, refs: Sequence[str], at: datetime | None = None) -> Named:
    """The people behind `user:<id or e-mail>`, `group:<name>` and `schedule:<name>`, in order.

    `at`: the moment at which somebody is on call, now unless it is said.
    """
    keys = [_key(ref[len(GROUP) :]) for ref in refs if ref.startswith(GROUP)]
    groups = {_key(group.name): group for group in _views(uow, keys)} if keys else {}
    wanted = [_bare(ref) for ref in refs if not ref.startswith((GROUP, SCHEDULE))]
    found = _named_people(uow, wanted) if wanted else {}
    named = Named()
    for ref in refs:
        if ref.startswith(GROUP):
            _add_group(named, groups.get(_key(ref[len(GROUP) :])), ref[len(GROUP) :])
        elif ref.startswith(SCHEDULE):
            _add_on_call(uow, named, ref[len(SCHEDULE) :].strip(), at)
        else:
            _add_person(named, found.get(_bare(ref)), _bare(ref))
    return named


def all_groups(uow: UnitOfWork) -> list[GroupView]:
    """Every group with its people, by name."""
    return _views(uow, None)


def names(uow: UnitOfWork, of: UUID | None = None) -> dict[UUID, str]:
    """Names of groups by id, in their order; `of`: those alone that a person is in."""
    query = select(ApproverGroup.id, ApproverGroup.name).order_by(ApproverGroup.name_key)
    if of is not None:
        query = query.join(GroupMember, GroupMember.group_id == ApproverGroup.id).where(GroupMember.user_id == of)
    return {row.id: row.name for row in uow.session.execute(query)}


def page(uow: UnitOfWork, which: ColumnElement[bool], first: int, size: int) -> tuple[list[GroupView], int]:
    """Groups with their people, oldest first, from the `first` (1) on, and how many there are, for a directory."""
    mine = select(ApproverGroup).where(which)
    total = uow.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = uow.session.scalars(mine.order_by(ApproverGroup.id).offset(first - 1).limit(size)).all()
    return _with_people(uow, rows), total


def of_people(uow: UnitOfWork, user_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, str]]:
    """Names of groups by id, of each of some people."""
    query = select(GroupMember.user_id, ApproverGroup.id, ApproverGroup.name)
    query = query.join(ApproverGroup, GroupMember.group_id == ApproverGroup.id)
    found: dict[UUID, dict[UUID, str]] = {}
    rows = uow.session.execute(query.where(GroupMember.user_id.in_(list(user_ids))).order_by(ApproverGroup.name_key))
    for user_id, group_id, name in rows:
        found.setdefault(user_id, {})[group_id] = name
    return found


def hold(uow: UnitOfWork, group_id: UUID) -> None:
    """Let nobody else change a group until the commit."""
    uow.session.scalar(select(ApproverGroup.id).where(ApproverGroup.id == group_id).with_for_update())


def call(uow: UnitOfWork, group_id: UUID, external_id: str | None) -> None:
    """Keep what the company's directory calls it."""
    tenancy.get(uow.session, ApproverGroup, group_id, "approver group").external_id = external_id


def get(uow: UnitOfWork, group_id: UUID) -> GroupView:
    """One group with its people."""
    row = tenancy.get(uow.session, ApproverGroup, group_id, "approver group")
    return _views(uow, [row.name_key])[0]


def create(uow: UnitOfWork, name: str, members: Iterable[UUID] = ()) -> ApproverGroup:
    """Make a group. Raises Conflict where the name is taken."""
    row = ApproverGroup(id=ids.new_id(), created_at=uow.now, name="", name_key="")
    _name(uow, row, name)
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "approver_group.created", targets=[_target(row)])
    _put_members(uow, row, members)
    return row


def rename(uow: UnitOfWork, group_id: UUID, name: str) -> None:
    """Change the name. Rules name groups by it, so workflows that use the old one must follow."""
    row = tenancy.get(uow.session, ApproverGroup, group_id, "approver group")
    old = row.name
    if old == name.strip():
        return
    _name(uow, row, name)
    changed = audit.Change("name", old, row.name)
    audit.record(uow, "approver_group.renamed", targets=[_target(row)], changes=[changed])


def set_members(uow: UnitOfWork, group_id: UUID, members: Iterable[UUID]) -> None:
    """Say who is in it. Requests that are open keep whom they asked."""
    row = tenancy.get(uow.session, ApproverGroup, group_id, "approver group")
    _put_members(uow, row, members)


def remove(uow: UnitOfWork, group_id: UUID) -> None:
    """Take a group away. Requests that are open keep whom they asked."""
    row = tenancy.get(uow.session, ApproverGroup, group_id, "approver group")
    audit.record(uow, "approver_group.deleted", targets=[_target(row)])
    uow.session.execute(delete(GroupMember).where(GroupMember.group_id == group_id))
    uow.session.delete(row)


def _put_members(uow: UnitOfWork, row: ApproverGroup, members: Iterable[UUID]) -> None:
    wanted = people.by_ids(uow, members)
    if any(not person.may_decide for person in wanted.values()):
        raise InvalidInput(_("Everybody in a group needs a seat that can decide."), field="members")
    of_group = GroupMember.group_id == row.id
    held = set(uow.session.scalars(select(GroupMember.user_id).where(of_group)))
    gone, new = held - wanted.keys(), wanted.keys() - held
    if not gone and not new:
        return
    uow.session.execute(delete(GroupMember).where(of_group, GroupMember.user_id.in_(gone)))
    uow.session.add_all(GroupMember(group_id=row.id, user_id=user_id) for user_id in new)
    names = people.by_ids(uow, held | wanted.keys())
    changed = audit.Change("members", _emails(names, held), _emails(names, wanted.keys()), personal=True)
    audit.record(
        uow,
        "approver_group.members_changed",
        targets=[_target(row)],
        changes=[changed],
    )


def _views(uow: UnitOfWork, keys: Sequence[str] | None) -> list[GroupView]:
    query = select(ApproverGroup).order_by(ApproverGroup.name_key)
    if keys is not None:
        query = query.where(ApproverGroup.name_key.in_(keys))
    return _with_people(uow, uow.session.scalars(query).all())


def _with_people(uow: UnitOfWork, groups: Sequence[ApproverGroup]) -> list[GroupView]:
    members: dict[UUID, list[UUID]] = {group.id: [] for group in groups}
    pairs = uow.session.execute(
        select(GroupMember.group_id, GroupMember.user_id).where(GroupMember.group_id.in_(members))
    )
    for group_id, user_id in pairs:
        members[group_id].append(user_id)
    seated = people.by_ids(uow, {one for some in members.values() for one in some})
    return [_view(group, seated, members[group.id]) for group in groups]


def _view(group: ApproverGroup, seated: dict[UUID, Person], members: Iterable[UUID]) -> GroupView:
    return GroupView(group.id, group.name, _sorted(seated, members), group.external_id)


def _sorted(seated: dict[UUID, Person], members: Iterable[UUID]) -> tuple[Person, ...]:
    here = (seated[one] for one in members if one in seated)
    return tuple(sorted(here, key=lambda person: person.name.casefold()))


def _named_people(uow: UnitOfWork, wanted: Sequence[str]) -> dict[str, Person]:
    """By id and by address at once, so that each name finds its person either way."""
    by_id = [user_id for text in wanted if (user_id := ids.parse_id(text)) is not None]
    found: dict[str, Person] = {}
    for person in people.by_refs(uow, by_id, wanted):
        found[str(person.id)] = found[person.email] = person
    return found


def _add_group(named: Named, group: GroupView | None, name: str) -> None:
    named.rule.append({"kind": "group", "name": group.name if group else name})
    if group is None:
        named.unknown.append(name)
    named.groups += [group.id] if group else []
    for member in group.members if group else ():
        why = {"kind": "group", "name": group.name if group else name}
        named.candidates.append(
            Candidate(member.id, member.email, member.may_decide, why, member.role, group.id if group else None)
        )


def _add_on_call(uow: UnitOfWork, named: Named, name: str, at: datetime | None) -> None:
    """Whoever is on call at that moment; a handover later moves no request that is open."""
    schedule = schedules.find(uow, name)
    named.rule.append({"kind": "schedule", "name": schedule.name if schedule else name})
    if schedule is None:
        named.unknown.append(name)
    person = schedules.now_on_call(uow, schedule, at) if schedule else None
    if schedule is not None and person is not None:
        why = {"kind": "schedule", "name": schedule.name}
        named.candidates.append(Candidate(person.id, person.email, person.may_decide, why, person.role))


def _add_person(named: Named, person: Person | None, text: str) -> None:
    named.rule.append({"kind": "user", "name": person.name if person else text})
    if person is None:
        named.unknown.append(text)
    if person is not None:
        why = {"kind": "named"}
        named.candidates.append(Candidate(person.id, person.email, person.may_decide, why, person.role))


def _name(uow: UnitOfWork, row: ApproverGroup, name: str) -> None:
    name = " ".join(name.split())
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("A group needs a name of up to 80 letters."), field="name")
    taken = select(func.count()).where(ApproverGroup.name_key == _key(name), ApproverGroup.id != row.id)
    if uow.session.scalar(taken.select_from(ApproverGroup)):
        raise Conflict(_("There is a group of that name."), code="name_taken", field="name")
    row.name, row.name_key = name, _key(name)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()[:80]


def _bare(ref: str) -> str:
    return ref.removeprefix(USER).strip().lower()


def _emails(names: dict[UUID, Person], members: Iterable[UUID]) -> list[str]:
    return sorted(names[one].email for one in members if one in names)


def _target(row: ApproverGroup) -> audit.Target:
    return audit.Target("approver_group", row.id, row.name)
