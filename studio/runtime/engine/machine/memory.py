"""The rows of one run in memory: which exist, which lag behind, what is waited for."""

from collections.abc import Iterable
from uuid import UUID

from studio.runtime.ledger.rows import StepRow, Waiting
from studio.runtime.outcomes import WaitState


class Memory:
    """Steps and waits of one run."""

    def __init__(self) -> None:
        self.steps: list[StepRow] = []
        self.newest: StepRow | None = None
        """The step that began last: what it gave is the run's result."""
        self._waits: dict[UUID, Waiting] = {}

    def add_step(self, step: StepRow) -> None:
        """A step has begun."""
        self.steps.append(step)
        self.newest = step

    def add_wait(self, wait: Waiting) -> None:
        """A step waits."""
        self._waits[wait.id] = wait

    def close(self, wait: Waiting) -> None:
        """A wait has been heard or withdrawn."""
        wait.state, wait.dirty = WaitState.CLOSED, True

    def open_waits(self) -> list[Waiting]:
        """What is still waited for."""
        return [wait for wait in self._waits.values() if wait.state != WaitState.CLOSED]

    def unfinished(self) -> list[StepRow]:
        """Steps that are under way."""
        return [step for step in self.steps if step.finished_at is None]

    def oldest_kind(self) -> str | None:
        """What the run says it waits for: the oldest open wait that is for somebody or something outside of it."""
        waits = sorted(self.open_waits(), key=lambda wait: (wait.kind in ("retry", "timer"), wait.created_at))
        return waits[0].kind if waits else None

    def unwritten(self) -> tuple[list[StepRow], list[Waiting]]:
        """The rows that lag behind, told apart by `saved`; call mark_written() once they are committed."""
        steps = [step for step in self.steps if step.dirty]
        waits = [wait for wait in self._waits.values() if wait.dirty]
        return steps, waits

    def mark_written(self, steps: list[StepRow], waits: list[Waiting]) -> None:
        """They are committed; finished steps need not be held any longer."""
        for step in steps:
            step.saved, step.dirty = True, False
        for wait in waits:
            wait.saved, wait.dirty = True, False
        self.steps = [step for step in self.steps if step.finished_at is None]
        self._waits = {wait.id: wait for wait in self._waits.values() if wait.state != WaitState.CLOSED}

    def fill(self, steps: list[StepRow], newest: StepRow | None, waits: Iterable[Waiting]) -> None:
        """What the ledger has of a run that is taken up: its unfinished steps, the one that began last, its waits."""
        self.steps, self.newest = steps, newest
        self._waits = {wait.id: wait for wait in waits}
