"""A Studio in which something of everything has happened: runs that ended well, wait, failed, and have to wait for one
another; a group, mail."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Select, select

from studio.accounts.demo import Credentials
from studio.app import create_app
from studio.approvals import service
from studio.approvals.models import Escalation, Request
from studio.approvals.nodes.fields.governing import PolicyRule
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.approvals.service import calendars, schedules
from studio.approvals.service.calendars import CalendarSave
from studio.approvals.service.schedules import ScheduleSave
from studio.connectors.service import state
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import UnitOfWork
from studio.export.example import EXAMPLE
from studio.export.service import configs
from studio.export.service.configs import Door
from studio.gallery import demo, loading
from studio.guard.models import GuardPass
from studio.guard.policies import service as protection
from studio.guard.policies.fields import PolicyFields
from studio.oversight.alerts.tables import Alert
from studio.oversight.evidence import service as evidence
from studio.oversight.evidence.outcomes import Kind
from studio.oversight.evidence.wanted import Wanted
from studio.oversight.reviews import starting as reviews
from studio.oversight.reviews.outcomes import Scope, Silence
from studio.oversight.reviews.policy import Reviewers
from studio.oversight.reviews.starting import Plan
from studio.oversight.run_exports import service as run_exports
from studio.oversight.run_exports.outcomes import Format
from studio.runtime.archive import service as archive
from studio.runtime.erasure import service as erasures
from studio.runtime.history import views
from studio.runtime.history.filters import RunFilter
from studio.runtime.models import Run, Workflow
from studio.runtime.outcomes import RunState
from studio.runtime.retention import rules as retention
from studio.runtime.retention.policy import Days
from studio.runtime.service import subscriptions, workflows
from tests.e2e import (
    batched,
    counted,
    experimented,
    flagged,
    requested,
    ruled,
    shadowed,
    shopify,
    sourced,
    staged,
    templated,
)
from tests.e2e.connected import connect, describe
from tests.e2e.studio import Studio, running_studio
from tests.factories.alerts import add_alert_rule
from tests.factories.archives import add_archived
from tests.factories.escalations import move_up
from tests.factories.syncs import add_sync
from tests.factories.timetables import OFFICE
from tests.servers.http_target import HttpTarget
from tests.servers.patience import PATIENCE_S

TEMPLATE = "high-value-refunds"


@dataclass
class LivedIn:
    """The installation, and where its workflows take orders."""

    studio: Studio | None = None
    addresses: dict[str, str] = field(default_factory=dict)

    def refund(self, amount: str, number: int, **customer: str) -> str:
        """Ask for one; the id of the run comes back."""
        [large, *_] = loading.template(TEMPLATE).samples
        data = {**large.data, "name": f"#{number}", "customer": {**large.data["customer"], **customer}}
        data["refund"] = {**data["refund"], "id": f"R-{number}", "amount": amount}
        return self.studio.deliver(self.addresses[TEMPLATE], data)


@contextmanager
def lived_in(target: HttpTarget) -> Iterator[LivedIn]:
    """Furnish it, start it, and let things happen."""
    made = LivedIn()
    target.always(422, json_body={"message": "Warehouse 7 is closed"})

    def furnish(app: Flask, people: list[Credentials]) -> None:
        owner = people[0]
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        keyring = app.extensions["studio_keyring"]
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            demo.install_refunds(uow, keyring, [one.user_id for one in people if one.role.value == "approver"])
            calling = workflows.create(uow, "Tell the warehouse")
            workflows.publish(uow, keyring, calling, warehouse(target.url))
            retention.set_rules(uow, retention.Wanted(workflows={calling.id: Days(failed=365)}))
            others = {
                "Count the stock again": counting(), "Order stock": ordering(), "Write off goods": writing_off(),
                "Close the month": closing(owner.email),
            }  # fmt: skip
            for name, document in others.items():
                workflows.publish(uow, keyring, workflows.create(uow, name), document)
            calendars.create(uow, CalendarSave("Office hours", "Europe/Berlin", OFFICE))
            turns = [one.user_id for one in people if one.role.value == "approver"]
            monday = datetime.fromisoformat("2026-03-02T09:00")
            schedules.create(uow, ScheduleSave("Support on call", "Europe/Berlin", monday, 7, turns))
            policies.create(uow, PolicySave("Refunds over 500", _by_policy()))
            everybody = Reviewers(tuple(one.user_id for one in people if one.role.value != "auditor"))
            due_at = uow.now + timedelta(days=14)
            reviews.start(uow, Plan("Spring review", Scope.ALL, Silence.OWNER, due_at, everybody, 6))
            _connect(uow, keyring, app.extensions["studio_archive"].folder)
            app.extensions["studio_vault"].create(
                uow, name="erp-token", value="a-token-of-the-erp", hosts=["erp.example.com"]
            )
            configs.save(uow, Door(), EXAMPLE)
            eyes = PolicyFields.model_validate({"approvals": [{"approvers": ["group:Refund team"], "count": 1}]})
            protection.create(uow, protection.PolicySave("refund_limit.change", "Four eyes", eyes))
            protection.protect(uow, protection.TargetSave("Payouts", "action.http", "config.url.contains('payouts')"))
            for two in (staged, sourced, shadowed):
                two.furnish(uow, keyring)
            for one in (flagged, experimented, requested, ruled, templated):
                one.furnish(uow)
            made.addresses = _addresses(uow, keyring)

    with running_studio(allowed=f"127.0.0.1:{target.port}", furnish=furnish) as running:
        made.studio = running
        made.addresses = {name: running.url + path for name, path in made.addresses.items()}
        for number in (7001, 7002):
            running.deliver(made.addresses["Count the stock again"], {"product": {"id": "P-7"}, "number": number})
        made.refund("24.90", 6034, first_name="Tomáš", last_name="Novák")
        made.refund("420.00", 6021)
        made.refund("1280.00", 6035, first_name="Ingrid", last_name="Sørensen-van der Meulenbroek")
        running.deliver(made.addresses["Tell the warehouse"], shopify.order())
        target.wait_for(1)
        once(running, select(Run).where(Run.state == RunState.FAILED), batched.begin)
        running.deliver(made.addresses["Order stock"], {"lamps": 400})
        _ask_for_changes(running)
        running.deliver(made.addresses["Order stock"], {"lamps": 350})
        running.deliver(made.addresses["Write off goods"], {"pallet": "P-118"})
        _let_it_escalate(running)
        running.deliver(made.addresses["Close the month"], {"month": "March"})
        _settle(running)
        yield made


def _connect(uow: UnitOfWork, keyring: Any, archives: Path) -> None:
    """A shop whose orders are synced, and a warehouse that has to be connected again. A customer to erase, a rule."""
    add_alert_rule(uow)
    evidence.ask(uow, Wanted(Kind.PERIOD, since=uow.now - timedelta(days=7)))
    run_exports.ask(uow, RunFilter(states=("failed",)), Format.CSV)
    views.save(uow, "Failed runs", RunFilter(states=("failed",)), shared=True)
    erasures.ask(uow, "anna.lind@example.com", "Data request 14")
    archive.set_place(uow, archive.Wanted("folder"))
    add_archived(uow, archives)
    lost = connect(uow, keyring, "Warehouse", "https://warehouse.example.com", "2")
    describe(uow, "Parcels")
    add_sync(uow, connect(uow, keyring, "Lumen shop", "https://shop.example.com", "1").id, "orders")
    state.lose(uow, lost, "connection.reauth_required", "Warehouse no longer takes its credentials.")


def _ask_for_changes(running: Studio) -> None:
    """Jonas sends the order of stock back, which waits for a new version then."""
    once(
        running,
        select(Request).where(Request.title.startswith("Order")),
        lambda uow, request: service.request_changes(
            uow, request.id, shown=request.shown, reason="Say by when, please."
        ),
    )


def _let_it_escalate(running: Studio) -> None:
    """As if an hour had passed in which nobody has answered: somebody else is asked as well, and it goes on."""
    asked = select(Request).where(Request.title.startswith("Write off"))
    once(running, asked, lambda uow, request: move_up(uow, [request.id]))
    escalated = select(Escalation).join(Request, Request.id == Escalation.request_id)
    once(running, escalated.where(Request.title.startswith("Write off"), Escalation.step > 0), lambda _uow, _row: None)


def _settle(running: Studio) -> None:
    """What follows by itself has followed, and all runs are counted."""
    for there in (GuardPass, Alert):
        once(running, select(there), lambda _uow, _row: None)
    counted.count_runs(running)


def once(running: Studio, wanted: Select[tuple[Any]], act: Callable[[UnitOfWork, Any], object]) -> None:
    """Do something as Jonas with a row of the running Studio, as soon as it is there."""
    app, jonas = create_app(running.stack.settings), running.people["Jonas"]
    actor = Actor(ActorType.USER, str(jonas.user_id), jonas.name, jonas.user_id, jonas.role.value)
    try:
        until = time.monotonic() + PATIENCE_S
        while True:
            with app.app_context(), app.extensions["studio_database"].unit(jonas.workspace_id, actor) as uow:
                row = uow.session.scalar(wanted)
                if row is not None:
                    act(uow, row)
                    return
            assert time.monotonic() < until, running.log
            time.sleep(0.1)  # between two looks at a fact: is it there?
    finally:
        app.extensions["studio_engine"].stop()


def _by_policy() -> PolicyRule:
    """Two of a group, then whoever is on call; in working time; others when nobody answers."""
    after = {"when": "afterwards", "name": "On call", "approvers": ["schedule:Support on call"]}
    soon = {"amount": 8, "unit": "working_hours", "calendar": "Office hours"}
    level = {
        "after": {"amount": 2, "unit": "working_hours", "calendar": "Office hours"},
        "targets": ["schedule:Support on call"],
    }
    rule = {"approvers": ["group:Refund team"], "need": "at_least", "number": 2, "also": [after], "due_in": soon}
    return PolicyRule.model_validate(rule | {"escalate": [level], "repeat": 1})


def _addresses(uow: UnitOfWork, keyring: Any) -> dict[str, str]:
    found = {}
    for workflow in uow.session.scalars(select(Workflow)):
        for hook in subscriptions.of_workflow(uow, workflow.id):  # a draft has none
            found[workflow.template_slug or workflow.name] = f"/hooks/{subscriptions.address(keyring, hook)}"
    return found


def warehouse(url: str) -> dict[str, Any]:
    """Webhook → a call that is refused."""
    return {
        "schema": "studio.workflow/1",
        "name": "Tell the warehouse",
        "description": "Sends each paid order to the warehouse.",
        "nodes": [
            {"key": "order", "type": "trigger.webhook", "name": "Order created", "config": {"sample": shopify.order()},
             "position": {"x": 0, "y": 0}},
            {"key": "call", "type": "action.http", "name": "Hand to the warehouse",
             "config": {"url": url + "/orders", "if_unknown": "repeat", "body": {"order": "{{ trigger.name }}"}},
             "retry": {"attempts": 2, "base_s": 0, "max_s": 0}, "position": {"x": 0, "y": 140}},
        ],
        "edges": [{"from": "order", "port": "next", "to": "call"}],
        "settings": {"title": "Order {{ trigger.name }} · {{ trigger.customer.last_name }}"},
    }  # fmt: skip


def counting() -> dict[str, Any]:
    """Webhook → a pause, one at a time: the second run waits for the first one's end."""
    return {
        "schema": "studio.workflow/1",
        "name": "Count the stock again",
        "nodes": [
            {"key": "change", "type": "trigger.webhook", "name": "Stock changed", "position": {"x": 0, "y": 0}},
            {"key": "pause", "type": "flow.delay", "name": "Let the shelves be filled", "config": {"seconds": 3600},
             "position": {"x": 0, "y": 140}},
        ],
        "edges": [{"from": "change", "port": "next", "to": "pause"}],
        "layout": {
            "notes": [{"id": "why", "text": "An hour is enough for two people.", "x": 300, "y": 0, "tone": "blue"}],
            "groups": [{"id": "wait", "name": "Before anybody counts", "steps": ["pause"]}],
        },
        "settings": {
            "title": "Change {{ trigger.number }} of the stock of a product with a name that is longer than a phone",
            "one_at_a_time": {"key": "trigger.product.id"},
        },
    }  # fmt: skip


