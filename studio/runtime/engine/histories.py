"""Recorded runs: read from a database, written to a file and read back, to be walked by engine.replay."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime import document as documents
from studio.runtime.compiled import Compiled
from studio.runtime.engine.replay import REPLAYABLE, Difference, replay
from studio.runtime.engine.versions import compile_document, facts_of
from studio.runtime.ledger.reading import read_recorded
from studio.runtime.ledger.rows import Recorded, RunRow, StepRow
from studio.runtime.models import Run, WorkflowVersion
from studio.runtime.outcomes import Mode

BATCH = 100
SCHEMA = "studio.history/1"
_RUN = [field.name for field in fields(RunRow)]
_KEPT_OF_RUN = ("id", "trigger_node", "input", "title", "created_at", "state", "error")
_KEPT_OF_STEP = (
    "node_key", "path", "attempt", "state", "type", "port", "output", "error", "wait_id", "reused_from", "started_at",
    "finished_at",
)  # fmt: skip
_MOMENTS = ("started_at", "finished_at")
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class History:
    """One recorded run with the document that it followed."""

    run: RunRow
    document: dict[str, Any]
    workspace: dict[str, str]
    """The root `workspace` of its expressions."""
    steps: list[StepRow]

    def differences(self) -> list[Difference]:
        """What this code would decide otherwise. Raises InvalidInput or NotFound where it cannot run the document."""
        return replay(self.run, self._compiled(), Recorded(self.steps))

    def _compiled(self) -> Compiled:
        return compile_document(documents.load(self.document), self.workspace, None, self.document["name"])

    def as_json(self) -> dict[str, Any]:
        """Everything that replaying needs, in an order that does not change."""
        run, steps = asdict(self.run), [asdict(step) for step in self.steps]
        return {
            "schema": SCHEMA,
            "document": self.document,
            "workspace": self.workspace,
            "run": {name: _text(run[name]) for name in _KEPT_OF_RUN},
            "steps": [{name: _text(step[name]) for name in _KEPT_OF_STEP} for step in steps],
        }


def from_json(raw: Mapping[str, Any]) -> History:
    """Read what `as_json` gave."""
    given = raw["run"]
    run = RunRow(
        id=UUID(given["id"]), workspace_id=_NOBODY, workflow_id=_NOBODY, version_id=_NOBODY,
        trigger_node=given["trigger_node"], epoch=1, wake_seq=0, attempts=0, fresh=False, input=given["input"],
        title=given["title"], mode=Mode.LIVE, lane="main", steps_used=0, respond=False,
        created_at=datetime.fromisoformat(given["created_at"]), state=given["state"], error=given["error"],
    )  # fmt: skip
    return History(run, raw["document"], raw["workspace"], [_step(run.id, step) for step in raw["steps"]])


def newest(database: Database, workspace_id: UUID, most: int) -> Iterator[History]:
    """A workspace's newest runs of which nothing is under way, in batches of one read each."""
    before: UUID | None = None
    while most > 0:
        with database.unit(workspace_id, read_only=True) as unit:
            found = select(Run).where(Run.state.in_(REPLAYABLE), Run.mode == Mode.LIVE).order_by(Run.id.desc())
            found = found.where(Run.id < before) if before is not None else found
            runs = list(unit.session.scalars(found.limit(min(BATCH, most))))
            made = histories(unit, runs)
        if not made:
            return
        before, most = made[-1].run.id, most - len(made)
        yield from made


def histories(unit: UnitOfWork, runs: list[Run]) -> list[History]:
    """The histories of some runs of one workspace."""
    workspace = unit.session.get_one(Workspace, unit.workspace)
    recorded = read_recorded(unit.session, [run.id for run in runs])
    wanted = {run.version_id for run in runs}
    versions = select(WorkflowVersion.id, WorkflowVersion.document).where(WorkflowVersion.id.in_(wanted))
    documents_of = {row.id: row.document for row in unit.session.execute(versions)}
    return [
        History(row_of(run), documents_of[run.version_id], facts_of(workspace), recorded[run.id].steps)
        for run in runs
        if run.version_id in documents_of
    ]


def row_of(run: Run) -> RunRow:
    """A run as the engine holds it."""
    return RunRow(**{name: getattr(run, name) for name in _RUN})


def _step(run_id: UUID, given: Mapping[str, Any]) -> StepRow:
    values = {name: given[name] for name in _KEPT_OF_STEP}
    for name in _MOMENTS:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return StepRow(id=_NOBODY, run_id=run_id, workspace_id=_NOBODY, **values)


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
