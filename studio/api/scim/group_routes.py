"""`/Groups`."""

from typing import Any

from flask import Response, request

from studio.accounts.permissions import permission
from studio.api.scim import groups
from studio.api.scim.blueprint import answer, blueprint, cut, listed, sent, wanted, wants, window
from studio.api.scim.changing import changed, read
from studio.api.scim.patching import lowered
from studio.api.scim.reading import group
from studio.api.scim.searching import condition
from studio.approvals.service import groups as service
from studio.approvals.service.groups import GroupView
from studio.core import web
from studio.core.ids import parse_id


@blueprint.get("/Groups")
@permission("group.read")
def list_groups() -> Response:
    """Groups that a filter fits, oldest first."""
    uow, (first, size) = web.current_uow(), window()
    rows, total = service.page(uow, condition(request.args.get("filter"), groups.ATTRIBUTES), first, size)
    found = groups.documents(uow, rows, with_members=wants("members"))
    return listed([cut(one) for one in found], total, first)


@blueprint.post("/Groups")
@permission("group.manage")
def create_group() -> Response:
    """Make a group."""
    return _written(groups.create(web.current_uow(), read(group, lowered(sent()))), 201)


@blueprint.get("/Groups/<group_id>")
@permission("group.read")
def get_group(group_id: str) -> Response:
    """One group."""
    return _written(groups.find(web.current_uow(), parse_id(group_id)))


@blueprint.put("/Groups/<group_id>")
@permission("group.manage")
def replace_group(group_id: str) -> Response:
    """Make a group what is sent."""
    return _written(groups.replace(web.current_uow(), parse_id(group_id), read(group, lowered(sent()))))


@blueprint.patch("/Groups/<group_id>")
@permission("group.manage")
def change_group(group_id: str) -> Response:
    """Change a group by operations: all of them or none."""
    uow, body = web.current_uow(), sent()
    service.hold(uow, groups.find(uow, parse_id(group_id)).id)
    now = groups.find(uow, parse_id(group_id))
    return _written(groups.replace(uow, now.id, read(group, changed(_document(now, full=True), body))))


@blueprint.delete("/Groups/<group_id>")
@permission("group.manage")
def delete_group(group_id: str) -> Response:
    """Delete a group. Requests that are open keep whom they asked."""
    uow = web.current_uow()
    service.remove(uow, groups.find(uow, parse_id(group_id)).id)
    return Response(status=204)


def _written(found: GroupView, status: int = 200) -> Response:
    return answer(wanted(lambda full: _document(found, full=full), "members"), status)


def _document(found: GroupView, *, full: bool) -> dict[str, Any]:
    return groups.documents(web.current_uow(), [found], with_members=full)[0]
