"""The list of workflows and one workflow's page: what they show and what their buttons do."""

import html
import re

import pytest
from sqlalchemy import event, select, update

from studio.accounts.models import User
from studio.console.workflows_listing import PAGE
from studio.core import ids
from studio.runtime.models import Event, Run, TriggerSubscription, Workflow
from tests.factories.workflows import make_workflow, refunds

one_store = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

BY_HAND = refunds(
    name="By hand",
    nodes=[
        {
            "key": "order", "type": "trigger.manual", "name": "Refund by hand",
            "config": {"fields": [
                {"name": "refund", "label": "Refund", "type": "text"},
                {"name": "amount", "label": "Amount", "type": "number"},
                {"name": "data", "label": "A field with WTForms' own name", "type": "yes_no"},
                {"name": "where", "label": "Where", "type": "choice", "choices": ["inland", "abroad"],
                 "required": False},
            ]},
        },
        {"key": "stop", "type": "flow.stop", "name": "Stop"},
    ],
    edges=[{"from": "order", "port": "next", "to": "stop"}],
)  # fmt: skip


@pytest.fixture
def published(app, tenant):
    return make_workflow(app, tenant, published=True)


def add_runs(app, tenant, workflow_id, **counts):
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        for state, count in counts.items():
            for _ in range(count):
                uow.session.add(
                    Run(
                        id=ids.new_id(), workflow_id=workflow_id, version_id=ids.new_id(), trigger_node="order",
                        state=state, title=f"Order of {state}", available_at=uow.now, created_at=uow.now,
                    )
                )  # fmt: skip


def test_the_list_says_which_run_and_which_fail(app, tenant, browser, published):
    make_workflow(app, tenant, refunds(name="A draft"))
    add_runs(app, tenant, published, succeeded=11, failed=2)
    page = html.unescape(browser().get("/workflows").text)
    assert page.index("A draft") < page.index("High-value refunds")
    assert "Not published" in page
    assert "Webhook" in page
    assert "13 runs in 24 hours, 2 failed" in page
    assert tenant["builder"].name in page


def test_a_draft_that_differs_is_marked(app, tenant, browser, published):
    client = browser()
    document = refunds()
    document["nodes"][2]["config"]["method"] = "PUT"
    client.put(f"/builder/api/workflows/{published}/draft", json={"revision": 1, "document": document})
    assert "Changed</span>" in client.get("/workflows").text
    assert "High-value" in client.get("/workflows?state=changed").text
    assert "Draft changed since version 1" in client.get(f"/workflows/{published}").text


@one_store
@pytest.mark.parametrize(
    ("query", "found"),
    [("q=REFUNDS", True), ("q=100%25", False), ("q=large+refund", True), ("q=teapot", False), ("state=on", True),
     ("state=off", False), ("state=draft", False), ("state=nonsense", True), ("after=x", True)],
)  # fmt: skip
def test_search_and_filter_live_in_the_address(browser, published, query, found):
    page = browser().get(f"/workflows?{query}").text
    assert ("High-value refunds" in page) is found
    assert found or "No workflow fits" in page


def test_pages_follow_one_another_and_lose_nobody(app, tenant, browser):
    database = app.extensions["studio_database"]
    with database.unit(tenant.id) as uow:
        for number in range(PAGE + 5):
            name = f"Same {number // 20}"
            uow.session.add(Workflow(name=name, created_at=uow.now, updated_at=uow.now))
    client, seen, address = browser(), set(), "/workflows"
    while address:
        page = client.get(address).text
        seen |= set(re.findall(r'class="row-link" href="/workflows/([^"]+)"', page))
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(older[1]) if older else None
    assert len(seen) == PAGE + 5


@one_store
def test_the_list_asks_as_many_questions_for_one_row_as_for_many(app, tenant, browser):
    engine, asked = app.extensions["studio_database"].app, []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    client = browser()
    make_workflow(app, tenant, published=True)
    client.get("/workflows")
    asked.clear()
    client.get("/workflows")
    few = len(asked)
    for _ in range(5):
        make_workflow(app, tenant, published=True)
    asked.clear()
    client.get("/workflows")
    assert len(asked) == few