def ordering() -> dict[str, Any]:
    """Webhook → an approval that waits for a new version where changes are requested."""
    return {
        "schema": "studio.workflow/1",
        "name": "Order stock",
        "nodes": [
            {"key": "need", "type": "trigger.webhook", "name": "Stock is low", "position": {"x": 0, "y": 0}},
            {"key": "ask", "type": "approval.request", "name": "Ask the refund team", "position": {"x": 0, "y": 140},
             "config": {"title": "Order {{ trigger.lamps }} lamps", "approvers": ["group:Refund team"],
                        "owners": [{"field": "trigger.lamps > 300", "name": "large orders of stock",
                                    "approvers": ["group:Refund team"]}],
                        "facts": [{"label": "Lamps", "value": "{{ trigger.lamps }}"}],
                        "on_changes": "wait_for_a_new_version", "exclusive": "Stock of lamps"}},
        ],
        "edges": [{"from": "need", "port": "next", "to": "ask"}],
    }  # fmt: skip


def writing_off() -> dict[str, Any]:
    """Webhook → an approval of two people; an hour later somebody else is asked as well, and again."""
    return {
        "schema": "studio.workflow/1",
        "name": "Write off goods",
        "nodes": [
            {"key": "found", "type": "trigger.webhook", "name": "Damaged goods", "position": {"x": 0, "y": 0}},
            {"key": "ask", "type": "approval.request", "name": "Two of the team", "position": {"x": 0, "y": 140},
             "config": {"title": "Write off pallet {{ trigger.pallet }}", "approvers": ["group:Refund team"],
                        "need": "at_least", "number": 2,
                        "facts": [{"label": "Pallet", "value": "{{ trigger.pallet }}"}],
                        "escalate": [{"after": {"amount": 1, "unit": "hours"},
                                      "targets": ["user:tom@nordlicht.example"]}],
                        "repeat": 1}},
        ],
        "edges": [{"from": "found", "port": "next", "to": "ask"}],
    }  # fmt: skip


def closing(email: str) -> dict[str, Any]:
    """Webhook → somebody has to prove who they are."""
    return {
        "schema": "studio.workflow/1",
        "name": "Close the month",
        "nodes": [
            {"key": "due", "type": "trigger.webhook", "name": "Month is over", "position": {"x": 0, "y": 0}},
            {"key": "prove", "type": "guard.step_up", "name": "Who closes it?", "position": {"x": 0, "y": 140},
             "config": {"who": "person", "what": "Close the books of {{ trigger.month }}", "person": email,
                        "facts": {"month": "{{ trigger.month }}"}}},
        ],
        "edges": [{"from": "due", "port": "next", "to": "prove"}],
    }  # fmt: skip
