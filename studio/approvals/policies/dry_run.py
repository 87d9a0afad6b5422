"""A dry run: who would be asked by a rule, when it would escalate and to whom, if nobody answered.

Nothing is written and nobody is asked. People are looked up as they would be at each moment: groups as they are now,
schedules and absences as they are planned for then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import deadlines, delegates, people
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.deadlines import Deadline
from studio.approvals.dry_run import Kind, Moment, moments
from studio.approvals.escalation import Mode, Plan, Target
from studio.approvals.levels import Chosen, Held, choose
from studio.approvals.models import Turn
from studio.approvals.nodes import deciders
from studio.approvals.nodes.fields import escalating
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.people import Person
from studio.approvals.policy import Requester
from studio.approvals.rule import Rule
from studio.approvals.service import counting, delegating, foreseeing, plans, schedules
from studio.approvals.service.foreseeing import Foreseen
from studio.approvals.timetables import OnCallSchedule
from studio.contract.approving import ApprovalRule
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork

FURTHEST = timedelta(days=366)
SLACK = timedelta(minutes=5)
"""How long ago "now" may be: a page takes a while to be sent."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody whom a line is about."""

    id: UUID
    name: str
    through: str = ""
    """The group or schedule by which they come; empty: named themselves."""
    stands_in_for: str = ""
    """The name of whom they stand in for, who is away then."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    moment: Moment
    people: tuple[Who, ...] = ()
    """Who is asked; of a reminder, who is reminded."""
    reminded: tuple[Who, ...] = ()
    """Of a level: who holds it already."""
    gone: tuple[Who, ...] = ()
    """Of a level: who can no longer decide."""
    fallback: bool = False
    """The fallback approvers are asked, since the level has nobody."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What would happen."""

    at: datetime
    lines: tuple[Line, ...]
    stages: tuple[Foreseen, ...]
    plan: Plan
    ends: Deadline
    problems: tuple[FieldProblem, ...]
    """Why a step would fail instead, at the fields of the rule. Empty: it would ask."""
    fallback: tuple[Who, ...] = ()
    """Who is asked where nobody is left who may decide."""


def run(uow: UnitOfWork, rule: PolicyRule, at: datetime | None = None, requester: str | None = None) -> DryRun:
    """What would happen if a step asked by this rule at a moment (now, unless said), for somebody by their address.

    Raises InvalidInput at `at` for a moment that is past, or more than a year away.
    """
    start = _moment(uow, at)
    seat = people.by_email(uow, requester)
    barred = [Requester(requester.strip().lower() or None, seat.id if seat else None)] if requester else []
    wanted = ApprovalRule(deciders.stages_of(rule), [role.value for role in rule.exclude_roles])
    stages = foreseeing.stages(uow, wanted, barred, rule.fallback, start)
    problems = [problem for stage in stages for problem in stage.problems]
    plan, ends = _plan(uow, rule, stages, problems), _ends(uow, rule, start, problems)
    walk = _Walk(uow, wanted, tuple(barred), plan)
    found = _moments(uow, len(stages), plan, start, ends, problems)
    lines = tuple(walk.line(one, stages[one.stage], one.at or start) for one in found)
    standby = tuple(walk.who(one, "") for one in walk.behind(plan.fallback, start) if walk.may(one))
    return DryRun(start, lines, tuple(stages), plan, ends, tuple(problems), standby)


def _moment(uow: UnitOfWork, at: datetime | None) -> datetime:
    if at is None or uow.now - SLACK <= at <= uow.now:
        return uow.now
    if at < uow.now:
        raise InvalidInput(_("Choose a moment that is not past."), code="in_the_past", field="at")
    if at > uow.now + FURTHEST:
        raise InvalidInput(_("Choose a moment within a year."), code="too_far", field="at")
    return at


def _plan(uow: UnitOfWork, rule: PolicyRule, stages: list[Foreseen], problems: list[FieldProblem]) -> Plan:
    wanted = escalating.plan(rule)
    if wanted is None:
        return Plan()
    try:
        plan = plans.resolve(uow, wanted)
        whole = tuple(one.stage for one in stages if one.stage is not None)
        if len(whole) == len(stages):
            plans.enough(plan, wanted, Rule(whole))
    except InvalidInput as error:
        problems.append(FieldProblem(error.field or "escalate", error.code, error.message))
        return Plan()
    return plan


def _ends(uow: UnitOfWork, rule: PolicyRule, start: datetime, problems: list[FieldProblem]) -> Deadline:
    try:
        return deadlines.deadline(uow, start, rule.due_in, rule.remind_before)
    except InvalidInput as error:
        problems.append(FieldProblem(error.field or "due_in", error.code, error.message))
        return Deadline()