@one_store
def test_an_empty_list_starts_something(browser):
    page = browser().get("/workflows").text
    assert "No workflows yet" in page
    assert "New workflow" in page
    assert "New workflow" not in browser("auditor").get("/workflows").text


def test_one_workflow_shows_what_it_does_and_where_to_send(app, tenant, browser, published):
    add_runs(app, tenant, published, succeeded=1)
    page = html.unescape(browser().get(f"/workflows/{published}").text)
    assert '<svg class="picture" role="img"' in page
    assert "after “Total above €400?”: yes" in page
    assert "/hooks/" in page
    assert "curl -X POST" in page
    assert "Order of succeeded" in page
    assert "Version 1" in page
    with app.extensions["studio_database"].unit() as uow:
        uow.session.execute(update(User).values(locale="de"))
    assert "nach „Total above €400?“: ja" in html.unescape(browser().get(f"/workflows/{published}").text)
    for_reading = browser("auditor").get(f"/workflows/{published}").text
    assert "/hooks/" not in for_reading
    assert "Turn off" not in for_reading


@one_store
def test_off_and_on_by_button(app, tenant, browser, published):
    client = browser()
    client.post(f"/workflows/{published}/enabled", data={"enabled": "off"})
    assert "It is turned off." in client.get(f"/workflows/{published}").text
    client.post(f"/workflows/{published}/enabled", data={"enabled": "on"})
    assert "It is turned off." not in client.get(f"/workflows/{published}").text


@one_store
def test_rename_duplicate_and_delete(browser, published):
    client = browser()
    client.post(f"/workflows/{published}/name", data={"name": "Big refunds"})
    assert "Big refunds" in client.get("/workflows").text
    assert client.post(f"/workflows/{published}/name", data={"name": ""}).status_code == 422
    copy = client.post(f"/workflows/{published}/copies").location
    assert "Copy of Big refunds" in client.get(copy).text
    assert client.post(f"/workflows/{published}/delete").location == "/workflows"
    assert "This workflow is archived" in client.get(f"/workflows/{published}").text
    assert "Copy of Big refunds" in client.get("/workflows").text


@one_store
def test_a_new_address_replaces_the_old(app, tenant, browser, published):
    client = browser()
    address = r"/hooks/([\w-]+)"
    before = re.search(address, client.get(f"/workflows/{published}").text)[1]
    assert client.post(f"/workflows/{published}/triggers/order/address").status_code == 303
    after = re.search(address, client.get(f"/workflows/{published}").text)[1]
    assert before != after
    assert client.post(f"/workflows/{published}/triggers/large/address").status_code == 404


@one_store
def test_restore_by_button_opens_the_editor(browser, published):
    client = browser()
    url = f"/workflows/{published}/versions/1/restore"
    assert client.post(url, data={"revision": "1"}).location == f"/workflows/{published}/edit"
    assert client.post(url, data={"revision": "1"}).status_code == 409
    assert client.post(url, data={}).status_code == 422


@one_store
def test_export_and_import_by_page(browser, published):
    client = browser()
    for form in ("json", "yaml"):
        file = client.get(f"/workflows/{published}/export?form={form}")
        assert file.headers["Content-Disposition"] == f'attachment; filename="high-value-refunds.{form}"'
        answer = client.post("/workflows/import", data={"text": file.text})
        assert answer.location.endswith("/edit")
    assert client.get(f"/workflows/{published}/export?form=exe").status_code == 404
    assert client.get(f"/workflows/{published}/export?version=1").status_code == 200
    assert client.get(f"/workflows/{published}/export?version=7").status_code == 404
    broken = client.post("/workflows/import", data={"text": "nodes: []"})
    assert broken.status_code == 422
    assert "Nothing was imported." in broken.text
    assert "<code>schema</code>" in broken.text


def test_events_with_their_verdicts(app, tenant, browser, published):
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        for verdict, reason in (("started", None), ("refused", "The signature is wrong."), ("duplicate", None)):
            uow.session.add(
                Event(workflow_id=published, type="trigger.webhook", verdict=verdict, reason=reason,
                      body={"order": {"id": verdict}}, received_at=uow.now)
            )  # fmt: skip
    page = browser().get(f"/workflows/{published}/events").text
    for words in ("Started a run", "Refused", "The signature is wrong.", "Repeat of an earlier one"):
        assert words in page


