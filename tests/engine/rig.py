"""An engine without threads: a test says when it drains, sweeps, crashes and how late it is."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from dramatiq.worker import ConsumerThread, WorkerThread
from sqlalchemy import select

from studio.contract.graph import Budget, Edge, Join, Node, Retry, build
from studio.contract.node import node_type
from studio.contract.ports import Ports
from studio.core import clock, faults
from studio.core.ids import new_id
from studio.core.targets import Targets
from studio.core.unit_of_work import Database
from studio.runtime.compile import field_plan
from studio.runtime.compiled import Compiled
from studio.runtime.engine.engine import Engine
from studio.runtime.engine.histories import row_of
from studio.runtime.ledger.rows import Accepted, Admission, Recorded, RunRow
from studio.runtime.models import Halt, Resolution, Run, RunNote, Step, TriggerSubscription, WaitRow, Workflow
from studio.runtime.service import runs
from studio.runtime.turns import RunTurns
from tests.engine import bench_nodes  # noqa: F401 - registers its node types


class Crash(BaseException):
    """The process dies here."""


def _die() -> None:
    raise Crash


def passing() -> float:
    """A clock that never jumps, but by what a test lets pass."""
    return clock.monotonic() + clock.offset().total_seconds()


@dataclass(frozen=True)
class Published:
    """One workflow of a rig."""

    workflow_id: UUID
    version_id: UUID
    subscription: UUID


class Rig:
    """One workspace with one workflow of test nodes."""

    def __init__(self, app, workspace_id: UUID, nodes: list[Node], edges: list[tuple[str, str, str]]) -> None:
        self.settings = app.extensions["studio_settings"]
        self.database: Database = app.extensions["studio_database"]
        self.workspace_id = workspace_id
        self.engine = Engine(self.settings, self.database)
        self.engine.targets = Targets(4, 8, now=passing, patience_s=0)
        self.engine.join_ports(Ports(self.engine.waits, None, None, None, None, None, self.engine.calls, RunTurns()))
        self.withdrawn: list[UUID] = []
        self.engine.endings.withdraw["test"] = lambda _uow, wait_id, _reason: self.withdrawn.append(wait_id)
        self.known: dict[UUID, Compiled] = {}
        self.engine.versions = lambda _workspace, version: (
            self.compiled if version == self.version_id else self.known[version]
        )
        self.use(self.publish(nodes, edges, name="Rig"))

    def use(self, made: Published) -> None:
        """Events start this workflow from now on."""
        self.workflow_id, self.version_id, self.subscription = made.workflow_id, made.version_id, made.subscription
        self.compiled = self.known[made.version_id]

    def publish(
        self, nodes: list[Node], edges: list[tuple[str, str, str]], *, name: str, trigger: str = "trigger.webhook",
        config: dict | None = None,
    ) -> Published:  # fmt: skip
        """A workflow of test nodes that begins at the step `t`."""
        version_id = new_id()
        with self.database.unit(self.workspace_id) as unit:
            workflow = Workflow(
                name=name, enabled=True, published_version_id=version_id, created_at=unit.now, updated_at=unit.now
            )
            unit.session.add(workflow)
            unit.session.flush()
            row = TriggerSubscription(
                workflow_id=workflow.id, version_id=version_id, node_key="t", type=trigger, config=config or {},
                active=True, created_at=unit.now,
            )  # fmt: skip
            unit.session.add(row)
            unit.session.flush()
            made = Published(workflow.id, version_id, row.id)
        nodes = [Node("t", trigger, 1, "Trigger", config or {}), *nodes]
        graph = build(nodes, [Edge(*edge) for edge in edges], tuple(node.key for node in nodes), Budget())
        self.known[version_id] = Compiled(
            version_id,
            made.workflow_id,
            name,
            1,
            graph,
            {node.key: node_type(node.type)() for node in nodes},
            {node.key: field_plan(node) for node in nodes},
            {"name": "Test", "currency": "EUR", "time_zone": "UTC"},
        )
        return made

    # -- what a test does ---------------------------------------------------------------------------------------

    def accept(self, data=None, key: str | None = None) -> Admission:
        return self.engine.writer.accept(
            Accepted(
                new_id(),
                new_id(),
                self.workspace_id,
                self.workflow_id,
                self.subscription,
                self.version_id,
                "t",
                "trigger.webhook",
                data or {},
                dedup_key=key,
            )
        )

    def drain(self, lane: str = "main", crash_at: str = "", after: int = 0) -> bool:
        """Run what is runnable; whether it crashed at the point that was named, after so many passes of it."""
        faults.arm(crash_at, _die, after)
        try:
            self.engine.executor.drain(lane)
        except Crash:
            leases = self.engine.executor.leases
            leases.let_go(leases.held())
            return True
        finally:
            faults.arm("")
        return False

    def settle(self) -> None:
        """Drain both lanes until nothing moves."""
        for _ in range(200):
            self.drain("main")
            self.drain("effect")
            if not self.engine.writer.run(self.engine.ledger.queued):
                return
        raise AssertionError("the runs never settle")

    def settle_until_effect(self) -> None:
        """The worker dies in the first call out, and others find out."""
        self.settle_main()
        assert self.drain("effect", crash_at="effect.after_call")
        self.later(60)
        self.settle()

    def settle_main(self) -> None:
        """Drain the lane of what runs in memory, as often as it takes to hand an effect over."""
        for _ in range(4):
            self.drain("main")

    def later(self, seconds: float) -> None:
        """Time passes: leases run out, timers fire."""
        clock.shift(timedelta(seconds=seconds))
        self.engine.writer.run(lambda session: self.engine.ledger.fire_due(session, 1000))
        self.engine.writer.run(lambda session: self.engine.ledger.release_expired(session, 1000))

    def free_leases(self) -> None:
        """A supervisor sees that the worker has died."""
        executor, ledger = self.engine.executor, self.engine.ledger
        self.engine.writer.run(lambda session: ledger.release_holder(session, executor.claims.holder, dead=True))

    def answer(self, wait: WaitRow, payload) -> bool:
        with self.database.unit(self.workspace_id) as unit:
            return self.engine.waits.resolve(unit, wait.id, wait.run_id, payload)

    def cancel(self, run_id: UUID) -> None:
        with self.database.unit(self.workspace_id) as unit:
            runs.cancel(unit, unit.session.get(Run, run_id), self.engine.endings.withdraw)

    def close(self) -> None:
        faults.arm("")
        clock.reset()
        self.engine.stop()
        for thread in threading.enumerate():  # what outlives a stop must not outlive the test's database
            if isinstance(thread, WorkerThread | ConsumerThread):
                thread.join(10)

    # -- what a test sees ---------------------------------------------------------------------------------------

    def all(self, model, *where):
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            return list(unit.session.scalars(select(model).where(*where).order_by(model.id)))

    def all_halts(self) -> list[Halt]:
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            return list(unit.session.scalars(select(Halt).order_by(Halt.scope_id)))

    def run(self, run_id: UUID) -> Run:
        return self.all(Run, Run.id == run_id)[0]

    def all_running(self) -> list[Run]:
        return self.all(Run, Run.state == "running")

    def steps(self, run_id: UUID) -> list[Step]:
        return self.all(Step, Step.run_id == run_id)

    def open_waits(self) -> list[WaitRow]:
        return self.all(WaitRow, WaitRow.state == "open")

    def recorded(self, run_id: UUID) -> tuple[RunRow, Recorded]:
        """A run and its steps as a worker reads them."""
        found = self.engine.writer.run(lambda session: self.engine.ledger.recorded(session, [run_id]))
        return row_of(self.run(run_id)), found[run_id]

    def notes(self) -> list[RunNote]:
        return self.all(RunNote)

    def resolutions(self) -> list[UUID]:
        with self.database.unit(self.workspace_id, read_only=True) as unit:
            return list(unit.session.scalars(select(Resolution.wait_id)))


def step(key: str, kind: str, config=None, **rest) -> Node:
    """A node of a test graph."""
    return Node(key, kind, 1, key, config or {}, **rest)


__all__ = ["Crash", "Join", "Retry", "Rig", "step"]
