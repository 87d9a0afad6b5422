"""Workflows with gates before a protected call, carried by hand."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import User
from studio.approvals.models import Request
from studio.core.http import HttpClient
from studio.guard.models import GuardPass
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.guard.service import passing
from studio.runtime.models import Run, Workflow
from studio.runtime.service import starts
from tests.approvals.running import Running, node
from tests.factories.accounts import MadePerson
from tests.factories.proofs import in_a_session, prove
from tests.factories.workflows import make_workflow, refunds

DATA = {"amount": "420.00", "order": "1042"}
FACTS = {"amount": "{{ trigger.amount }}", "order": "{{ trigger.order }}"}
HOOK = {"key": "hook", "type": "trigger.webhook", "name": "Return", "config": {"sample": DATA}}


@dataclass
class Gated(Running):
    """One workspace, whose protected call goes to a server of the test."""

    target: Any = None
    policy_ids: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine.ports.http = HttpClient(["127.0.0.1"])

    def protect(self, name="Refunds", target="refund.make", **fields) -> None:
        """Set a policy, or another in its place."""
        save = PolicySave(target, name, PolicyFields.model_validate(fields))
        with self.database.unit(self.tenant.id, self.tenant["owner"].actor) as uow:
            if name in self.policy_ids:
                policies.change(uow, self.policy_ids[name], save)
            else:
                self.policy_ids[name] = policies.create(uow, save).id

    def refund(self, **config) -> dict[str, Any]:
        """The protected call."""
        call = {"url": f"{self.target.url}/refunds", "protects": "refund.make", "protected_facts": FACTS}
        return node("refund", "action.http", **call | config)

    def publish(self, nodes, edges) -> UUID:
        drawn = [{"from": source, "port": port, "to": to} for source, port, to in edges]
        return make_workflow(self.app, self.tenant, refunds(nodes=[HOOK, *nodes], edges=drawn), published=True)

    def by_hand(self, workflow_id: UUID, person: MadePerson, data=DATA) -> UUID:
        """That person starts it."""
        with self.database.unit(self.tenant.id, person.actor) as uow:
            workflow = uow.session.get_one(Workflow, workflow_id)
            run_id = starts.start_manual(uow, workflow, "hook", data, lambda lane="main": None).id
        self.drain()
        return run_id

    def carry(self) -> None:
        """Run what is runnable, calls out as well."""
        for _ in range(3):
            self.drain()
            self.engine.executor.drain("effect")

    def signal(self, key="go", die_at="") -> None:
        """What the run waits for between gate and call has come; its worker may die in the call."""
        with self.database.unit(self.tenant.id) as uow:
            assert self.engine.waits.signal(uow, "go", key, None) == 1
        if die_at:
            self.drain()
            self.drain(die_at, "effect")
        else:
            self.carry()

    def asked(self, run_id: UUID) -> list[Request]:
        """What people were asked at the run's gate."""
        with self.database.unit(self.tenant.id) as uow:
            query = select(Request).where(Request.asker == passing.ASKER).order_by(Request.id)
            return [one for one in uow.session.scalars(query) if one.ref.get("run_id") == str(run_id)]

    def sweep(self) -> None:
        """Time has passed: what is due is found."""
        self.engine.writer.run(lambda session: self.engine.ledger.fire_due(session, 1000))
        self.carry()

    def visit(self, run_id: UUID) -> GuardPass:
        with self.database.unit(self.tenant.id) as uow:
            return uow.session.scalars(select(GuardPass).where(GuardPass.run_id == run_id)).one()

    def prove(self, run_id: UUID, person: MadePerson, **how) -> None:
        """As the page does once its question is answered."""
        row = self.visit(run_id)
        actor = in_a_session(self.database, self.tenant, person)
        prove(self.database, actor, passing.ACTION, passing.shown(row), **how)
        with self.database.unit(self.tenant.id, actor) as uow:
            passing.prove(uow, passing.find(uow, row.id))
        self.carry()

    def error(self, run_id: UUID) -> dict[str, Any]:
        with self.database.unit(self.tenant.id) as uow:
            return uow.session.get_one(Run, run_id).error or {}

    def named(self, person: MadePerson, email: str) -> None:
        with self.database.unit(self.tenant.id) as uow:
            uow.session.get_one(User, person.user_id).email = email


STEP_UP = {"who": "person", "what": "Refund {{ trigger.amount }}", "facts": FACTS, "strength": "code"}
WAIT = {"key": "wait", "type": "flow.wait_signal", "name": "Wait", "config": {"name": "go", "key": "go"}}
