"""Runs are found by what only an index beside them knows, page by page, on both databases."""

from datetime import timedelta
from uuid import UUID

import pytest

from studio.core import clock
from studio.core.errors import InvalidInput
from studio.core.ids import first_id_at
from studio.runtime import document as documents
from studio.runtime import labels
from studio.runtime.history import listing, narrowing
from studio.runtime.history.filters import RunFilter
from studio.runtime.history.narrowing import check_cursor
from studio.runtime.insights import facets, walking
from studio.runtime.insights.facets import Facet
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.insights.walking import Walking
from studio.runtime.models import Run, Step, Workflow, WorkflowVersion
from studio.runtime.service import subscriptions
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

ERROR = {"code": "http.status", "message": "The shop said 500 for #6021.", "node": "call", "path": ""}


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    document = refunds()
    document["nodes"][2] = {**document["nodes"][2], "type": "connection.request", "retry": {}, "config": {
        "connection": "main-shop", "method": "GET", "path": "/orders",
    }}  # fmt: skip
    return make_workflow(app, tenant, document, published=False)


@pytest.fixture
def version_id(database, tenant, workflow_id):
    document = refunds()
    document["nodes"][2]["config"]["connection"] = "main-shop"
    with database.unit(tenant.id) as uow:
        row = WorkflowVersion(
            workflow_id=workflow_id, number=1, document=document, logic_hash="0" * 64, published_at=uow.now
        )
        uow.session.add(row)
        uow.session.flush()
        return row.id


@pytest.fixture
def add(database, tenant, workflow_id, version_id):
    """Write runs that began some time ago, the oldest first; their ids come back in that order."""

    def write(count, ago=timedelta(minutes=5), **values):
        start = clock.local_now() - ago
        ids = [UUID(int=first_id_at(start + timedelta(milliseconds=number)).int) for number in range(count)]
        with database.unit(tenant.id) as uow:
            uow.session.add_all(
                Run(
                    id=run_id, trigger_node="order", available_at=start, created_at=start,
                    **{
                        "state": "succeeded", "input": {}, "version_id": version_id, "workflow_id": workflow_id,
                        **values,
                    },
                )
                for run_id in ids
            )  # fmt: skip
        return ids

    return write


@pytest.fixture
def walk(database):
    return lambda: Walking(database).catch_up(clock.local_now())


@pytest.fixture
def found(database, tenant):
    def listed(before=None, after=None, limit=50, **wanted):
        with database.unit(tenant.id, read_only=True) as uow:
            return listing.runs(uow, RunFilter(**wanted), before=before, after=after, limit=limit)

    return listed


def ids(page):
    return [row.id for row in page.rows]


def failed(**changed):
    error = {**ERROR, **changed}
    return {
        "state": "failed", "error": error, "error_code": error["code"], "error_node": error["node"],
        "error_print": fingerprint(error),
    }  # fmt: skip


def test_by_error_step_and_fingerprint(add, found):
    add(2)
    [first] = add(1, timedelta(minutes=4), **failed())
    [alike] = add(1, timedelta(minutes=3), **failed(message="The shop said 502 for #7."))
    [other] = add(1, timedelta(minutes=2), **failed(code="http.timeout", node="ask"))
    assert ids(found(error_code="http.status")) == [alike, first]
    assert ids(found(error_print=fingerprint(ERROR))) == [alike, first]
    assert ids(found(error_node="ask")) == [other]
    assert ids(found(error_code="http.status", error_node="ask")) == []
    assert ids(found(error_code="http.status", states=("failed",), span=timedelta(minutes=3, seconds=30))) == [alike]


def test_by_version_trigger_and_connection_once_the_walk_has_come_by(
    database, app, tenant, add, walk, found, workflow_id
):
    settled = add(3)
    with database.unit(tenant.id) as uow:
        uow.session.add(Step(run_id=settled[1], node_key="call", type="x", state="succeeded", started_at=uow.now))
    assert walk() == 3
    assert walk() == 0
    [fresh] = add(1, timedelta(0))
    page = found(workflow_id=workflow_id, version=1)
    assert (ids(page), page.behind) == ([fresh, *reversed(settled)], False)
    assert ids(found(workflow_id=workflow_id, version=2)) == []
    assert ids(found(trigger="trigger.webhook")) == list(reversed(settled))  # no subscription tells of the newest
    assert ids(found(trigger="trigger.manual")) == []
    page = found(connection="main-shop")
    assert (ids(page), page.behind) == ([settled[1]], True)
    assert ids(found(connection="main-shop", version=1, workflow_id=workflow_id, trigger="trigger.webhook")) == [
        settled[1]
    ]


