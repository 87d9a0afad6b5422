"""What an evaluation will cost with this data, said before it runs: nothing can stop it later.

An upper bound of the values it looks at or builds: what each use of data weighs, times the turns
of the loops around it, times the copies that the program makes.
"""

from collections.abc import Callable, Mapping

from studio.core.i18n import gettext as _
from studio.expressions.limits import MAX_ITERATIONS, MAX_WORK
from studio.expressions.paths import chain
from studio.expressions.plain import Intake
from studio.expressions.program import Program
from studio.expressions.syntax import ListNode, Loop, Node
from studio.expressions.work import Fault

Find = Callable[[tuple[str, ...]], object]
"""The value at a path, None where there is none."""


def refuse_much_work(program: Program, find: Find) -> None:
    """Raise Fault where the data makes this program too expensive.

    Only worth asking where the data's weight times ``program.factor`` is over the limit.
    """
    if _work(program, find) * program.growth > MAX_WORK:
        raise Fault(
            "expression.too_complex",
            _(
                "The expression goes through this data too many times. Compare single fields, filter the "
                "list first, or split it over two steps."
            ),
        )


def _work(program: Program, find: Find) -> int:
    turns = 1
    for loop in program.loops:
        turns = max(turns, _length(loop.range, find))
    total = 0
    weights: dict[tuple[str, ...], int] = {}
    for use in program.uses:
        if use.presence:
            continue
        if use.segments not in weights:
            weights[use.segments] = _weight(find(use.segments))
        total += weights[use.segments] * min(MAX_ITERATIONS, turns ** min(use.depth, 4))
    return total


def _weight(value: object) -> int:
    intake = Intake()
    intake.take(value)
    return intake.weight


def _length(source: Node, find: Find) -> int:
    """How many turns a loop over ``source`` takes at most."""
    while isinstance(source, Loop):
        source = source.range
    if isinstance(source, ListNode):
        return len(source.items)
    use = chain(source)
    found = find(use.segments) if use is not None else None
    if isinstance(found, Mapping | list | tuple):
        return min(len(found), MAX_ITERATIONS)
    return MAX_ITERATIONS