def _moments(
    uow: UnitOfWork, stages: int, plan: Plan, start: datetime, ends: Deadline, problems: list[FieldProblem]
) -> tuple[Moment, ...]:
    hours = plans.calendars_of(uow, plan)
    try:
        return moments(stages, plan, start, hours, ends.due_at, ends.remind_at)
    except (BeyondHorizonError, OverflowError):
        said = _("A calendar has too little working time: a level would be more than five years away.")
        problems.append(FieldProblem("escalate", "beyond_calendar", said))
        return moments(stages, Plan(), start, {}, ends.due_at, ends.remind_at)


@dataclass(slots=True)
class _Walk:
    """Whoever would hold a share, from line to line."""

    uow: UnitOfWork
    wanted: ApprovalRule
    barred: tuple[Requester, ...]
    plan: Plan
    held: dict[UUID, Who] = field(default_factory=dict)
    asked_fallback: bool = False
    turns: dict[str, dict[UUID, int]] = field(default_factory=dict)

    def line(self, moment: Moment, stage: Foreseen, at: datetime) -> Line:
        """One line; who holds a share afterwards is remembered."""
        match moment.kind:
            case Kind.ASKED:
                self.held, self.asked_fallback = {}, False
                return Line(moment, self._ask([self.who(c.user_id, c.why.get("name", "")) for c in stage.asked], at))
            case Kind.ESCALATED:
                return self._level(moment, at)
            case Kind.REMINDED:
                return Line(moment, tuple(self.held.values()))
            case _:
                return Line(moment)

    def may(self, user_id: UUID) -> bool:
        """Whether somebody could decide."""
        person = people.by_id(self.uow, user_id)
        return person is not None and self._suits(person)

    def who(self, user_id: UUID, through: str, stands_in_for: str = "") -> Who:
        """Somebody, by name."""
        person = people.by_id(self.uow, user_id)
        return Who(user_id, person.name if person else "", through, stands_in_for)

    def behind(self, targets: tuple[Target, ...], at: datetime) -> dict[UUID, str]:
        """The people behind targets at a moment, in order, each with the name by which they come."""
        found: dict[UUID, str] = {}
        for target in targets:
            through = "" if target.name.kind == "user" else target.name.name
            for user_id in self._people(target, at):
                found.setdefault(user_id, through)
        return found

    def _people(self, target: Target, at: datetime) -> Iterator[UUID]:
        row = self.uow.session.get(OnCallSchedule, target.schedule) if target.schedule else None
        if row is None:
            yield from target.people
        elif (person := schedules.now_on_call(self.uow, row, at)) is not None:
            yield person.id

    def _level(self, moment: Moment, at: datetime) -> Line:
        level = moment.entry.level if moment.entry else None
        if level is None:
            return Line(moment)
        wanted = self.behind(level.targets, at)
        shares = [Held(one.id, one.id, bool(one.stands_in_for)) for one in self.held.values()]
        taken = self._taken(level.turn) if level.mode is Mode.TURN else {}
        chosen, fallback = choose(wanted, level.mode, level.how, shares, self.may, taken), False
        if not chosen.anybody and not self.asked_fallback:
            wanted = self.behind(self.plan.fallback, at)
            chosen = Chosen(tuple(one for one in wanted if self.may(one) and one not in self.held))
            fallback = self.asked_fallback = chosen.anybody
        elif level.turn and chosen.anybody:
            taken[(*chosen.asked, *chosen.reminded)[0]] = 1 + max(taken.values(), default=0)
        reminded = tuple(self.held[one] for one in chosen.reminded)
        gone = tuple(self.held.pop(one) for one in chosen.away)
        asked = self._ask([self.who(one, wanted[one]) for one in chosen.asked], at)
        return Line(moment, asked, reminded, gone, fallback)

    def _ask(self, asked: list[Who], at: datetime) -> tuple[Who, ...]:
        """Those, and whoever stands in for one of them at that moment."""
        self.held |= {one.id: one for one in asked}
        made = list(asked)
        absences = delegating.planned(self.uow)
        for owner in asked if absences else ():
            found = delegates.resolve(owner.id, at, absences, lambda one: self.may(one) and one not in self.held)
            if found.delegate is not None:
                made.append(self.who(found.delegate, owner.through, owner.name))
                self.held[found.delegate] = made[-1]
        return tuple(made)

    def _taken(self, key: str) -> dict[UUID, int]:
        if key not in self.turns:
            stored = self.uow.session.scalar(select(Turn.taken).where(Turn.key == key)) or {}
            self.turns[key] = {UUID(one): number for one, number in stored.items()}
        return self.turns[key]

    def _suits(self, person: Person) -> bool:
        without = frozenset(self.wanted.exclude_roles)
        return counting.may_vote(person, Rule((), without), self.barred)
