"""What a person says of a run that Studio cannot carry on by itself.

Its call arrived, or is to be tried again; its step is skipped with what they say it gave; or the whole of it is done.
"""

from collections.abc import Callable

from sqlalchemy import select

from studio.audit import record
from studio.contract.graph import ERROR_PORT
from studio.contract.node import node_type
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import notes
from studio.runtime.document.bounds import check_payload
from studio.runtime.ledger.payloads import pack
from studio.runtime.models import IN_ORDER, Blob, Run, Step
from studio.runtime.outcomes import STUCK, Lane, RunState, StepState
from studio.runtime.rerun.facts import Finding, Given
from studio.runtime.rerun.reading import ASKS
from studio.runtime.service.children import tell_caller
from studio.runtime.service.ending import Withdraw, end_stuck
from studio.runtime.service.runs import target
from studio.runtime.waits import RunWaits

__all__ = ["Finding", "mark_done", "settle", "skip"]


def settle(uow: UnitOfWork, run: Run, finding: Finding, hint: Callable[[], None]) -> None:
    """Let a run go on. Raises Conflict where it needs nobody, InvalidInput where no call is in doubt."""
    locked = _stuck(uow, run)
    doubtful = _doubtful(uow, locked)
    if finding is Finding.ARRIVED and doubtful is None:
        message = _("No call of this run is in doubt, so it can only be tried again or cancelled.")
        raise InvalidInput(message, code="run.nothing_in_doubt", field="finding")
    if doubtful is not None:
        _settle_step(uow, doubtful, finding)
    _goes_on(uow, locked)
    record(uow, "run.settled", targets=[target(locked)], metadata={
        "finding": finding.value, "step": doubtful.node_key if doubtful else "",
    })  # fmt: skip
    uow.after_commit(hint)


def _lane(run: Run) -> Lane:
    """One that needs a place to execute has given its own up."""
    return Lane.BACK if run.place_key is not None else Lane.MAIN


def _doubtful(uow: UnitOfWork, run: Run) -> Step | None:
    if run.state != RunState.NEEDS_REVIEW:
        return None
    found = select(Step).where(Step.run_id == run.id, Step.state == StepState.NEEDS_REVIEW)
    return uow.session.scalars(found.order_by(*(moment.desc() for moment in IN_ORDER)).limit(1)).first()


def _settle_step(uow: UnitOfWork, step: Step, finding: Finding) -> None:
    if finding is Finding.REPEAT:
        step.state, step.error, step.output, step.finished_at = StepState.RUNNING, None, None, None
        step.intent_epoch = None  # nothing is under way: whoever claims the run may call
        return
    found = node_type(step.type)
    step.state, step.port = StepState.SUCCEEDED, found.ports_of(step.input or {})[0] if found else "next"
    step.note = _("%(name)s looked there: it had arrived", name=uow.actor.name)
    step.error, step.finished_at = None, uow.now


def skip(uow: UnitOfWork, run: Run, given: Given, hint: Callable[[], None]) -> None:
    """Let a run go on behind the step that it is stuck at, with what somebody says that step gave.

    Raises Conflict where it needs nobody, InvalidInput where no step is under way, where that one asks people, or where
    it has no such port.
    """
    check_payload(given.output)
    locked = _stuck(uow, run)
    step = _under_way(uow, locked)
    found = node_type(step.type) if step is not None else None
    if step is None or found is None or found.kind in ASKS:
        said = _("No step of this run can be skipped where it stands: try it again, or cancel it.")
        raise InvalidInput(said, code="run.nothing_to_skip", field="output")
    ports = found.ports_of(step.input or {})
    if given.port is not None and given.port not in (*ports, ERROR_PORT):
        said = _("“%(step)s” has no way on that is called “%(port)s”.", step=step.node_key, port=given.port[:60])
        raise InvalidInput(said, code="rerun.unknown_port", field="port")
    step.output, blob = pack(given.output)
    if blob is not None:
        uow.session.add(Blob(id=blob[0], run_id=locked.id, data=blob[1]))
    step.state, step.port, step.error, step.finished_at = StepState.SUCCEEDED, given.port or ports[0], None, uow.now
    step.note = _("%(name)s skipped it, and gave this in its place", name=uow.actor.name)
    step.reused_from = step.id
    _goes_on(uow, locked)
    record(uow, "run.settled", targets=[target(locked)], metadata={"finding": "skipped", "step": step.node_key})
    uow.after_commit(hint)


def mark_done(
    uow: UnitOfWork, run: Run, withdraw: Withdraw, reason: str = "", *, hint: Callable[[], None] = lambda: None
) -> None:
    """Somebody has done the rest by hand: a stuck run ends as done, without a result. Raises Conflict else."""
    _stuck(uow, run, lock=False)
    said = _("%(name)s marked the run as done.", name=uow.actor.name)
    locked = end_stuck(uow, run, withdraw, said)
    open_ = select(Step).where(Step.run_id == run.id, Step.state == StepState.NEEDS_REVIEW)
    for step in uow.session.scalars(open_):
        step.state, step.note, step.finished_at = StepState.SKIPPED, said, uow.now
    locked.state = RunState.SUCCEEDED
    locked.error = locked.error_code = locked.error_node = locked.error_print = None
    notes.add(uow, run.id, f"{said} {reason}".strip())
    tell_caller(uow, RunWaits(hint), locked)
    record(uow, "run.marked_done", targets=[target(locked)], metadata={"reason": reason})


def _stuck(uow: UnitOfWork, run: Run, *, lock: bool = True) -> Run:
    locked = uow.session.get(Run, run.id, with_for_update=lock, populate_existing=True)
    if locked is None or locked.state not in STUCK:
        raise Conflict(_("This run needs no decision any more."), code="run.not_stuck", resource=f"run:{run.id}")
    return locked


def _under_way(uow: UnitOfWork, run: Run) -> Step | None:
    """The step in doubt, or the one at which the run's workers died."""
    doubtful = _doubtful(uow, run)
    if doubtful is not None or run.state == RunState.NEEDS_REVIEW:
        return doubtful
    found = select(Step).where(Step.run_id == run.id, Step.state == StepState.RUNNING)
    newest = uow.session.scalars(found.order_by(*(moment.desc() for moment in IN_ORDER)))
    return next((step for step in newest if (kind := node_type(step.type)) is not None and not kind.is_loop), None)


def _goes_on(uow: UnitOfWork, run: Run) -> None:
    run.state, run.lane, run.attempts, run.available_at = RunState.QUEUED, _lane(run), 0, uow.now
    run.error = run.error_code = run.error_node = run.error_print = run.finished_at = None
