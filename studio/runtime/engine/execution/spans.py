"""What workers tell of runs to OpenTelemetry: each attempt of a step as it ends, and the run when it does.

And what others did for it meanwhile: answers of people, jobs of the outbox.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from uuid import UUID

from studio.core import clock
from studio.core.claims import Job
from studio.core.ids import new_id, parse_id
from studio.core.tracing import Traced, Tracing
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.ledger.port import Flush
from studio.runtime.ledger.rows import RunRow, StepRow


class Spans:
    """Called with what has just been written."""

    def __init__(self, tracing: Tracing | None) -> None:
        self._tracing = tracing

    def calling(self, run: RunRow, step: StepRow) -> AbstractContextManager[None]:
        """What a step calls meanwhile says that it comes from there."""
        return self._tracing.calling(run.id, step.id) if self._tracing is not None else nullcontext()

    def written(self, flushes: Iterable[Flush]) -> None:
        """Tell of steps and runs that have ended in it."""
        if self._tracing is None:
            return
        for flush in flushes:
            if not self._tracing.wants(flush.run.id):
                continue
            for step in flush.steps:
                if step.finished_at is not None and step.reused_from is None:
                    self._tracing.send(_of_step(flush.run, step))
            if flush.run.finished_at is not None:
                self._tracing.send(_of_run(flush.run))

    def answered(self, uow: UnitOfWork, run_id: UUID) -> None:
        """Somebody has answered for a run: told once that is committed, and not who it was."""
        if self._tracing is not None:
            facts = {"studio.run_id": str(run_id), "studio.workspace_id": str(uow.workspace)}
            span, send = Traced(run_id, new_id(), "approval.answer", uow.now, uow.now, facts), self._tracing.send
            uow.after_commit(lambda: send(span))

    def job(self, job: Job, outcome: str, began: datetime) -> None:
        """An attempt at a job of the outbox: in its run's trace where it names one, else in a trace of its own."""
        if self._tracing is None:
            return
        named = job.payload.get("run_id")
        run_id = parse_id(named) if isinstance(named, str) else None
        facts: dict[str, str | int] = {
            "studio.job_id": str(job.id), "studio.workspace_id": str(job.workspace_id), "studio.attempt": job.attempts,
            "studio.outcome": outcome,
        }  # fmt: skip
        trace, span = (run_id, new_id()) if run_id is not None else (new_id(), None)
        name, error = f"outbox.{job.topic}", outcome if outcome != "done" else None
        self._tracing.send(Traced(trace, span, name, began, clock.local_now(), facts, error=error))


def _of_step(run: RunRow, step: StepRow) -> Traced:
    facts: dict[str, str | int] = _facts(run) | {
        "studio.step": step.node_key, "studio.attempt": step.attempt, "studio.state": step.state,
    }  # fmt: skip
    if step.path:
        facts["studio.path"] = step.path
    assert step.finished_at is not None  # noqa: S101 - the caller has looked
    return Traced(run.id, step.id, step.type, step.started_at, step.finished_at, facts, error=_code(step.error))


def _of_run(run: RunRow) -> Traced:
    assert run.finished_at is not None  # noqa: S101 - the caller has looked
    others = tuple(other for other in (run.parent_run_id, run.rerun_of) if other is not None)
    facts: dict[str, str | int] = _facts(run) | {"studio.state": run.state, "studio.steps": run.steps_used}
    return Traced(run.id, None, "run", run.created_at, run.finished_at, facts, error=_code(run.error), runs=others)


def _facts(run: RunRow) -> dict[str, str | int]:
    return {
        "studio.run_id": str(run.id), "studio.workspace_id": str(run.workspace_id),
        "studio.workflow_id": str(run.workflow_id), "studio.mode": run.mode,
    }  # fmt: skip


def _code(error: dict[str, object] | None) -> str | None:
    return str(error.get("code", "error")) if error else None
