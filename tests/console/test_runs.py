"""The list of runs and a run's page: found again by its address, told in sentences, mended from where it failed."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, select

from studio.core import clock
from studio.core.etags import fresh
from studio.core.ids import first_id_at, new_id
from studio.runtime import labels
from studio.runtime.models import Blob, Run, Step, WaitRow, Workflow
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.approvals import decide, listen, make_request
from tests.factories.workflows import make_workflow, refunds


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    return make_workflow(app, tenant, refunds(), published=True)


@pytest.fixture
def browser(app, tenant):
    return signed_in(app, tenant.id, tenant["owner"])


@pytest.fixture
def add(database, tenant, workflow_id):
    """Write one run with steps."""

    def write(title, *steps, ago=timedelta(minutes=5), state="succeeded", **values):
        at = clock.local_now() - ago
        run_id = first_id_at(at)
        with database.unit(tenant.id) as uow:
            version_id = uow.session.scalars(select(Workflow.published_version_id)).one()
            uow.session.add(
                Run(
                    id=run_id, workflow_id=workflow_id, version_id=version_id, trigger_node="order", title=title,
                    available_at=at, created_at=at, state=state, finished_at=at + timedelta(seconds=4), **values,
                )
            )  # fmt: skip
            uow.session.add_all(
                Step(
                    **{"id": new_id(), "run_id": run_id, "state": "succeeded", "type": "data.set", "started_at": at,
                       "finished_at": at, **step}
                )
                for step in steps
            )  # fmt: skip
        return run_id

    return write


def titles(answer):
    assert answer.status_code == 200
    return re.findall(r'class="row-link" href="/runs/[^"]+">([^<]+)</a>', answer.text)


def minutes(number):
    return timedelta(minutes=number)


ORDER = {"node_key": "order", "type": "trigger.webhook", "port": "next"}
CALL = {"node_key": "call", "type": "action.http"}
ERROR = {"code": "http.status_503", "message": "erp.example.com had an error of its own (503). Nothing was sent twice."}


class TestTheList:
    def test_filters_stand_in_the_address_and_in_the_form(self, browser, add, workflow_id):
        add("Fine", ago=minutes(1))
        add("Broken", ago=minutes(2), state="failed", error=ERROR)
        add("Long ago", ago=timedelta(days=3), state="failed", error=ERROR)
        address = f"/runs?workflow={workflow_id}&state=failed&since=24h&q=bro"
        page = browser.get(address)
        assert titles(page) == ["Broken"]
        assert "erp.example.com had an error of its own (503)." in page.text
        assert page.text.count(" selected>") == 2
        assert 'name="state" value="failed" checked' in page.text
        assert 'value="bro"' in page.text
        assert titles(browser.get("/runs")) == ["Fine", "Broken", "Long ago"]
        assert titles(browser.get("/runs?state=failed")) == ["Broken", "Long ago"]

    @pytest.mark.parametrize(
        "state", ["queued", "waiting", "succeeded", "failed", "needs_review", "quarantined", "cancelled"]
    )
    def test_each_state_can_be_chosen_and_is_shown_as_chosen(self, browser, add, state):
        add("Mine", ago=minutes(1), state=state)
        add("Other", ago=minutes(2), state="succeeded" if state != "succeeded" else "failed")
        page = browser.get(f"/runs?state={state}")
        assert titles(page) == ["Mine"]
        assert f'name="state" value="{state}" checked' in page.text

    def test_what_is_queued_is_listed_with_what_is_running_where_both_are_chosen(self, browser, add):
        add("Queued", ago=minutes(1), state="queued")
        add("Running", ago=minutes(2), state="running")
        assert titles(browser.get("/runs?state=running")) == ["Running"]
        assert titles(browser.get("/runs?state=running&state=queued")) == ["Queued", "Running"]

    def test_pages_keep_the_filters(self, browser, add):
        for number in range(52):
            add(f"Order {number}", ago=minutes(100 - number), state="failed", error=ERROR)
        first = browser.get("/runs?state=failed&q=order")
        assert len(titles(first)) == 50
        older = re.search(r'href="([^"]+)" ?>Older', first.text)[1].replace("&amp;", "&")
        assert "state=failed" in older
        assert "q=order" in older
        second = browser.get(older)
        assert titles(second) == ["Order 1", "Order 0"]
        newer = re.search(r'href="([^"]+)" ?>Newer', second.text)[1].replace("&amp;", "&")
        assert titles(browser.get(newer)) == titles(first)

    def test_several_states_are_one_list(self, browser, add):
        for number in range(60):
            add(f"Order {number}", ago=minutes(100 - number), state=("failed", "cancelled", "succeeded")[number % 3])
        wanted = [f"Order {number}" for number in reversed(range(60)) if number % 3 < 2]
        page = browser.get("/runs?state=failed&state=cancelled")
        assert titles(page) == wanted
        for number in range(60, 90):
            add(f"Order {number}", ago=minutes(100 - number), state=("failed", "cancelled")[number % 2])
        wanted = [f"Order {number}" for number in reversed(range(60, 90))] + wanted
        page = browser.get("/runs?state=failed&state=cancelled")
        assert titles(page) == wanted[:50]
        older = re.search(r'href="([^"]+)" ?>Older', page.text)[1].replace("&amp;", "&")
        assert titles(browser.get(older)) == wanted[50:]

    def test_a_whole_id_finds_its_run_and_an_empty_result_says_what_to_do(self, browser, add):
        run_id = add("Fine")
        assert titles(browser.get(f"/runs?q={run_id}")) == ["Fine"]
        page = browser.get("/runs?q=zzz")
        assert "No run fits" in page.text
        assert "Show all runs" in page.text

    @pytest.mark.parametrize(
        ("query", "name"),
        [("state=nonsense", "state"), ("since=x", "since"), ("workflow=x", "workflow"), ("version=3", "version"),
         ("label=country", "label"), (f"before={UUID(int=7)}", "before")],
    )  # fmt: skip
    def test_a_filter_that_is_none_lists_nothing_and_says_so_beside_it(self, browser, add, query, name):
        add("Fine")
        page = browser.get(f"/runs?{query}")
        assert page.status_code == 422
        assert "Fine" not in page.text
        assert f'id="{name}-error"' in page.text
        assert "Nothing is listed" in page.text

    @pytest.mark.parametrize("query", ["before=x", "after=%00", "q=%00", "nonsense=x", "state=", "label="])
    def test_odd_addresses_do_not_break_it(self, browser, add, query):
        add("Fine")
        assert titles(browser.get(f"/runs?{query}")) == ["Fine"]

    def test_labels_stand_on_the_run_and_lead_to_its_like(self, browser, add, database, tenant):
        german, _ = add("German"), add("French", ago=minutes(1))
        with database.unit(tenant.id) as uow:
            labels.put(uow, german, "country", "DE")
        page = browser.get(f"/runs/{german}")
        address = re.search(r'class="chip plain" href="([^"]+)"', page.text)[1]
        found = browser.get(address.replace("&amp;", "&"))
        assert titles(found) == ["German"]
        assert 'value="country:DE"' in found.text

    def test_nothing_new_costs_next_to_nothing(self, browser, add):
        add("Fine", ago=timedelta(days=2))
        tag = browser.get("/runs").headers["ETag"]
        assert browser.get("/runs", headers={"If-None-Match": tag}).status_code == 304
        token = re.compile(r'name="csrf-token" content="[^"]+"')
        assert token.search(browser.get("/runs").text)
        add("Another", ago=timedelta(days=1, minutes=1))
        assert browser.get("/runs", headers={"If-None-Match": tag}).status_code == 200


class TestARun:
    def test_a_failure_is_a_sentence_with_a_way_on(self, browser, add):
        run_id = add("Order 6021", {**CALL, "state": "failed", "error": ERROR}, state="failed",
                     error={**ERROR, "node": "call", "path": ""})  # fmt: skip
        page = browser.get(f"/runs/{run_id}").text
        assert "<b>erp.example.com had an error of its own (503).</b>" in page
        assert "Nothing was sent twice." in page
        assert "Failed at Tell the ERP" in page
        assert "Re-run from “Tell the ERP”" in page

    def test_a_success_is_a_sentence_too(self, browser, add):
        steps = {"node_key": "order"}, {"node_key": "large", "note": "420 is above 400"}
        page = browser.get(f"/runs/{add('Order 6021', *steps)}").text
        assert "<b>420 is above 400</b>" in page
        assert "2 steps ran. 1 lay on a branch that was not taken." in page
        assert "started by “Order created”" in page

    def test_a_wait_leads_to_whom_it_waits_for(self, browser, add, database, tenant):
        request_id = new_id()
        page = browser.get(f"/runs/{self.waiting(add, database, tenant, request_id)}").text
        assert "<b>Waiting for a decision: Refund</b>" in page
        assert page.count(f'href="/approvals/{request_id}"') == 2

    def test_a_question_that_waits_its_turn_says_so(self, browser, add, database, tenant):
        listen()  # somebody who hears of the end
        jonas = tenant["approver"]
        first, second = (make_request(database, tenant, [jonas], lock="Order 6021") for _ in range(2))
        said = "This waits until another approval about “Order 6021” has ended. Nobody is asked until then."
        run_id = self.waiting(add, database, tenant, second)
        assert said in browser.get(f"/runs/{run_id}").text
        decide(database, tenant, jonas, first)
        assert said not in browser.get(f"/runs/{run_id}").text

    @staticmethod
    def waiting(add, database, tenant, request_id):
        """A run that waits for a request."""
        wait_id = new_id()
        run_id = add("Order 6021", {**CALL, "state": "waiting", "wait_id": wait_id, "finished_at": None},
                     state="waiting", waiting_for="approval")  # fmt: skip
        with database.unit(tenant.id) as uow:
            uow.session.add(
                WaitRow(
                    id=wait_id, run_id=run_id, step_id=new_id(), node_key="call", kind="approval",
                    note="Waiting for a decision: Refund", detail={"request_id": str(request_id)}, created_at=uow.now,
                )
            )  # fmt: skip
        return run_id

    def test_only_the_chosen_steps_data_are_read(self, browser, add, database):
        large = "x" * 20_000
        run_id = add("Loop", *({**CALL, "path": f"{n}", "output": {"n": n, "text": large}} for n in range(30)))
        read = []

        def note(_connection, _cursor, statement, *_):
            read.append(statement)

        event.listen(database.app, "before_cursor_execute", note)
        page = browser.get(f"/runs/{run_id}?step=call.7").text
        event.remove(database.app, "before_cursor_execute", note)
        assert page.count(large) == 1
        assert "item 8" in page
        assert sum("step.output" in statement.partition("FROM")[0] for statement in read) == 1
        assert len(read) <= 22

    def test_a_large_payload_is_fetched_from_where_it_lies(self, browser, add, database, tenant):
        blob_id = new_id()
        run_id = add("Large", {**CALL, "output": {"$blob": str(blob_id), "bytes": 40_000}})
        with database.unit(tenant.id) as uow:
            uow.session.add(Blob(id=blob_id, run_id=run_id, data={"inside": "the blob"}))
        assert "the blob" in browser.get(f"/runs/{run_id}").text

    def test_what_is_too_large_for_a_page_is_downloaded(self, browser, add, database, tenant):
        large = {"lines": ["a line of an order"] * 20_000}
        blob_id = new_id()
        run_id = add("Large", {**CALL, "input": {"url": "u"}, "output": {"$blob": str(blob_id), "bytes": 400_000}})
        with database.unit(tenant.id) as uow:
            uow.session.add(Blob(id=blob_id, run_id=run_id, data=large))
        page = browser.get(f"/runs/{run_id}").text
        assert len(page) < 100_000
        link = re.findall(r'href="([^"]*/data\?[^"]*)"', page)[-1]
        answer = browser.get(link.replace("&amp;", "&"))
        assert answer.json == large
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert browser.get(f"/runs/{run_id}/data?part=output").status_code == 404
        assert browser.get(f"/runs/{run_id}/data?part=x").status_code == 404

    def test_data_that_looks_like_a_mark_is_shown_as_it_is(self, browser, add):
        run_id = add("Forged", CALL, input={"$blob": "no id at all"})
        assert browser.get(f"/runs/{run_id}/data").json == {"$blob": "no id at all"}

    def test_a_rerun_is_linked_both_ways(self, browser, add, database, tenant):
        failed = {**CALL, "state": "failed", "error": ERROR}
        run_id = add("Order 6021", ORDER, {"node_key": "large", "type": "condition.if", "port": "true"}, failed,
                     state="failed", error={**ERROR, "node": "call", "path": ""})  # fmt: skip
        answer = browser.post(f"/runs/{run_id}/rerun", data={"from_step": "call", "version": "original"})
        assert answer.status_code == 303
        assert f'href="/runs/{run_id}"' in browser.get(answer.location).text
        assert f'href="{answer.location}"' in browser.get(f"/runs/{run_id}").text
        with database.unit(tenant.id) as uow:
            again = uow.session.scalars(select(Run).where(Run.rerun_of == run_id)).one()
            kept = uow.session.scalars(select(Step.node_key).where(Step.run_id == again.id)).all()
            assert (again.rerun_from, sorted(kept)) == ("call", ["large", "order"])

    @pytest.mark.parametrize("data", [{"from_step": "nowhere"}, {"version": "newest"}, {"version": "x"}])
    def test_a_rerun_from_what_is_not_offered_starts_nothing(self, browser, add, database, tenant, data):
        run_id = add("Order 6021", {**CALL}, state="failed")
        answer = browser.post(f"/runs/{run_id}/rerun", data={"from_step": "", "version": "original"} | data)
        assert answer.status_code == 422
        assert "nothing was started" in answer.text
        with database.unit(tenant.id) as uow:
            assert uow.session.scalars(select(Run.id)).all() == [run_id]

    def test_what_would_happen_again_is_shown_before_it_does(self, browser, add, database, tenant):
        run_id = add("Order 6021", ORDER,
                     {**CALL, "port": "next", "effect_key": "k"}, state="succeeded")  # fmt: skip
        plan = browser.get(f"/runs/{run_id}/rerun").text
        assert "1 effect that has happened would happen again." in plan
        unseen = browser.post(f"/runs/{run_id}/rerun", data={"from_step": "", "version": "original", "do": "run"})
        assert (unseen.status_code, "Happens again" in unseen.text) == (409, True)
        seen = re.search(r'name="plan" value="([0-9a-f]{64})"', plan)[1]
        made = browser.post(f"/runs/{run_id}/rerun", data={"from_step": "", "version": "original", "plan": seen})
        assert made.status_code == 303

    @pytest.mark.parametrize("wrong", [{"data": "{"}, {"item": "first"}, {"skip": "call", "output": "{"}])
    def test_what_is_wrong_with_the_form_is_said_at_its_field(self, browser, add, database, tenant, wrong):
        run_id = add("Order 6021", {**CALL}, state="failed")
        answer = browser.post(f"/runs/{run_id}/rerun", data={"from_step": "", "version": "original", **wrong})
        assert (answer.status_code, 'class="error"' in answer.text) == (422, True)
        with database.unit(tenant.id) as uow:
            assert uow.session.scalars(select(Run.id)).all() == [run_id]

    def test_cancelling_says_so_and_a_second_time_is_refused(self, browser, add):
        run_id = add("Order 6021", {**CALL, "state": "running", "finished_at": None}, state="running")
        assert browser.post(f"/runs/{run_id}/cancel", data={"reason": "Mistake"}).status_code == 303
        page = browser.get(f"/runs/{run_id}").text
        assert "The run was cancelled." in page
        assert "data-poll" not in page
        assert browser.post(f"/runs/{run_id}/cancel").status_code == 409

    def test_it_is_asked_again_while_it_goes_on(self, browser, add):
        run_id = add("Order 6021", {**CALL, "state": "running", "finished_at": None}, state="running")
        assert 'data-poll="2"' in browser.get(f"/runs/{run_id}").text


def test_what_changes_with_every_answer_is_no_news(app):
    page = """<meta name="csrf-token" content="{n}"><script nonce="{n}"></script>
        <input id="csrf_token" name="csrf_token" type="hidden" value="{n}">
        <time datetime="2026-03-02T10:15:00" title="March 2">{n} seconds ago</time><b>{state}</b>"""
    with app.test_request_context():
        tags = [fresh(page.format(n=n, state=state)).headers["ETag"] for n, state in ((1, "a"), (2, "a"), (2, "b"))]
    assert tags[0] == tags[1] != tags[2]


# -- runs at the gate ----------------------------------------------------------------------------------------------


@pytest.fixture
def limited(app, database, tenant):
    """Publish a workflow with limits; a call starts a run of it with this data, and says where it is."""
    engine = app.extensions["studio_engine"]

    def publish(**settings):
        made = make_workflow(app, tenant, refunds(settings=settings), published=True)

        def begin(data):
            with database.unit(tenant.id, tenant["builder"].actor) as uow:
                [trigger] = subscriptions.of_workflow(uow, made)
                run_id = starts.start(uow, trigger, data, lambda lane="main": None).id
            engine.gate.look()
            return run_id

        return begin

    yield publish
    engine.stop()


def shown(browser, run_id):
    """What the run's page and the list say of why it waits."""
    return browser.get(f"/runs/{run_id}").text, browser.get("/runs?state=queued").text


