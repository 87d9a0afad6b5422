"""What may be done with an experiment when, and what speaks against a decision. No I/O, no clock."""

from dataclasses import dataclass
from enum import StrEnum

from studio.flags.experiments.result import Result, Verdict


class State(StrEnum):
    """Where an experiment is."""

    DRAFT = "draft"
    """Nobody is in it yet."""
    RUNNING = "running"
    ENDED = "ended"
    """Its horizon was reached, and it was read. The arms have what they had, until somebody decides."""
    STOPPED = "stopped"
    """Nobody is in it any more. It is read as it stands."""
    DECIDED = "decided"
    DROPPED = "dropped"
    """It never began."""


class Verb(StrEnum):
    """What can be done to it."""

    START = "start"
    DROP = "drop"
    END = "end"
    """What it does by itself at its horizon."""
    STOP = "stop"
    DECIDE = "decide"


ALLOWED: dict[State, frozenset[Verb]] = {
    State.DRAFT: frozenset({Verb.START, Verb.DROP}),
    State.RUNNING: frozenset({Verb.STOP, Verb.END}),
    State.ENDED: frozenset({Verb.STOP, Verb.DECIDE}),
    State.STOPPED: frozenset({Verb.DECIDE}),
    State.DECIDED: frozenset(),
    State.DROPPED: frozenset(),
}
"""Which verb is allowed in which state. A running one ends once its horizon is reached, and is decided after that."""

SERVING = (State.RUNNING, State.ENDED)
"""The flag gives the arms what they are given."""
OPEN = (State.DRAFT, State.RUNNING, State.ENDED, State.STOPPED)
"""No other experiment of the flag may be planned there."""

_AFTER = {
    Verb.START: State.RUNNING, Verb.DROP: State.DROPPED, Verb.END: State.ENDED, Verb.STOP: State.STOPPED,
    Verb.DECIDE: State.DECIDED,
}  # fmt: skip


class NotAllowed(Exception):
    """The verb is not allowed where the experiment is; nothing has changed."""

    def __init__(self, verb: Verb, state: State) -> None:
        super().__init__(f"An experiment that is {state} has no {verb} now.")
        self.verb = verb
        self.state = state


def verbs(state: State, *, horizon_reached: bool) -> frozenset[Verb]:
    """What can be done to it now. `horizon_reached`: `Result.final`."""
    early = state is State.RUNNING and not horizon_reached
    return ALLOWED[state] - ({Verb.END} if early else set())


def apply(verb: Verb, state: State, *, horizon_reached: bool) -> State:
    """Where the verb takes it, or NotAllowed."""
    if verb not in verbs(state, horizon_reached=horizon_reached):
        raise NotAllowed(verb, state)
    return _AFTER[verb]


class Objection(StrEnum):
    """What speaks against a decision. Whoever approves it reads them; none of them forbids it."""

    MISMATCH = "mismatch"
    GUARDRAIL = "guardrail"
    """The variant broke one."""
    LOSS = "loss"
    """The variant lost."""
    NOT_SHOWN = "not_shown"
    """No win was seen of the variant: too early, too few units, or no difference."""
    OTHER_WON = "other_won"
    """Another variant won, and neither it nor another winner is shipped."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the flag."""

    ship: str | None
    """The variant that everybody gets; None keeps the control."""


def objections(found: Result, decision: Decision) -> tuple[Objection, ...]:
    """What speaks against it, in the order of weight. A variant that there is not, or the control, is a KeyError."""
    arms = {arm.name: arm for arm in found.arms[1:]}
    others = [arm for arm in found.arms[1:] if arm.name != decision.ship and arm.verdict is Verdict.WIN]
    said = []
    if decision.ship is not None:
        arm = arms[decision.ship]
        if arm.verdict is Verdict.MISMATCH:
            said.append(Objection.MISMATCH)
        if any(one.broken for one in arm.guardrails):
            said.append(Objection.GUARDRAIL)
        elif arm.verdict is Verdict.LOSS:
            said.append(Objection.LOSS)
        if arm.verdict in (Verdict.TOO_EARLY, Verdict.TOO_FEW_UNITS, Verdict.NO_DIFFERENCE):
            said.append(Objection.NOT_SHOWN)
    if others and (decision.ship is None or arms[decision.ship].verdict is not Verdict.WIN):
        said.append(Objection.OTHER_WON)
    return tuple(said)


def must_stop(found: Result) -> bool:
    """Whether it should stop by itself: an arm broke a guardrail while the sizes of the arms can be trusted."""
    return any(look.broken for arm in found.arms[1:] if arm.verdict is not Verdict.MISMATCH for look in arm.guardrails)
