"""An experiment that somebody wants: looked at as a whole, and ready to be started."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import select

from studio.core import ids
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import history, rows, setting
from studio.flags.experiments import allotment, design
from studio.flags.experiments.design import Design
from studio.flags.experiments.policy import State
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagMetric
from studio.flags.outcomes import Kind
from studio.flags.rollouts import rows as rollouts
from studio.flags.service import changing, checking, finding, payloads

HYPOTHESIS = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody plans."""

    design: Mapping[str, Any]
    """As experiments.design.Design."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What each arm gives, by its name, where the flag gives more than yes and no."""
    hypothesis: str = ""
    stickiness: str = "userId"
    """The field of the context by which a unit keeps its arm; exposures and measurements name units by it."""
    constraints: Sequence[Mapping[str, Any]] = ()
    segments: Sequence[int] = ()
    approvers: Sequence[str] = field(default_factory=list)


def create(uow: UnitOfWork, flag: Flag, place: FlagEnvironment, wanted: Wanted, note: str = "") -> FlagExperiment:
    """Plan one; nobody is in it yet. Raises InvalidInput by path, Conflict where the flag is not free for one."""
    words = finding.noted(note)
    finding.lock(uow, flag)
    finding.unarchived(flag)
    free(uow, flag, place)
    boolean = flag.kind == Kind.BOOLEAN
    plan = design.read(wanted.design)
    checking.refuse([
        *allotment.problems(plan, boolean=boolean), *_time(plan, uow), *_metrics(uow, plan), *_people(wanted),
        *_values(flag, plan, wanted),
    ])  # fmt: skip
    held = changing.current(uow, flag, place)
    setting.refuse(held, boolean=boolean)
    kind = "string" if boolean else flag.kind
    row = FlagExperiment(
        id=ids.new_id(), workspace_id=uow.workspace, flag_id=flag.id, environment_id=place.id,
        hypothesis=wanted.hypothesis.strip(), design=plan.as_json(),
        audience={"stickiness": wanted.stickiness, "constraints": [dict(one) for one in wanted.constraints],
                  "segments": list(wanted.segments)},
        payloads={} if boolean else {one.name: {"type": kind, "value": _text(flag.kind, wanted.values[one.name])}
                                     for one in plan.variants},
        approvers=list(wanted.approvers), before=None, state=State.DRAFT.value, counted=None, reason="", proposal=None,
        request_id=None, decision=None, due_at=None, last_exposure_at=None, created_at=uow.now,
        created_by=uow.actor.name[:200], started_at=None, ended_at=None, closed_at=None,
    )  # fmt: skip
    state = {"enabled": True, "strategies": [setting.rule(row)], "variants": held.variants}
    checking.setting(uow, flag, state)
    uow.session.add(row)
    uow.session.flush()
    history.write(uow, row, flag, place, "created", note=words)
    return row


def free(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> None:
    """Raise Conflict where an experiment or a rollout of it is open there."""
    if rows.opened(uow, flag, place) is not None:
        said = _("An experiment with this flag is open in this environment. Decide it first.")
        raise Conflict(said, code="experiment.open", resource=f"flag:{flag.key}")
    no_rollout(uow, flag, place)


def no_rollout(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> None:
    """Raise Conflict where a rollout of it is open there: it would move people out of their arms."""
    if rollouts.opened(uow, flag, place) is not None:
        said = _("A rollout of this flag is open in this environment. End that first.")
        raise Conflict(said, code="experiment.rollout_open", resource=f"flag:{flag.key}")


def _time(plan: Design, uow: UnitOfWork) -> Iterator[FieldProblem]:
    if plan.until is not None and plan.until <= uow.now:
        yield FieldProblem("until", "experiment.past_horizon", _("This moment has passed. Give a later one."))


def _metrics(uow: UnitOfWork, plan: Design) -> Iterator[FieldProblem]:
    known = set(uow.session.scalars(select(FlagMetric.key)))
    named = [("primary", plan.primary)]
    named += [(f"guardrails.{index}.metric", one.metric) for index, one in enumerate(plan.guardrails)]
    for path, key in named:
        if key not in known:
            said = _("There is no metric “%(key)s”.", key=key[:60])
            yield FieldProblem(path, "experiment.unknown_metric", said)


def _people(wanted: Wanted) -> Iterator[FieldProblem]:
    if wanted.stickiness in ("", "random", "default") or len(wanted.stickiness) > 60:
        said = _("Name the field of the context by which people keep their side, such as userId.")
        yield FieldProblem("stickiness", "experiment.stickiness", said)
    if len(wanted.approvers) > 50:
        yield FieldProblem("approvers", "experiment.approvers", _("Name at most 50 people or groups."))
    if len(wanted.hypothesis.strip()) > HYPOTHESIS:
        said = _("Say what you expect in at most %(most)s characters.", most=HYPOTHESIS)
        yield FieldProblem("hypothesis", "experiment.hypothesis", said)


def _values(flag: Flag, plan: Design, wanted: Wanted) -> Iterator[FieldProblem]:
    names = [one.name for one in plan.variants]
    for name in wanted.values:
        if name not in names or flag.kind == Kind.BOOLEAN:
            said = _("A yes-or-no flag has no value of its own.") if name in names else _("There is no such arm.")
            yield FieldProblem(f"values.{name[:40]}", "experiment.value", said)
    if flag.kind == Kind.BOOLEAN:
        return
    for name in names:
        path = f"values.{name}"
        if name not in wanted.values:
            yield FieldProblem(path, "experiment.no_value", _("Say what this arm gets."))
        else:
            yield from payloads.value_problems(flag.kind, flag.value_schema, wanted.values[name], path)


def _text(kind: str, value: Any) -> str:
    if kind == Kind.STRING:
        return str(value)
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        raise InvalidInput(_("This is no JSON."), code="flag.value", field="values") from None