def test_a_run_at_the_gate_says_whose_turn_it_is(limited, browser):
    begin = limited(one_at_a_time={"key": "trigger.order.id"})
    first, _second, third = (begin({"order": {"id": "6021", "total": 1.0}}) for _ in range(3))
    page, line = shown(browser, third)
    assert "It waits for its turn: the run of “6021” is still going." in page
    assert f'href="/runs/{first}"' in page
    assert line.count("It waits for its turn: the run of “6021” is still going.") == 2
    assert "still going" not in browser.get(f"/runs/{first}").text


def test_a_run_at_the_gate_says_how_many_may_execute(limited, browser):
    begin = limited(at_once={"limit": 1})
    begin({})
    page, line = shown(browser, begin({}))
    assert "It waits for a place: only one run executes at a time." in page
    assert "It waits for a place" in line


def test_a_run_at_the_gate_says_when_it_starts(limited, browser):
    begin = limited(rate={"limit": 2, "per_s": 3600})
    begin({})
    page, line = shown(browser, begin({}))
    assert re.search(r"It starts at \d\d?:\d\d.*At most 2 runs start in 1 hour\.", page)
    assert "At most 2 runs start in 1 hour." in line


def test_a_run_that_has_not_begun_is_called_as_it_will_be_and_shows_what_was_received(app, database, tenant, browser):
    settings = {"title": "Order {{ trigger.order.id }}", "at_once": {"limit": 1}}
    made = make_workflow(app, tenant, refunds(settings=settings), published=True)
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        [trigger] = subscriptions.of_workflow(uow, made)
        hold = starts.start(uow, trigger, {"order": {"id": "6021", "note": "by parcel"}}, lambda lane="main": None)
        unnamed = starts.start(uow, trigger, {"other": 1}, lambda lane="main": None).id
    page = browser.get(f"/runs/{hold.id}").text
    assert "<title>Order 6021" in page
    assert "by parcel" in page
    assert page.count("<small>Received</small>") == 1
    assert titles(browser.get("/runs?state=queued")) == ["High-value refunds", "Order 6021"]
    assert "<title>High-value refunds" in browser.get(f"/runs/{unnamed}").text


