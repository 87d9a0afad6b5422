"""What a node is given in tests: a context, fake ports, and one that evaluates for real."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from studio.contract.graph import Node
from studio.contract.node import Context, RunInfo, registry
from studio.contract.ports import CallAsk, Called, Ports
from studio.core.errors import NotFound
from studio.core.http import HttpClient
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import Scope, evaluate
from studio.runtime.compile import field_plan
from studio.runtime.store import KvStore
from studio.runtime.turns import RunTurns
from tests.fakes.mailer import RecordingMailer

NOW = datetime(2026, 3, 27, 9, 30, tzinfo=UTC)
WORKSPACE = UUID("019a0000-0000-7000-8000-00000000000a")


@dataclass
class KnownSecrets:
    """Implements studio.contract.ports.Secrets."""

    values: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def reveal(self, workspace_id: UUID, name: str, *, purpose: str, host: str | None) -> str:
        self.asked.append((name, host))
        if name not in self.values:
            raise NotFound(f"There is no secret {name}.")
        return self.values[name]


@dataclass
class KnownCalls:
    """Implements studio.contract.ports.Calls."""

    asked: list[CallAsk] = field(default_factory=list)

    def start(self, uow: UnitOfWork, ask: CallAsk, wait_id: UUID | None) -> Called:
        self.asked.append(ask)
        return Called(new_id(), "Refund one order")

    def rehearse(self, workspace_id: UUID, ask: CallAsk) -> tuple[str, object]:
        self.asked.append(ask)
        return "Refund one order", {"refunded": True}


@dataclass
class World:
    """One run in which nodes are started one by one."""

    data: object = None
    now: datetime = NOW
    mailer: RecordingMailer = field(default_factory=RecordingMailer)
    http: HttpClient = field(default_factory=lambda: HttpClient(["127.0.0.1"]))
    secrets: KnownSecrets = field(default_factory=KnownSecrets)
    calls: KnownCalls = field(default_factory=KnownCalls)
    redacted: list[str] = field(default_factory=list)
    run_id: UUID = field(default_factory=new_id)
    steps: dict[str, object] = field(default_factory=dict)
    run_facts: dict[str, str] = field(default_factory=dict)

    def scope(self) -> Scope:
        run = {"id": str(self.run_id), "title": "Order 6021", "started_at": self.now.isoformat()}
        workspace = {"name": "North", "currency": "EUR", "time_zone": "Europe/Berlin", "locale": "en"}
        return Scope({"trigger": self.data, "steps": self.steps, "run": run, "workspace": workspace})

    def context(self, *, tx=None, missed=False, node="a", path="") -> Context:
        scope = self.scope()
        facts = {"currency": "EUR", "time_zone": "Europe/Berlin", "locale": "en", **self.run_facts}
        return Context(
            run=RunInfo(self.run_id, WORKSPACE, WORKSPACE, WORKSPACE, "live", "Order 6021", self.now, "Test", **facts),
            node=node,
            node_name="The step",
            path=path,
            attempt=1,
            now=self.now,
            scope=scope,
            ports=Ports(None, None, self.mailer, KvStore(), self.secrets, self.http, self.calls, RunTurns()),
            event=self.data,
            effect_key=f"{self.run_id}:{node}",
            tx=tx,
            step_id=new_id(),
            missed=missed,
            wait_id=new_id(),
            evaluate=lambda source, extra: evaluate(source, Scope({**scope.values, **extra})),
            redact=self.redacted.append,
        )

    def start(self, node_type: str, config: dict, **context):
        """Resolve a raw config with this world's data and start the node."""
        resolved = field_plan(Node("a", node_type, 1, "A", config)).resolve(self.scope())
        return registry[node_type]().start(self.context(**context), resolved)

    def resume(self, node_type: str, config: dict, signal, **context):
        """Resolve a raw config and go on after a wait."""
        resolved = field_plan(Node("a", node_type, 1, "A", config)).resolve(self.scope())
        return registry[node_type]().resume(self.context(**context), resolved, signal)
