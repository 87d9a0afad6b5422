"""Folder, tags and owner of workflows: what people find them by. Each change is audited with what it was before."""

import re
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from studio import audit
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow, WorkflowTag
from studio.runtime.service.workflows import target

LONGEST_FOLDER, LONGEST_TAG, MOST_TAGS = 80, 30, 20
OWNING = (Role.OWNER.value, Role.ADMIN.value, Role.BUILDER.value)
"""Seats that may edit a workflow, and so own one."""
_TAG = re.compile(r"[\w][\w .&+-]*", re.UNICODE)


def folder_of(text: str) -> str:
    """A folder's name, tidied; empty: none. Raises InvalidInput."""
    folder = " ".join(text.split())
    if len(folder) > LONGEST_FOLDER:
        raise InvalidInput(
            _("A folder's name has %(most)s characters at most.", most=LONGEST_FOLDER), field="folder",
            code="workflow.folder",
        )  # fmt: skip
    return folder


def tag_of(text: str, field: str = "tags") -> str:
    """A tag, tidied. Raises InvalidInput."""
    tag = " ".join(text.lower().split())
    if len(tag) > LONGEST_TAG or not _TAG.fullmatch(tag):
        said = _("A tag has 1 to %(most)s letters or digits, such as “refunds”.", most=LONGEST_TAG)
        raise InvalidInput(said, field=field, code="workflow.tag")
    return tag


def move(uow: UnitOfWork, workflow: Workflow, folder: str) -> None:
    """Put it into a folder, which is there by having something in it; empty: out of any."""
    folder = folder_of(folder)
    if folder != workflow.folder:
        _changed(uow, workflow, {"folder": (workflow.folder, folder)})
        workflow.folder, workflow.updated_at = folder, uow.now


def tags_of(uow: UnitOfWork, workflow_ids: Collection[UUID]) -> Mapping[UUID, list[str]]:
    """Their tags, sorted."""
    found: dict[UUID, list[str]] = {}
    query = select(WorkflowTag).where(WorkflowTag.workflow_id.in_(workflow_ids)).order_by(WorkflowTag.tag)
    for row in uow.session.scalars(query) if workflow_ids else ():
        found.setdefault(row.workflow_id, []).append(row.tag)
    return found


def set_tags(uow: UnitOfWork, workflow: Workflow, wanted: Sequence[str]) -> None:
    """Give it just these tags. Raises InvalidInput with the one that is none."""
    tags = sorted({tag_of(tag, f"tags.{place}") for place, tag in enumerate(wanted)})
    if len(tags) > MOST_TAGS:
        said = _("A workflow has %(most)s tags at most.", most=MOST_TAGS)
        raise InvalidInput(said, field="tags", code="workflow.too_many_tags")
    before = list(tags_of(uow, [workflow.id]).get(workflow.id, ()))
    if tags == before:
        return
    gone = set(before) - set(tags)
    if gone:
        rows = delete(WorkflowTag).where(WorkflowTag.workflow_id == workflow.id, WorkflowTag.tag.in_(gone))
        uow.session.execute(rows.execution_options(synchronize_session="fetch"))
    uow.session.add_all(WorkflowTag(workflow_id=workflow.id, tag=tag) for tag in tags if tag not in before)
    uow.session.flush()
    workflow.updated_at = uow.now
    _changed(uow, workflow, {"tags": (before, tags)})


def retag(uow: UnitOfWork, workflow: Workflow, add: Sequence[str], remove: Sequence[str]) -> None:
    """Add some tags and take others away. Raises as set_tags() does."""
    gone = {tag_of(tag, "remove_tags") for tag in remove}
    kept = [tag for tag in tags_of(uow, [workflow.id]).get(workflow.id, ()) if tag not in gone]
    set_tags(uow, workflow, [*(tag_of(tag, "add_tags") for tag in add), *kept])


def hand_over(uow: UnitOfWork, workflow: Workflow, user_id: UUID) -> None:
    """Make it somebody's, who is told from now on when a run fails. Raises InvalidInput for who may not edit it."""
    seat = select(Seat.user_id).where(Seat.user_id == user_id, Seat.role.in_(OWNING), Seat.disabled_at.is_(None))
    if uow.session.scalar(seat) is None:
        said = _("A workflow belongs to somebody with a seat that may edit it.")
        raise InvalidInput(said, field="owner_id", code="workflow.owner")
    if user_id == workflow.owner_id:
        return
    before, workflow.owner_id, workflow.updated_at = workflow.owner_id, user_id, uow.now
    change = audit.Change("owner", str(before) if before else None, str(user_id), personal=True)
    audit.record(uow, "workflow.updated", targets=[target(workflow)], changes=[change])


def possible_owners(uow: UnitOfWork, limit: int = 500) -> Sequence[tuple[UUID, str]]:
    """People who may own a workflow, by name."""
    found = (
        select(User.id, User.name)
        .join(Seat, Seat.user_id == User.id)
        .where(Seat.role.in_(OWNING), Seat.disabled_at.is_(None))
    )
    return [(row[0], row[1]) for row in uow.session.execute(found.order_by(User.name, User.id).limit(limit))]


def folders(uow: UnitOfWork, limit: int = 200) -> Sequence[str]:
    """Folders that have something in them, archived workflows left out."""
    live = select(Workflow.folder).where(Workflow.folder != "", Workflow.archived_at.is_(None))
    return list(uow.session.scalars(live.distinct().order_by(Workflow.folder).limit(limit)))


def tags(uow: UnitOfWork, limit: int = 200) -> Sequence[str]:
    """Tags that workflows have."""
    return list(uow.session.scalars(select(WorkflowTag.tag).distinct().order_by(WorkflowTag.tag).limit(limit)))


def _changed(uow: UnitOfWork, workflow: Workflow, changes: dict[str, tuple[object, object]]) -> None:
    audit.record(uow, "workflow.updated", targets=[target(workflow)], changes=changes)
