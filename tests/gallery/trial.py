"""One template in one workspace on a real engine: events come in by their routes, people answer, time passes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from studio.approvals import service as approvals
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import LIVE, Outcome, RequestState
from studio.builder.service import drafts, whole
from studio.connectors.calling.opening import find
from studio.connectors.hooks import emitting
from studio.connectors.hooks.emitting import EVENT, RECORD
from studio.core import clock, outbox
from studio.core.models import LocalMail
from studio.core.unit_of_work import UnitOfWork
from studio.export.delivery import Delivery
from studio.export.service import configs
from studio.export.service.configs import Door
from studio.flags.ramps.states import Verb
from studio.flags.rollouts import driving, planning
from studio.flags.rollouts import rows as rollouts
from studio.flags.service import finding
from studio.gallery import service
from studio.gallery.template import PLACEHOLDER, Answer, Event, Template
from studio.guard.models import GuardPass
from studio.guard.outcomes import PassState
from studio.guard.service import passing
from studio.guard.service.passing import ACTION
from studio.runtime import document as documents
from studio.runtime.compile import check
from studio.runtime.engine.engine import Engine
from studio.runtime.engine.gathered import Gatherings
from studio.runtime.leases import NamedLeases
from studio.runtime.models import Run, Step, TriggerSubscription, Workflow
from studio.runtime.service import subscriptions
from studio.runtime.service.starts import start_manual
from tests.factories.accounts import MadeTenant
from tests.factories.connections import make_account
from tests.factories.guard import make_guard_policy
from tests.factories.proofs import in_a_session, prove
from tests.gallery import experimented


class Trial:
    """A template that was used with the answers that the wizard shows at first."""

    def __init__(
        self, app: Flask, tenant: MadeTenant, template: Template, *, connected: bool = False, kind: int = 0
    ) -> None:
        """`kind`: which of the kinds of system that a question allows, where it allows several."""
        self.app, self.tenant, self.template = app, tenant, template
        self.database = app.extensions["studio_database"]
        self.engine: Engine = app.extensions["studio_engine"]
        for question in template.questions:
            if question.kind == "connection" and (connected or not question.optional):
                kinds = question.connectors
                make_account(app, tenant, kinds[min(kind, len(kinds) - 1)])
        with self._unit() as uow:
            self.answers = service.defaults(template, service.place_of(uow))
            self.workflow_id = service.use(uow, template.slug, {}).id
        if any(node["type"] == "audit.export" for node in template.workflow["nodes"]):
            self._pipelines("true")

    def _unit(self, person="owner"):
        found = self.tenant[person] if isinstance(person, str) else person
        return self.database.unit(self.tenant.id, found.actor)

    def problems(self) -> list:
        with self._unit() as uow:
            draft = drafts.current(uow, uow.session.get(Workflow, self.workflow_id))
            return check(documents.parse(draft.document))

    def publish(self) -> None:
        with self._unit() as uow:
            workflow = uow.session.get(Workflow, self.workflow_id)
            draft = drafts.current(uow, workflow)
            whole.publish(uow, self.app.extensions["studio_keyring"], workflow, draft.revision, "")

    # -- what happens -------------------------------------------------------------------------------------------

    def happen(self, event: Event) -> None:
        if event.sample is not None:
            self._arrive(event.sample, event.change)
        if event.answer is not None:
            self._answer(event.answer)
        if event.sink is not None:
            self._deliver(event.sink)
        if event.proof is not None:
            self._prove(given=event.proof == "given")
        if event.policy is not None:
            owner = {"approvers": [f"user:{self.tenant['owner'].email}"]}
            make_guard_policy(self.database, self.tenant, target=event.policy, approvals=[owner])
        if event.rollout is not None:
            self._roll(event.rollout)
        if event.experiment is not None:
            key = PLACEHOLDER.sub(lambda found: self.answers[found[1]], self.template.flags[0].key)
            experimented.happen(self.database, self._unit, key, event.experiment)
        if event.seconds is not None:
            clock.shift(timedelta(seconds=event.seconds))
        self.settle()

    def _arrive(self, key: str, change: dict[str, Any]) -> None:
        sample = next(one for one in self.template.samples if one.key == key)
        data = {**sample.data, **change}
        with self._unit() as uow:
            rows = {row.node_key: row for row in subscriptions.of_workflow(uow, self.workflow_id)}
            row: TriggerSubscription = rows[sample.trigger]
            if row.type in (EVENT, RECORD):
                self._told(uow, row, data)
                return
            if row.type != "trigger.webhook":
                workflow = uow.session.get(Workflow, self.workflow_id)
                start_manual(uow, workflow, row.node_key, data, self.engine.wake_main)
                return
            address = subscriptions.address(self.app.extensions["studio_keyring"], row)
        answer = self.app.test_client().post(f"/hooks/{address}", json=data)
        assert answer.status_code == 202, answer.text

    def _told(self, uow: UnitOfWork, row: TriggerSubscription, data: dict[str, Any]) -> None:
        """The shop tells of it, or a sync has found it; deliveries are taken apart in tests of webhooks."""
        connection = find(uow, row.settings["connection"])
        emitting.emit(uow, connection, None, data["event"], data, data.get("delivery_id"))

    def _roll(self, what: str) -> None:
        """The flag is the one that the template names; what is begun goes to half of all and then to everybody."""
        key = PLACEHOLDER.sub(lambda found: self.answers[found[1]], self.template.flags[0].key)
        with self._unit() as uow:
            flag, place = finding.flag(uow, key), finding.environment(uow, "production")
            if what == "begun":
                plan = {"steps": [{"share": 50, "dwell": 3_600}, {"share": 100}]}
                driving.act(uow, planning.create(uow, flag, place, planning.Wanted(plan)), Verb.START)
            else:
                driving.act(uow, rollouts.opened(uow, flag, place), Verb(what))

    def _pipelines(self, keep: str) -> None:
        """A destination named `file` whose pipeline keeps what an expression says."""
        text = (
            f"processors: {{filter: {{keep: '{keep}'}}}}\nexporters: {{file: {{}}}}\n"
            "service: {pipelines: {logs: {receivers: [audit], processors: [filter], exporters: [file]}}}\n"
        )
        with self._unit() as uow:
            configs.save(uow, Door(), text)

    def _deliver(self, sink: str) -> None:
        if sink == "leaves_out":
            self._pipelines("false")
        reach = self.app.extensions["studio_export"]
        Delivery(self.database, NamedLeases(self.database, "trial"), reach).drain()

    def _answer(self, answer: Answer) -> None:
        with self._unit() as uow:
            request = uow.session.scalars(select(Request).where(Request.state == RequestState.PENDING)).one()
            live = select(Assignment.user_id).where(Assignment.request_id == request.id, Assignment.state.in_(LIVE))
            asked = uow.session.scalars(live).first()
        person = next(one for one in self.tenant.people.values() if one.user_id == asked)
        with self._unit(person) as uow:
            approvals.decide(
                uow, request.id, Outcome(answer.outcome), shown=request.payload_hash, reason=answer.comment
            )

    def _prove(self, *, given: bool) -> None:
        with self._unit() as uow:
            row = uow.session.scalars(select(GuardPass).where(GuardPass.state == PassState.OPEN.value)).one()
        person = next(one for one in self.tenant.people.values() if one.user_id == row.user_id)
        actor = prove(self.database, in_a_session(self.database, self.tenant, person), ACTION, passing.shown(row))
        with self.database.unit(self.tenant.id, actor) as uow:
            (passing.prove if given else passing.refuse)(uow, passing.find(uow, row.id))

    def settle(self) -> None:
        """Due timers fire, runs pass their limits and go on, mail goes out, until nothing moves."""
        for _ in range(50):
            Gatherings(self.database, self.engine.wake_main)(clock.local_now())
            moved = self.engine.writer.run(lambda session: self.engine.ledger.fire_due(session, 100))
            moved += self.engine.executor.drain("main") + self.engine.executor.drain("effect")
            moved += outbox.drain(self.database) + self.engine.gate.look()
            if not moved:
                return
        raise AssertionError("it never settles")

    # -- what is seen -------------------------------------------------------------------------------------------

    def runs(self) -> list[Run]:
        with self._unit() as uow:
            return list(uow.session.scalars(select(Run).order_by(Run.id)))

    def path(self, run_id: UUID) -> list[str]:
        """Keys of the steps in order; one that did not succeed says so."""
        with self._unit() as uow:
            steps = uow.session.scalars(select(Step).where(Step.run_id == run_id).order_by(Step.id))
            return [one.node_key if one.state == "succeeded" else f"{one.node_key}: {one.error}" for one in steps]

    def mails_of_steps(self) -> int:
        with self._unit() as uow:
            sent = select(Step.id).where(Step.type == "action.email", Step.state == "succeeded")
            return len(uow.session.scalars(sent).all())

    def mailbox(self) -> list[LocalMail]:
        with self._unit() as uow:
            return list(uow.session.scalars(select(LocalMail).order_by(LocalMail.id)))