def test_runs_that_call_and_are_called_lead_to_one_another(browser, add):
    called = add("Credit of Anna Keller", ago=minutes(1))
    step = {"node_key": "call", "type": "flow.call", "state": "failed", "output": {"run_id": str(called)}}
    error = {"code": "call.failed", "message": "The workflow that this step called failed.", "node": "call", "path": ""}
    caller = add("Order 6021", {**step, "error": error}, state="failed", error=error)
    page = browser.get(f"/runs/{caller}").text
    assert re.search(rf'href="/runs/{called}"[^>]*>Open that run<', page)
    assert re.search(rf'href="/runs/{called}"[^>]*>Open the run that it called<', page)
    assert "Failed: failed" not in page


def test_a_called_run_names_its_caller(browser, add):
    caller = add("Order 6021", ago=minutes(2))
    page = browser.get(f"/runs/{add('Credit', ago=minutes(1), parent_run_id=caller)}").text
    assert f'called by <a href="/runs/{caller}">Order 6021</a>' in page


def test_a_run_of_gathered_events_says_how_many(app, database, tenant, browser):
    raw = refunds()
    raw["nodes"][0]["config"] |= {"gather": "batch"}
    made = make_workflow(app, tenant, raw, published=True)
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        [trigger] = subscriptions.of_workflow(uow, made)
        data = {"events": [{"order": {"id": "1"}}] * 1200, "count": 1200}
        run_id = starts.start(uow, trigger, data, lambda lane="main": None).id
    page = browser.get(f"/runs/{run_id}").text
    assert f'<a href="/workflows/{made}/events">1,200 gathered events</a>' in page


def test_a_run_that_gave_way_leads_to_the_one_that_took_its_place(browser, add):
    newer = add("Order 6021", ago=minutes(1), state="running")
    error = {"code": "run.replaced", "message": "A newer run took its place.", "run_id": str(newer)}
    page = browser.get(f"/runs/{add('Order 6021', state='cancelled', error=error)}").text
    assert re.search(rf'href="/runs/{newer}"[^>]*>Open that run<', page)
