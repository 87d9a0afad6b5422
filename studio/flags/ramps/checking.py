"""Whether a plan can be walked: findings with code, path and sentence."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import isfinite
from typing import Any, TypeVar

from pydantic import ValidationError

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.flags.ramps.arms import BUCKETS, MONITORED
from studio.flags.ramps.plan import Change, Guardrail, Plan, Step, Worse

MOST_STEPS = 50
MOST_GUARDRAILS = 10
LONGEST = 366 * 86_400
"""Seconds of a dwell or a grace."""
MOST_UNITS = 100_000_000

Findings = Iterator[FieldProblem]
T = TypeVar("T")


def read(document: Mapping[str, Any], *, buckets: int = BUCKETS) -> Plan:
    """The plan in what somebody sent, or InvalidInput with each problem and its path. `buckets`: as clients count."""
    return checked(lambda: Plan.from_json(document), lambda plan: problems(plan, buckets=buckets), "ramp.form")


def checked(form: Callable[[], T], findings: Callable[[T], Iterable[FieldProblem]], code: str) -> T:
    """What `form` reads, or InvalidInput: with what pydantic finds, under `code`, or else with the findings."""
    try:
        value = form()
    except ValidationError as refused:
        found = tuple(
            FieldProblem(".".join(str(part) for part in one["loc"]), code, one["msg"])
            for one in refused.errors(include_url=False, include_context=False)
        )
    else:
        found = tuple(findings(value))
        if not found:
            return value
    raise InvalidInput(found[0].message, code=found[0].code, field=found[0].path, problems=found)


def problems(plan: Plan, *, buckets: int = BUCKETS) -> Findings:
    """Everything that is wrong with it, in its own order; nothing where it can be walked."""
    if not plan.steps:
        yield FieldProblem("steps", "ramp.no_steps", _("A rollout needs at least one step."))
    if len(plan.steps) > MOST_STEPS:
        message = _("A rollout has at most %(most)s steps.", most=MOST_STEPS)
        yield FieldProblem("steps", "ramp.too_many_steps", message)
    before = 0.0
    for index, step in enumerate(plan.steps):
        yield from _step(plan, step, f"steps.{index}", before, buckets)
        before = step.share
    yield from _guardrails(plan)
    if not 0 < plan.grace <= LONGEST:
        message = _("The grace is between one second and a year.")
        yield FieldProblem("grace", "ramp.bad_grace", message)
    if not 0.001 <= plan.alpha <= 0.2:
        message = _("The probability of a false alarm is between 0.001 and 0.2.")
        yield FieldProblem("alpha", "ramp.bad_alpha", message)


def _step(plan: Plan, step: Step, path: str, before: float, buckets: int) -> Findings:
    yield from _share(plan, step, path, before, buckets)
    if not 0 <= step.dwell <= LONGEST:
        message = _("A step takes no time at all up to a year.")
        yield FieldProblem(f"{path}.dwell", "ramp.bad_dwell", message)
    if not 0 <= step.minimum <= MOST_UNITS:
        message = _("The minimum sample is between 0 and %(most)s.", most=MOST_UNITS)
        yield FieldProblem(f"{path}.minimum", "ramp.bad_minimum", message)
    elif step.minimum and not (plan.control and step.share <= MONITORED):
        message = _(
            "Nobody is counted at this step: a minimum sample needs a control group, and that a share up to 50 %."
        )
        yield FieldProblem(f"{path}.minimum", "ramp.nobody_counted", message)


def _share(plan: Plan, step: Step, path: str, before: float, buckets: int) -> Findings:
    if not 0 < step.share <= 100:
        message = _("A share is above 0 and at most 100 per cent.")
        yield FieldProblem(f"{path}.share", "ramp.bad_share", message)
        return
    if not (_whole(step.share * 10) and _whole(step.share * buckets / 100)):
        message = (
            _("Give the share in tenths of a per cent.") if buckets >= 1000 else _("Give the share in whole per cent.")
        )
        yield FieldProblem(f"{path}.share", "ramp.share_too_fine", message)
    if step.share <= before:
        message = _("Each step has a higher share than the one before it.")
        yield FieldProblem(f"{path}.share", "ramp.share_not_increasing", message)
    if plan.control and MONITORED < step.share < 100:
        message = _("With a control group of the same size a step has at most 50 per cent, or 100 as the last one.")
        yield FieldProblem(f"{path}.share", "ramp.no_room_for_control", message)


def _whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def _guardrails(plan: Plan) -> Findings:
    watched = any(plan.monitored(index) for index in range(len(plan.steps)))
    if plan.guardrails and not watched:
        message = _("A guardrail compares with a control group: it needs one, and a step of at most 50 per cent.")
        yield FieldProblem("guardrails", "ramp.nothing_to_compare", message)
    yield from guardrail_problems(plan.guardrails)


def guardrail_problems(guardrails: Sequence[Guardrail]) -> Findings:
    """What is wrong with each of them, and between them."""
    if len(guardrails) > MOST_GUARDRAILS:
        message = _("There are at most %(most)s guardrails.", most=MOST_GUARDRAILS)
        yield FieldProblem("guardrails", "ramp.too_many_guardrails", message)
    seen = set[tuple[str, Worse]]()
    for index, guardrail in enumerate(guardrails):
        yield from _guardrail(guardrail, f"guardrails.{index}", twice=(guardrail.metric, guardrail.worse) in seen)
        seen.add((guardrail.metric, guardrail.worse))


def _guardrail(guardrail: Guardrail, path: str, *, twice: bool) -> Findings:
    if not guardrail.metric:
        yield FieldProblem(f"{path}.metric", "ramp.no_metric", _("Name the metric."))
    if twice:
        message = _("“%(metric)s” is watched twice in the same direction.", metric=guardrail.metric)
        yield FieldProblem(f"{path}.metric", "ramp.metric_twice", message)
    if not (isfinite(guardrail.tolerance) and guardrail.tolerance >= 0):
        message = _("A tolerance is 0 or more: say which way is worse instead.")
        yield FieldProblem(f"{path}.tolerance", "ramp.bad_tolerance", message)
    elif guardrail.change is Change.RELATIVE and guardrail.worse is Worse.DOWN and guardrail.tolerance >= 1:
        message = _("Nothing falls by more than 100 per cent: a relative tolerance downwards is below 1.")
        yield FieldProblem(f"{path}.tolerance", "ramp.bad_tolerance", message)
    if not 2 <= guardrail.minimum <= MOST_UNITS:
        message = _("A guardrail needs 2 to %(most)s units an arm.", most=MOST_UNITS)
        yield FieldProblem(f"{path}.minimum", "ramp.bad_minimum", message)
