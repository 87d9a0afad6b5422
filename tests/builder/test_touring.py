"""The tour of somebody's first days: each step is told by what is there, never by a click."""

from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from studio.builder import touring
from studio.builder.models import Tour
from studio.builder.touring import STEPS, Facts, Step
from studio.builder.touring.policy import Candidate, followed
from studio.core import clock
from studio.core.ids import new_id
from studio.core.unit_of_work import Database
from studio.runtime.models import Run, Workflow
from tests.factories.accounts import MadeTenant
from tests.factories.workflows import ORDER, make_workflow, refunds

SOME_ID = UUID(int=7)
FACTS = st.builds(
    Facts,
    workflow_id=st.sampled_from([None, SOME_ID]), complete=st.booleans(), tried=st.booleans(),
    published=st.booleans(), run_id=st.sampled_from([None, SOME_ID]), seen=st.booleans(),
)  # fmt: skip
OF = {
    Step.TEMPLATE: {"workflow_id": SOME_ID}, Step.FIELDS: {"complete": True}, Step.TEST: {"tried": True},
    Step.PUBLISH: {"published": True}, Step.SEND: {"run_id": SOME_ID}, Step.SEE: {"seen": True},
}  # fmt: skip
"""What each step is told by."""


def of(facts: Facts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in Facts.__slots__}


@given(FACTS)
def test_the_next_step_is_the_first_that_nothing_bears_witness_to(facts):
    upcoming, finished = touring.next_step(facts), touring.done(facts)
    if upcoming is None:
        assert facts.seen
    else:
        assert upcoming not in finished
        assert set(STEPS[: STEPS.index(upcoming)]) <= finished
    assert touring.within_reach(facts) == finished | ({upcoming} if upcoming else set())


@given(FACTS)
def test_one_fact_more_leads_on_and_never_back(facts):
    upcoming = touring.next_step(facts)
    for step, fact in OF.items():
        after = touring.next_step(Facts(**{**of(facts), **fact}))
        assert touring.done(Facts(**{**of(facts), **fact})) == touring.done(facts) | {step}
        if after is not None:
            assert upcoming is not None
            assert STEPS.index(after) >= STEPS.index(upcoming)


@given(st.lists(st.builds(Candidate, st.uuids(), st.booleans(), st.booleans()), max_size=6))
def test_the_furthest_workflow_is_followed_and_another_draft_takes_nobody_back(newest_first):
    chosen = followed(newest_first)
    assert (chosen is None) == (not newest_first)
    if chosen is not None:
        assert followed([Candidate(SOME_ID, published=False, ran=False), *newest_first]).ran == chosen.ran
        ahead = newest_first[: newest_first.index(chosen)]
        assert all((one.ran, one.published) < (chosen.ran, chosen.published) for one in ahead)
        assert all((one.ran, one.published) <= (chosen.ran, chosen.published) for one in newest_first)


@pytest.fixture
def now_at(database: Database, tenant: MadeTenant):
    """What is there for a role, and whether Home shows it."""

    def look(role: str = "builder") -> tuple[Facts, bool]:
        with database.unit(tenant.id, tenant[role].actor, read_only=True) as uow:
            return touring.facts(uow), touring.is_shown(uow)

    return look


def ran(database: Database, tenant: MadeTenant, workflow_id: UUID, mode: str = "live") -> UUID:
    with database.unit(tenant.id) as uow:
        at, workflow = clock.local_now(), uow.session.get_one(Workflow, workflow_id)
        run = Run(
            id=new_id(), workflow_id=workflow_id, version_id=workflow.published_version_id, trigger_node="order",
            state="succeeded", mode=mode, available_at=at, created_at=at,
        )  # fmt: skip
        uow.session.add(run)
        return run.id


