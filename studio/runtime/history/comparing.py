"""Two runs side by side: what they received, and step by step how each ended and what it gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.detail import RunDetail, StepView, detail
from studio.runtime.history.differences import Compared, compare
from studio.runtime.history.payloads import Exchange, exchanges
from studio.runtime.models import Run
from studio.runtime.outcomes import RunState

MOST_BYTES = 1_048_576
"""JSON of each run's steps that is compared; what lies beyond is compared by its result alone."""
MOST_DIFFERENCES = 20
"""Of one step's data."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One step at one iteration, in both runs."""

    step: StepView
    one: StepView | None
    """None: this run did not come there."""
    other: StepView | None
    alike: bool
    """Both ended the same way, by the same port."""
    data: Compared | None
    """How what it gave differs; None where one of them gave nothing, or it is not compared."""

    @property
    def differs(self) -> bool:
        """In its result or its data."""
        return not self.alike or bool(self.data is not None and self.data.differences)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs."""

    one: RunDetail
    other: RunDetail
    received: Compared
    pairs: Sequence[Pair]

    @property
    def differing(self) -> int:
        """Steps that differ."""
        return sum(pair.differs for pair in self.pairs)


def counterpart(uow: UnitOfWork, run: Run) -> Run | None:
    """What a run is compared with unless another is named: the one that it repeats, else the last success before it."""
    if run.rerun_of is not None and (repeated := uow.session.get(Run, run.rerun_of)) is not None:
        return repeated
    before = select(Run).where(Run.workflow_id == run.workflow_id, Run.state == RunState.SUCCEEDED, Run.id < run.id)
    return uow.session.scalars(before.order_by(Run.id.desc()).limit(1)).first()


def comparison(uow: UnitOfWork, one: Run, other: Run) -> Comparison:
    """Reads both, in a number of statements that does not depend on their length."""
    found = detail(uow, one), detail(uow, other)
    given = exchanges(uow, one.id, MOST_BYTES), exchanges(uow, other.id, MOST_BYTES)
    received = compare(one.input, other.input, MOST_DIFFERENCES)
    return Comparison(found[0], found[1], received, pairs(found[0].steps, found[1].steps, *given))


def pairs(
    one: Sequence[StepView], other: Sequence[StepView], given: Mapping[UUID, Exchange], also: Mapping[UUID, Exchange]
) -> list[Pair]:
    """Every step that one of them came to, in the order of the first, then what only the second has. Pure."""
    first = {(step.key, step.path): step for step in one if step.last is not None}
    second = {(step.key, step.path): step for step in other if step.last is not None}
    made = []
    for place in dict.fromkeys([*first, *second]):
        left, right = first.get(place), second.get(place)
        alike = left is not None and right is not None and _end(left) == _end(right)
        data = _data(_output(left, given), _output(right, also))
        made.append(Pair(first.get(place) or second[place], left, right, alike, data))
    return made


def _end(step: StepView) -> tuple[str, str | None]:
    return step.state, step.last.row.port if step.last is not None else None


def _output(step: StepView | None, given: Mapping[UUID, Exchange]) -> Any:
    found = given.get(step.last.row.id) if step is not None and step.last is not None else None
    return found.output if found is not None else None


def _data(one: Any, other: Any) -> Compared | None:
    return None if one is None or other is None else compare(one, other, MOST_DIFFERENCES)
