"""One run, as its page shows it: what happened at each step, what it waited for, what it belongs to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import defer

from studio.contract.node import NodeType, node_type
from studio.core.i18n import gettext
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.history.tallies import Tally
from studio.runtime.models import IN_ORDER, Run, RunNote, Step, WaitRow, Workflow, WorkflowVersion

MOST_CALLED = 200
"""Runs that a run called, as far as its page lists them."""
MOST_STEPS = 2_000
"""Rows of steps that a page reads; a longer run says so."""
UNDER_WAY = ("waiting", "running", "needs_review")


@dataclass(frozen=True, slots=True)
class Window:
    """Which of a long run's steps are read: those at the top, in some iterations, and all that are under way."""

    paths: frozenset[str]
    """Iteration paths, that of the top ("") among them."""
    tallies: Mapping[str, Tally]
    """All nodes that began, with how often."""

    def rows(self) -> ColumnElement[bool]:
        """Which rows those are."""
        return or_(Step.path.in_(self.paths), Step.state.in_(UNDER_WAY))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a step."""

    row: Step
    wait: WaitRow | None

    @property
    def took_s(self) -> float | None:
        """Seconds from its start to its end; None while it goes on."""
        end = self.row.finished_at
        return (end - self.row.started_at).total_seconds() if end else None


@dataclass(slots=True)
class StepView:
    """A node at one iteration path, with its attempts. None of them: not reached."""

    key: str
    name: str
    path: str
    type: str
    kind: str
    icon: str
    type_title: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def last(self) -> Attempt | None:
        """The attempt that counts."""
        return self.attempts[-1] if self.attempts else None

    @property
    def state(self) -> str:
        """The last attempt's state, or `not_reached`."""
        return self.last.row.state if self.last else "not_reached"

    @property
    def anchor(self) -> str:
        """Its name in the address."""
        return f"{self.key}.{self.path}" if self.path else self.key


@dataclass(frozen=True, slots=True)
class CalledRun:
    """A run that this one started as a part of itself."""

    id: UUID
    title: str
    state: str
    workflow_name: str
    created_at: datetime
    waiting_for: str | None
    lane: str
    awaited: bool
    """Its result is waited for."""


@dataclass(frozen=True, slots=True)
class CallingRun:
    """The run that this one is a part of."""

    id: UUID
    title: str
    """Its workflow's name, where it has none."""


@dataclass(frozen=True, slots=True)
class RunDetail:
    """Everything the run page shows."""

    run: Run
    workflow: Workflow
    version: WorkflowVersion
    document: documents.Document
    steps: Sequence[StepView]
    notes: Sequence[RunNote]
    reruns: Sequence[Run]
    called: Sequence[CalledRun]
    """Runs that it called, oldest first; MOST_CALLED of them."""
    caller: CallingRun | None
    """The run that called it; None where none did, or it is no longer kept."""
    cut: bool
    """More steps exist than were read."""
    window: Window | None = None
    """Which iterations were read; None: all of them."""

    @property
    def ends_at(self) -> datetime | None:
        """When it ended."""
        return self.run.finished_at

    @property
    def waited_s(self) -> float:
        """Seconds spent waiting for people or time, all waits of finished steps together."""
        return sum(
            attempt.took_s or 0.0 for step in self.steps for attempt in step.attempts if attempt.row.wait_id is not None
        )

    @property
    def ran(self) -> int:
        """Steps that succeeded, each iteration by itself."""
        if self.window is not None:
            return sum(tally.states["succeeded"] for tally in self.window.tallies.values())
        return sum(1 for step in self.steps if step.state == "succeeded")

    @property
    def failed_step(self) -> StepView | None:
        """The step that ended the run, where one did."""
        error = self.run.error or {}
        wanted = (error.get("node"), error.get("path") or "")
        return next((step for step in self.steps if (step.key, step.path) == wanted), None)

    def states(self) -> dict[str, str]:
        """Worst state a node, for the picture of the graph."""
        order = ["failed", "needs_review", "waiting", "running", "cancelled", "succeeded", "skipped", "not_reached"]
        found: dict[str, str] = {}
        for step in self.steps:
            before = found.get(step.key)
            if before is None or order.index(step.state) < order.index(before):
                found[step.key] = step.state
        return found


def version_of(uow: UnitOfWork, run: Run) -> WorkflowVersion:
    """The version that a run runs."""
    version = uow.session.get(WorkflowVersion, run.version_id)
    assert version is not None  # noqa: S101 - versions are never deleted before their runs
    return version


