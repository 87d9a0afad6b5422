"""A further stage of a request, with the canvas's logic between the stages: one item, one history, one end."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from studio.approvals import service
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import Outcome, RequestState
from studio.approvals.service import bulk
from studio.approvals.wordings import Edits
from studio.audit.models import AuditEvent
from studio.core.errors import Conflict, StudioError
from studio.core.models import OutboxRow
from tests.approvals.running import Running, node, said
from tests.factories.approvals import decide, share_of, shown
from tests.factories.proofs import about_to_bypass

WAYS = ("approved", "declined", "changes_requested", "responded", "expired", "cancelled")
REQUEST = "steps.ask.request_id"


@pytest.fixture
def running(app, tenant):
    return Running(app, tenant)


def asking(person, **more):
    config = {"title": "Refund?", "approvers": [f"user:{person.email}"], "more_stages": True} | more
    return node("ask", "approval.request", **config)


def further(person, **more):
    config = {"request": REQUEST, "approvers": [f"user:{person.email}"]} | more
    return node("finance", "approval.stage", **config)


@pytest.fixture
def flow(running, jonas, lena):
    """Jonas decides; from 100 on Lena does as well."""

    def make(first=None, second=None):
        large = node("large", "condition.if", condition="trigger.total >= 100")
        edges = [("form", "next", "ask"), ("ask", "approved", "large"), ("large", "true", "finance")]
        edges += [("finance", port, port) for port in WAYS]
        steps = [asking(jonas, **first or {}), large, further(lena, **second or {}), *(said(port) for port in WAYS)]
        return running.publish(steps, edges)

    return make


def answer(running, person, request_id, outcome=Outcome.APPROVED):
    decide(running.database, running.tenant, person, request_id, outcome)
    running.drain()


def row(running, request_id):
    with running.database.unit(running.tenant.id) as uow:
        return uow.session.get_one(Request, request_id)


def decisions(running):
    with running.database.unit(running.tenant.id) as uow:
        return list(uow.session.scalars(select(Decision)))


def actions(running, request_id):
    with running.database.unit(running.tenant.id) as uow:
        events = uow.session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    return [one.action for one in events if one.action.startswith("approval.")]


def test_a_second_stage_that_the_canvas_wants_ends_the_one_request(running, flow, jonas, lena):
    run_id = running.start(flow(second={"name": "Finance"}), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    [still] = running.requests(run_id)
    assert (still.id, still.state, still.stage, running.state(run_id)) == (asked.id, "pending", 1, "waiting")
    assert decisions(running) == []
    assert still.rule["stages"][1]["name"] == "Finance"
    assert still.shown != asked.shown
    assert share_of(running.database, running.tenant, asked.id, lena).state == "open"
    answer(running, lena, asked.id)
    [decision] = decisions(running)
    assert (decision.outcome, decision.by_name, running.state(run_id)) == ("approved", "Lena Vogt", "succeeded")
    steps = running.steps(run_id)
    assert (steps["ask"].output["by"], steps["finance"].output["by"]) == ("Jonas Weber", "Lena Vogt")
    assert "approved" in steps
    assert actions(running, asked.id) == [
        "approval.requested", "approval.voted", "approval.stage_added", "approval.approved",
    ]  # fmt: skip


def test_without_it_the_request_is_approved_once_the_run_has_ended(running, flow, jonas):
    run_id = running.start(flow(), {"total": 50})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    [decision] = decisions(running)
    assert running.state(run_id) == "succeeded"
    assert (decision.outcome, decision.by_name, row(running, asked.id).state) == ("approved", "Jonas Weber", "approved")
    with running.database.unit(running.tenant.id) as uow:
        assert uow.session.query(OutboxRow).filter(OutboxRow.topic == "approval.told").count() == 1


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.CHANGES_REQUESTED])
def test_the_second_stage_may_say_otherwise(running, flow, jonas, lena, outcome):
    run_id = running.start(flow(), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    answer(running, lena, asked.id, outcome)
    assert running.steps(run_id)["finance"].port == outcome.value
    assert [one.outcome for one in decisions(running)] == [outcome.value]


def test_a_first_stage_that_declines_ends_it(running, flow, jonas):
    run_id = running.start(flow(), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id, Outcome.DECLINED)
    assert (running.state(run_id), row(running, asked.id).state) == ("succeeded", "declined")


def held_between(running, jonas, lena, **more):
    """A run that waits for something else after the first stage has agreed."""
    gate = node("gate", "approval.request", title="Ready?", approvers=[f"user:{lena.email}"])
    edges = [("form", "next", "ask"), ("ask", "approved", "gate"), ("gate", "approved", "finance")]
    edges += [("finance", port, port) for port in WAYS]
    steps = [asking(jonas, **more), gate, further(lena), *(said(port) for port in WAYS)]
    run_id = running.start(running.publish(steps, edges))
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    [asked, gate] = running.requests(run_id)
    assert (asked.state, asked.closed_at) == (RequestState.BETWEEN, None)
    return run_id, asked.id, gate.id


def test_between_two_stages_nobody_decides_and_no_deadline_runs(running, jonas, lena):
    run_id, asked, _gate = held_between(running, jonas, lena, due_in={"amount": 1, "unit": "hours"})
    assert row(running, asked).due_at is None
    with running.database.unit(running.tenant.id) as uow:
        service.expire(uow, asked)
        assert service.remind(uow, asked) == []
        assert uow.session.query(OutboxRow).filter(OutboxRow.topic == "approval.expire").count() == 0
    seen = shown(running.database, running.tenant, asked)
    for person in (jonas, lena):
        with pytest.raises(StudioError):
            decide(running.database, running.tenant, person, asked, Outcome.DECLINED, shown=seen)
    assert (decisions(running), running.state(run_id)) == ([], "waiting")


def test_a_new_version_is_refused_between_two_stages(running, jonas, lena):
    _run_id, asked, _gate = held_between(running, jonas, lena, on_changes="wait_for_a_new_version")
    with running.database.unit(running.tenant.id, running.tenant["admin"].actor) as uow:
        assert service.details(uow, asked).revisable is False
    seen = shown(running.database, running.tenant, asked)
    with running.database.unit(running.tenant.id, running.tenant["admin"].actor) as uow, pytest.raises(Conflict) as no:
        service.revise(uow, asked, Edits(title="Refund 2?"), shown=seen)
    assert no.value.code == "between"


def test_taken_back_between_two_stages_the_next_one_asks_nobody(running, jonas, lena):
    run_id, asked, gate = held_between(running, jonas, lena)
    with running.database.unit(running.tenant.id, running.tenant["admin"].actor) as uow:
        service.take_back(uow, asked, "Paid already")
    answer(running, lena, gate)
    steps = running.steps(run_id)
    assert (steps["finance"].port, steps["finance"].output["comment"]) == ("cancelled", "Paid already")


@pytest.mark.parametrize("how", ["cancel", "fail"])
def test_a_run_that_does_not_end_well_takes_it_back(running, jonas, lena, how):
    if how == "cancel":
        run_id, asked, _gate = held_between(running, jonas, lena)
        running.cancel(run_id, "Wrong order")
        why = f"{running.tenant['admin'].name} cancelled the run. Wrong order"
    else:
        edges = [("form", "next", "ask"), ("ask", "approved", "stop")]
        run_id = running.start(running.publish([asking(jonas), node("stop", "flow.fail", message="No")], edges))
        [first] = running.requests(run_id)
        asked, why = first.id, "Its run has failed."
        answer(running, jonas, asked)
    found = row(running, asked)
    assert (found.state, found.close_reason, decisions(running)) == ("cancelled", why, [])


def test_the_stage_has_a_deadline_of_its_own(running, flow, jonas, lena):
    hour = {"amount": 1, "unit": "hours"}
    run_id = running.start(flow({"due_in": hour}, {"due_in": hour}), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    with running.database.unit(running.tenant.id) as uow:
        jobs = uow.session.scalars(select(OutboxRow).where(OutboxRow.topic == "approval.expire")).all()
        assert len({job.key for job in jobs}) == len(jobs)
        past = uow.now - timedelta(seconds=1)
        uow.session.execute(update(Request).where(Request.id == asked.id).values(due_at=past))
    with running.database.unit(running.tenant.id) as uow:
        service.expire(uow, asked.id)
    running.drain()
    assert (running.steps(run_id)["finance"].port, row(running, asked.id).state) == ("expired", "expired")


LENA = "Lena"
"""Stands for her in a list of approvers: who she is, is known to a test alone."""


@pytest.mark.parametrize(
    ("first", "second", "code", "field"),
    [
        ({"more_stages": False}, {}, "request_ended", "request"),
        ({}, {"request": '"no id"'}, "unknown_request", "request"),
        ({}, {"request": '"00000000-0000-7000-8000-000000000000"'}, "unknown_request", "request"),
        ({}, {"approvers": ["group:Nobody"]}, "nobody_can_decide", "approvers"),
        ({}, {"need": "at_least", "number": 2, "approvers": [LENA, "group:Nobody"]}, "quorum_above_group", "number"),
    ],
    ids=["settled already", "no id", "not there", "nobody there", "too many needed"],
)
def test_what_makes_no_sense_fails_the_step_and_changes_nothing(running, flow, jonas, lena, first, second, code, field):
    named = [f"user:{lena.email}" if one == LENA else one for one in second.get("approvers", ())]
    second = second | ({"approvers": named} if named else {})
    run_id = running.start(flow(first, second), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    error = running.steps(run_id)["finance"].error
    assert (error["code"], error["field"]) == (code, field)
    assert len(row(running, asked.id).rule["stages"]) == 1


def test_the_requester_is_asked_in_no_stage(running, flow, jonas, lena):
    run_id = running.start(flow({"requester": lena.email}), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    assert running.steps(run_id)["finance"].error["code"] == "nobody_can_decide"


@pytest.mark.parametrize("point", ["local.before_commit", "local.after_commit"])
def test_a_worker_that_dies_between_adds_the_stage_once(running, flow, jonas, lena, point):
    run_id = running.start(flow(), {"total": 200})
    [asked] = running.requests(run_id)
    decide(running.database, running.tenant, jonas, asked.id)
    running.drain(point)
    assert len(row(running, asked.id).rule["stages"]) == 2
    answer(running, lena, asked.id)
    assert running.state(run_id) == "succeeded"
    with running.database.unit(running.tenant.id) as uow:
        votes = uow.session.scalars(select(Vote).order_by(Vote.id)).all()
    assert [(vote.stage, vote.user_id) for vote in votes] == [(0, jonas.user_id), (1, lena.user_id)]


def test_stage_after_stage_and_within_a_loop(running, jonas, lena):
    """Two lines; each is asked about by itself, in three stages."""
    last = node("last", "approval.stage", approvers=[f"user:{jonas.email}"], request=REQUEST, parent="loop")
    inside = [asking(jonas), further(lena, more_stages=True)]
    for one in inside:
        one["parent"] = "loop"
    steps = [node("loop", "flow.for_each", items="trigger.lines", concurrency=2), *inside, last]
    edges = [("form", "next", "loop"), ("loop", "each", "ask"), ("ask", "approved", "finance")]
    edges += [("finance", "approved", "last")]
    run_id = running.start(running.publish(steps, edges), {"lines": ["a", "b"]})
    for person in (jonas, lena, jonas):
        for asked in running.requests(run_id):
            answer(running, person, asked.id)
    assert running.state(run_id) == "succeeded"
    assert {(one.state, one.stage) for one in running.requests(run_id)} == {("approved", 2)}
    assert len(running.requests(run_id)) == len(decisions(running)) == 2


def test_a_new_version_asks_all_stages_again_in_their_order(running, flow, jonas, lena, tenant):
    run_id = running.start(flow({"on_changes": "wait_for_a_new_version"}), {"total": 200})
    [asked] = running.requests(run_id)
    answer(running, jonas, asked.id)
    answer(running, lena, asked.id, Outcome.CHANGES_REQUESTED)
    seen = shown(running.database, tenant, asked.id)
    with running.database.unit(tenant.id, tenant["admin"].actor) as uow:
        service.revise(uow, asked.id, Edits(title="Refund 2?"), shown=seen)
    answer(running, jonas, asked.id)
    answer(running, lena, asked.id)
    assert (running.state(run_id), row(running, asked.id).state) == ("succeeded", "approved")
    assert running.steps(run_id)["finance"].output["version"] == 2


def test_items_and_further_stages_do_not_go_together(running, jonas):
    steps = [asking(jonas, items='["a"]', item_label="item")]
    run_id = running.start(running.publish(steps, [("form", "next", "ask")]))
    assert running.steps(run_id)["ask"].error["code"] == "items_alone"


def test_many_first_stages_decided_together_each_go_on(running, flow, jonas, lena):
    workflow = flow()
    asked = [running.requests(running.start(workflow, {"total": total}))[0] for total in (200, 50)]
    with running.database.unit(running.tenant.id, jonas.actor) as uow:
        picks = [bulk.Pick(one.id, one.shown) for one in asked]
        results = bulk.decide(uow, picks, Outcome.APPROVED)
    assert {one.fate for one in results} == {bulk.Fate.DONE}
    running.drain()
    assert [row(running, one.id).state for one in asked] == ["pending", "approved"]
    answer(running, lena, asked[0].id)
    assert row(running, asked[0].id).state == "approved"


def test_a_bypass_skips_the_stages_that_would_follow(running, flow, jonas, lena):
    run_id = running.start(flow(), {"total": 200})
    [asked] = running.requests(run_id)
    tenant, database = running.tenant, running.database
    admin = about_to_bypass(database, tenant, tenant["admin"], asked.id, asked.shown)
    with database.unit(tenant.id, admin) as uow:
        service.bypass(uow, asked.id, shown=asked.shown, reason="The customer waits")
    running.drain()
    steps = running.steps(run_id)
    assert (steps["finance"].port, steps["finance"].output["bypassed"]) == ("approved", True)
    assert [one.outcome for one in decisions(running)] == ["bypassed"]
    assert running.state(run_id) == "succeeded"


def test_between_two_stages_there_is_nothing_to_bypass(running, jonas, lena):
    _run_id, asked, _gate = held_between(running, jonas, lena)
    seen = shown(running.database, running.tenant, asked)
    admin = running.tenant["admin"].actor
    with pytest.raises(Conflict) as caught, running.database.unit(running.tenant.id, admin) as uow:
        service.bypass(uow, asked, shown=seen, reason="The customer waits")
    assert caught.value.code == "between"
