"""What workers tell of runs to OpenTelemetry: each attempt of a step as it ends, and the run when it does."""

from collections.abc import Iterable

from studio.core.tracing import Traced, Tracing
from studio.runtime.ledger.port import Flush
from studio.runtime.ledger.rows import RunRow, StepRow


class Spans:
    """Called with what has just been written."""

    def __init__(self, tracing: Tracing | None) -> None:
        self._tracing = tracing

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
