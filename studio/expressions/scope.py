"""The data an expression can see at one moment of one run."""

from collections.abc import Mapping

from studio.expressions import engine
from studio.expressions.limits import MAX_ITERATIONS, MAX_REPEATED_WORK, SCOPE_CACHE
from studio.expressions.plain import Intake
from studio.expressions.program import Inputs, Program
from studio.expressions.work import Fault

_ABSENT = object()


class Scope:
    """Root variables and their values: ``Scope({"trigger": …, "steps": …, "run": …})``.

    Values are JSON values (also any Mapping, tuple, Decimal and datetime); they are read only
    where an expression asks for them and must not change afterwards. What one expression
    prepared is reused by every other that reads the same paths.
    """

    __slots__ = ("_prepared", "values")

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values
        self._prepared: dict[object, engine.Activation] = {}

    def with_value(self, root: str, value: object) -> "Scope":
        """A scope that differs in one root, such as ``item`` in the next turn of a loop."""
        return Scope({**self.values, root: value})

    def activation(self, program: Program) -> engine.Activation:
        """What the program reads, ready for the engine. Raises Fault for unreadable data."""
        ready = self._prepared.get(program.key)
        if ready is None:
            ready = self._prepare(program)
            if len(self._prepared) >= SCOPE_CACHE:
                self._prepared.clear()
            self._prepared[program.key] = ready
        return ready

    def _prepare(self, program: Program) -> engine.Activation:
        intake = Intake()
        if program.loops:
            self._weigh(program)
        projected: dict[str, object] = {}
        for root, inputs in program.inputs.items():
            value = self.values.get(root, _ABSENT)
            if value is not _ABSENT:
                projected[root] = _project(value, inputs, intake)
        return engine.activate(projected)

    def _weigh(self, program: Program) -> None:
        """Refuse to look through large data again for every entry of a list."""
        repeated = 0
        for use in program.uses:
            if use.repeated and not use.presence:
                found = self.find(use.segments)
                if isinstance(found, Mapping | list | tuple | str):
                    intake = Intake()
                    intake.take(found)
                    repeated += intake.nodes + intake.characters // 64
        if repeated * MAX_ITERATIONS <= MAX_REPEATED_WORK:
            return
        if repeated * self._turns(program) > MAX_REPEATED_WORK:
            raise Fault(
                "expression.too_complex",
                "Inside a list function the expression looks through a large list or text for "
                "every entry. Compare single fields, or split it over two steps.",
            )

    def _turns(self, program: Program) -> int:
        if program.loops > 1:
            return MAX_ITERATIONS
        longest = 1
        for use in program.uses:
            if not use.repeated:
                found = self.find(use.segments)
                if isinstance(found, Mapping | list | tuple):
                    longest = max(longest, len(found))
        return min(longest, MAX_ITERATIONS)

    def find(self, segments: tuple[str, ...]) -> object:
        """The value at a path, None where there is none."""
        value: object = self.values
        for segment in segments:
            if not isinstance(value, Mapping) or segment not in value:
                return None
            value = value[segment]
        return value


def _project(value: object, inputs: Inputs | None, intake: Intake) -> object:
    if inputs is None:
        return intake.take(value)
    if isinstance(value, Mapping):
        return {name: _project(value[name], below, intake) for name, below in inputs.items() if name in value}
    if inputs and isinstance(value, list | tuple):
        return []
    return value if value is None or isinstance(value, bool | str) else _stub(value, intake)


def _stub(value: object, intake: Intake) -> object:
    """A scalar where an object was expected: the engine says what is wrong with it."""
    return [] if isinstance(value, list | tuple) else intake.take(value)
