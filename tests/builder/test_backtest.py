"""A draft on events of the past: counted, compared with what happened, and nothing of it happens."""

import json
import re
import threading
from copy import deepcopy
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from studio import models
from studio.builder.backtest import going_on, ports, service, work
from studio.builder.backtest.outcomes import Wanted
from studio.builder.backtest.walking import Happened, subject, tried
from studio.contract.node import registry
from studio.core import clock, faults
from studio.core.db import Base
from studio.core.errors import Conflict, InvalidInput
from studio.core.tenancy import Tenant
from studio.joining import load_node_types
from studio.runtime import document as documents
from studio.runtime.engine.versions import compile_document
from studio.runtime.models import Run, Workflow
from tests.contract.test_node_types import DATA, example_of
from tests.engine.rig import Crash
from tests.factories.accounts import make_token, with_token
from tests.factories.backtests import Past
from tests.factories.workflows import refunds
from tests.fakes.node_world import KnownCalls

LABELS = {"backtest.before_commit"}
"""Died at here, in process; see tests/faults/test_points.py."""
one_store = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
NOTE = {"key": "note", "type": "action.note", "name": "Note it", "config": {"text": "Large: {{ trigger.order.id }}"}}
ASK = {
    "key": "ask", "type": "approval.request", "name": "Ask Finance",
    "config": {"title": "Order {{ trigger.order.id }}", "approvers": ["group:Finance"],
               "amount": "{{ trigger.order.total }}"},
}  # fmt: skip


def published():
    """Large orders get a note."""
    made = refunds()
    made["nodes"][2] = deepcopy(NOTE)
    made["edges"][1]["to"] = "note"
    return made


def asking(limit="300.0"):
    """From a smaller total on, Finance is asked before the note."""
    made = published()
    made["nodes"][1]["config"]["condition"] = f"trigger.order.total > {limit}"
    made["nodes"].append(deepcopy(ASK))
    made["edges"][1]["to"] = "ask"
    made["edges"].append({"from": "ask", "port": "approved", "to": "note"})
    return made


def orders(*totals):
    return [{"order": {"id": f"Zugvogel-{n}", "total": total}} for n, total in enumerate(totals)]


@pytest.fixture
def past(app, tenant):
    made = Past(app, tenant, published())
    made.receive(orders(100.0, 350.0, 450.0, 500.0))
    return made


def rows_by_table(past):
    models.load_all()
    with past.database.unit(past.tenant.id, read_only=True) as unit:
        return {
            mapper.class_.__tablename__: unit.session.scalar(select(func.count()).select_from(mapper.class_))
            for mapper in Base.registry.mappers
            if issubclass(mapper.class_, Tenant)
        }


def test_a_draft_is_tried_on_what_happened_and_nothing_happens(past):
    past.draft(asking())
    before = rows_by_table(past)
    made = past.begin()
    past.work()
    row, after = past.row(made), rows_by_table(past)
    assert (row.state, row.total) == ("done", 4)
    tally = service_tally(row)
    assert (tally.events, tally.matched, tally.acted, tally.asked, tally.failed) == (4, 4, 3, 3, 0)
    assert (tally.then_matched, tally.then_acted, tally.then_asked) == (4, 2, 0)
    assert (tally.recorded, tally.worked_out) == (4, 0)
    assert (tally.same, tally.differs, tally.newly, tally.no_longer) == (1, 3, 0, 0)
    assert tally.people == {"group:Finance": 3}
    assert tally.asks == {"ask": {"group:Finance": 3}}
    assert tally.amounts == {"ask": {"EUR": "1300"}}
    assert tally.calls == {"note": 3}
    assert tally.ports["large"] == {"true": 3, "false": 1}
    assert tally.assumed == {"ask": {"approved": 3}, "note": {"recorded": 2, "sample": 1}}
    told = [(one.kind, one.node, one.what, one.was, one.becomes) for one in reversed(past.events(made))]
    assert told == [
        ("same", None, None, None, None),
        ("differs", "large", "port", "false", "true"),
        ("differs", "ask", "started", None, None),
        ("differs", "ask", "started", None, None),
    ]
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"backtest", "backtest_event", "outbox"}


def service_tally(row):
    return work.from_json(row.tally)


def test_no_word_of_an_event_is_kept(past):
    draft = asking()
    draft["nodes"][3]["config"]["approvers"] = ["user:{{ trigger.order.id }}@example.com"]
    draft["nodes"][2]["config"]["text"] = "{{ trigger.order.id.missing }}"
    draft["nodes"][0]["pin"] = {"data": orders(1.0)[0], "source": "event"}
    past.draft(draft)
    made = past.begin()
    past.work()
    tally = service_tally(past.row(made))
    assert (tally.failed, tally.people) == (3, {"data": 3})
    [error] = tally.errors.values()
    assert (error["node"], error["n"]) == ("note", 3)
    with past.database.unit(past.tenant.id, read_only=True) as unit:
        for table in ("backtest", "backtest_event"):
            kept = unit.session.execute(text(f"select * from {table}")).all()
            assert kept
            assert "Zugvogel" not in str([tuple(row) for row in kept])  # a row by itself shows long texts cut


