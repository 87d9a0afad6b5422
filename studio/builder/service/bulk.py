"""One change of many workflows: all of them, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, select

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts import pausing
from studio.runtime.halts.asking import Wanted
from studio.runtime.models import Workflow
from studio.runtime.service import sorting, workflows

MOST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """What is left None stays as it is."""

    folder: str | None = None
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    owner_id: UUID | None = None
    pause: Wanted | None = None
    archive: bool = False

    @property
    def publishes(self) -> bool:
        """Whether it changes what runs, and so asks for more than editing does."""
        return self.archive or self.pause is not None

    @property
    def nothing(self) -> bool:
        """Whether it says anything at all."""
        sorts = self.folder is not None or self.add_tags or self.remove_tags or self.owner_id is not None
        return not (sorts or self.publishes)


def apply(uow: UnitOfWork, workflow_ids: Sequence[UUID], change: Change) -> int:
    """Make it, and audit each. Returns how many workflows those are.

    Raises InvalidInput for what cannot be done to one of them: then nothing has changed.
    """
    wanted = list(dict.fromkeys(workflow_ids))
    if not 0 < len(wanted) <= MOST:
        said = _("Choose 1 to %(most)s workflows.", most=MOST)
        raise InvalidInput(said, field="workflows", code="workflows.count")
    if change.nothing:
        raise InvalidInput(_("Say what to change."), field="change", code="workflows.nothing")
    rows = {row.id: row for row in uow.session.scalars(_live(wanted))}
    missing = [place for place, one in enumerate(wanted) if one not in rows]
    if missing:
        said = _("There is no such workflow, or it is archived.")
        problems = [FieldProblem(f"workflows.{place}", "workflow.unknown", said) for place in missing]
        raise InvalidInput(said, code="workflow.unknown", problems=problems)
    for one in wanted:
        _change(uow, rows[one], change)
    return len(wanted)


def _live(wanted: Sequence[UUID]) -> Select[Workflow]:
    return select(Workflow).where(Workflow.id.in_(wanted), Workflow.archived_at.is_(None)).order_by(Workflow.id)


def _change(uow: UnitOfWork, workflow: Workflow, change: Change) -> None:
    if change.folder is not None:
        sorting.move(uow, workflow, change.folder)
    if change.add_tags or change.remove_tags:
        sorting.retag(uow, workflow, change.add_tags, change.remove_tags)
    if change.owner_id is not None:
        sorting.hand_over(uow, workflow, change.owner_id)
    if change.pause is not None:
        pausing.pause(uow, workflow, change.pause)
    if change.archive:
        workflows.archive(uow, workflow)
