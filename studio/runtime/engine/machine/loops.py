"""For-each loops of one run in memory: items, iterations, what each of them gave."""

import weakref
from typing import Any

from studio.contract.results import Expand
from studio.core.sizes import fits
from studio.runtime import decide
from studio.runtime.decide import Place
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.engine.machine.failures import unstorable
from studio.runtime.ledger.payloads import MAX_BYTES
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import StepState

KEPT_RESULTS = 1_000
"""How many iterations a loop's output lists, fewer where they are large; `count` always says how many there were."""
ROOM = 1_024
"""Bytes for what stands around the results."""


class Loops:
    """The loops of one run. A loop's row holds its items while it runs and its results afterwards."""

    def __init__(self, machine: Carrier) -> None:
        self._machine: Carrier = weakref.proxy(machine)  # it holds us: a run must end with its last user, not with gc
        self._steps: dict[Place, StepRow] = {}

    def expand(self, step: StepRow, expand: Expand) -> None:
        """A loop knows its items: start the first iterations."""
        step.output = {"items": expand.items, "concurrency": expand.concurrency, "on_item_error": expand.on_item_error}
        step.state, step.dirty = StepState.RUNNING, True
        self._open(step.place, step, expand.items)
        self._machine.follow(decide.expand(self._machine.progress, step.place, len(expand.items), expand.concurrency))

    def restore(self, place: Place, step: StepRow) -> None:
        """Take up a loop from its row."""
        self._open(place, step, step.output["items"])

    def finish(self, place: Place) -> None:
        """The last iteration has settled: the loop's step is done."""
        step, machine = self._steps.pop(place), self._machine
        items = step.output["items"]
        results = [machine.data.leave(decide.child_path(place[1], index)) for index in range(len(items))]
        failed = sum(1 for result in results if FAILED_MARK in result)
        kept = [_shown(result) for result in results[:KEPT_RESULTS]]
        while not fits(kept, MAX_BYTES - ROOM):  # the work is done: better fewer results than none
            kept = kept[: len(kept) // 2]
        step.output = {"count": len(items), "failed": failed, "results": kept}
        step.state, step.port, step.finished_at, step.dirty = StepState.SUCCEEDED, "done", machine.now, True
        step.note = f"{len(items)} items" + (f", {failed} failed" if failed else "")
        unkept = unstorable(step.output) if machine.careful else None
        if unkept is not None:
            machine.apply(step, unkept)
            return
        machine.data.put(place, step.output)
        machine.follow(decide.settle(machine.progress, place, decide.DONE_PORT))

    def forget(self, place: Place) -> None:
        """The iteration that a loop stands in was given up."""
        self._steps.pop(place, None)

    def give_up_iteration(self, step: StepRow) -> bool:
        """A step in a body has failed for good. True where its loop goes on with the next item."""
        owner = decide.owner_of(self._machine.compiled.graph, step.place)
        loop = self._steps.get(owner[0]) if owner else None
        if owner is None or loop is None or loop.output.get("on_item_error") != "continue":
            return False
        machine, (place, index) = self._machine, owner
        machine.data.put((FAILED_MARK, decide.child_path(place[1], index)), step.error)
        following, unsettled = decide.abandon(machine.progress, place, index)
        for lost in unsettled:
            machine.drop(lost)
        machine.follow(following)
        return True

    def _open(self, place: Place, step: StepRow, items: list[Any]) -> None:
        self._steps[place] = step
        for index, item in enumerate(items):
            self._machine.data.enter(decide.child_path(place[1], index), item, index)


FAILED_MARK = "$failed"


def _shown(result: dict[str, Any]) -> dict[str, Any]:
    if FAILED_MARK not in result:
        return result
    return {key: value for key, value in result.items() if key != FAILED_MARK} | {"error": result[FAILED_MARK]}