def test_a_run_by_hand_asks_and_starts(app, tenant, browser):
    workflow_id = make_workflow(app, tenant, BY_HAND, published=True)
    client, url = browser(), f"/workflows/{workflow_id}/start/order"
    page = client.get(url).text
    assert 'name="answer_refund"' in page
    assert 'type="number"' in page
    wrong = client.post(url, data={"answer_refund": "R-1", "answer_amount": "many", "answer_where": "abroad"})
    assert wrong.status_code == 422
    assert "this must be a number" in wrong.text
    answer = client.post(url, data={"answer_refund": "R-1", "answer_amount": "12.5", "answer_where": "abroad"})
    assert answer.location.startswith("/runs/")
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        (run,) = uow.session.scalars(select(Run))
        assert run.input == {"refund": "R-1", "amount": 12.5, "data": False, "where": "abroad"}


@one_store
def test_a_webhooks_run_starts_by_hand_with_its_sample(app, tenant, browser, published):
    client, url = browser(), f"/workflows/{published}/start/order"
    page = html.unescape(client.get(url).text)
    assert '"id": "6021"' in page
    assert client.post(url, data={"data_json": "{"}).status_code == 422
    assert client.post(url, data={"data_json": '{"order": {"total": 500}}'}).location.startswith("/runs/")
    client.post(f"/workflows/{published}/enabled", data={"enabled": "off"})
    assert client.get(url).status_code == 409
    assert client.get(f"/workflows/{published}/start/large").status_code == 404


@one_store
def test_recent_events_serve_as_samples(app, tenant, browser, published):
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        row = uow.session.scalars(select(TriggerSubscription)).one()
        run_id = ids.new_id()
        uow.session.add_all(
            [
                Run(id=run_id, workflow_id=published, version_id=row.version_id, trigger_node="order",
                    state="succeeded", title="Order 7", available_at=uow.now, created_at=uow.now,
                    input={"order": {"id": "7"}}),
                Event(workflow_id=published, subscription_id=row.id, type=row.type, verdict="started", run_id=run_id,
                      received_at=uow.now),
            ]
        )  # fmt: skip
    url = f"/builder/api/workflows/{published}/samples"
    (sample,) = browser().get(f"{url}?node=order").json["samples"]
    assert sample["data"] == {"order": {"id": "7"}}
    assert sample["label"].startswith("Order 7 · ")
    assert browser().get(f"{url}?node=large").json == {"samples": []}


@one_store
def test_a_test_run_by_the_api(browser, published):
    url = f"/builder/api/workflows/{published}/test"
    body = {"document": refunds(), "trigger": "order", "sample": {"order": {"id": "1", "total": 1.0}}, "live": []}
    answer = browser().post(url, json=body).json
    assert answer["state"] == "succeeded"
    assert [step["port"] for step in answer["steps"]] == ["next", "false"]
    assert browser("auditor").post(url, json=body).status_code == 403


@one_store
def test_a_called_workflow_starts_by_hand_with_what_its_callers_must_give(app, tenant, browser):
    asked = {"fields": [{"name": "order"}, {"name": "lines", "type": "list"}]}
    trigger = {"key": "t", "type": "trigger.called", "name": "Called", "config": asked}
    workflow_id = make_workflow(app, tenant, refunds(nodes=[trigger], edges=[]), published=True)
    client, url = browser(), f"/workflows/{workflow_id}/start/t"
    assert "&#34;lines&#34;: []" in client.get(url).text
    wrong = client.post(url, data={"data_json": '{"order": "1", "lines": 2}'})
    assert (wrong.status_code, "lines: this must be a list." in wrong.text) == (422, True)
    assert client.post(url, data={"data_json": '{"order": "1", "lines": [2]}'}).location.startswith("/runs/")
    with app.extensions["studio_database"].unit(tenant.id) as uow:
        assert [run.input for run in uow.session.scalars(select(Run))] == [{"order": "1", "lines": [2]}]
