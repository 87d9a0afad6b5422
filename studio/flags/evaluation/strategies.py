"""Unleash's strategies made ready: the rule of each by its name, with its constraints and segments."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from studio.flags.evaluation.constraints import Condition, Test, all_of, always, conditions, never
from studio.flags.evaluation.context import Context
from studio.flags.evaluation.documents import Segment, Strategy
from studio.flags.evaluation.facts import Fact, ListChecked, SegmentMissing, StrategyBroken, StrategyChecked
from studio.flags.evaluation.hashing import SHARES
from studio.flags.evaluation.operators import Check, within
from studio.flags.evaluation.rollouts import Draw, Rollout
from studio.flags.evaluation.stickiness import Stickiness

_WHOLE = re.compile(r"\+?[0-9]{1,9}")


class BrokenStrategy(ValueError):
    """It can never hold. `parameter` is the one that cannot be read; empty: the name is unknown."""

    def __init__(self, parameter: str, value: str = "") -> None:
        """Both for machines."""
        super().__init__(parameter)
        self.parameter = parameter
        self.value = value


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules need beside the document: the flag's name, chance, and the name of the machine that asks."""

    feature: str
    draw: Draw
    hostname: str


class Rule(Protocol):
    """What a strategy says by itself, before its constraints."""

    def test(self) -> Test:
        """The verdict alone."""

    def look(self, strategy: int, context: Context) -> tuple[bool, tuple[Fact, ...]]:
        """The verdict, and how it came about."""


class Everybody:
    """`default`."""

    def test(self) -> Test:
        """Always."""
        return always

    def look(self, _strategy: int, _context: Context) -> tuple[bool, tuple[Fact, ...]]:
        """There is nothing to tell."""
        return True, ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A field whose text passes a check."""

    field: str
    check: Check

    def test(self) -> Test:
        """The verdict alone."""
        field, check = self.field, self.check
        return lambda context: check(context.get(field))

    def look(self, strategy: int, context: Context) -> tuple[bool, tuple[Fact, ...]]:
        """What the field held."""
        found = context.get(self.field)
        passed = self.check(found)
        return passed, (ListChecked(strategy, self.field, found, passed),)


@dataclass(frozen=True, slots=True)
class OnMachine:
    """`applicationHostname`: the machine that evaluates is one of these."""

    hostname: str
    names: frozenset[str]

    def test(self) -> Test:
        """It is the same for every context."""
        return always if self.hostname.lower() in self.names else never

    def look(self, strategy: int, context: Context) -> tuple[bool, tuple[Fact, ...]]:
        """Which machine it was."""
        passed = self.test()(context)
        return passed, (ListChecked(strategy, "hostname", self.hostname, passed),)


@dataclass(frozen=True, slots=True)
class Way:
    """One strategy made ready: `test` says whether it holds, `look` tells how it came to that."""

    index: int
    strategy: Strategy
    rule: Rule | None
    conditions: tuple[Condition, ...]
    defects: tuple[Fact, ...]
    test: Test

    def look(self, context: Context) -> tuple[bool, tuple[Fact, ...]]:
        """Every constraint is looked at, also after one that failed: a person mends them all at once."""
        checked = tuple(condition.look(self.index, context) for condition in self.conditions)
        passed = not self.defects and all(one.passed for one in checked)
        told: tuple[Fact, ...] = (*self.defects, *checked)
        if self.rule is not None:
            held, facts = self.rule.look(self.index, context)
            passed, told = passed and held, told + facts
        name, title = self.strategy.name, self.strategy.title
        return passed, (*told, StrategyChecked(self.index, name, title, passed))


def compile_strategy(index: int, strategy: Strategy, segments: Mapping[int, Segment], around: Surroundings) -> Way:
    """`index` is its place in the flag. What is broken about it makes it hold for nobody; it never raises."""
    defects: list[Fact] = [SegmentMissing(index, one) for one in strategy.segments if one not in segments]
    rule: Rule | None = None
    try:
        rule = rule_of(strategy, around)
    except BrokenStrategy as broken:
        defects.append(StrategyBroken(index, strategy.name, broken.parameter, broken.value))
    asked = conditions(strategy.constraints)
    for one in strategy.segments:
        if one in segments:
            asked += conditions(segments[one].constraints, one)
    if defects or rule is None:
        return Way(index, strategy, rule, asked, tuple(defects), never)
    return Way(index, strategy, rule, asked, (), all_of([*(one.test for one in asked), rule.test()]))


def rule_of(strategy: Strategy, around: Surroundings) -> Rule:
    """The rule by the strategy's name. Raises BrokenStrategy."""
    make = RULES.get(strategy.name)
    if make is None:
        raise BrokenStrategy("")
    return make(strategy.parameters, around)


def _users(parameters: Mapping[str, str], _around: Surroundings) -> Rule:
    return Listed("userId", frozenset(_list(_needed(parameters, "userIds"))).__contains__)


def _addresses(parameters: Mapping[str, str], _around: Surroundings) -> Rule:
    return Listed("remoteAddress", within(tuple(_list(_needed(parameters, "IPs")))))


def _machines(parameters: Mapping[str, str], around: Surroundings) -> Rule:
    names = parameters.get("hostNames", "")
    return OnMachine(around.hostname, frozenset(name.lower() for name in _list(names) if name))


def _flexible(parameters: Mapping[str, str], around: Surroundings) -> Rule:
    stickiness = Stickiness.of_rollout(parameters.get("stickiness") or "default")
    return Rollout(percent(parameters, "rollout"), group_of(parameters, around.feature), stickiness, around.draw)


def _gradual(field: str) -> Callable[[Mapping[str, str], Surroundings], Rule]:
    def make(parameters: Mapping[str, str], around: Surroundings) -> Rule:
        group = _needed(parameters, "groupId")
        return Rollout(percent(parameters, "percentage"), group, Stickiness((field,), chance=False), around.draw)

    return make


def _chance(parameters: Mapping[str, str], around: Surroundings) -> Rule:
    return Rollout(percent(parameters, "percentage"), "", Stickiness((), chance=True), around.draw)


def percent(parameters: Mapping[str, str], name: str) -> int:
    """A whole number from 0 to 100. Raises BrokenStrategy."""
    text = _needed(parameters, name)
    if not _WHOLE.fullmatch(text) or int(text) > SHARES:
        raise BrokenStrategy(name, text)
    return int(text)


def group_of(parameters: Mapping[str, str], feature: str) -> str:
    """What is hashed before the field's text: by default the flag's own name, so that flags are independent."""
    return parameters.get("groupId", feature)


def _needed(parameters: Mapping[str, str], name: str) -> str:
    try:
        return parameters[name]
    except KeyError:
        raise BrokenStrategy(name) from None


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


RULES: Mapping[str, Callable[[Mapping[str, str], Surroundings], Rule]] = {
    "default": lambda _parameters, _around: Everybody(),
    "userWithId": _users,
    "flexibleRollout": _flexible,
    "gradualRolloutUserId": _gradual("userId"),
    "gradualRolloutSessionId": _gradual("sessionId"),
    "gradualRolloutRandom": _chance,
    "remoteAddress": _addresses,
    "applicationHostname": _machines,
}
"""By Unleash's name; a strategy of another name holds for nobody."""
