"""One claimed run in memory: carries it from one boundary to the next.

A boundary is an effect, a wait, a checkpoint or the end. Between two boundaries nothing is written; at a boundary
`take()` hands over all rows that lag behind, and whoever holds the machine flushes them under the run's epoch.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

import structlog
from pydantic import BaseModel

from studio.contract.graph import ERROR_PORT, Node
from studio.contract.node import Context, Effect, NodeType, RunInfo
from studio.contract.ports import Ports
from studio.contract.results import Done, Expand, Fail, Outcome, Signal, Wait
from studio.core import rng
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.redact import Redactor
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import evaluate
from studio.runtime import decide
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place
from studio.runtime.engine import backoff, failures, keys
from studio.runtime.engine.data import Data, extended
from studio.runtime.engine.loops import Loops
from studio.runtime.engine.memory import Memory
from studio.runtime.ledger.port import Flush
from studio.runtime.ledger.rows import Recorded, RunRow, StepRow, Waiting
from studio.runtime.outcomes import Lane, RunState, StepState

log = structlog.get_logger()

SLICE = 500
"""Steps in memory before they are written, so that a long loop neither grows nor loses much."""


@dataclass(frozen=True, slots=True)
class Call:
    """A step that may not run in memory alone. `signal` where it goes on after a wait."""

    step: StepRow
    type: NodeType
    config: BaseModel
    signal: Signal | None = None
    wait: Waiting | None = None
    """What the signal ends: open until the step has heard it, so that a death before that loses no answer."""


class Machine:
    """See the module. `live` names the steps that a test-run performs for real; None: all of them."""

    def __init__(
        self,
        run: RunRow,
        compiled: Compiled,
        now: datetime,
        ports: Ports,
        recorded: Recorded | None = None,
        live: frozenset[str] | None = None,
        *,
        careful: bool = False,
        performed: frozenset[UUID] = frozenset(),
    ) -> None:
        self.run, self.compiled, self.now, self.ports, self.live = run, compiled, now, ports, live
        self.lane = run.lane
        """The lane that it was claimed in."""
        self.performed = set(performed)
        """Steps whose call went out under this claim, whether or not its outcome was written."""
        self.careful = careful
        """Something of it could not be written: every value is looked at before the run goes on with it."""
        self.tries = 1
        """How often this claim has begun at what the ledger has of the run."""
        self.data = Data(run, compiled)
        self.redactor = Redactor(keys=False)
        self.ready: deque[Place] = deque()
        self.calls: deque[Call] = deque()
        self.parked: dict[Place, StepRow] = {}
        self.memory = Memory()
        self.withdraw: list[Waiting] = []
        """Waits that the run's end leaves open; whoever flushes withdraws them first."""
        self.ended: RunState | None = None
        self.pause = False
        """A checkpoint or a full slice: flush, then advance again."""
        self._unwritten = 0
        if recorded is None:
            self.progress, following = decide.begin(compiled.graph, run.trigger_node)
            self.loops = Loops(self)
            self._follow(following)
            run.title = run.title or compiled.title(self.data.scope(""))
        else:
            self.loops = Loops(self)
            self.progress = self.memory.restore(self, self.loops, recorded)

    # -- going on -----------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run steps in memory until only effects and waits are left, or it is time to write."""
        self.pause = False
        while self.ready and self.ended is None and not self.pause:
            self.start(self.ready.popleft())

    @property
    def state(self) -> RunState:
        """What the run is once everything in memory is written."""
        if self.ended is not None:
            return self.ended
        if self.ready or self.calls:
            return RunState.RUNNING
        return RunState.WAITING if self.parked else RunState.SUCCEEDED

    def take(self) -> Flush:
        """All rows that lag behind, and the run as it is now."""
        state = self.state
        self.run.state = state
        if state not in (RunState.RUNNING, RunState.WAITING, RunState.QUEUED):
            self.run.finished_at = self.now
        self.run.waiting_for = self.memory.oldest_kind() if state is RunState.WAITING else None
        if state is not RunState.RUNNING:
            gives_up_its_place = state is RunState.WAITING and self.run.place_key is not None
            self.run.lane = Lane.BACK if gives_up_its_place else Lane.MAIN
        steps, waits = self.memory.unwritten()
        self._unwritten = 0
        return Flush(self.run, steps, waits)

    def hand_over(self) -> Flush:
        """Write the intent of the first outside effect and leave the run to the effect lane."""
        self.intend(self.calls[0], self.run.epoch + 1)
        flush = self.take()
        self.run.state, self.run.lane = RunState.QUEUED, Lane.EFFECT
        return flush

    def intend(self, call: Call, epoch: int | None) -> None:
        """This call goes out under that epoch. The others do not yet, so nothing of theirs can be in doubt.

        None: it does not, for certain.
        """
        if call.step.intent_epoch != epoch:
            call.step.intent_epoch, call.step.dirty = epoch, True

    # -- one step -----------------------------------------------------------------------------------------------

    def start(self, place: Place, step: StepRow | None = None) -> None:
        """Start a step, or the next attempt of one whose row exists."""
        node = self.compiled.graph.nodes[place[0]]
        node_type = self.compiled.types[node.key]
        written = step is not None and step.saved and step.state == StepState.RUNNING
        if self._over_budget(counted=written):
            return
        step = step or self._new_step(node, place, attempt=1)
        step.state, step.dirty = StepState.RUNNING, True
        if node.key == self.run.trigger_node:  # it has happened: there is nothing to resolve or to call
            self.apply(step, Done(self.run.input))
            return
        try:
            config = self.compiled.resolvers[node.key].resolve(self.data.scope(place[1]))
        except failures.CONFIG_ERRORS as error:
            self.apply(step, failures.as_failure(error))
            return
        step.input = self.redactor.json(self.compiled.resolvers[node.key].plain(config))
        unkept = failures.unstorable(step.input) if self._looks_at(node_type) else None
        if unkept is not None:
            step.input = None
            self.apply(step, unkept)
            return
        if self._simulated(node, node_type):
            self._run_simulated(step, node_type, config)
        elif node_type.effect is Effect.PURE:
            self.apply(step, self._guarded(Call(step, node_type, config), None))
        else:
            self._prepare_effect(step, node_type, config, written=written)

    def resume(self, step: StepRow, wait: Waiting, signal: Signal) -> None:
        """Go on with a step whose wait has ended."""
        self.parked.pop(step.place, None)
        node_type = self.compiled.types[step.node_key]
        if wait.kind == "retry":
            self.memory.close(wait)
            self.start(step.place, step)
            return
        try:
            config = self.compiled.resolvers[step.node_key].resolve(self.data.scope(step.path))
        except failures.CONFIG_ERRORS as error:
            self.memory.close(wait)
            self.apply(step, failures.as_failure(error))
            return
        call = Call(step, node_type, config, signal, wait)
        if node_type.effect is Effect.LOCAL:
            self.calls.append(call)
        else:
            self.heard(call, self._guarded(call, None))

    def perform(self, call: Call, tx: UnitOfWork | None) -> Outcome:
        """Run an effect: LOCAL with its unit of work, OUTSIDE with none. Changes nothing of the machine."""
        return self._guarded(call, tx)

    def heard(self, call: Call, outcome: Outcome) -> None:
        """Take in what an effect, or a step that went on after its wait, answered."""
        if call.wait is not None:
            self.memory.close(call.wait)
        self.apply(call.step, outcome)

    def apply(self, step: StepRow, outcome: Outcome) -> None:
        """Take in what a step answered."""
        step.dirty = True
        match outcome:
            case Done():
                self._done(step, outcome)
            case Wait():
                self._park(step, outcome)
            case Fail():
                self._failed(step, outcome)
            case Expand():
                self.loops.expand(step, outcome)
        self._unwritten += 1
        if self.compiled.graph.nodes[step.node_key].checkpoint or self._unwritten >= SLICE:
            self.pause = True

    # -- outcomes -----------------------------------------------------------------------------------------------

    def _done(self, step: StepRow, done: Done) -> None:
        step.state, step.port, step.note, step.finished_at = StepState.SUCCEEDED, done.port, done.note, self.now
        if step.node_key == self.run.trigger_node:
            step.input = None  # the run's own input is what the trigger brought
            self.data.put(step.place, done.output)
        else:
            step.output = self.redactor.json(done.output)
            self.data.put(step.place, step.output)
        if done.ends_run:
            self.end(RunState.SUCCEEDED)
            return
        self._follow(decide.settle(self.progress, step.place, done.port))

    def _park(self, step: StepRow, wait: Wait) -> None:
        detail = wait.detail if isinstance(wait.detail, dict) else None
        match = detail.get("match") if detail else None
        row = Waiting(
            wait.wait_id, self.run.id, self.run.workspace_id, step.id, step.node_key, step.path, wait.kind, self.now,
            match=match, due_at=wait.due_at, note=wait.note, detail=wait.detail,
        )  # fmt: skip
        step.state, step.wait_id, step.note = StepState.WAITING, wait.wait_id, wait.note
        self.memory.add_wait(row)
        self.parked[step.place] = step
        if self.live is not None:
            self.resume(step, row, Signal("due"))

    def _failed(self, step: StepRow, failure: Fail) -> None:
        node = self.compiled.graph.nodes[step.node_key]
        step.error = {"code": failure.code, "message": self.redactor.text(failure.message), "field": failure.field}
        step.error |= {"expression": failure.expression} if failure.expression else {}
        step.output, step.finished_at = self.redactor.json(failure.output), self.now
        if failure.unknown and not self.compiled.types[node.key].is_keyed(step.input or {}):
            step.state = StepState.NEEDS_REVIEW
            self.end(RunState.NEEDS_REVIEW, step)
            return
        step.state = StepState.FAILED
        if backoff.may_retry(node.retry, step.attempt, failure):
            self._retry(step, node, failure)
        elif not failure.ends_run and ERROR_PORT in self.compiled.graph.ports_used(node.key):
            step.port = ERROR_PORT
            self.data.put(step.place, {"error": step.error, "output": step.output})
            self._follow(decide.settle(self.progress, step.place, ERROR_PORT))
        elif failure.ends_run or not self.loops.give_up_iteration(step):
            self.end(RunState.FAILED, step)

    def _retry(self, step: StepRow, node: Node, failure: Fail) -> None:
        due = self.now + backoff.pause(node.retry, step.attempt, failure, rng.jitter)
        following = self._new_step(node, step.place, attempt=step.attempt + 1)
        following.effect_key, following.fingerprint = step.effect_key, step.fingerprint
        words = _("Attempt %(attempt)s of %(attempts)s", attempt=following.attempt, attempts=node.retry.attempts)
        if failure.not_called:
            words = _("Attempt %(attempt)s, when calls there may go out again", attempt=following.attempt)
        wait = Wait(new_id(), "retry", due, note=words)
        if self.live is not None:
            self.start(step.place, following)
        else:
            self._park(following, wait)

    def end(self, state: RunState, step: StepRow | None = None) -> None:
        """End the run now; what still waits is to be withdrawn."""
        self.ended = state
        if step is not None and step.error is not None:
            self.run.error = {**step.error, "node": step.node_key, "path": step.path}
        self.ready.clear()
        self.calls.clear()
        if state is RunState.NEEDS_REVIEW:
            return
        self.withdraw = self.memory.open_waits()
        for left in self.memory.unfinished():
            self._cancel(left)

    def drop(self, place: Place) -> None:
        """Cancel what had started of an iteration that was given up."""
        self.parked.pop(place, None)
        self.loops.forget(place)
        self.ready = deque(ready for ready in self.ready if ready != place)
        self.calls = deque(call for call in self.calls if call.step.place != place)
        for step in [step for step in self.memory.unfinished() if step.place == place]:
            self._cancel(step)
            self.withdraw.extend(wait for wait in self.memory.open_waits() if wait.step_id == step.id)

    def _cancel(self, step: StepRow) -> None:
        step.state, step.finished_at, step.dirty = StepState.CANCELLED, self.now, True

    def follow(self, following: decide.Next) -> None:
        """Take in what decide() says comes next."""
        self._follow(following)

    def _follow(self, following: decide.Next) -> None:
        self.ready.extend(following.ready)
        for place in following.loops_done:
            self.loops.finish(place)

    # -- calling nodes ------------------------------------------------------------------------------------------

    def _guarded(self, call: Call, tx: UnitOfWork | None) -> Outcome:
        context = self.context(call.step, tx)
        context.waited_id = call.wait.id if call.wait is not None else None
        try:
            if call.signal is not None:
                outcome = call.type.resume(context, call.config, call.signal)
            else:
                outcome = call.type.start(context, call.config)
        except failures.CONFIG_ERRORS as error:
            return failures.as_failure(error, self.compiled.graph.nodes[call.step.node_key])
        except Exception as error:  # a defect in one node type must fail its step, in words, not its worker
            if tx is not None and failures.breaks_off(error, careful=self.careful):
                raise
            log.exception("node_failed", run_id=str(self.run.id), node=call.step.node_key, type=call.step.type)
            return failures.crash(call.step.node_key)
        if self._looks_at(call.type) and isinstance(outcome, Done | Expand):
            given = outcome.output if isinstance(outcome, Done) else outcome.items
            return failures.unstorable(self.redactor.json(given)) or outcome
        return failures.storable(outcome) if isinstance(outcome, Fail) else outcome

    def _looks_at(self, node_type: NodeType) -> bool:
        """Whether values are tried before they are written; for what is worked out in memory once that has failed."""
        return self.careful or node_type.effect is not Effect.PURE

    def _run_simulated(self, step: StepRow, node_type: NodeType, config: BaseModel) -> None:
        try:
            outcome = node_type.simulate(self.context(step, None), config)
        except failures.CONFIG_ERRORS as error:
            outcome = failures.as_failure(error)
        except Exception:  # see _guarded()
            log.exception("node_failed", run_id=str(self.run.id), node=step.node_key, type=step.type)
            outcome = failures.crash(step.node_key)
        self.apply(step, outcome)

    def _simulated(self, node: Node, node_type: NodeType) -> bool:
        return self.live is not None and node_type.effect is not Effect.PURE and node.key not in self.live

    def _prepare_effect(self, step: StepRow, node_type: NodeType, config: BaseModel, *, written: bool) -> None:
        before = (step.effect_key, step.fingerprint)
        earlier = (step.effect_key, step.fingerprint or "") if step.effect_key else None
        step.fingerprint = keys.fingerprint(step.type, step.input)
        if not (written and step.effect_key):  # an intent that may have gone out keeps its key, whoever takes it up
            step.effect_key = keys.effect_key(self.run, step, earlier)
        if written and before == (step.effect_key, step.fingerprint):
            step.dirty = False  # handed over with exactly this intent: no second commit before the call
        self.calls.append(Call(step, node_type, config))

    def context(self, step: StepRow, tx: UnitOfWork | None) -> Context:
        """What the node of a step gets."""
        scope, node = self.data.scope(step.path), self.compiled.graph.nodes[step.node_key]
        return Context(
            run=self.info, node=step.node_key, node_name=node.name, path=step.path, attempt=step.attempt,
            now=self.now, scope=scope, ports=self.ports, event=self.run.input, effect_key=step.effect_key, tx=tx,
            step_id=step.id, timeout_s=node.timeout_s, missed=step.place in self.progress.missed,
            evaluate=lambda source, extra: evaluate(source, extended(scope, extra)), redact=self.redactor.add,
        )  # fmt: skip

    @cached_property
    def info(self) -> RunInfo:
        """The run as its nodes see it."""
        run, workspace = self.run, self.compiled.workspace
        return RunInfo(
            run.id, run.workspace_id, run.workflow_id, run.version_id, run.mode, run.title, run.created_at,
            self.compiled.workflow_name, workspace.get("currency", "EUR"), workspace.get("time_zone", "UTC"),
            workspace.get("locale", "en"),
        )  # fmt: skip

    def _new_step(self, node: Node, place: Place, attempt: int) -> StepRow:
        step = StepRow(
            new_id(), self.run.id, self.run.workspace_id, node.key, place[1], attempt, StepState.RUNNING, node.type,
            self.now,
        )  # fmt: skip
        self.memory.add_step(step)
        return step

    def _over_budget(self, *, counted: bool) -> bool:
        """`counted`: the step had begun before, and was handed over or put back since."""
        self.run.steps_used += not counted
        budget = self.compiled.graph.budget
        if self.run.steps_used <= budget.steps and (self.now - self.run.created_at).total_seconds() <= budget.seconds:
            return False
        self.run.error = failures.over_budget(budget)
        self.end(RunState.FAILED)
        return True
