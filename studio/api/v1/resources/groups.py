"""Groups of approvers."""

from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.groups import GroupMember, GroupSave, GroupView
from studio.api.v1.shapes.open_changes import OpenApply, OpenChanges, change_view
from studio.approvals.service import applying, groups
from studio.core.unit_of_work import UnitOfWork

TAG = "Approver groups"
ONE = "/approver-groups/<uuid:group_id>"


@operation("GET", "/approver-groups", tag=TAG, needs="group.read", query=Paged, answer=ListOf[GroupView])
def list_groups(uow: UnitOfWork, query: Paged) -> ListOf[GroupView]:
    """The groups with their people, oldest first."""
    page, after = cut(groups.all_groups(uow), lambda group: group.id, query.cursor, query.limit)
    return ListOf[GroupView](data=[_view(group) for group in page], next_cursor=after)


@operation("POST", "/approver-groups", tag=TAG, needs="group.manage", body=GroupSave, answer=GroupView, status=201,
           conflicts=True)  # fmt: skip
def create_group(uow: UnitOfWork, body: GroupSave) -> GroupView:
    """Make a group."""
    row = groups.create(uow, body.name, body.members)
    uow.session.flush()
    return _view(groups.get(uow, row.id))


@operation("GET", ONE, tag=TAG, needs="group.read", answer=GroupView)
def get_group(uow: UnitOfWork, group_id: UUID) -> GroupView:
    """One group with its people."""
    return _view(groups.get(uow, group_id))


@operation("PUT", ONE, tag=TAG, needs="group.manage", body=GroupSave, answer=GroupView, conflicts=True)
def replace_group(uow: UnitOfWork, group_id: UUID, body: GroupSave) -> GroupView:
    """Say what a group is called and who is in it. Requests that are open keep whom they asked."""
    groups.rename(uow, group_id, body.name)
    groups.set_members(uow, group_id, body.members)
    uow.session.flush()
    return _view(groups.get(uow, group_id))


@operation("DELETE", ONE, tag=TAG, needs="group.manage")
def delete_group(uow: UnitOfWork, group_id: UUID) -> None:
    """Delete a group. Requests that are open keep whom they asked."""
    groups.remove(uow, group_id)


@operation("GET", f"{ONE}/open-changes", tag=TAG, needs="group.manage", answer=OpenChanges)
def get_group_open_changes(uow: UnitOfWork, group_id: UUID) -> OpenChanges:
    """Which open requests would change if they followed the group, and how. Nothing is written; at most 50 at once."""
    plan = applying.plan(uow, group_id)
    return OpenChanges(shown=plan.shown, data=[change_view(one) for one in plan.changes], more=plan.more)


@operation("POST", f"{ONE}/open-changes", tag=TAG, needs="group.manage", body=OpenApply, answer=OpenChanges,
           conflicts=True)  # fmt: skip
def apply_group_to_open(uow: UnitOfWork, group_id: UUID, body: OpenApply) -> OpenChanges:
    """Let open requests follow the group: what each of them got. Those that cannot be changed stay as they are."""
    done = applying.apply(uow, group_id, body.shown, body.requests)
    return OpenChanges(shown=body.shown, data=[change_view(one) for one in done], more=False)


def _view(group: groups.GroupView) -> GroupView:
    people = [GroupMember(user_id=one.id, name=one.name, email=one.email) for one in group.members]
    return GroupView(id=group.id, name=group.name, members=people)
