"""What a backtest costs: ten thousand events of a workflow of six steps, beside the runs that they started."""

import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.seeding import application, seed
from benchmarks.stack import stack
from studio.builder.backtest import service, work
from studio.builder.backtest.outcomes import Wanted
from studio.builder.backtest.tally import from_json
from studio.builder.models import Backtest
from studio.builder.service import drafts
from studio.core import logs, outbox
from studio.core.ids import new_id
from studio.core.inserting import insert_all
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime import document as documents
from studio.runtime.models import Event, Run, Step, Workflow
from studio.runtime.service import subscriptions

EVENTS, AT_ONCE = 10_000, 500
_AMOUNT = "{{ trigger.refund.amount }}"
DOCUMENT: dict[str, Any] = {
    "schema": "studio.workflow/1",
    "name": "Refunds",
    "nodes": [
        {"key": "hook", "type": "trigger.webhook", "name": "Refund requested"},
        {"key": "large", "type": "condition.if", "name": "Large?",
         "config": {"condition": "trigger.refund.amount > 800.0"}},
        {"key": "ask", "type": "approval.request", "name": "Ask Finance",
         "config": {"title": "Refund {{ trigger.refund.id }}", "approvers": ["group:Finance"], "amount": _AMOUNT}},
        {"key": "fields", "type": "data.set", "name": "Fields",
         "config": {"fields": [{"name": "words", "value": '"Refund " + trigger.refund.id'},
                               {"name": "net", "value": "trigger.refund.amount / 1.19"}]}},
        {"key": "call", "type": "action.http", "name": "Refund it",
         "config": {"method": "POST", "url": "https://shop.example.com/refunds", "body": {"amount": _AMOUNT}}},
        {"key": "note", "type": "action.note", "name": "Note", "config": {"text": "Refunded {{ steps.fields.words }}"}},
    ],
    "edges": [
        {"from": "hook", "port": "next", "to": "large"},
        {"from": "large", "port": "true", "to": "ask"},
        {"from": "large", "port": "false", "to": "fields"},
        {"from": "ask", "port": "approved", "to": "fields"},
        {"from": "fields", "port": "next", "to": "call"},
        {"from": "call", "port": "next", "to": "note"},
    ],
}  # fmt: skip


def ten_thousand(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database: events that are spread over three weeks, and a draft with another limit."""
    return summary([_round(store, plan.count or EVENTS) for _ in range(plan.rounds)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"events": ten_thousand}
USUAL = ("events",)
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        logs.configure(running.settings)  # what is warned of goes where figures do not
        made = seed(running.settings, DOCUMENT)
        with application(running.settings) as app:
            return _measured(app, made.workspace_id, made.workflow_id, count)


def _measured(app: Flask, workspace_id: UUID, workflow_id: UUID, count: int) -> dict[str, float]:
    database: Database = app.extensions["studio_database"]
    for first in range(0, count, AT_ONCE):
        with database.unit(workspace_id) as uow:
            past(uow, workflow_id, first, min(AT_ONCE, count - first))
    draft = deepcopy(DOCUMENT)
    draft["nodes"][1]["config"]["condition"] = "trigger.refund.amount > 500.0"
    with database.unit(workspace_id) as uow:
        workflow = uow.session.get_one(Workflow, workflow_id)
        drafts.put(uow, workflow, drafts.current(uow, workflow).revision, documents.parse(draft))
        backtest_id = service.begin(uow, workflow, Wanted()).id
    worker = work.Worker(database, app.extensions["studio_engine"].ports.calls)
    outbox.register_outside(work.Worker.TOPIC, worker)
    started, began_cpu = time.perf_counter(), time.thread_time()
    while outbox.drain(database):
        pass
    took, cpu = time.perf_counter() - started, time.thread_time() - began_cpu
    with database.unit(workspace_id, read_only=True) as uow:
        row = uow.session.get_one(Backtest, backtest_id)
        tally = from_json(row.tally)
    assert row.state == "done", (row.state, row.why, tally.events)
    assert (tally.events, tally.recorded, tally.asked) == (count, count, count // 2 - count // 1000)
    return {"events_10k_s": took * EVENTS / count, "events_10k_cpu_s": cpu * EVENTS / count}


def past(uow: UnitOfWork, workflow_id: UUID, first: int, count: int) -> None:
    """Events with the runs that they started, as the engine has written them."""
    [trigger] = subscriptions.of_workflow(uow, workflow_id)
    at = uow.now - timedelta(days=1)
    events, runs, steps = [], [], []
    for number in range(first, first + count):
        event_id, run_id, amount = new_id(), new_id(), float(number % 1000)
        data = {"refund": {"id": f"R-{number}", "amount": amount, "currency": "EUR"},
                "customer": {"name": f"Customer {number}", "email": f"c{number}@example.com"}}  # fmt: skip
        events.append(
            {"id": event_id, "workspace_id": uow.workspace, "workflow_id": workflow_id, "subscription_id": trigger.id,
             "type": trigger.type, "verdict": "started", "run_id": run_id, "received_at": at}
        )  # fmt: skip
        runs.append(
            {"id": run_id, "workspace_id": uow.workspace, "workflow_id": workflow_id, "version_id": trigger.version_id,
             "event_id": event_id, "trigger_node": "hook", "state": "succeeded", "input": data, "available_at": at,
             "created_at": at, "finished_at": at, "fresh": False}
        )  # fmt: skip
        asked = [("ask", "approval.request", "approved")] if amount > 800 else []
        for key, kind, port in [("hook", "trigger.webhook", "next"),
                                ("large", "condition.if", "true" if asked else "false"), *asked,
                                ("fields", "data.set", "next"), ("call", "action.http", "next"),
                                ("note", "action.note", "next")]:  # fmt: skip
            steps.append(
                {"id": new_id(), "workspace_id": uow.workspace, "run_id": run_id, "node_key": key, "path": "",
                 "attempt": 1, "state": "succeeded", "type": kind, "port": port, "input": {"url": "https://x"},
                 "output": {"status": 200, "body": data}, "started_at": at, "finished_at": at}
            )  # fmt: skip
    for model, rows in ((Event, events), (Run, runs), (Step, steps)):
        insert_all(uow.session, model, rows)
