"""Which of a run's calls may go out now, asked before its intent is committed."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from studio.contract.node import Effect
from studio.contract.results import Fail, Outcome, Wait
from studio.core.i18n import gettext as _
from studio.core.targets import Full, Paused, Report, Sign, Targets, Ticket
from studio.core.targets.registry import NOTHING
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.port import Flush
from studio.runtime.outcomes import Lane, RunState


@dataclass(frozen=True, slots=True)
class Go:
    """The call at `index` goes out; the ticket is handed back afterwards. None: its target need not be spared."""

    index: int
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Hold:
    """The call at `index` is not made: calls to its target are paused."""

    index: int
    failure: Fail


@dataclass(frozen=True, slots=True)
class Later:
    """All targets have as many calls as they may: come again after `delay_s` seconds."""

    delay_s: float


def choose(targets: Targets, machine: Machine) -> Go | Hold | Later:
    """The first of a run's calls out that need not wait for others."""
    full = dict[str, float]()
    for index, call in enumerate(machine.calls):
        if call.type.effect is not Effect.OUTSIDE:
            continue
        target = call.type.target_of(call.config)
        if target is None:
            return Go(index, None)
        if target in full:
            continue
        match targets.enter(machine.run.workspace_id, target, machine.run.id):
            case Ticket() as ticket:
                return Go(index, ticket)
            case Paused() as paused:
                return Hold(index, not_called(target, paused))
            case Full(delay_s):
                full[target] = delay_s
    return Later(min(full.values()))


def bring_forward(machine: Machine, index: int) -> Call:
    """Let the call at `index` be the next one. What was intended instead no longer is."""
    call = machine.calls[index]
    if index:
        machine.intend(machine.calls[0], None)
        del machine.calls[index]
        machine.calls.appendleft(call)
    return call


def put_back(machine: Machine, delay_s: float) -> Flush:
    """Leave the run to the effect lane for later: no call has gone out, and none is intended."""
    for call in machine.calls:
        machine.intend(call, None)
    flush = machine.take()
    machine.run.state, machine.run.lane, flush.delay_s = RunState.QUEUED, Lane.EFFECT, delay_s
    return flush


def park(machine: Machine) -> Flush:
    """Put the run aside where it is: what it has done is written, and nothing more goes out.

    A call that may have gone out in an earlier attempt stays in doubt.
    """
    for call in machine.calls:
        if not in_doubt(machine, call):
            machine.intend(call, None)
    flush = machine.take()
    machine.run.state, machine.run.lane = RunState.QUEUED, Lane.PARKED
    return flush


def in_doubt(machine: Machine, call: Call) -> bool:
    """Whether a worker died in an earlier attempt at it, so that it may have gone out."""
    return call.step.intent_epoch is not None and call.step.intent_epoch < machine.run.epoch


def report(outcome: Outcome) -> Report:
    """What an outcome says of the target: whoever gives something back was answered, who waits may not have called."""
    if isinstance(outcome, Wait):
        return NOTHING
    if isinstance(outcome, Fail):
        return Report(outcome.target, outcome.retry_after_s or 0.0)
    return Report(Sign.WELL)


def not_called(target: str, paused: Paused) -> Fail:
    """The failure of a call that was not made."""
    host = _named(target)
    if paused.asked:
        message = _(
            "%(host)s asked for a pause, so Studio does not call it now. This request was not sent, and nothing was "
            "changed there.",
            host=host,
        )
    else:
        message = _(
            "%(host)s was not called: its last calls all failed, so Studio pauses calls to it for a while. This "
            "request was not sent, and nothing was changed there.",
            host=host,
        )
    return Fail("http.circuit_open", message, retryable=True, retry_after_s=paused.left_s, not_called=True)


def _named(target: str) -> str:
    """What people call a target: its host, or the name that the workspace has given it."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https"):
        return parts.hostname or target
    return f"“{parts.netloc}”"
