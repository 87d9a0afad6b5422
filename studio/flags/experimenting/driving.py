"""What moves an experiment but for its decision. Row, setting, history, audit and waiting runs in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags import sums
from studio.flags.experimenting import asking, history, planning, rows, setting, waiting, weighing
from studio.flags.experimenting.weighing import Reading
from studio.flags.experiments import allotment, policy
from studio.flags.experiments.policy import SERVING, NotAllowed, State, Verb
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagVersion
from studio.flags.service import changing, finding, gating

LOOK = timedelta(minutes=5)
"""How often arms are counted while something hangs on it."""
BY_PERSON, GUARDRAIL, SWITCHED_OFF = "by_person", "guardrail", "switched_off"
"""Why one was stopped."""
WITHDRAW = "withdraw"
"""What is done with a proposal that people are being asked about."""


def start(uow: UnitOfWork, row: FlagExperiment, note: str = "") -> None:
    """Let people in. Raises Conflict where that cannot be now; in production as Gates.require().

    The gate is asked with the share of all that are in it.
    """
    said = finding.noted(note)
    flag, place = rows.lock(uow, row)
    state = allowed(row, Verb.START)
    finding.unarchived(flag)
    planning.no_rollout(uow, flag, place)
    design = rows.design_of(row)
    if design.until is not None and design.until <= uow.now:
        past = _("The moment at which it is read has passed. Drop it and plan another one.")
        raise Conflict(past, code="experiment.past_horizon", resource=f"flag_experiment:{row.id}")
    held = changing.current(uow, flag, place)
    setting.refuse(held, boolean=rows.is_boolean(row))
    payload = {"experiment": str(row.id), "design": row.design, "audience": row.audience, "payloads": row.payloads}
    gating.require(uow, flag, place, allotment.traffic(design), payload)
    row.state, row.before, row.started_at, row.due_at = state.value, held.state, uow.now, _next(row, uow)
    uow.session.flush()
    setting.begin(uow, row, flag, place, said or _("The experiment begins"))
    history.write(uow, row, flag, place, "started", note=said)


def drop(uow: UnitOfWork, row: FlagExperiment, note: str = "") -> None:
    """Give up one that nobody is in yet."""
    said = finding.noted(note)
    flag, place = rows.lock(uow, row)
    row.state, row.closed_at = allowed(row, Verb.DROP).value, uow.now
    uow.session.flush()
    history.write(uow, row, flag, place, "dropped", note=said)
    waiting.tell(uow, row)


def stop(uow: UnitOfWork, row: FlagExperiment, note: str = "") -> None:
    """Let nobody have anything of it any more: what held before it holds again. It is read as it stands."""
    said = finding.noted(note)
    flag, place = rows.lock(uow, row)
    if not look(uow, row, flag, place) or State(row.state) is not State.STOPPED:
        stop_locked(uow, row, flag, place, BY_PERSON, said)


def stop_locked(
    uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, why: str, note: str = ""
) -> None:
    """The same of a row that is locked."""
    state = allowed(row, Verb.STOP)
    asking.drop(uow, row)
    was_running = State(row.state) is State.RUNNING
    if was_running:
        _freeze(uow, row, weighing.read(uow, row))
    row.state, row.reason = state.value, why
    uow.session.flush()
    setting.take_back(uow, row, flag, place, note or _("The experiment was stopped."))
    history.write(uow, row, flag, place, "stopped", note=note)
    if was_running:
        waiting.tell(uow, row)


def look(uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment) -> bool:
    """Whether a running one, which is locked, came to its end now: at its horizon, or by a broken guardrail."""
    if State(row.state) is not State.RUNNING:
        return False
    reading = weighing.read(uow, row)
    if policy.must_stop(reading.found):
        stop_locked(uow, row, flag, place, GUARDRAIL)
        return True
    if not reading.found.final:
        row.due_at = _next(row, uow)
        return False
    state = policy.apply(Verb.END, State.RUNNING, horizon_reached=True)
    _freeze(uow, row, reading)
    row.state = state.value
    uow.session.flush()
    history.write(uow, row, flag, place, "ended")
    waiting.tell(uow, row)
    return True


def switched(
    uow: UnitOfWork, flag: Flag, place: FlagEnvironment | None, version: FlagVersion, _before: Mapping[str, Any]
) -> None:
    """Whoever turns the flag off has the experiment stopped with it."""
    if place is None or version.state["enabled"]:
        return
    row = rows.opened(uow, flag, place)
    if row is None or State(row.state) not in SERVING:
        return
    uow.session.refresh(row, with_for_update=True)
    stop_locked(uow, row, flag, place, SWITCHED_OFF, _("The flag was turned off."))


def owned(uow: UnitOfWork, flag: Flag, place: FlagEnvironment) -> Iterable[str]:
    """The strategy that an experiment has now."""
    row = rows.opened(uow, flag, place)
    return () if row is None else (rows.title_of(row),)


def keeps(uow: UnitOfWork, place: FlagEnvironment) -> str | None:
    """Why an environment cannot be retired."""
    return _("An experiment is open in it.") if rows.any_open(uow, place) else None


def offered(row: FlagExperiment, *, final: bool = False) -> list[str]:
    """What a person may do now, in the order in which pages offer it. `final`: its horizon is reached by now."""
    there = policy.ALLOWED[State(row.state)]
    if final and State(row.state) is State.RUNNING:
        there = policy.ALLOWED[State.ENDED]  # which it is as soon as somebody does anything with it
    if row.proposal is not None:
        return [Verb.STOP.value, WITHDRAW] if Verb.STOP in there else [WITHDRAW]
    return [verb.value for verb in (Verb.START, Verb.DECIDE, Verb.STOP, Verb.DROP) if verb in there]


def allowed(row: FlagExperiment, verb: Verb) -> State:
    """Where a verb takes it. Raises Conflict where that is not allowed now."""
    try:
        return policy.apply(verb, State(row.state), horizon_reached=False)
    except NotAllowed:
        said = _("That cannot be done with an experiment as this one stands now. Look at it again.")
        raise Conflict(said, code="experiment.not_allowed", resource=f"flag_experiment:{row.id}") from None


def _freeze(uow: UnitOfWork, row: FlagExperiment, reading: Reading) -> None:
    row.counted, row.ended_at, row.due_at = sums.kept(reading.sums), uow.now, None


def _next(row: FlagExperiment, uow: UnitOfWork) -> Any:
    """When to look again: at its moment, or sooner where units or guardrails are watched."""
    design = rows.design_of(row)
    if design.until is None:
        return uow.now + LOOK
    if design.guardrails or design.until <= uow.now:
        return min(uow.now + LOOK, design.until) if design.until > uow.now else uow.now + LOOK
    return design.until
