"""The part of workflows when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping

from sqlalchemy import String, cast, delete, or_, select, update

from studio import audit
from studio.accounts.models import Seat
from studio.accounts.outcomes import Role
from studio.accounts.permissions import allowed
from studio.contract.leaving import NAMES, Fate, Holding, Leave
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import RunColumns, RunView, Workflow, WorkflowVersion
from studio.runtime.service.reference_checks import running


class WorkflowsPart:
    """Who is told when a run fails; and what is published and names them."""

    name = "runtime"
    columns: Mapping[str, str] = {
        "workflow.owner_id": "the heir's",
        "workflow_version.edited_by": "a version never changes",
        "workflow_version.published_by": "a version never changes",
        "version_stage.started_by": "a stage keeps who began it, as its version does",
        "event_source.created_by": "a source keeps who opened it, and hears on",
        "run_view.owner_id": "a view of their own goes with them",
        "run_view.made_by": "whoever made a shared view stays its maker",
        "run_columns.user_id": "goes with them",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Workflows owned, and those that name the person as an approver."""
        owned = uow.session.scalars(_owned(leave).order_by(Workflow.name, Workflow.id)).all()
        naming = _naming(uow, leave)
        found = []
        if owned:
            lacking = _lacking(uow, leave)
            names = tuple(one.name for one in owned[:NAMES])
            found.append(Holding("workflows", len(owned), Fate.HANDED, names, lacking))
        if naming:
            found.append(Holding("named", len(naming), Fate.KEPT, tuple(naming[:NAMES])))
        return found

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Give them all to the heir, each with its event; how they looked at lists of runs goes with them."""
        uow.session.execute(delete(RunView).where(RunView.owner_id == leave.who.id))
        uow.session.execute(delete(RunColumns).where(RunColumns.user_id == leave.who.id))
        owned = uow.session.scalars(_owned(leave).order_by(Workflow.id).with_for_update()).all()
        if leave.to is None:
            return
        change = audit.Change("owner", str(leave.who.id), str(leave.to.id), personal=True)
        for row in owned:
            audit.record(uow, "workflow.updated", targets=[audit.Target("workflow", row.id, row.name)],
                         changes=[change])  # fmt: skip
        mine = update(Workflow).where(Workflow.owner_id == leave.who.id)
        uow.session.execute(mine.values(owner_id=leave.to.id, updated_at=uow.now))


def _lacking(uow: UnitOfWork, leave: Leave) -> str:
    """Why the heir cannot own workflows; empty: they can."""
    if leave.to is None:
        return _("Choose who is told when a run of these fails.")
    seat = select(Seat.role).where(Seat.user_id == leave.to.id, Seat.disabled_at.is_(None))
    role = uow.session.scalar(seat)
    if role is None or not allowed("workflow.edit", Role(role)):
        return _("%(name)s has no seat that may edit workflows: choose somebody else.", name=leave.to.name)
    return ""


def _owned(leave: Leave):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a SQL statement
    return select(Workflow).where(Workflow.owner_id == leave.who.id, Workflow.archived_at.is_(None))


def _naming(uow: UnitOfWork, leave: Leave) -> list[str]:
    """Names of workflows of which a version that runs asks this person by name: it cannot be changed for them."""
    text = cast(WorkflowVersion.document, String)
    says = or_(*(text.contains(f'"user:{one}', autoescape=True) for one in (leave.who.id, leave.who.email)))
    found = (uow.session.execute(query.where(says)) for query in running(select(Workflow.id, Workflow.name)))
    return sorted({row.id: row.name for rows in found for row in rows}.values())