def test_it_goes_on_by_what_happens_and_ends_when_the_run_is_opened(app: Flask, database, tenant, browser, now_at):
    assert now_at() == (Facts(), True)
    begun = refunds()
    begun["nodes"][1]["config"]["condition"] = ""
    workflow_id = make_workflow(app, tenant, begun)
    assert now_at()[0] == Facts(workflow_id=workflow_id), "a field is still empty"
    client, base = browser(), f"/builder/api/workflows/{workflow_id}"
    assert client.put(f"{base}/draft", json={"revision": 1, "document": refunds()}).status_code == 200
    assert now_at()[0] == Facts(workflow_id=workflow_id, complete=True)
    ask = {"document": refunds(), "trigger": "order", "sample": ORDER}
    assert client.post(f"{base}/test", json={**ask, "sample": {}}).json["state"] == "failed"
    assert not now_at()[0].tried, "a test that failed tells nobody that it works"
    assert client.post(f"{base}/test", json=ask).json["state"] == "succeeded"
    assert client.post(f"{base}/publish", json={"revision": 2, "note": ""}).status_code == 200
    assert touring.next_step(now_at()[0]) is Step.SEND
    run_id = ran(database, tenant, workflow_id)
    make_workflow(app, tenant)
    assert now_at()[0] == Facts(workflow_id, complete=True, tried=True, published=True, run_id=run_id)
    assert touring.next_step(now_at("owner")[0]) is Step.TEMPLATE, "another's workflow is no work of theirs"
    assert browser("owner").get(f"/runs/{run_id}").status_code == 200
    assert now_at()[1]
    assert now_at("owner")[1]
    assert client.get(f"/runs/{run_id}").status_code == 200
    assert now_at() == (Facts(workflow_id, complete=True, tried=True, published=True, run_id=run_id, seen=True), False)


def test_tests_and_what_studio_installed_are_no_work_of_theirs(app, database, tenant, browser, now_at):
    workflow_id = make_workflow(app, tenant, published=True)
    run_id = ran(database, tenant, workflow_id)
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        touring.leave_out(uow, uow.session.get_one(Workflow, workflow_id))
    ask = {"document": refunds(), "trigger": "order", "sample": ORDER}
    assert browser().post(f"/builder/api/workflows/{workflow_id}/test", json=ask).json["state"] == "succeeded"
    assert browser().get(f"/runs/{run_id}").status_code == 200
    assert now_at() == (Facts(), True)
    own = make_workflow(app, tenant, published=True)
    trial = ran(database, tenant, own, mode="test")
    assert browser().get(f"/runs/{trial}").status_code == 200
    assert now_at() == (Facts(workflow_id=own, complete=True, published=True), True)


def test_home_shows_it_to_whoever_builds_until_they_put_it_away(app, database, tenant, browser):
    owner, auditor = browser("owner"), browser("auditor")
    assert "Choose a template" in owner.get("/home").text
    assert "0 of 6 done" in owner.get("/home").text
    assert "Getting started" not in auditor.get("/home").text
    assert "Getting started" not in auditor.get("/profile").text
    assert auditor.post("/getting-started/hide").status_code == 403
    assert owner.post("/getting-started/hide").location == "/home"
    assert "Choose a template" not in owner.get("/home").text
    assert "Choose a template" in browser("builder").get("/home").text, "each person has their own"
    assert "/getting-started/show" in owner.get("/profile").text
    assert owner.post("/getting-started/show").location == "/home#getting-started"
    assert "Choose a template" in owner.get("/home").text
    with database.unit(tenant.id) as uow:
        assert [row.user_id for row in uow.session.query(Tour)] == [tenant["owner"].user_id]


def test_marks_stand_where_the_next_step_is_gone_for_whoever_follows(app, tenant, browser):
    client, workflow_id = browser(), make_workflow(app, tenant)
    editor = f"/workflows/{workflow_id}/edit"
    assert "data-coach" not in client.get(editor).text, "nobody asked to be led"
    assert 'data-coach="test"' in client.get(f"{editor}?tour=1").text
    led = client.get(editor).text
    assert [step for step in STEPS if f'data-coach="{step}"' in led] == [Step.TEST, Step.PUBLISH, Step.SEND]
    assert "data-coach" not in client.get("/gallery").text, "that step is done"
    other = make_workflow(app, tenant, by="owner")
    assert "data-coach" not in client.get(f"/workflows/{other}/edit").text
    client.post("/getting-started/hide")
    assert "data-coach" not in client.get(editor).text
    auditor = browser("auditor")
    assert "data-coach" not in auditor.get("/gallery?tour=1").text
