"""A rollout that somebody wants: looked at as a whole, and ready to be started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core import ids
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagMetric, FlagRollout
from studio.flags.ramps import checking as ramps
from studio.flags.ramps.evidence import Approval
from studio.flags.ramps.plan import Plan
from studio.flags.ramps.states import State
from studio.flags.rollouts import history, rows, shares
from studio.flags.service import changing, checking, finding
from studio.flags.service.changing import Change


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody plans."""

    plan: Mapping[str, Any]
    """As ramps.plan.Plan, in whole per cents."""
    stickiness: str = "userId"
    """The field of the context by which a unit keeps its side; exposures and measurements name units by it."""
    constraints: Sequence[Mapping[str, Any]] = ()
    segments: Sequence[int] = ()
    approvers: Sequence[str] = field(default_factory=list)


def create(
    uow: UnitOfWork, flag: Flag, place: FlagEnvironment, wanted: Wanted, note: str = "", *,
    run_id: UUID | None = None, wait_id: UUID | None = None,
) -> FlagRollout:  # fmt: skip
    """Plan one; nobody has anything of it yet. Raises InvalidInput by path, Conflict where one is open already."""
    words = finding.noted(note)
    finding.lock(uow, flag)
    finding.unarchived(flag)
    if rows.opened(uow, flag, place) is not None:
        said = _("A rollout of this flag is open in this environment. End that first.")
        raise Conflict(said, code="rollout.open", resource=f"flag:{flag.key}")
    plan, audience = _read(uow, wanted)
    held = changing.current(uow, flag, place)
    shares.refuse_broad(held)
    row = FlagRollout(
        id=ids.new_id(), workspace_id=uow.workspace, flag_id=flag.id, environment_id=place.id, plan=plan.as_json(),
        audience=audience, approvers=list(wanted.approvers), before=held.state, state=State.READY.value, step=0,
        since=None, served=0.0, dwell_over=False, reasons=[], accepted=[], approval=Approval.NOT_ASKED.value,
        request_id=None, counted=None, due_at=None, last_exposure_at=None, created_at=uow.now,
        created_by=uow.actor.name[:200],
        started_at=None, ended_at=None, run_id=run_id, wait_id=wait_id,
    )  # fmt: skip
    _means(uow, flag, held, row)
    uow.session.add(row)
    uow.session.flush()
    history.write(uow, row, flag, place, "created", before=0, note=words)
    return row


def change(uow: UnitOfWork, row: FlagRollout, wanted: Wanted, note: str = "") -> bool:
    """Plan one anew that nobody has started; False where nothing is different.

    Raises InvalidInput by path, Conflict for one that was started or has ended.
    """
    words = finding.noted(note)
    flag, place = rows.lock(uow, row)
    if State(row.state) is not State.READY:
        said = _("This rollout was started or has ended meanwhile: its plan stays as it is. Look at it again.")
        raise Conflict(said, code="rollout.begun", resource=f"flag_rollout:{row.id}")
    plan, audience = _read(uow, wanted)
    people = list(wanted.approvers)
    if (plan.as_json(), audience, people) == (row.plan, row.audience, row.approvers):
        return False
    row.plan, row.audience, row.approvers = plan.as_json(), audience, people
    _means(uow, flag, changing.current(uow, flag, place), row)
    uow.session.flush()
    history.write(uow, row, flag, place, "changed", before=row.step, note=words)
    return True


def _read(uow: UnitOfWork, wanted: Wanted) -> tuple[Plan, dict[str, Any]]:
    """The plan, and whom it means as it is kept."""
    plan = ramps.read(wanted.plan, buckets=rows.BUCKETS)
    checking.refuse([*_unknown_metrics(uow, plan), *_people(plan, wanted)])
    constraints = [dict(one) for one in wanted.constraints]
    audience = {"constraints": constraints, "segments": list(wanted.segments)}
    return plan, {"stickiness": _sticky(wanted.stickiness), **audience}


def _means(uow: UnitOfWork, flag: Flag, held: Change, row: FlagRollout) -> None:
    """Raise InvalidInput where its rule could not be written, by the path of whom it means."""
    state = {"enabled": True, "strategies": [shares.strategy(row, 1)], "variants": held.variants}
    try:
        checking.setting(uow, flag, state)
    except InvalidInput as refused:
        rule = "strategies.0."
        found = [replace(one, path=one.path.removeprefix(rule)) for one in refused.problems]
        raise InvalidInput(refused.message, code=refused.code, field=found[0].path, problems=found) from None


def _sticky(name: str) -> str:
    if name in ("", "random", "default") or len(name) > 60:
        said = _("Name the field of the context by which people keep their side, such as userId.")
        raise InvalidInput(said, code="rollout.stickiness", field="stickiness")
    return name


def _people(plan: Plan, wanted: Wanted) -> list[FieldProblem]:
    if len(wanted.approvers) > 50:
        return [FieldProblem("approvers", "rollout.approvers", _("Name at most 50 people or groups."))]
    if any(step.approval for step in plan.steps) and not wanted.approvers:
        said = _("A step needs somebody to agree: say who is asked.")
        return [FieldProblem("approvers", "rollout.approvers", said)]
    return []


def _unknown_metrics(uow: UnitOfWork, plan: Plan) -> list[FieldProblem]:
    known = set(uow.session.scalars(select(FlagMetric.key)))
    return [
        FieldProblem(f"guardrails.{index}.metric", "rollout.unknown_metric",
                     _("There is no metric “%(key)s”.", key=one.metric[:60]))
        for index, one in enumerate(plan.guardrails) if one.metric not in known
    ]  # fmt: skip
