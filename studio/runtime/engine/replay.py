"""Walks a recorded run with the code of now, and names every decision that would come out otherwise.

What a run did outside of itself (effects, waits, people's answers) is taken from the record; everything that is worked
out in memory (conditions, data steps, joins, loops, what follows what) is worked out again and compared. So a deploy
can be tried against yesterday's runs, and the project's golden histories hold every later version to what it decided.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

import orjson
from pydantic import BaseModel

from studio.contract.node import Context, Effect, NodeType
from studio.contract.ports import Ports
from studio.contract.results import Done, Fail, Outcome
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.engine.machine.starting import new_step
from studio.runtime.ledger.rows import Recorded, RunRow, StepRow
from studio.runtime.outcomes import ENDED, RunState, StepState

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS
_NO_PORTS = cast("Ports", None)
"""What is worked out in memory has no use for them."""
REPLAYABLE = frozenset({*ENDED, RunState.WAITING, RunState.NEEDS_REVIEW})
"""States in which nothing of a run lags behind its record."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One decision that comes out otherwise. `place` is (node, iteration path); the whole run's is ("", "")."""

    place: Place
    what: str
    """`state`, `port`, `output`, `error`, `started` (now only) or `not started` (then only)."""
    then: Any
    now: Any


def replay(run: RunRow, compiled: Compiled, recorded: Recorded) -> list[Difference]:
    """Every difference between a record and what this code makes of it. Changes neither; reads no database."""
    walk = _Walk(run, compiled, recorded.steps)
    walk.advance()
    return walk.differences(run)


_Key: TypeAlias = tuple[str, str, int]
"""Node, iteration path, attempt."""


class _Record:
    """What the steps of a run did then, in the place of whatever left memory."""

    def __init__(self, steps: Sequence[StepRow]) -> None:
        self.steps: dict[_Key, StepRow] = {(*step.place, step.attempt): step for step in steps}

    def covers(self, step: StepRow, node_type: NodeType) -> bool:
        """Effects, and what has waited."""
        record = self.steps.get((*step.place, step.attempt))
        return node_type.effect is not Effect.PURE or (record is not None and record.wait_id is not None)

    def outcome(self, step: StepRow, node_type: NodeType, config: BaseModel, context: Context) -> Outcome:
        """As it was, whatever its set-up would be today."""
        return self.answer(step)

    def answer(self, step: StepRow) -> Outcome:
        """What this attempt of the step gave."""
        record = self.steps[*step.place, step.attempt]
        if record.state != StepState.FAILED:
            return Done(record.output, port=record.port or "next")
        error = record.error or {}
        again = (*record.place, record.attempt + 1) in self.steps
        return Fail(error.get("code", ""), error.get("message", ""), retryable=again, output=record.output)


class _Walk(Machine):
    """A machine whose effects have happened already. The run goes on past its end, to whatever the record has."""

    def __init__(self, run: RunRow, compiled: Compiled, steps: Sequence[StepRow]) -> None:
        self._record = _Record(steps)
        self._seen = set[_Key]()
        self._unrecorded: list[Place] = []
        self._final: RunState | None = None
        fresh = replace(run, steps_used=0, error=None, waiting_for=None, finished_at=None, state=RunState.RUNNING)
        super().__init__(fresh, compiled, run.created_at, _NO_PORTS, simulation=self._record)

    def start(self, place: Place, step: StepRow | None = None) -> None:
        """Start what the record has; what was still under way then needs nothing more."""
        record = self._record.steps.get((*place, step.attempt if step else 1))
        if record is None:
            self._unrecorded.append(place)
            return
        self._seen.add((*place, record.attempt))
        broken_off = record.finished_at is None or record.state in (StepState.CANCELLED, StepState.NEEDS_REVIEW)
        if broken_off and not (self.compiled.types[place[0]].is_loop and record.output is not None):
            return
        self.now = record.started_at
        if record.reused_from is not None:  # a re-run kept it, whatever its set-up would be today
            begun = step or new_step(self, self.compiled.graph.nodes[place[0]], place, 1)
            self.apply(begun, self._record.answer(begun))
            return
        super().start(place, step)
        self.pause = False

    def end(self, state: RunState, step: StepRow | None = None) -> None:
        """Keep how it ended, and walk on: the record has what else was done by then, in whatever order."""
        self._final = self._final or state

    def differences(self, run: RunRow) -> list[Difference]:
        """Once everything is walked."""
        made = [difference for step in self.memory.steps for difference in self._compare(step)]
        if self._final is None and run.state != RunState.CANCELLED and (run.error or {}).get("code") != "run.budget":
            made += [Difference(place, "started", None, place[0]) for place in self._unrecorded]
        for key, record in self._record.steps.items():
            if key not in self._seen:
                made.append(Difference(record.place, "not started", record.state, None))
        return made + self._compare_ends(run)

    def _compare_ends(self, run: RunRow) -> list[Difference]:
        if run.state == RunState.CANCELLED or (run.error or {}).get("code") == "run.budget":
            return []  # a person or a limit ended it: no decision of the graph's
        under_way = any(step.finished_at is None for step in self._record.steps.values())
        doubtful = any(step.state == StepState.NEEDS_REVIEW for step in self._record.steps.values())
        going_on = RunState.NEEDS_REVIEW if doubtful else RunState.WAITING if under_way else RunState.SUCCEEDED
        now = self._final or going_on
        return [] if now == run.state else [Difference(("", ""), "state", str(run.state), str(now))]

    def _compare(self, step: StepRow) -> list[Difference]:
        then = self._record.steps.get((*step.place, step.attempt))
        if then is None or step.finished_at is None or then.finished_at is None or then.state == StepState.CANCELLED:
            return []
        pairs = {
            "state": (str(then.state), str(step.state)),
            "port": (then.port, step.port),
            "output": (_plain(then.output), _plain(step.output)),
            "error": ((then.error or {}).get("code"), (step.error or {}).get("code")),
        }
        return [Difference(step.place, what, old, new) for what, (old, new) in pairs.items() if old != new]


def _plain(value: Any) -> Any:
    """As it comes back from a database."""
    return orjson.loads(orjson.dumps(value, default=str, option=_OPTIONS))
