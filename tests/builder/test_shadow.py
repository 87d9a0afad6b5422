"""A draft beside the live version: what comes is compared, each event once, and nothing of the draft happens."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from studio.audit.models import AuditEvent
from studio.builder.backtest import going_on
from studio.builder.backtest.tally import from_json
from studio.builder.models import Backtest
from studio.builder.shadow import service, watching, work
from studio.builder.shadow.policy import PATIENCE, SETTLED
from studio.core import clock, faults, outbox
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.http import HttpClient
from studio.core.ids import first_id_at
from studio.runtime.models import Event, Run, Workflow
from studio.runtime.service import workflows
from tests.builder.test_backtest import asking, one_store, orders, published, rows_by_table
from tests.engine.rig import Crash
from tests.factories.accounts import make_token, with_token
from tests.factories.shadows import Live
from tests.factories.workflows import refunds

LABELS = {"shadow.before_commit"}
"""Died at here, in process; see tests/faults/test_points.py."""


@pytest.fixture
def live(app, tenant):
    made = Live(app, tenant, published())
    made.receive(orders(900.0))
    draft = asking()
    draft["nodes"][0]["pin"] = {"data": orders(900.0)[0], "source": "event"}
    made.draft(draft)
    return made


def tally_of(live, shadow_id):
    return from_json(live.row(shadow_id).tally)


def test_what_comes_is_compared_once_its_run_has_ended_and_nothing_happens(live):
    made = live.beside()
    live.come(*orders(100.0, 350.0, 450.0))
    live.look()
    assert [one.kind for one in live.events(made)] == ["awaited"] * 3
    assert (live.row(made).taken, tally_of(live, made).events) == (3, 0)
    live.settle()
    before = rows_by_table(live)
    live.look()
    live.look()
    tally = tally_of(live, made)
    assert (tally.events, tally.matched, tally.acted, tally.asked, tally.failed) == (3, 3, 2, 2, 0)
    assert (tally.then_matched, tally.then_acted, tally.then_asked) == (3, 1, 0)
    assert (tally.recorded, tally.worked_out, tally.not_ended) == (3, 0, 0)
    assert (tally.same, tally.differs, tally.newly, tally.no_longer) == (1, 2, 0, 0)
    assert (tally.people, tally.calls) == ({"group:Finance": 2}, {"note": 2})
    told = [(one.kind, one.node, one.what) for one in reversed(live.events(made))]
    assert told == [("same", None, None), ("differs", "large", "port"), ("differs", "ask", "started")]
    after = rows_by_table(live)
    assert {name for name in after if after[name] != before[name]} == {"outbox"}
    with live.database.unit(live.tenant.id, read_only=True) as unit:
        for table in ("backtest", "backtest_event"):
            kept = unit.session.execute(text(f"select * from {table}")).all()
            assert "Zugvogel" not in str([tuple(row) for row in kept])  # a row by itself shows long texts cut


def test_a_killed_worker_costs_nothing_and_counts_nothing_twice(live, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 2)
    made = live.beside()
    live.receive(orders(100.0, 350.0, 450.0, 500.0, 20.0))
    worker = work.Worker(live.database, live.engine.ports.calls)
    job = outbox.Job(made, live.tenant.id, worker.TOPIC, "k", {"backtest_id": str(made), "turn": 1}, 1, 15, None)

    faults.arm("shadow.before_commit", _die, after=1)
    with pytest.raises(Crash):
        worker(job)
    faults.arm("")
    assert (tally_of(live, made).events, live.row(made).taken, len(live.events(made))) == (2, 2, 2)
    for _ in range(3):
        worker(job)
    tally = tally_of(live, made)
    assert (tally.events, tally.acted, live.row(made).taken, len(live.events(made))) == (5, 3, 5, 5)
    assert live.row(made).state == "running"


def _die():
    raise Crash


def test_an_event_whose_commit_came_late_is_found_and_none_counts_twice(live):
    made = live.beside()
    live.receive(orders(100.0, 350.0))
    live.look()
    with live.unit() as uow:
        late = first_id_at(live.row(made).created_at + timedelta(milliseconds=1))
        assert late > live.row(made).cursor
        trigger = uow.session.scalars(select(Event.subscription_id).limit(1)).one()
        uow.session.add(
            Event(id=late, workflow_id=live.workflow_id, subscription_id=trigger, type="trigger.webhook",
                  verdict="filtered", body=orders(800.0)[0], received_at=uow.now)
        )  # fmt: skip
    live.look()
    live.look(SETTLED)
    live.look(SETTLED)
    tally = tally_of(live, made)
    assert (tally.events, len(live.events(made)), tally.recorded) == (3, 3, 2)


@one_store
def test_a_draft_that_calls_out_calls_nobody(live, monkeypatch):
    sent = []
    monkeypatch.setattr(HttpClient, "send", lambda _self, request: sent.append(request))
    live.draft(refunds())
    made = live.beside()
    live.receive(orders(900.0))
    live.look()
    assert (tally_of(live, made).calls, sent) == ({"call": 1}, [])


@one_store
def test_a_later_edit_of_the_draft_changes_nothing(live):
    made = live.beside()
    live.draft(asking("9000.0"))
    live.receive(orders(350.0))
    live.look()
    assert tally_of(live, made).asked == 1


@one_store
def test_a_run_that_goes_on_too_long_counts_as_not_ended_and_one_that_tries_again_is_awaited(live):
    made = live.beside()
    live.come(*orders(350.0, 450.0))
    with live.unit() as uow:
        first = uow.session.scalars(select(Run.id).order_by(Run.id.desc()).limit(1)).one()
        uow.session.execute(update(Run).where(Run.id == first).values(state="waiting", waiting_for="retry"))
    live.look()
    live.look(PATIENCE - timedelta(minutes=1))
    assert tally_of(live, made).events == 0
    live.look(timedelta(minutes=1))
    tally = tally_of(live, made)
    assert (tally.events, tally.not_ended, tally.worked_out, tally.recorded) == (2, 2, 2, 0)


@one_store
def test_it_ends_by_its_time_and_what_comes_later_is_not_looked_at(live):
    made = live.beside(hours=1)
    live.receive(orders(350.0))
    live.look(timedelta(minutes=61) + SETTLED)
    row = live.row(made)
    assert (row.state, row.ended, row.look_at, from_json(row.tally).events) == ("done", "time", None, 1)
    live.receive(orders(350.0))
    live.look()
    assert tally_of(live, made).events == 1
    [begun, ended] = _audited(live)
    assert begun["hours"] == 1
    assert (ended["outcome"], ended["events"], ended["otherwise"]) == ("time", 1, 1)


def _audited(live):
    with live.database.unit(live.tenant.id, read_only=True) as unit:
        mine = select(AuditEvent).where(AuditEvent.action.like("workflow.shadow%")).order_by(AuditEvent.seq)
        return [json.loads(one.body)["metadata"] for one in unit.session.scalars(mine)]


@one_store
def test_it_ends_once_it_has_seen_so_many(live):
    made = live.beside(events=2)
    live.receive(orders(350.0, 450.0, 500.0))
    live.look()
    row = live.row(made)
    assert (row.state, row.ended, row.taken, from_json(row.tally).events) == ("done", "bound", 2, 2)


@one_store
def test_publishing_and_archiving_end_it(live, app):
    made = live.beside()
    with live.unit() as uow:
        workflows.publish(uow, app.extensions["studio_keyring"], uow.session.get(Workflow, live.workflow_id), asking())
    live.look()
    assert (live.row(made).state, live.row(made).ended) == ("done", "published")
    live.draft(asking("500.0"))
    again = live.beside()
    with live.unit() as uow:
        workflows.archive(uow, uow.session.get(Workflow, live.workflow_id))
    live.look()
    assert live.row(again).ended == "archived"


@one_store
def test_what_cannot_run_beside_is_refused_and_changes_nothing(live):
    live.draft(published())
    with pytest.raises(InvalidInput) as unchanged:
        live.beside()
    assert unchanged.value.code == "shadow.unchanged"
    live.draft(asking())
    made = live.beside()
    with pytest.raises(Conflict) as going:
        live.beside()
    assert going.value.code == "shadow.going_on"
    assert live.stop(made).ended == "stopped"
    with pytest.raises(Conflict) as over:
        live.stop(made)
    assert over.value.code == "shadow.over"
    past = live.begin()
    with live.unit() as uow, pytest.raises(NotFound):
        service.get(uow, uow.session.get(Workflow, live.workflow_id), past)
    with live.unit() as uow:
        unpublished = workflows.create(uow, "Never published")
        with pytest.raises(InvalidInput) as never:
            service.begin(uow, unpublished, service.Beside())
        assert never.value.code == "shadow.not_published"
    assert rows_by_table(live)["backtest"] == 2


@one_store
def test_it_is_kept_for_thirty_days_after_its_end_and_not_taken_while_it_goes_on(live):
    made = live.beside(hours=720)
    clock.shift(timedelta(days=31))
    with live.unit() as uow:
        going_on.purge(uow)
    assert live.row(made) is not None
    live.stop(made)
    clock.shift(timedelta(days=31))
    with live.unit() as uow:
        going_on.purge(uow)
    assert live.row(made) is None


@one_store
def test_only_what_has_something_new_gets_a_job_and_only_later_while_runs_wait(live, monkeypatch):
    made = live.beside()
    jobs = rows_by_table(live)["outbox"]
    live.look()
    assert rows_by_table(live)["outbox"] == jobs
    live.receive(orders(350.0))
    live.backtest()  # that it has noted the same event is nothing to the shadow
    monkeypatch.setattr(watching, "busy", lambda _session, _now: True)
    jobs = rows_by_table(live)["outbox"]
    live.look()
    assert rows_by_table(live)["outbox"] == jobs
    live.look(watching.LATEST)
    assert tally_of(live, made).events == 1


@one_store
def test_what_cannot_go_on_says_why_and_is_over(live, monkeypatch):
    made = live.beside()
    live.receive(orders(350.0))
    with live.unit() as uow:
        row = uow.session.get(Backtest, made)
        row.document = {**row.document, "nodes": [{**row.document["nodes"][0], "type": "trigger.gone"}]}
    live.look()
    row = live.row(made)
    assert (row.state, row.ended, bool(row.why)) == ("failed", "failed", True)


@one_store
def test_a_program_begins_one_pages_through_it_and_stops_it(live, app, tenant):
    program = with_token(app, make_token(app, tenant, "builder", ["workflows:write", "runs:read"]))
    base = f"/api/v1/workflows/{live.workflow_id}/shadows"
    assert program.post(base, json={"hours": 721}).json["errors"][0]["path"] == "hours"
    begun = program.post(base, json={"hours": 168})
    assert (begun.status_code, begun.json["state"], begun.json["version_number"]) == (201, "running", 1)
    assert program.post(base, json={}).status_code == 409
    one = f"{base}/{begun.json['id']}"
    live.receive(orders(100.0, 350.0))
    live.look()
    found = program.get(one).json
    assert found["sentence"].startswith("Of 2 live events, 1 would have led to something; 1 would have asked Finance")
    assert "1 event comes out otherwise." in found["beside"]
    [changed] = program.get(f"{one}/events?kind=differs").json["data"]
    tried = program.get(f"{one}/events/{changed['event_id']}").json
    assert [step["node"] for step in tried["result"]["steps"]] == ["order", "large", "ask", "note"]
    assert program.post(f"{one}/stop", json={}).json["ended"] == "stopped"
    assert [row["id"] for row in program.get(base).json["data"]] == [begun.json["id"]]
    assert program.get(f"/api/v1/workflows/{live.workflow_id}/backtests").json["data"] == []


@one_store
def test_its_page_begins_it_shows_both_side_by_side_and_opens_what_differs(live, browser):
    mira, base = browser(), f"/workflows/{live.workflow_id}"
    assert mira.post(f"{base}/shadows", data={"length": "other", "days": "31", "events": "5"}).status_code == 422
    assert mira.post(f"{base}/shadows", data={"length": "other", "days": "", "events": "5"}).status_code == 422
    begun = mira.post(f"{base}/shadows", data={"length": "other", "days": "30", "events": "5"})
    assert begun.status_code == 303
    page = begun.headers["Location"]
    row = live.row(UUID(page.rpartition("/")[2]))
    assert (row.until_at - row.created_at, row.total) == (timedelta(days=30), 5)
    first = mira.get(page)
    assert "No event has been compared yet." in first.text
    seen = {"If-None-Match": first.headers["ETag"]}
    again = mira.get(page, headers=seen)
    assert (again.status_code, again.data) == (304, b"")
    again = mira.post(f"{base}/shadows", data={"length": "1", "days": "99", "events": "5"})  # days are not seen then
    assert (again.status_code, "runs beside this workflow already" in again.text) == (409, True)
    live.receive(orders(100.0, 350.0))
    live.look()
    shown = mira.get(page, headers=seen).text
    assert "Of 2 live events, 1 would have led to something; 1 would have asked Finance" in shown
    assert "1 of 2 events come out the same" in shown
    assert "At “Total above €400?”: yes instead of no." in shown
    newest = live.events(row.id)[0]
    opened = mira.get(f"{base}/edit?backtest={row.id}&event={newest.event_id}").text
    assert '"port":"true"' in opened.replace(" ", "")
    assert mira.post(f"{page}/stop").status_code == 303
    assert "Stopped" in mira.get(f"{base}/shadows").text
    assert mira.get(page.replace("shadows", "backtests")).status_code == 404
    live.draft(published())
    assert "Change it first" in mira.get(f"{base}/shadows").text
    with live.unit() as uow:
        row = uow.session.get(Backtest, row.id)
        row.document = {**row.document, "nodes": [{**one, "type": "x.gone"} for one in row.document["nodes"]]}
    assert "Of 2 live events" in mira.get(page).text  # what no longer runs is still read
