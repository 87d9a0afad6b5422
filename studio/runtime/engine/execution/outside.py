"""A boundary that calls out: the intent is committed first, and the call is made with no transaction open."""

from dataclasses import replace
from datetime import datetime, timedelta

from studio.contract.node import Effect
from studio.contract.results import Fail, Outcome
from studio.core import clock
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.metrics import STEP_SECONDS
from studio.core.targets import Targets, Ticket
from studio.core.targets.registry import NOTHING
from studio.runtime.engine.execution import outgoing
from studio.runtime.engine.execution.acting import Acting, Halted
from studio.runtime.engine.execution.claims import Claims
from studio.runtime.engine.execution.spans import Spans
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.outcomes import RunState


class OutsideBoundary:
    """OUTSIDE effects, in the effect lane."""

    def __init__(self, claims: Claims, targets: Targets, acting: Acting, spans: Spans, *, local_time: bool) -> None:
        """`local_time`: the database's clock is this machine's, which may be set while a call is under way."""
        self._claims, self._targets, self._acting, self._spans = claims, targets, acting, spans
        self._local_time = local_time

    def carry(self, machine: Machine) -> None:
        """One call, if one of its calls may go out now; otherwise the run makes room for others. Raises FenceLost."""
        match outgoing.choose(self._targets, machine):
            case outgoing.Go(index, ticket):
                outgoing.bring_forward(machine, index)
                try:
                    self._call(machine, ticket)
                except Halted:
                    self._claims.write(machine, outgoing.park(machine))
            case outgoing.Hold(index, failure):
                call = outgoing.bring_forward(machine, index)
                machine.calls.popleft()
                machine.heard(call, machine.held_up(call) or failure)
            case outgoing.Later(delay_s):
                here = next((i for i, call in enumerate(machine.calls) if call.type.effect is Effect.LOCAL), None)
                if here is None:
                    self._claims.write(machine, outgoing.put_back(machine, delay_s))
                else:
                    outgoing.bring_forward(machine, here)

    def _call(self, machine: Machine, ticket: Ticket | None) -> None:
        said = NOTHING
        try:
            said = outgoing.report(self._perform(machine))
        finally:
            if ticket is not None:
                self._targets.leave(ticket, said)

    def _perform(self, machine: Machine) -> Outcome:
        """The intent, and all that came before, is committed before the call goes out; its outcome at the next one."""
        refused = self._acting.outside(machine, machine.calls[0])
        if refused is not None:
            return self._refuse(machine, machine.calls.popleft(), refused)
        held = machine.held_up(machine.calls[0])
        if held is not None:
            return _hold_up(machine, machine.calls.popleft(), held)
        machine.intend(machine.calls[0], machine.run.epoch)
        if any(machine.memory.unwritten()):
            fault_point("intent.before_commit")
            self._claims.write(machine, machine.take())
            fault_point("intent.after_commit")
        call = machine.calls.popleft()
        machine.performed.add(call.step.id)
        fault_point("effect.before_call")
        started = clock.monotonic()
        with self._spans.calling(machine.run, call.step):
            outcome = machine.perform(call, None)
        fault_point("effect.after_call")
        took = clock.monotonic() - started
        STEP_SECONDS.labels("outside").observe(took)
        machine.now = self._later(machine.now, took)
        machine.heard(call, outcome)
        if machine.state is RunState.RUNNING:  # what follows may have to begin anew, and must not call again for it
            self._claims.write(machine, machine.take())
            fault_point("effect.after_commit")
        return outcome

    def _refuse(self, machine: Machine, call: Call, refused: Fail) -> Fail:
        """Nothing goes out. Where a worker died in an earlier attempt, nobody knows whether that one did."""
        if outgoing.in_doubt(machine, call):
            said = _(
                "A worker died while this step was calling out, so the call may have arrived. It was not repeated, "
                "since policies ask for more by now than this run has obtained."
            )
            refused = replace(refused, in_doubt=True, message=said)
        else:
            machine.intend(call, None)
        machine.heard(call, refused)
        return refused

    def _later(self, before: datetime, took_s: float) -> datetime:
        """The database's time after a call."""
        return clock.local_now() if self._local_time else before + timedelta(seconds=took_s)


def _hold_up(machine: Machine, call: Call, held: Outcome) -> Outcome:
    """Nothing goes out for now, and nothing is intended."""
    if not outgoing.in_doubt(machine, call):
        machine.intend(call, None)
    machine.heard(call, held)
    return held