def test_the_newest_runs_are_known_by_what_their_trigger_is_now(database, app, tenant, found):
    workflow_id = make_workflow(app, tenant, refunds(), published=True)
    from studio.runtime.service import starts  # noqa: PLC0415 - only here

    with database.unit(tenant.id) as uow:
        [hook] = subscriptions.of_workflow(uow, workflow_id)
        run_id = starts.start(uow, hook, {}, lambda: None).id
    assert ids(found(trigger="trigger.webhook")) == [run_id]
    assert ids(found(trigger="trigger.schedule")) == []


def test_by_labels_and_who_answered(database, tenant, add, found):
    first, second, third = add(3)
    person = tenant["builder"].actor.user_id
    with database.unit(tenant.id) as uow:
        for run_id in (first, third):
            labels.put(uow, run_id, "country", "DE")
        labels.put(uow, second, "country", "FR")
        labels.put(uow, third, "channel", "shop")
        facets.note(uow, third, Facet.APPROVER, person)
        facets.note(uow, third, Facet.APPROVER, person)
    assert ids(found(labels=(("country", "DE"),))) == [third, first]
    assert ids(found(labels=(("country", "DE"), ("channel", "shop")))) == [third]
    assert ids(found(labels=(("country", "FR"),), approver_id=person)) == []
    assert ids(found(approver_id=person)) == [third]
    with database.unit(tenant.id) as uow:
        labels.put(uow, third, "country", "")
        labels.put(uow, first, "country", "AT")
    assert ids(found(labels=(("country", "DE"),))) == []
    assert ids(found(labels=(("country", "AT"),))) == [first]


def test_pages_go_on_behind_what_the_other_filters_left_out(database, tenant, add, found, monkeypatch):
    monkeypatch.setattr(narrowing, "MOST_HITS", 4)
    monkeypatch.setattr("studio.runtime.history.searching.MOST_HITS", 4)
    runs = add(9)
    [stuck] = add(1, timedelta(minutes=10), state="needs_review")
    [old] = add(1, timedelta(minutes=9), state="failed")
    with database.unit(tenant.id) as uow:
        for run_id in (stuck, old, *runs):
            labels.put(uow, run_id, "country", "DE")
    wanted = {"labels": (("country", "DE"),), "states": ("failed", "cancelled")}
    page, seen = found(**wanted), 0
    while not page.rows:
        assert page.older is not None
        page, seen = found(before=page.older, **wanted), seen + 1
    assert (ids(page), seen) == ([old], 2)
    whole, before = [], None
    while True:
        page = found(before=before, limit=4, labels=(("country", "DE"),))
        whole += ids(page)
        before = page.older
        if before is None:
            break
    assert whole == [*reversed(runs), old, stuck]
    assert ids(found(after=old, limit=2, labels=(("country", "DE"),))) == [runs[1], runs[0]]


def test_what_few_runs_are_in_is_walked_by_their_state_and_what_fewer_have_by_that(
    database, tenant, add, found, walk, workflow_id, monkeypatch
):
    """A connection that every order uses, and one that hardly any does: both beside failed runs."""
    monkeypatch.setattr(narrowing, "MOST_HITS", 3)
    monkeypatch.setattr("studio.runtime.history.searching.MOST_HITS", 3)
    orders, bad = add(9), add(5, timedelta(minutes=9), **failed())
    rare, fresh = [bad[0], bad[4]], add(1, timedelta(0), **failed())
    assert walk() == 14
    with database.unit(tenant.id) as uow:
        for run_id in (*bad, *orders):
            facets.note(uow, run_id, Facet.APPROVER, workflow_id)
            labels.put(uow, run_id, "country", "DE")
        for run_id in rare:
            facets.note(uow, run_id, Facet.CONNECTION, "second-shop")
    newest = bad[::-1]
    for wanted in ({}, {"workflow_id": workflow_id}, {"workflow_id": workflow_id, "labels": (("country", "DE"),)}):
        wanted |= {"states": ("failed",), "approver_id": workflow_id}
        page, whole = found(**wanted), []
        while True:
            whole += ids(page)
            if page.older is None:
                break
            page = found(before=page.older, **wanted)
        assert whole == newest
        assert ids(found(limit=2, **wanted)) == newest[:2]
        assert ids(found(limit=2, before=bad[2], **wanted)) == [bad[1], bad[0]]
        assert ids(found(limit=2, after=bad[1], **wanted)) == [bad[3], bad[2]]
    assert ids(found(states=("failed",), connection="second-shop")) == rare[::-1]
    page = found(states=("failed",), trigger="manual.start", approver_id=workflow_id)
    assert ids(page) == []
    assert ids(found(states=("failed",), workflow_id=workflow_id)) == [*fresh, *newest]
    assert ids(found(states=("failed", "succeeded"), workflow_id=workflow_id, limit=2)) == [*fresh, orders[-1]]