@one_store
def test_as_it_was_really_decided_or_as_one_wishes(past):
    past.draft(asking("400.0"))
    assert past.backtest(approvals="declined").ports["ask"] == {"declined": 2}
    assert past.backtest(approvals="approved").ports["ask"] == {"approved": 2}


@one_store
def test_a_trigger_that_listens_to_less_matches_less(app, tenant):
    event = {"key": "order", "type": "trigger.app_event", "name": "When", "config": {"event": "run.failed"}}
    document = refunds(nodes=[event, {**NOTE, "config": {"text": "It failed"}}],
                       edges=[{"from": "order", "port": "next", "to": "note"}])  # fmt: skip
    past = Past(app, tenant, document)
    past.receive([{"event": "run.failed", "run": {"title": title}} for title in ("a", "b", "c")])
    narrow = deepcopy(document)
    narrow["nodes"][0]["config"]["filter"] = 'trigger.run.title != "b"'
    past.draft(narrow)
    tally = past.backtest()
    assert (tally.events, tally.matched, tally.no_longer, tally.same) == (3, 2, 1, 2)


@one_store
def test_the_last_so_many_and_what_is_older_than_thirty_days(past):
    past.draft(asking())
    assert past.backtest(last=2).events == 2
    clock.shift(timedelta(days=31))
    assert past.backtest().events == 0
    assert past.backtest(last=3).events == 3


