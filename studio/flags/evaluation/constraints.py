"""Constraints made ready: the test of one, and of all that a strategy asks for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from studio.flags.evaluation.context import Context
from studio.flags.evaluation.documents import Constraint
from studio.flags.evaluation.facts import ConstraintChecked
from studio.flags.evaluation.operators import BrokenConstraint, check

Test = Callable[[Context], bool]


def never(_context: Context) -> bool:
    """Holds for nobody."""
    return False


def always(_context: Context) -> bool:
    """Holds for everybody."""
    return True


@dataclass(frozen=True, slots=True)
class Condition:
    """One constraint and its test. A broken one holds for nobody, inverted or not: a typing error must not let in."""

    constraint: Constraint
    segment: int | None
    position: int
    test: Test
    broken: str = ""

    def look(self, strategy: int, context: Context) -> ConstraintChecked:
        """The verdict with what it compared."""
        asked = self.constraint
        return ConstraintChecked(
            strategy,
            self.segment,
            self.position,
            asked.context_name,
            asked.operator,
            asked.values if asked.value is None else (asked.value,),
            asked.inverted,
            context.get(asked.context_name),
            self.broken,
            self.test(context),
        )


def conditions(constraints: Iterable[Constraint], segment: int | None = None) -> tuple[Condition, ...]:
    """Each made ready, in order."""
    return tuple(_condition(one, segment, position) for position, one in enumerate(constraints))


def _condition(constraint: Constraint, segment: int | None, position: int) -> Condition:
    try:
        checks = check(constraint)
    except BrokenConstraint as broken:
        return Condition(constraint, segment, position, never, broken.code)
    name = constraint.context_name
    if constraint.inverted:
        return Condition(constraint, segment, position, lambda context: not checks(context.get(name)))
    return Condition(constraint, segment, position, lambda context: checks(context.get(name)))


def all_of(tests: Iterable[Test]) -> Test:
    """Holds where all hold."""
    needed = tuple(test for test in tests if test is not always)
    if never in needed:
        return never
    if len(needed) == 1:
        return needed[0]
    if not needed:
        return always

    def test(context: Context) -> bool:
        for one in needed:  # noqa: SIM110 - a generator costs twice the time here
            if not one(context):
                return False
        return True

    return test


def any_of(tests: Iterable[Test]) -> Test:
    """Holds where one holds."""
    offered = tuple(test for test in tests if test is not never)
    if always in offered:
        return always
    if len(offered) == 1:
        return offered[0]
    if not offered:
        return never

    def test(context: Context) -> bool:
        for one in offered:  # noqa: SIM110 - a generator costs twice the time here
            if one(context):
                return True
        return False

    return test