def detail(
    uow: UnitOfWork, run: Run, window: Window | None = None, document: documents.Document | None = None
) -> RunDetail:
    """Read it in eight statements, however many steps there are.

    `window`: only some of a long run's iterations. `document`: its version's, where that was read already.

    What a step got and gave may be large: it is read when it is first looked at, or by `history.payloads` for many.
    """
    version, workflow = version_of(uow, run), uow.session.get(Workflow, run.workflow_id)
    assert workflow is not None  # noqa: S101 - workflows are not deleted before their runs either
    document = document or documents.load(version.document)
    found, asked = select(Step).where(Step.run_id == run.id), select(WaitRow).where(WaitRow.run_id == run.id)
    if window is not None:
        found, asked = found.where(window.rows()), asked.where(or_(WaitRow.path.in_(window.paths), _open()))
    found = found.order_by(*IN_ORDER).limit(MOST_STEPS + 1)
    rows = list(uow.session.scalars(found.options(defer(Step.input), defer(Step.output))))
    waits = {wait.id: wait for wait in uow.session.scalars(asked)}
    notes = list(uow.session.scalars(select(RunNote).where(RunNote.run_id == run.id).order_by(RunNote.id)))
    reruns = list(uow.session.scalars(select(Run).where(Run.rerun_of == run.id).order_by(Run.id)))
    return RunDetail(
        run, workflow, version, document,
        _views(document, rows[:MOST_STEPS], waits, window.tallies if window is not None else ()), notes, reruns,
        called_by(uow, run), _caller(uow, run), cut=len(rows) > MOST_STEPS, window=window,
    )  # fmt: skip


def called_by(uow: UnitOfWork, run: Run) -> list[CalledRun]:
    """The runs that it called, oldest first."""
    found = (
        select(
            Run.id, Run.title, Run.state, Workflow.name, Run.created_at, Run.waiting_for, Run.lane, Run.parent_wait_id
        )
        .join(Workflow, Workflow.id == Run.workflow_id)
        .where(Run.parent_run_id == run.id)
        .order_by(Run.id)
        .limit(MOST_CALLED)
    )
    return [CalledRun(*row[:-1], awaited=row[-1] is not None) for row in uow.session.execute(found)]


def _caller(uow: UnitOfWork, run: Run) -> CallingRun | None:
    if run.parent_run_id is None:
        return None
    above = select(Run.id, Run.title, Workflow.name).join(Workflow, Workflow.id == Run.workflow_id)
    found = uow.session.execute(above.where(Run.id == run.parent_run_id)).one_or_none()
    return CallingRun(found.id, found.title or found.name) if found is not None else None


def called_run(step: StepView) -> UUID | None:
    """The run that a step called: the one it waits or waited for, or only started."""
    if step.last is None or step.last.row.type != "flow.call":
        return None
    wait, output = step.last.wait, step.last.row.output
    if wait is not None:
        return parse_id(str((wait.detail or {}).get("run_id")))
    return parse_id(str(output.get("run_id"))) if isinstance(output, dict) else None


def wait_target(wait: WaitRow | None) -> UUID | None:
    """The approval request that a wait is for."""
    if wait is None or wait.kind != "approval" or not isinstance(wait.detail, dict):
        return None
    return parse_id(str(wait.detail.get("request_id")))


def _open() -> ColumnElement[bool]:
    return WaitRow.state == "open"


def _views(
    document: documents.Document, rows: Sequence[Step], waits: dict[UUID, WaitRow], elsewhere: Collection[str]
) -> list[StepView]:
    """Places in the order in which they began, then what was not reached: neither there nor `elsewhere`."""
    made: dict[tuple[str, str], StepView] = {}
    nodes = {node.key: node for node in document.nodes}
    for row in rows:
        node = nodes.get(row.node_key)
        if node is None:
            continue
        view = made.get((row.node_key, row.path))
        if view is None:
            view = made[row.node_key, row.path] = _view(node, row.path)
        view.attempts.append(Attempt(row, waits.get(row.wait_id) if row.wait_id else None))
    reached = {key for key, _ in made}.union(elsewhere)
    missing = [_view(node, "") for node in document.nodes if node.key not in reached]
    return [*made.values(), *missing]


def _view(node: documents.Step, path: str) -> StepView:
    kind: type[NodeType] | None = node_type(node.type)
    return StepView(
        node.key, node.name, path, node.type,
        kind.kind.value if kind else "data", kind.icon if kind else "alert", gettext(kind.title) if kind else node.type,
    )  # fmt: skip
