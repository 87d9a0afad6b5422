"""Users: seats of the workspace, given, changed and taken away by the same services as on the page of people."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import false

from studio.accounts.federation import configuring
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import invitations, members, provisioned
from studio.api.scim import schemas, searching
from studio.api.scim.blueprint import address, mailer, settings
from studio.api.scim.errors import ScimError
from studio.api.scim.reading import WantedUser, split
from studio.approvals.service import groups
from studio.core import ids
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.leaving import service as leaving

_EMAIL = searching.text(User.email)
_ROLE = searching.text(Seat.role)
ATTRIBUTES: Mapping[str, searching.Attribute] = {
    "id": searching.key(lambda value: Seat.id == ids.parse_id(value) if ids.parse_id(value) else false()),
    "username": _EMAIL, "emails": _EMAIL, "emails.value": _EMAIL, "emails.type": searching.fixed("work"),
    "externalid": searching.text(Seat.external_id, exact=True),
    "displayname": searching.text(User.name), "name.formatted": searching.text(User.name),
    "active": searching.truth(Seat.disabled_at.is_(None)), "roles": _ROLE, "roles.value": _ROLE,
}  # fmt: skip


def create(uow: UnitOfWork, wanted: WantedUser) -> Seat:
    """Give somebody a seat; one that the directory has deleted before is given back.

    Where people come in by the workspace's provider they get no mail. Raises Conflict where they have a seat.
    """
    email = members.normal_email(wanted.user_name)
    provider = configuring.current(uow)
    role = wanted.role or (Role(provider.default_role) if provider and provider.default_role else Role.APPROVER)
    former = provisioned.removed(uow, email)
    if former is not None:
        members.enable(uow, former.id)
        seat_id = members.change_role(uow, former.id, role).id
    elif provider is not None:
        seat_id = members.add(uow, email=email, name=wanted.name, role=role)[0].id
    else:
        public_url = settings().public_url
        seat_id = invitations.invite(uow, mailer(), email=email, name=wanted.name, role=role, public_url=public_url).id
    uow.session.flush()
    seat = provisioned.find(uow, seat_id)
    provisioned.keep(uow, seat, external_id=wanted.external_id, name=wanted.name)
    if wanted.active is False:
        _leave(uow, seat)
    return _after(uow, seat_id)


def replace(uow: UnitOfWork, seat_id: UUID | None, wanted: WantedUser) -> Seat:
    """Make a user what it shall be. `active=false` takes the seat away by the plan for leaving.

    Raises NotFound, ScimError where another address is wanted, Conflict where the plan would leave something behind
    that nobody could decide.
    """
    members.hold_owners(uow)
    seat = provisioned.find(uow, seat_id, lock=True)
    if members.normal_email(wanted.user_name) != seat.user.email:
        said = _("The address is the person's, and other workspaces may know them by it: only they change it.")
        raise ScimError(said, "mutability")
    provisioned.keep(uow, seat, external_id=wanted.external_id, name=wanted.name)
    if wanted.active is False:
        if seat.disabled_at is None:
            _leave(uow, seat)
        return _after(uow, seat_id)
    if wanted.active and seat.disabled_at is not None:
        members.enable(uow, seat.id)
    if wanted.role is not None and seat.disabled_at is None:
        members.change_role(uow, seat.id, wanted.role)
    return _after(uow, seat_id)


def remove(uow: UnitOfWork, seat_id: UUID | None) -> None:
    """Take a user away: for the directory it is gone. Raises as `replace`."""
    members.hold_owners(uow)
    seat = provisioned.find(uow, seat_id, lock=True)
    if seat.disabled_at is None:
        _leave(uow, seat)
        seat = _after(uow, seat_id)
    provisioned.forget(uow, seat)


def documents(uow: UnitOfWork, seats: Sequence[Seat], *, with_groups: bool) -> list[dict[str, Any]]:
    """Users as SCIM writes them; their groups in one query."""
    found = groups.of_people(uow, [seat.user_id for seat in seats]) if with_groups else {}
    return [_document(seat, found.get(seat.user_id, {})) for seat in seats]


def _document(seat: Seat, in_groups: Mapping[UUID, str]) -> dict[str, Any]:
    given, family = split(seat.user.name)
    named = [{"value": str(one), "display": name, "$ref": address("Groups", one)} for one, name in in_groups.items()]
    found: dict[str, Any] = {
        "schemas": [schemas.USER], "id": str(seat.id), "externalId": seat.external_id, "userName": seat.user.email,
        "name": {"formatted": seat.user.name, "givenName": given, "familyName": family},
        "displayName": seat.user.name, "active": seat.disabled_at is None,
        "emails": [{"value": seat.user.email, "type": "work", "primary": True}],
        "roles": [{"value": seat.role, "primary": True}], "groups": named,
        "meta": {"resourceType": "User", "created": seat.created_at.isoformat(),
                 "location": address("Users", seat.id)},
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def _leave(uow: UnitOfWork, seat: Seat) -> None:
    """Whoever the token acts for takes over, and another owner what that person may not."""
    owners = [one for one in sorted(members.acting_owners(uow)) if one != seat.user_id]
    acting = uow.actor.user_id
    to = acting if acting != seat.user_id else next(iter(owners), None)
    fallback = next((one for one in owners if one != to), None)
    made = leaving.plan(uow, seat.id, to=to, fallback=fallback)
    if made.problems:
        why = " ".join(one.problem for one in made.problems)
        raise Conflict(_("Nothing was changed: %(why)s", why=why), code="would_stall")
    leaving.leave(uow, mailer(), seat.id, to=to, fallback=fallback, public_url=settings().public_url)


def _after(uow: UnitOfWork, seat_id: UUID | None) -> Seat:
    uow.session.flush()
    return provisioned.find(uow, seat_id)
