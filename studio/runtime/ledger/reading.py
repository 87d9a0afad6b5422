"""Reading back what a run has recorded. The same statements on both databases."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from studio.runtime.ledger.payloads import blob_of
from studio.runtime.ledger.rows import Recorded, StepRow, Waiting
from studio.runtime.models import IN_ORDER, Blob, Resolution, Step, WaitRow

_STEP = (
    Step.id, Step.run_id, Step.workspace_id, Step.node_key, Step.path, Step.attempt, Step.state, Step.type,
    Step.started_at, Step.port, Step.input, Step.output, Step.error, Step.note, Step.effect_key, Step.fingerprint,
    Step.intent_epoch, Step.wait_id, Step.reused_from, Step.finished_at,
)  # fmt: skip
_WAIT = (
    WaitRow.id, WaitRow.run_id, WaitRow.workspace_id, WaitRow.step_id, WaitRow.node_key, WaitRow.path, WaitRow.kind,
    WaitRow.created_at, WaitRow.match, WaitRow.state, WaitRow.due_at, WaitRow.note, WaitRow.detail,
)  # fmt: skip


def read_recorded(session: Session, run_ids: Sequence[UUID]) -> dict[UUID, Recorded]:
    """Steps in the order they were written, waits that have not closed, and the answers to them."""
    found = {run_id: Recorded() for run_id in run_ids}
    for row in session.execute(select(*_STEP).where(Step.run_id.in_(run_ids)).order_by(*IN_ORDER)):
        step = StepRow(*row)
        step.saved, step.dirty = True, False
        found[row.run_id].steps.append(step)
    open_waits = select(*_WAIT).where(WaitRow.run_id.in_(run_ids), WaitRow.state != "closed")
    for row in session.execute(open_waits):
        wait = Waiting(*row)
        wait.saved, wait.dirty = True, False
        found[row.run_id].waits.append(wait)
    answers = select(Resolution.run_id, Resolution.wait_id, Resolution.payload)
    for row in session.execute(answers.where(Resolution.run_id.in_(run_ids))):
        found[row.run_id].answers[row.wait_id] = row.payload
    _fetch_blobs(session, found)
    return found


def _fetch_blobs(session: Session, found: dict[UUID, Recorded]) -> None:
    holders = {
        blob_id: step
        for recorded in found.values()
        for step in recorded.steps
        if (blob_id := blob_of(step.output)) is not None
    }
    if holders:
        for blob_id, data in session.execute(select(Blob.id, Blob.data).where(Blob.id.in_(holders))):
            holders[blob_id].output = data