def test_a_cursor_of_another_workspace_is_refused(database, add):
    [run_id] = add(1)
    other = make_tenant(database)
    with database.unit(other.id, read_only=True) as uow:
        check_cursor(uow, None, "cursor")
        with pytest.raises(InvalidInput) as refused:
            check_cursor(uow, run_id, "cursor")
    assert (refused.value.code, refused.value.field) == ("query.cursor", "cursor")


def test_the_walk_waits_while_others_wait_for_a_worker_and_marks_old_errors(database, add, found, monkeypatch):
    [run_id] = add(1, state="failed", error=ERROR)
    monkeypatch.setattr(walking, "BUSY", 1)
    waiting = add(1, timedelta(minutes=1, seconds=30), state="queued")
    Walking(database)(clock.local_now())
    assert ids(found(error_code="http.status")) == []
    assert waiting
    Walking(database)(clock.local_now() + walking.LATEST)
    assert ids(found(error_code="http.status", error_print=fingerprint(ERROR), error_node="call")) == [run_id]


def test_rules_of_a_workflow_label_its_runs_from_what_started_them(app, tenant, database, add, found, walk):
    """Without a step, found by the list; what a step said stays; data that gives no text gives no label."""
    rules = {"country": "trigger.order.country", "large": "trigger.order.total > 100", "odd": "trigger.order"}
    ruled = make_workflow(app, tenant, refunds(settings={"labels": rules}), published=True)
    with database.unit(tenant.id, read_only=True) as uow:
        version = uow.session.get(Workflow, ruled).published_version_id
    mine = {"workflow_id": ruled, "version_id": version}
    [german] = add(1, input={"order": {"country": "DE", "total": 120}}, **mine)
    [said] = add(1, timedelta(minutes=6), input={"order": {"country": " FR "}}, **mine)
    [other] = add(1, timedelta(minutes=7), input={"order": {"country": ["DE"], "total": 1}})
    with database.unit(tenant.id) as uow:
        labels.put(uow, said, "country", "AT")
    walk()
    assert ids(found(labels=(("country", "DE"),))) == [german]
    with database.unit(tenant.id, read_only=True) as uow:
        assert labels.of_runs(uow, [german, said, other]) == {
            german: {"country": "DE", "large": "true"}, said: {"country": "AT"},
        }  # fmt: skip


@pytest.mark.parametrize(
    ("rules", "path", "code"),
    [
        ({"country": "trigger.order."}, "settings.labels.country", "expression.syntax"),
        ({"country": "steps.call.output"}, "settings.labels.country", "expression.unknown_path"),
        ({"country": " "}, "settings.labels.country", "label.empty"),
    ],
)
def test_a_rule_that_gives_no_label_is_refused_by_its_path(app, tenant, rules, path, code):
    with pytest.raises(InvalidInput) as refused:
        make_workflow(app, tenant, refunds(settings={"labels": rules}), published=True)
    assert [(one.path, one.code) for one in refused.value.problems] == [(path, code)]


@pytest.mark.parametrize("rules", [{"Country": "1"}, {f"k{number}": "1" for number in range(11)}, {"a": 1}])
def test_what_is_no_rule_is_no_document(rules):
    with pytest.raises(InvalidInput) as refused:
        documents.parse(refunds(settings={"labels": rules}))
    assert all(one.path.startswith("settings.labels") for one in refused.value.problems)
