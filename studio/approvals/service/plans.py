"""From a plan of escalation as somebody writes it to the one that is frozen with the request."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import WORKING, Delay, Unit
from studio.approvals.escalation import (
    ACKNOWLEDGED,
    MOST_LEVELS,
    MOST_LOOPS,
    MOST_TARGETS,
    How,
    Level,
    Mode,
    Plan,
    Target,
    Then,
    timeline,
)
from studio.approvals.rule import Name, Rule
from studio.approvals.service import calendars, groups, schedules
from studio.approvals.timetables import WorkingCalendar
from studio.contract.approving import ApprovalDelay, ApprovalEscalation, ApprovalLevel
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork

LONGEST = 10_000
"""Of whatever unit a delay is in."""


def resolve(uow: UnitOfWork, asked: ApprovalEscalation) -> Plan:
    """The plan with the people it names now. Raises InvalidInput, with the field, for what makes no sense."""
    _check(asked)
    levels = tuple(_level(uow, one) for one in asked.levels)
    plan = Plan(
        levels=levels,
        loops=asked.loops,
        acknowledge=delay(uow, asked.acknowledge_for, "acknowledge_for") if asked.acknowledge_for else ACKNOWLEDGED,
        fallback=_targets(uow, asked.fallback, "fallback"),
        then=Then(asked.then),
        then_after=delay(uow, asked.then_after, "at_last_after") if asked.then_after else None,
    )
    _countable(uow, plan)
    return plan


def enough(plan: Plan, asked: ApprovalEscalation, rule: Rule) -> None:
    """Raises InvalidInput for a level that asks fewer people instead of those before than have to agree."""
    need = max(part.required for stage in rule.stages for part in stage.parts)
    for level, wanted in zip(plan.levels, asked.levels, strict=True):
        most = 1 if level.mode is Mode.TURN else sum(max(1, len(one.people)) for one in level.targets)
        if level.how is How.REPLACE and most < need:
            said = _(
                "%(need)s have to agree, but this level asks %(count)s instead of those before. Let them keep it, "
                "or name more people.",
                need=need, count=most,
            )  # fmt: skip
            raise InvalidInput(said, code="level_below_quorum", field=f"{wanted.field}.targets")


def calendars_of(uow: UnitOfWork, plan: Plan) -> dict[UUID, Calendar]:
    """The calendars that a plan counts by; those that are gone are missing."""
    delays = [level.delay for level in plan.levels] + [plan.acknowledge]
    delays += [plan.then_after] if plan.then_after else []
    wanted = {one.calendar for one in delays if one.calendar is not None}
    found = (uow.session.get(WorkingCalendar, one) for one in wanted)
    return {row.id: calendars.hours_of(row) for row in found if row is not None}


def _check(asked: ApprovalEscalation) -> None:
    alone = not asked.levels
    rules: tuple[tuple[bool, str, str, str], ...] = (
        (len(asked.levels) > MOST_LEVELS, "too_many_levels", "escalate",
         _("There can be at most %(most)s levels.", most=MOST_LEVELS)),
        (not 0 <= asked.loops <= MOST_LOOPS, "bad_loops", "repeat",
         _("Levels can be repeated up to %(most)s times.", most=MOST_LOOPS)),
        (alone and asked.loops > 0, "repeat_without_levels", "repeat",
         _("There are no levels that could be repeated.")),
        (alone and asked.acknowledge_for is not None, "acknowledge_without_levels", "acknowledge_for",
         _("Nothing escalates, so there is nothing to hold back. Add a level, or leave this empty.")),
        (asked.then not in set(Then), "bad_last_action", "at_last", _("That is not one of the choices.")),
        (alone and asked.then != Then.WAIT, "last_action_without_levels", "at_last",
         _("This comes after the last level, and there is none.")),
        (asked.then_after is not None and asked.then == Then.WAIT, "last_delay_without_action", "at_last_after",
         _("Say what happens then, or leave this empty.")),
    )  # fmt: skip
    for wrong, code, field, said in rules:
        if wrong:
            raise InvalidInput(said, code=code, field=field)


def _level(uow: UnitOfWork, wanted: ApprovalLevel) -> Level:
    where = f"{wanted.field}.targets"
    if not 1 <= len(wanted.targets) <= MOST_TARGETS:
        said = _("A level asks 1 to %(most)s people, groups or schedules.", most=MOST_TARGETS)
        raise InvalidInput(said, code="no_targets" if not wanted.targets else "too_many_targets", field=where)
    return Level(
        delay=delay(uow, wanted.after, f"{wanted.field}.after"),
        targets=_targets(uow, wanted.targets, where),
        mode=Mode.TURN if wanted.in_turn else Mode.EVERYONE,
        how=How.REPLACE if wanted.replaces else How.ADD,
        turn=_turn(wanted.targets) if wanted.in_turn else "",
    )


def _targets(uow: UnitOfWork, refs: Sequence[str], field: str) -> tuple[Target, ...]:
    made = []
    for ref in dict.fromkeys(refs):
        named = groups.resolve(uow, [ref])
        if named.unknown:
            said = _("There is no person, group or schedule “%(name)s” here.", name=named.unknown[0][:80])
            raise InvalidInput(said, code="unknown_target", field=field)
        [name] = named.rule
        on_call = schedules.find(uow, name["name"]) if name["kind"] == "schedule" else None
        people = () if on_call else tuple(dict.fromkeys(one.user_id for one in named.candidates))
        made.append(Target(Name(name["kind"], name["name"]), people, on_call.id if on_call else None))
    return tuple(made)


def _turn(refs: Sequence[str]) -> str:
    """Where they take turns: the same targets, in whatever order, of whatever workflow."""
    return hashlib.sha256("\n".join(sorted({ref.strip().casefold() for ref in refs})).encode()).hexdigest()


def delay(uow: UnitOfWork, wanted: ApprovalDelay, field: str) -> Delay:
    """A delay with its calendar. Raises InvalidInput at the field."""
    if wanted.unit not in set(Unit) or not 1 <= wanted.amount <= LONGEST:
        said = _("Say how long: at least 1, and at most %(most)s.", most=LONGEST)
        raise InvalidInput(said, code="bad_delay", field=field)
    unit = Unit(wanted.unit)
    if unit not in WORKING:
        return Delay(wanted.amount, unit)
    found = calendars.find(uow, wanted.calendar)
    if found is None:
        missing = calendars.missing(uow, wanted.calendar)
        said = missing.message if missing else _("There is no such calendar.")
        raise InvalidInput(said, code=missing.code if missing else "calendar.unknown", field=f"{field}.calendar")
    return Delay(wanted.amount, unit, found.id)


def _countable(uow: UnitOfWork, plan: Plan) -> None:
    """Every moment can be told: later, nobody is there to read that it cannot."""
    try:
        end = _walked(plan, uow.now, calendars_of(uow, plan))
        plan.acknowledge.after(end, plan.acknowledge.counts(calendars_of(uow, plan)))
    except (BeyondHorizonError, OverflowError):
        said = _("A calendar has too little working time: a level would be more than five years away.")
        raise InvalidInput(said, code="beyond_calendar", field="escalate") from None


def _walked(plan: Plan, start: datetime, hours: dict[UUID, Calendar]) -> datetime:
    found = timeline(plan, start, hours)
    return found[-1].at if found else start
