"""What moves a rollout: people by verbs, and the ramp itself. Row, setting, history and audit in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout, FlagVersion
from studio.flags.ramps import states
from studio.flags.ramps.evidence import Finding
from studio.flags.ramps.policy import Kind, Move, follow
from studio.flags.ramps.states import ALLOWED, NotAllowed, Position, State, Verb
from studio.flags.rollouts import asking, history, rows, shares
from studio.flags.service import changing, finding, gating

WORDS: Mapping[Verb, str] = {
    Verb.START: "started", Verb.PAUSE: "paused", Verb.RESUME: "resumed", Verb.HOLD: "held", Verb.ADVANCE: "cut_short",
    Verb.COMPLETE: "completed", Verb.ROLL_BACK: "rolled_back",
}  # fmt: skip
"""What a verb leaves in the history."""
_KINDS = {Kind.ADVANCE: "advanced", Kind.HOLD: "held", Kind.ROLL_BACK: "rolled_back", Kind.COMPLETE: "completed"}
Stopped = Callable[[UnitOfWork, FlagRollout], None]
_stopped: dict[str, Stopped] = {}


def on_stop(name: str, told: Stopped) -> None:
    """Have somebody told, in its transaction, that a rollout has ended or is held. Called at every process's start."""
    _stopped[name] = told


def allowed(row: FlagRollout) -> list[Verb]:
    """What a person may do now, in the order in which pages offer it."""
    return [verb for verb in WORDS if verb in ALLOWED[State(row.state)]]


def act(uow: UnitOfWork, row: FlagRollout, verb: Verb, note: str = "", *, gated: bool = True) -> None:
    """Do what a person wants. Raises Conflict where that is not allowed now; in production as Gates.require().

    The gate is asked once, at the start, with the largest share that the rollout may ever give. `gated`: False where
    it was asked before, as of steps.
    """
    words = finding.noted(note)
    flag, place = rows.lock(uow, row)
    plan, before = rows.plan_of(row), rows.position_of(row)
    try:
        after = states.apply(verb, before, plan, uow.now)
    except NotAllowed:
        said = _("That cannot be done with a rollout as this one stands now. Look at it again.")
        raise Conflict(said, code="rollout.not_allowed", resource=f"flag_rollout:{row.id}") from None
    if verb is Verb.START:
        finding.unarchived(flag)
        held = changing.current(uow, flag, place)
        shares.refuse_broad(held)
        if gated:
            payload = {"rollout": str(row.id), "plan": row.plan, "audience": row.audience}
            gating.require(uow, flag, place, plan.steps[-1].share, payload)
        row.before, row.started_at = held.state, uow.now
    _move(uow, row, flag, place, before, after, WORDS[verb], note=words)


def walk(uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, move: Move) -> None:
    """Do what the ramp decided, of a row that is locked."""
    before = rows.position_of(row)
    after = follow(move, rows.plan_of(row), before, uow.now)
    _move(uow, row, flag, place, before, after, _KINDS[move.kind], found=move.findings)


def hold(uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, why: str) -> None:
    """Stand still because what has to be done cannot be done, of a row that is locked."""
    before = rows.position_of(row)
    after = states.apply(Verb.HOLD, before, rows.plan_of(row), uow.now)
    _move(uow, row, flag, place, before, after, "held", note=why[:500])


def leave(uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, why: str) -> None:
    """Whoever waited for it does no longer: nobody gets it who has it not, of a row that is locked.

    What runs is paused, so guardrails still watch it; what stands stays as it is, and its history says so.
    """
    before = rows.position_of(row)
    if before.state is not State.RUNNING:
        history.write(uow, row, flag, place, "left", before=row.step, note=why[:500])
        return
    after = states.apply(Verb.PAUSE, before, rows.plan_of(row), uow.now)
    _move(uow, row, flag, place, before, after, WORDS[Verb.PAUSE], note=why[:500])


def switched(
    uow: UnitOfWork, flag: Flag, place: FlagEnvironment | None, version: FlagVersion, _before: Mapping[str, Any]
) -> None:
    """Whoever turns the flag off has the rollout rolled back with it."""
    if place is None or version.state["enabled"]:
        return
    row = rows.opened(uow, flag, place)
    if row is None or State(row.state) not in rows.LIVE:
        return
    uow.session.refresh(row, with_for_update=True)
    before = rows.position_of(row)
    after = states.apply(Verb.ROLL_BACK, before, rows.plan_of(row), uow.now)
    _move(uow, row, flag, place, before, after, "rolled_back", note=_("The flag was turned off."))


def owned(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> Iterable[str]:
    """The strategy that a rollout moves now."""
    row = rows.opened(uow, flag, place)
    return () if row is None else (rows.title_of(row),)


def keeps(uow: UnitOfWork, place: FlagEnvironment) -> str | None:
    """Why an environment cannot be retired."""
    return _("A rollout is open in it.") if rows.any_open(uow, place) else None


def _move(
    uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, before: Position, after: Position,
    what: str, *, found: Iterable[Finding] = (), note: str = "",
) -> None:  # fmt: skip
    rows.put(row, after)
    over = after.state in (State.COMPLETED, State.ROLLED_BACK)
    if (after.state, after.step) != (before.state, before.step):
        asking.drop(uow, row, refusal=after.state is not State.HELD)
    row.due_at = uow.now if after.state in rows.LIVE else None
    row.ended_at = uow.now if over else None
    uow.session.flush()
    plan = rows.plan_of(row)
    share = states.share(plan, after)
    if after.state is State.ROLLED_BACK:
        if before.state in rows.LIVE:
            shares.take_back(uow, flag, place, row, note or _("The rollout was rolled back."))
    elif share != states.share(plan, before) or over:
        said = _("Rollout, step %(step)s of %(steps)s", step=after.step + 1, steps=len(plan.steps))
        shares.put(uow, flag, place, row, share, note or said)
    history.write(uow, row, flag, place, what, before=before.step, found=found, note=note)
    if over or after.state is State.HELD:
        for tell in _stopped.values():
            tell(uow, row)
