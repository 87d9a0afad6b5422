"""The end of a shadow: what it found stays, and the audit trail says how it ended."""

from studio.audit import Target, record
from studio.builder.backtest.outcomes import State
from studio.builder.backtest.tally import from_json
from studio.builder.models import Backtest
from studio.builder.shadow.outcomes import Ended
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow

STATES = {Ended.STOPPED: State.CANCELLED, Ended.FAILED: State.FAILED}


def end(uow: UnitOfWork, row: Backtest, why: Ended, words: str | None = None) -> None:
    """End one that goes on; its row is locked. `words`: why it could not go on."""
    row.state, row.ended, row.why = STATES.get(why, State.DONE), why.value, words
    row.finished_at, row.look_at = uow.now, None
    tally = from_json(row.tally)
    workflow = uow.session.get_one(Workflow, row.workflow_id)
    record(
        uow,
        "workflow.shadow_ended",
        targets=[Target("workflow", str(workflow.id), workflow.name)],
        metadata={
            "version": row.version_number, "outcome": why.value, "events": tally.events, "same": tally.same,
            "otherwise": tally.differs + tally.newly + tally.no_longer, "failed": tally.failed,
        },
    )  # fmt: skip
