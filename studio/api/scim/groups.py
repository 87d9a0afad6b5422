"""Groups: the workspace's approver groups."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, select

from studio.accounts.models import Seat
from studio.api.scim import schemas, searching
from studio.api.scim.blueprint import address
from studio.api.scim.errors import ScimError
from studio.api.scim.reading import WantedGroup
from studio.approvals.models import ApproverGroup, GroupMember
from studio.approvals.service import groups as service
from studio.approvals.service.groups import GroupView
from studio.core import ids
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


def _has(value: str) -> ColumnElement[bool]:
    seat_id = ids.parse_id(value)
    if seat_id is None:
        return false()
    held = select(GroupMember.user_id).join(Seat, Seat.user_id == GroupMember.user_id)
    return exists(held.where(GroupMember.group_id == ApproverGroup.id, Seat.id == seat_id))


ATTRIBUTES: Mapping[str, searching.Attribute] = {
    "id": searching.key(lambda value: ApproverGroup.id == ids.parse_id(value) if ids.parse_id(value) else false()),
    "displayname": searching.text(ApproverGroup.name),
    "externalid": searching.text(ApproverGroup.external_id, exact=True),
    "members": searching.key(_has), "members.value": searching.key(_has),
}  # fmt: skip


def create(uow: UnitOfWork, wanted: WantedGroup) -> GroupView:
    """Make a group. Raises Conflict where the name is taken, ScimError where a member is nobody here."""
    row = service.create(uow, wanted.name, _people(uow, wanted.members or (), ()))
    service.call(uow, row.id, wanted.external_id)
    uow.session.flush()
    return service.get(uow, row.id)


def replace(uow: UnitOfWork, group_id: UUID | None, wanted: WantedGroup) -> GroupView:
    """Make a group what it shall be. Requests that are open keep whom they asked."""
    now = find(uow, group_id)
    service.rename(uow, now.id, wanted.name)
    service.call(uow, now.id, wanted.external_id)
    if wanted.members is not None:
        held = [one.id for one in now.members]
        service.set_members(uow, now.id, _people(uow, wanted.members, held))
    uow.session.flush()
    return service.get(uow, now.id)


def find(uow: UnitOfWork, group_id: UUID | None) -> GroupView:
    """One group. Raises NotFound."""
    return service.get(uow, group_id or UUID(int=0))


def documents(uow: UnitOfWork, found: Sequence[GroupView], *, with_members: bool) -> list[dict[str, Any]]:
    """Groups as SCIM writes them; the ids of their people's seats in one query."""
    everybody = {person.id for one in found for person in one.members} if with_members else set()
    query = select(Seat.user_id, Seat.id).where(Seat.user_id.in_(everybody))
    seats = {row.user_id: row.id for row in uow.session.execute(query)} if everybody else {}
    return [_document(one, seats) for one in found]


def _document(group: GroupView, seats: Mapping[UUID, UUID]) -> dict[str, Any]:
    listed = [
        {"value": str(seats[one.id]), "display": one.name, "type": "User", "$ref": address("Users", seats[one.id])}
        for one in group.members if one.id in seats
    ]  # fmt: skip
    found: dict[str, Any] = {
        "schemas": [schemas.GROUP], "id": str(group.id), "externalId": group.external_id, "displayName": group.name,
        "members": listed, "meta": {"resourceType": "Group", "location": address("Groups", group.id)},
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _people(uow: UnitOfWork, wanted: Sequence[str], held: Sequence[UUID]) -> list[UUID]:
    """People behind ids of users. Whoever was in it and has no seat any more just goes. Raises ScimError."""
    asked = {one: ids.parse_id(one) for one in wanted}
    query = select(Seat.id, Seat.user_id, Seat.disabled_at).where(Seat.id.in_([one for one in asked.values() if one]))
    found = {row.id: row for row in uow.session.execute(query)}
    unknown = [text for text, seat_id in asked.items() if seat_id not in found]
    if unknown:
        raise ScimError(_("There is no user %(value)s here.", value=unknown[0][:60]), "invalidValue")
    kept = [row for row in found.values() if row.disabled_at is None or row.user_id not in held]
    return [row.user_id for row in kept]
