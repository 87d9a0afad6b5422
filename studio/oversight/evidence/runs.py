"""Runs as records of a pack: their steps with what each got and gave as the history keeps it, and their gates."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from studio.audit.envelope import stamp
from studio.core.redact import Redactor
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardPass
from studio.oversight.evidence import approvals
from studio.oversight.evidence.people import Erasures, Names
from studio.runtime.ledger.payloads import blob_of
from studio.runtime.models import Blob, Run, Step

STEPS = 200
"""Steps in memory at once, with what they got and gave."""


def records(uow: UnitOfWork, runs: Sequence[Run], erased: Erasures) -> list[dict[str, Any]]:
    """A batch of runs, without their steps."""
    passes: dict[UUID, list[GuardPass]] = defaultdict(list)
    query = select(GuardPass).where(GuardPass.run_id.in_([run.id for run in runs])).order_by(GuardPass.id)
    for one in uow.session.scalars(query):
        passes[one.run_id].append(one)
    names = Names(uow, (one.user_id for some in passes.values() for one in some), erased)
    return [_record(run, passes[run.id], names, erased) for run in runs]


def _record(run: Run, passes: Sequence[GuardPass], names: Names, erased: Erasures) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "workflow_id": str(run.workflow_id),
        "version_id": str(run.version_id),
        "title": erased.said("run", run.id, run.title),
        "state": run.state,
        "mode": run.mode,
        "trigger": run.trigger_node,
        "received": erased.said("run", run.id, Redactor().json(run.input)),
        "error": erased.said("run", run.id, run.error),
        "rerun_of": str(run.rerun_of) if run.rerun_of else None,
        "called_by": str(run.parent_run_id) if run.parent_run_id else None,
        "created_at": stamp(run.created_at),
        "finished_at": _at(run.finished_at),
        "gates": [approvals.gate(one, names, erased) for one in passes],
    }


def steps(uow: UnitOfWork, run_ids: Sequence[UUID], after: tuple[UUID, UUID] | None) -> list[Step]:
    """The next steps of some runs, by run and id."""
    query = select(Step).where(Step.run_id.in_(run_ids)).order_by(Step.run_id, Step.id).limit(STEPS)
    if after is not None:
        query = query.where(tuple_(Step.run_id, Step.id) > after)
    return list(uow.session.scalars(query))


def step_records(uow: UnitOfWork, rows: Sequence[Step], erased: Erasures) -> Iterator[dict[str, Any]]:
    """Steps with what they got and gave, large values fetched from their own table."""
    wanted = {found for row in rows for value in (row.input, row.output) if (found := blob_of(value)) is not None}
    blobs: dict[UUID, Any] = {}
    if wanted:
        blobs = {one.id: one.data for one in uow.session.scalars(select(Blob).where(Blob.id.in_(wanted)))}

    def whole(run_id: UUID, value: Any) -> Any:
        blob_id = blob_of(value)
        found = value if blob_id is None else blobs.get(blob_id)
        return erased.said("run", run_id, Redactor().json(found))

    for row in rows:
        yield {
            "id": str(row.id),
            "run_id": str(row.run_id),
            "node": row.node_key,
            "path": row.path,
            "attempt": row.attempt,
            "type": row.type,
            "state": row.state,
            "port": row.port,
            "got": whole(row.run_id, row.input),
            "gave": whole(row.run_id, row.output),
            "error": whole(row.run_id, row.error),
            "effect_key": row.effect_key,
            "reused_from": str(row.reused_from) if row.reused_from else None,
            "started_at": stamp(row.started_at),
            "finished_at": _at(row.finished_at),
        }


def _at(moment: datetime | None) -> str | None:
    return stamp(moment) if moment is not None else None
