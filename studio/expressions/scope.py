"""The data an expression can see at one moment of one run."""

from collections.abc import Mapping

from studio.expressions import engine
from studio.expressions.estimate import refuse_much_work
from studio.expressions.limits import MAX_WORK, REUSES, SCOPE_CACHE
from studio.expressions.plain import Intake
from studio.expressions.program import Inputs, Program

_ABSENT = object()


class _Prepared:
    __slots__ = ("activation", "left")

    def __init__(self, activation: engine.Activation) -> None:
        self.activation = activation
        self.left = REUSES


class Scope:
    """Root variables and their values: ``Scope({"trigger": …, "steps": …, "run": …})``.

    Values are JSON values (also any Mapping, tuple, Decimal and datetime); they are read only
    where an expression asks for them and must not change afterwards. What one expression
    prepared is reused by every other that reads the same paths.
    """

    __slots__ = ("_prepared", "values")

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values
        self._prepared: dict[str, _Prepared] = {}

    def with_value(self, root: str, value: object) -> "Scope":
        """A scope that differs in one root, such as ``item`` in the next turn of a loop."""
        return Scope({**self.values, root: value})

    def activation(self, program: Program) -> engine.Activation:
        """What the program reads, ready for the engine. Raises Fault for unreadable data."""
        if not program.reusable:
            return self._prepare(program)
        ready = self._prepared.get(program.key)
        if ready is None or ready.left <= 0:
            if len(self._prepared) >= SCOPE_CACHE:
                self._prepared.clear()
            ready = self._prepared[program.key] = _Prepared(self._prepare(program))
        ready.left -= 1
        return ready.activation

    def _prepare(self, program: Program) -> engine.Activation:
        intake = Intake()
        projected: dict[str, object] = {}
        for root, inputs in program.inputs.items():
            value = self.values.get(root, _ABSENT)
            if value is not _ABSENT:
                projected[root] = _project(value, inputs, intake)
        if intake.weight * program.factor > MAX_WORK:
            refuse_much_work(program, self.find)
        return engine.activate(projected)

    def find(self, segments: tuple[str, ...]) -> object:
        """The value at a path, None where there is none."""
        value: object = self.values
        for segment in segments:
            if not isinstance(value, Mapping) or segment not in value:
                return None
            value = value[segment]
        return value


def _project(value: object, inputs: Inputs | None, intake: Intake) -> object:
    """The part of a value that a program reads; the engine copies what it is given, all of it."""
    if inputs is None:
        return intake.take(value)
    if type(value) is dict or isinstance(value, Mapping):
        projected: dict[str, object] = {}
        for name, below in inputs.items():
            if name in value:
                projected[name] = _project(value[name], below, intake)
        return projected
    # Something else where an object was expected: the engine says what is wrong with it.
    return [] if isinstance(value, list | tuple) else intake.take(value)
