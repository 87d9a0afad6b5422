"""`/Users`."""

from typing import Any

from flask import Response, request

from studio.accounts.models import Seat
from studio.accounts.permissions import permission
from studio.accounts.service import provisioned
from studio.api.scim import users
from studio.api.scim.blueprint import answer, blueprint, cut, listed, sent, wanted, wants, window
from studio.api.scim.changing import changed, read
from studio.api.scim.patching import lowered
from studio.api.scim.reading import user
from studio.api.scim.searching import condition
from studio.core import web
from studio.core.ids import parse_id


@blueprint.get("/Users")
@permission("member.read")
def list_users() -> Response:
    """Users that a filter fits, oldest first."""
    uow, (first, size) = web.current_uow(), window()
    seats, total = provisioned.page(uow, condition(request.args.get("filter"), users.ATTRIBUTES), first, size)
    found = users.documents(uow, seats, with_groups=wants("groups"))
    return listed([cut(one) for one in found], total, first)


@blueprint.post("/Users")
@permission("member.manage")
def create_user() -> Response:
    """Give somebody a seat."""
    return _written(users.create(web.current_uow(), read(user, lowered(sent()))), 201)


@blueprint.get("/Users/<seat_id>")
@permission("member.read")
def get_user(seat_id: str) -> Response:
    """One user."""
    return _written(provisioned.find(web.current_uow(), parse_id(seat_id)))


@blueprint.put("/Users/<seat_id>")
@permission("member.manage")
def replace_user(seat_id: str) -> Response:
    """Make a user what is sent."""
    return _written(users.replace(web.current_uow(), parse_id(seat_id), read(user, lowered(sent()))))


@blueprint.patch("/Users/<seat_id>")
@permission("member.manage")
def change_user(seat_id: str) -> Response:
    """Change a user by operations: all of them or none."""
    uow, body = web.current_uow(), sent()
    now = provisioned.find(uow, parse_id(seat_id), lock=True)
    return _written(users.replace(uow, now.id, read(user, changed(_document(now), body))))


@blueprint.delete("/Users/<seat_id>")
@permission("member.manage")
def delete_user(seat_id: str) -> Response:
    """Take a user away."""
    users.remove(web.current_uow(), parse_id(seat_id))
    return Response(status=204)


def _written(seat: Seat, status: int = 200) -> Response:
    return answer(wanted(lambda full: _document(seat, full=full), "groups"), status)


def _document(seat: Seat, *, full: bool = False) -> dict[str, Any]:
    return users.documents(web.current_uow(), [seat], with_groups=full)[0]
