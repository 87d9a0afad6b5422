"""The page of what runs say together, and the API beside it: from counts alone, clear where there is nothing."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.ids import first_id_at
from studio.runtime.insights.fingerprint import fingerprint
from studio.runtime.insights.tallying import Tallying
from studio.runtime.models import Run, Step
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.workflows import make_workflow, refunds

ERROR = {"code": "http.status", "message": "The shop said 500 for #6021.", "node": "call", "path": ""}


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def workflow_id(app, tenant):
    return make_workflow(app, tenant, refunds(), published=False)


@pytest.fixture
def browser(app, tenant):
    return signed_in(app, tenant.id, tenant["owner"])


@pytest.fixture
def api(app, tenant):
    return with_token(app, make_token(app, tenant, "owner", ["runs:read"]))


@pytest.fixture
def lived(database, tenant, workflow_id):
    """Three that went well, two of one failure, one that waits."""
    begin = clock.local_now() - timedelta(minutes=9)
    failed = {"state": "failed", "error": ERROR, "error_print": fingerprint(ERROR)}
    runs = [{}, {}, {}, failed, failed]
    runs.append({"state": "waiting", "waiting_for": "approval", "finished_at": None})
    with database.unit(tenant.id) as uow:
        for number, values in enumerate(runs):
            at = begin + timedelta(seconds=number)
            given = {"state": "succeeded", "finished_at": at + timedelta(seconds=2), **values}
            uow.session.add(
                Run(
                    id=UUID(int=first_id_at(at).int), workflow_id=workflow_id, version_id=workflow_id,
                    trigger_node="order", input={}, available_at=at, created_at=at, **given,
                )
            )  # fmt: skip
    Tallying(database).catch_up(clock.local_now())


def test_the_page_tells_outcomes_times_errors_and_what_is_waited_for(browser, lived, workflow_id):
    page = browser.get(f"/insights?period=24h&workflow={workflow_id}").text
    for words in ("<b>6</b>", "<b>2</b>", "2 s</b>", "Waiting for a decision", "The shop said 500 for #6021."):
        assert words in page, words
    assert "fingerprint=" in page
    assert 'class="took"' in page
    assert "Busiest workflows" not in page
    everything = browser.get("/insights?period=30d").text
    assert "Busiest workflows" in everything
    assert f"workflow={workflow_id}" in everything
    link = everything.split('class="row-link" href="')[1].split('"')[0].replace("&amp;", "&")
    assert browser.get(link).text.count("The shop said 500") == 4, "its runs are listed, each with its sentence"
    assert "Insights" in browser.get("/runs").text


def test_nothing_yet_and_no_such_workflow(browser, tenant):
    assert "Nothing ran in this time" in browser.get("/insights").text
    assert "Look at 90 days" not in browser.get("/insights?period=90d").text
    for wrong in ("nonsense", tenant.id):
        assert browser.get(f"/insights?workflow={wrong}").status_code == 404


@pytest.fixture
def in_los_angeles(database, tenant, workflow_id):
    """Three runs on 1 November 2026, which has 25 hours there, one before and one after it; then the 3rd at noon."""
    with database.unit() as uow:
        uow.session.get(Workspace, tenant.id).time_zone = "America/Los_Angeles"
    begun = ["11-01T06:59", "11-01T07:00", "11-01T20:00", "11-02T07:59", "11-02T08:00"]
    with database.unit(tenant.id) as uow:
        for at in (datetime.fromisoformat(f"2026-{one}:00+00:00") for one in begun):
            uow.session.add(
                Run(
                    id=UUID(int=first_id_at(at).int), workflow_id=workflow_id, version_id=workflow_id, input={},
                    trigger_node="order", available_at=at, created_at=at, finished_at=at, state="succeeded",
                )
            )  # fmt: skip
    clock.shift(datetime(2026, 11, 3, 20, tzinfo=UTC) - clock.local_now())
    Tallying(database).catch_up(clock.local_now())


def test_days_are_those_of_the_store_and_a_bar_leads_to_its_runs(in_los_angeles, app, tenant, api):
    browser = signed_in(app, tenant.id, tenant["owner"])
    page = browser.get("/insights?period=7d").text
    assert "Days are those of America/Los Angeles." in page
    assert "Before " not in page
    assert "Oct 31, 2026: 1 run<" in page
    [link] = [
        one.split('"')[0].replace("&amp;", "&") for one in page.split('<a href="') if "Nov 1, 2026: 3 runs" in one[:400]
    ]
    assert "from=2026-11-01T00:00&until=2026-11-02T00:00" in unquote(link)
    listed = browser.get(link).text
    assert listed.count('class="row-link"') == 3
    assert 'value="2026-11-02T00:00"' in listed, "the form says so too"
    found = api.get("/api/v1/run-insights?period=7d").json
    assert (found["time_zone"], found["whole"]["runs"], found["whole"]["day"]) == ("America/Los_Angeles", 5, None)
    day = found["stretches"][-3]
    wanted = {
        "day": "2026-11-01", "starts_at": "2026-11-01T07:00:00Z", "ends_at": "2026-11-02T08:00:00Z", "runs": 3,
        "time_zone": "America/Los_Angeles", "whole_day": True,
    }  # fmt: skip
    assert {name: day[name] for name in wanted} == wanted
    assert {one["time_zone"] for one in api.get("/api/v1/run-insights?period=24h").json["stretches"]} == {None}


def test_the_page_says_whose_days_are_shown_after_another_zone_was_set(in_los_angeles, app, database, tenant):
    browser = signed_in(app, tenant.id, tenant["owner"])
    with database.unit() as uow:
        uow.session.get(Workspace, tenant.id).time_zone = "Asia/Kolkata"
    coming = browser.get("/insights?period=7d").text
    assert "Days are those of America/Los Angeles. From Nov 5, 2026" in coming
    assert "on they will be those of Asia/Kolkata." in coming
    Tallying(database).note_zones(clock.local_now())
    clock.shift(timedelta(days=2))
    browser = signed_in(app, tenant.id, tenant["owner"])
    page = browser.get("/insights?period=7d").text
    assert "Days are those of Asia/Kolkata. Before Nov 5, 2026" in page
    assert "they are those of America/Los Angeles." in page
    assert "Nov 4, 2026 (10 h 30 min of it, America/Los Angeles): 0 runs" in page
    assert "Nov 1, 2026: 3 runs" in page


def test_the_api_gives_the_same(api, lived, workflow_id):
    found = api.get("/api/v1/run-insights?period=24h").json
    assert found["whole"]["states"] == {"succeeded": 3, "failed": 2, "waiting": 1}
    assert found["whole"]["median_ms"] == pytest.approx(2000, rel=0.011)
    assert len(found["stretches"]) == 24
    assert found["waiting"] == [{"reason": "approval", "runs": 1}]
    [error] = found["errors"]
    assert (error["runs"], error["code"], error["workflow_id"]) == (2, "http.status", str(workflow_id))
    listed = api.get(f"/api/v1/runs?fingerprint={error['fingerprint']}").json["data"]
    assert [one["state"] for one in listed] == ["failed", "failed"]
    assert [one["found"]["runs"] for one in found["workflows"]] == [6]
    assert api.get(f"/api/v1/run-insights?workflow_id={workflow_id}").json["workflows"] == []
    wrong = api.get("/api/v1/run-insights?period=2y")
    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["path"] == "period"


@pytest.fixture
def stepped(app, database, tenant):
    """A published workflow: 30 orders, of which its call failed twice after a second attempt."""
    workflow_id = make_workflow(app, tenant, refunds(), published=True)
    begin = clock.local_now() - timedelta(minutes=9)
    with database.unit(tenant.id) as uow:
        for number in range(30):
            at = begin + timedelta(seconds=number)
            run_id, failed = UUID(int=first_id_at(at).int), number < 2
            uow.session.add(
                Run(
                    id=run_id, workflow_id=workflow_id, version_id=workflow_id, trigger_node="order", input={},
                    available_at=at, created_at=at, finished_at=at, state="failed" if failed else "succeeded",
                )
            )  # fmt: skip
            states = [("order", 1, "succeeded"), ("call", 1, "failed" if failed else "succeeded")]
            for key, attempt, state in [*states, ("call", 2, "failed")] if failed else states:
                took = timedelta(milliseconds=10 if key == "order" else 20_000)
                uow.session.add(
                    Step(
                        run_id=run_id, node_key=key, attempt=attempt, state=state, type="http.call", started_at=at,
                        finished_at=at + took,
                    )
                )  # fmt: skip
    Tallying(database).catch_up(clock.local_now())
    return workflow_id


def test_the_picture_shows_where_runs_fail_in_words_and_a_table_beside_its_colours(browser, stepped, workflow_id):
    page = browser.get(f"/workflows/{stepped}?heat=7d").text
    assert "6.7 % of 30 failed" in page
    assert "2 (6.7 %)" in page
    assert "30 times, none failed" in page
    assert page.count("card-of  heat-3") == 1
    assert page.count("card-of  heat-0") == 1
    assert "up to 20 %" in page
    assert "<td" in page.split("The same as a table")[1]
    assert "node=call" in page, "a click leads to the runs that failed there"
    by_time = browser.get(f"/workflows/{stepped}?heat=24h&amp;by=time".replace("&amp;", "&")).text
    assert "95 % within 20" in by_time
    assert by_time.count("card-of  heat-2") == 1
    assert "heat-key" not in browser.get(f"/workflows/{stepped}?heat=9y").text
    assert "30 days" not in browser.get(f"/workflows/{workflow_id}").text, "nothing runs that could be counted"


def test_the_api_gives_the_heat_of_steps(api, stepped, workflow_id):
    found = api.get(f"/api/v1/workflows/{stepped}/heat?span=24h").json
    assert (found["version"], found["span"], found["time_zone"]) == (1, "24h", "Europe/Berlin")
    steps = {step["key"]: step for step in found["steps"]}
    assert {name: steps["call"][name] for name in ("ended", "failed", "retried")} == {
        "ended": 30, "failed": 2, "retried": 2,
    }  # fmt: skip
    assert steps["call"]["p95_ms"] == pytest.approx(20_000, rel=0.011)
    assert steps["large"]["median_ms"] is None
    assert api.get(f"/api/v1/workflows/{workflow_id}/heat").json["steps"] == []
    wrong = api.get(f"/api/v1/workflows/{stepped}/heat?span=90d")
    assert (wrong.status_code, wrong.json["errors"][0]["path"]) == (422, "span")


def test_the_editor_is_told_the_heat_of_cards_in_their_words(browser, stepped):
    found = browser.get(f"/builder/api/workflows/{stepped}/heat?span=7d").json
    assert found["steps"]["call"]["degree"] == 3
    assert found["steps"]["call"]["title"].startswith("30 times · 2 failed · half within 20")
    assert (found["steps"]["order"]["degree"], found["steps"]["order"]["text"][:4]) == (0, "30\u00d7 ")
    assert "large" not in found["steps"], "what has not ended says what it does, as without heat"
    assert browser.get(f"/builder/api/workflows/{stepped}/heat?span=9y").status_code == 422


def test_what_is_newer_is_asked_for_cheaply_and_in_the_same_words(browser, api, lived, workflow_id):
    """By the page each second, by the API and the command line: a count, or the runs; 304 while nothing changes."""
    listed = [one["id"] for one in api.get("/api/v1/runs").json["data"]]
    assert f'data-newest="{listed[0]}"' in browser.get("/runs").text
    assert "data-tail" not in browser.get(f"/runs?before={listed[2]}").text, "older pages stand still"
    assert "data-tail" not in browser.get("/runs?until=2020-01-01T00:00:00Z").text, "so does what has ended"
    assert "data-tail" in browser.get("/runs?until=2999-01-01T00:00:00Z").text
    first = browser.get(f"/runs/news?after={listed[0]}")
    assert first.json == {"new": 0, "more": False}
    again = browser.get(f"/runs/news?after={listed[0]}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    assert browser.get(f"/runs/news?after={listed[3]}").json == {"new": 3, "more": False}
    assert browser.get(f"/runs/news?after={listed[3]}&state=failed").json == {"new": 2, "more": False}
    assert browser.get("/runs/news?state=waiting").json == {"new": 1, "more": False}
    assert browser.get("/runs/news?state=nonsense").status_code == 422
    found = api.get(f"/api/v1/runs?after={listed[3]}&limit=2").json
    assert ([one["id"] for one in found["data"]], found["next_cursor"]) == (listed[1:3], None)
    odd = api.get(f"/api/v1/runs?after={workflow_id}")
    assert (odd.status_code, odd.json["errors"][0]["path"]) == (422, "after")
    both = api.get(f"/api/v1/runs?after={listed[3]}&cursor={listed[0]}")
    assert (both.status_code, both.json["code"]) == (422, "query.after")
