"""What a person says of a run that Studio cannot carry on by itself: it arrived, or try it again."""

from collections.abc import Callable

from sqlalchemy import select

from studio.audit import record
from studio.contract.node import node_type
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import IN_ORDER, Run, Step
from studio.runtime.outcomes import STUCK, Lane, RunState, StepState
from studio.runtime.rerun.facts import Finding
from studio.runtime.service.runs import target

__all__ = ["Finding", "settle"]


def settle(uow: UnitOfWork, run: Run, finding: Finding, hint: Callable[[], None]) -> None:
    """Let a run go on. Raises Conflict where it needs nobody, InvalidInput where no call is in doubt."""
    locked = uow.session.get(Run, run.id, with_for_update=True, populate_existing=True)
    if locked is None or locked.state not in STUCK:
        raise Conflict(_("This run needs no decision any more."), code="run.not_stuck", resource=f"run:{run.id}")
    doubtful = _doubtful(uow, locked)
    if finding is Finding.ARRIVED and doubtful is None:
        message = _("No call of this run is in doubt, so it can only be tried again or cancelled.")
        raise InvalidInput(message, code="run.nothing_in_doubt", field="finding")
    if doubtful is not None:
        _settle_step(uow, doubtful, finding)
    locked.state, locked.lane, locked.attempts, locked.available_at = RunState.QUEUED, _lane(locked), 0, uow.now
    locked.error = locked.error_code = locked.error_node = locked.error_print = locked.finished_at = None
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
