"""Real transactions of PostgreSQL that contend for the same rows: one order of locks, and whole units tried again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text

from studio.approvals import service
from studio.approvals.models import Request
from studio.core import clashes
from studio.core.errors import Conflict
from studio.runtime.models import Run
from studio.runtime.service import runs, starts, subscriptions
from tests.engine import bench_nodes
from tests.engine.rig import step
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow, refunds

pytestmark = [pytest.mark.parametrize("store", ["postgresql"], indirect=True), pytest.mark.timeout(60)]

LOSE = text("do $$ begin raise exception 'again' using errcode = '40P01'; end $$")


@pytest.fixture
def asked(app):
    """A run that waits for an approval: (database, engine, tenant, run id, request id)."""
    database, engine = app.extensions["studio_database"], app.extensions["studio_engine"]
    tenant = make_tenant(database)
    asking = {"title": "Refund?", "approvers": [f"user:{tenant['approver'].email}"]}
    document = refunds(
        nodes=[
            {"key": "form", "type": "trigger.manual", "name": "By hand", "config": {}},
            {"key": "ask", "type": "approval.request", "name": "Ask", "config": asking},
        ],
        edges=[{"from": "form", "port": "next", "to": "ask"}],
    )
    workflow_id = make_workflow(app, tenant, document, published=True)
    with database.unit(tenant.id, tenant["builder"].actor) as unit:
        [row] = subscriptions.of_workflow(unit, workflow_id)
        run_id = starts.start(unit, row, {}, lambda: None).id
    engine.executor.drain("main")
    with database.unit(tenant.id) as unit:
        request_id = unit.session.scalars(select(Request.id)).one()
    return database, engine, tenant, run_id, request_id


def until_blocked(database):
    """Wait until a transaction waits for a row that another holds."""
    waiting = text("select count(*), pg_sleep(0.01) from pg_locks where not granted")
    seen = 0
    while not seen:
        with database.unit(read_only=True) as unit:  # anew each time: one transaction sees one moment
            seen = unit.session.execute(waiting).one()[0]


def test_cancelling_a_run_and_deciding_its_approval_lock_in_the_same_order(asked):
    database, engine, tenant, run_id, request_id = asked

    def cancel():
        with database.unit(tenant.id, tenant["admin"].actor) as unit:
            runs.cancel(unit, unit.session.get(Run, run_id), engine.endings.withdraw)

    with ThreadPoolExecutor(1) as pool:
        with database.unit(tenant.id, tenant["approver"].actor) as unit:
            seen = unit.session.get(Request, request_id, with_for_update=True).payload_hash
            cancelled = pool.submit(cancel)
            until_blocked(database)
            service.approve(unit, request_id, shown=seen)
        cancelled.result()
    with database.unit(tenant.id) as unit:
        assert unit.session.get(Run, run_id).state == "cancelled"
        assert unit.session.get(Request, request_id).state == "approved"


def test_deciding_while_a_run_is_cancelled_says_that_it_was_taken_back(asked):
    database, engine, tenant, run_id, request_id = asked

    def approve(seen):
        with database.unit(tenant.id, tenant["approver"].actor) as unit:
            service.approve(unit, request_id, shown=seen)

    with ThreadPoolExecutor(1) as pool:
        with database.unit(tenant.id, tenant["admin"].actor) as unit:
            seen = unit.session.get(Request, request_id).payload_hash
            runs.cancel(unit, unit.session.get(Run, run_id), engine.endings.withdraw)
            unit.session.flush()
            approved = pool.submit(approve, seen)
            until_blocked(database)
        with pytest.raises(Conflict):
            approved.result()


def test_a_request_that_loses_a_deadlock_is_run_again_as_a_whole(app, asked):
    """Somebody locks the other way round; the request is the one that PostgreSQL ends, and its visitor never knows."""
    database, _engine, tenant, run_id, request_id = asked
    browser = signed_in(app, tenant.id, tenant["admin"])
    with ThreadPoolExecutor(1) as pool:
        with database.unit(tenant.id) as unit:
            unit.session.get(Run, run_id, with_for_update=True)
            answer = pool.submit(browser.post, f"/runs/{run_id}/cancel", data={"reason": "No longer wanted"})
            until_blocked(database)  # it holds the request and waits for the run
            unit.session.get(Request, request_id, with_for_update=True)
        assert answer.result().status_code == 303
    with database.unit(tenant.id) as unit:
        assert unit.session.get(Run, run_id).state == "cancelled"
        told = unit.session.execute(text("select count(*) from audit_event where action = 'run.cancelled'")).scalar()
    assert told == 1
    page = browser.get(f"/runs/{run_id}").text
    assert page.count("The run was cancelled. What it waited for is withdrawn.") == 1


def test_trying_again_is_bounded(app, asked, monkeypatch):
    _database, _engine, tenant, run_id, _request_id = asked
    tried = []

    def clash(*_args, **_more):
        tried.append(1)
        with app.extensions["studio_database"].unit(tenant.id) as unit:
            unit.session.execute(LOSE)

    monkeypatch.setattr("studio.console.pages.runs.verbs.cancel", clash)
    monkeypatch.setattr("studio.core.clashes.pause", lambda _tries: None)
    browser = signed_in(app, tenant.id, tenant["admin"])
    app.testing = app.config["PROPAGATE_EXCEPTIONS"] = False
    assert browser.post(f"/runs/{run_id}/cancel", data={}).status_code == 500
    assert len(tried) == clashes.TRIES


def test_a_boundary_that_loses_a_deadlock_begins_again_at_what_is_written(make_rig):
    """A step's transaction holds a row and wants its run; whoever holds the run wants that row."""
    rig, contend = make_rig([step("contend", "test.contend")], [("t", "next", "contend")]), bench_nodes.ContendStep
    run_id = rig.accept().run_id
    with ThreadPoolExecutor(1) as pool:
        with rig.database.unit(rig.workspace_id) as unit:
            worked = pool.submit(rig.drain)
            contend.holds.wait(20)
            unit.session.get(Run, run_id, with_for_update=True)
            contend.go_on.set()
            until_blocked(rig.database)
            unit.session.execute(text("select pg_advisory_xact_lock(1)"))
        worked.result()
    assert rig.run(run_id).state == "succeeded"
    assert [(row.node_key, row.attempt) for row in rig.steps(run_id)] == [("t", 1), ("contend", 1)]


def test_a_single_statement_that_loses_is_repeated(make_rig, monkeypatch):
    rig = make_rig([], [])
    direct, lose = rig.engine.writer._direct, [1, 1]
    plain = direct._rows

    def rows(statement, values):
        return plain(LOSE, {}) if lose and lose.pop() else plain(statement, values)

    monkeypatch.setattr(direct, "_rows", rows)
    assert rig.run(rig.accept().run_id).state == "queued"
    assert lose == []