def test_a_killed_worker_costs_nothing_and_counts_nothing_twice(past, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    past.draft(asking())
    made = past.begin()
    worker = work.Worker(past.database, past.engine.ports.calls)
    job = work.Job(made, past.tenant.id, worker.TOPIC, "k", {"backtest_id": str(made), "turn": 1}, 1, 15, None)

    faults.arm("backtest.before_commit", _die, after=1)
    with pytest.raises(Crash):
        worker(job)
    faults.arm("")
    half = past.row(made)
    assert (half.state, service_tally(half).events) == ("running", 2)
    worker(job)
    worker(job)
    tally = service_tally(past.row(made))
    assert (past.row(made).state, tally.events, tally.acted, len(past.events(made))) == ("done", 4, 3, 4)


def _die():
    raise Crash


@one_store
def test_two_workers_at_once_write_once(past, monkeypatch):
    past.draft(asking())
    made = past.begin()
    worker = work.Worker(past.database, past.engine.ports.calls)
    job = work.Job(made, past.tenant.id, worker.TOPIC, "k", {"backtest_id": str(made), "turn": 1}, 1, 15, None)
    together, real = threading.Barrier(2, timeout=10), work.Measuring.over

    def over(self, events):
        found = real(self, events)
        together.wait()
        return found

    monkeypatch.setattr(work.Measuring, "over", over)
    both = [threading.Thread(target=worker, args=(job,)) for _ in range(2)]
    [one.start() for one in both]
    [one.join() for one in both]
    assert service_tally(past.row(made)).events == 4


@one_store
def test_it_can_be_stopped_and_is_let_go_of_after_thirty_days(past, app):
    made = past.begin()
    with past.unit() as uow:
        workflow = uow.session.get(Workflow, past.workflow_id)
        service.cancel(uow, workflow, made)
    past.work()
    assert (past.row(made).state, past.events(made)) == ("cancelled", [])
    with past.unit() as uow, pytest.raises(Conflict) as over:
        service.cancel(uow, uow.session.get(Workflow, past.workflow_id), made)
    assert over.value.code == "backtest.over"
    past.backtest()
    clock.shift(timedelta(days=31))
    with past.unit() as uow:
        going_on.purge(uow)
    after = rows_by_table(past)
    assert (after["backtest"], after["backtest_event"]) == (0, 0)


@one_store
def test_what_cannot_be_tried_is_refused_and_changes_nothing(past):
    with pytest.raises(InvalidInput) as wrong:
        past.begin(trigger="nowhere")
    assert (wrong.value.code, wrong.value.field) == ("backtest.trigger", "trigger")
    for _ in range(service.MOST_AT_ONCE):
        past.begin()
    with pytest.raises(Conflict) as busy:
        past.begin()
    assert busy.value.code == "backtest.busy"
    assert rows_by_table(past)["backtest"] == service.MOST_AT_ONCE


@one_store
def test_a_run_that_still_waits_and_one_whose_data_are_gone(past):
    with past.unit() as uow:
        runs = uow.session.scalars(select(Run).order_by(Run.id)).all()
        runs[3].state = "waiting"
        uow.session.delete(runs[0])
    past.draft(asking())
    tally = past.backtest()
    assert (tally.events, tally.gone, tally.recorded, tally.worked_out) == (4, 1, 2, 1)


@one_store
def test_its_page_answers_first_and_opens_any_event_on_the_canvas(past, browser):
    draft = asking()
    draft["settings"] = {"title": "Order {{ trigger.order.id }}"}
    past.draft(draft)
    mira, base = browser(), f"/workflows/{past.workflow_id}"
    begun = mira.post(f"/builder/api{base}/backtests", json={"approvals": "declined"})
    assert begun.status_code == 200
    first = mira.get(begun.json["url"])
    assert "0 of 4 events" in first.text
    assert mira.get(begun.json["url"], headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    past.work()
    page = mira.get(begun.json["url"]).text
    assert "Of 4 events of the last 30 days, 3 would have led to something; 3 would have asked Finance; 0" in page
    assert "At “Total above €400?”: yes instead of no." in page
    assert "3 taken as declined" in page
    assert page.count("Order Zugvogel-") == 3
    assert "Order Zugvogel-0" in mira.get(begun.json["url"] + "?show=same").text
    newest = past.events(UUID(begun.json["id"]))[0]
    opened = mira.get(f"{base}/edit?backtest={begun.json['id']}&event={newest.event_id}").text
    test = json.loads(re.search(r'id="boot">(.*?)</script>', opened, re.DOTALL)[1])["test"]
    assert [(one["node"], one["port"]) for one in test["steps"]] == [
        ("order", "next"), ("large", "true"), ("ask", "declined"),
    ]  # fmt: skip
    assert test["steps"][2]["input"]["title"] == "Order Zugvogel-3"
    assert "3 would have asked Finance" in mira.get(f"{base}/backtests").text
    assert mira.post(f"{begun.json['url']}/cancel").status_code == 409


@one_store
def test_a_program_begins_one_pages_through_it_and_stops_it(past, app, tenant):
    past.draft(asking())
    program = with_token(app, make_token(app, tenant, "builder", ["workflows:write", "runs:read"]))
    base = f"/api/v1/workflows/{past.workflow_id}/backtests"
    begun = program.post(base, json={"last": 3})
    assert (begun.status_code, begun.json["total"], begun.json["state"]) == (201, 3, "running")
    one = f"{base}/{begun.json['id']}"
    assert program.post(f"{one}/cancel", json={}).json["state"] == "cancelled"
    done = program.post(base, json={}).json["id"]
    past.work()
    assert "3 would have asked Finance" in program.get(f"{base}/{done}").json["sentence"]
    first = program.get(f"{base}/{done}/events?kind=differs&limit=2").json
    rest = program.get(f"{base}/{done}/events?kind=differs&limit=2&cursor={first['next_cursor']}").json
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)
    tried = program.get(f"{base}/{done}/events/{first['data'][0]['event_id']}").json
    assert tried["result"]["steps"][-1]["node"] == "note"
    assert program.post(base, json={"last": 10_001}).json["errors"][0]["path"] == "last"


load_node_types()
OURS = sorted((one for one in registry.values() if one.__module__.startswith("studio.")), key=lambda one: one.key)


@one_store
def test_no_node_of_any_type_reaches_anything(app, tenant, monkeypatch):
    """Every node type there is, found and not listed: in a backtest it works something out, or is simulated."""
    reached = []
    monkeypatch.setattr(ports, "_Nothing", _noting(reached))
    monkeypatch.setattr(ports, "_Rehearsing", lambda calls: calls)
    nothing = ports.none(KnownCalls())
    past = Past(app, tenant, refunds())
    for node_type in OURS:
        if node_type.kind == "trigger":
            continue
        node = {"key": "it", "type": node_type.key, "version": node_type.version, "name": "It",
                "config": example_of(node_type)}  # fmt: skip
        document = refunds(nodes=[{"key": "ask", "type": "trigger.webhook", "name": "Asked"}, node],
                           edges=[{"from": "ask", "port": "next", "to": "it"}])  # fmt: skip
        for decisions in ("approved", "declined"):
            found = _tried(past, document, Wanted(approvals=decisions), nothing)
            code = (found.error or {}).get("code")
            assert code in (None, "workflow.failed"), (node_type.key, found.error)
    assert reached == []


def _noting(reached):
    class Nothing:
        def __getattr__(self, name):
            reached.append(name)
            raise ports.Unreachable(name)

    return Nothing


def _tried(past, raw, wanted, nothing):
    facts = {"name": "North", "currency": "EUR", "time_zone": "Europe/Berlin", "locale": "en"}
    compiled = compile_document(documents.parse(raw), facts, None, "Test")
    of = subject(compiled, "ask", past.tenant.id, past.workflow_id)
    return tried(of, Happened(UUID(int=9), DATA, clock.local_now()), wanted, nothing)
