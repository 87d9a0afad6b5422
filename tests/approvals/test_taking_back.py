"""A request that is taken back: by whom, with what reason, what its run and everybody who was asked make of it."""

import pytest

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Decision, Request
from studio.approvals.outcomes import Outcome, RequestState
from studio.approvals.port import ApprovalsPort
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from tests.approvals.running import Running, node, said
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_request, share_of


def take_back(database, tenant, person, request_id, reason="The order was cancelled"):
    with database.unit(tenant.id, person.actor) as uow:
        return service.take_back(uow, request_id, reason)


@pytest.fixture
def mira(database, tenant):
    return make_person(database, tenant.id, Role.APPROVER, "Mira Sand")


def test_whoever_asked_takes_it_back_and_everybody_is_told(database, tenant, jonas, lena, mira, heard):
    request_id = make_request(database, tenant, [jonas, lena], requester=mira.email)
    ended = take_back(database, tenant, mira, request_id)
    assert (ended.outcome, ended.by_name, ended.reason) == ("cancelled", "Mira Sand", "The order was cancelled")
    assert [str(end.outcome) for end in heard.ends] == ["cancelled"]
    assert share_of(database, tenant, request_id, jonas).state == "withdrawn"
    with database.unit(tenant.id) as uow:
        row = uow.session.get_one(Request, request_id)
        assert (row.state, row.close_reason) == (RequestState.CANCELLED, "The order was cancelled")
        assert uow.session.query(OutboxRow).filter(OutboxRow.topic == "approval.told").count() == 1


def test_an_admin_may_too_also_while_a_new_version_is_awaited(database, tenant, jonas, heard):
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{jonas.email}"])])], changes="wait")
    request_id = make_request(database, tenant, [], rule=rule)
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    take_back(database, tenant, tenant["admin"], request_id)
    with pytest.raises(Conflict) as late:
        decide(database, tenant, jonas, request_id)
    assert late.value.code == "withdrawn"
    assert "took this back" in late.value.message
    assert len(heard.ends) == 1


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(database, tenant, jonas, heard, reason):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as refused:
        take_back(database, tenant, tenant["admin"], request_id, reason)
    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    assert heard.ends == []


def test_nobody_else_may(database, tenant, jonas, mira, heard):
    request_id = make_request(database, tenant, [jonas])
    for person, error in ((jonas, Forbidden), (tenant["builder"], Forbidden), (mira, NotFound)):
        with pytest.raises(error):
            take_back(database, tenant, person, request_id)
    with pytest.raises(NotFound):
        take_back(database, tenant, tenant["admin"], new_id())
    assert heard.ends == []


def test_what_has_ended_stays_as_it_is_and_says_how(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    decide(database, tenant, jonas, request_id)
    with pytest.raises(Conflict, match="Jonas Weber approved this") as refused:
        take_back(database, tenant, tenant["admin"], request_id)
    assert refused.value.code == "already_decided"
    other = make_request(database, tenant, [jonas])
    take_back(database, tenant, tenant["admin"], other)
    with pytest.raises(Conflict) as refused:
        take_back(database, tenant, tenant["owner"], other)
    assert refused.value.code == "withdrawn"
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Decision).count() == 2


def test_nobody_who_is_asked_can_answer_that_it_is_taken_back(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, request_id, Outcome.CANCELLED)
    assert refused.value.code == "unknown_outcome"


@pytest.fixture
def running(app, tenant):
    return Running(app, tenant)


def asking(jonas):
    return node("ask", "approval.request", title="Refund?", approvers=[f"user:{jonas.email}"])


@pytest.mark.parametrize("connected", [True, False], ids=["connected", "stored before there was such a port"])
def test_its_run_goes_on_behind_that_port_and_ends_where_nothing_follows(running, tenant, jonas, connected):
    edges = [("form", "next", "ask"), ("ask", "approved", "refund")]
    edges += [("ask", "cancelled", "note")] if connected else []
    run_id = running.start(
        running.publish([asking(jonas), said("refund"), *([said("note")] if connected else [])], edges)
    )
    [asked] = running.requests(run_id)
    take_back(running.database, tenant, tenant["admin"], asked.id)
    running.drain()
    steps = running.steps(run_id)
    assert running.state(run_id) == "succeeded"
    assert (steps["ask"].port, steps["ask"].output["comment"]) == ("cancelled", "The order was cancelled")
    assert ("note" in steps, "refund" in steps) == (connected, False)


def test_cancelling_the_run_takes_it_back_without_going_on(running, tenant, jonas):
    edges = [("form", "next", "ask"), ("ask", "cancelled", "note")]
    run_id = running.start(running.publish([asking(jonas), said("note")], edges))
    running.cancel(run_id, "Wrong order")
    running.drain()
    [asked] = running.requests(run_id)
    who = tenant["admin"].name
    assert (asked.state, asked.close_reason) == ("cancelled", f"{who} cancelled the run. Wrong order")
    assert running.state(run_id) == "cancelled"
    assert "note" not in running.steps(run_id)


def test_what_is_dealt_with_elsewhere_closes_everybodys_item_and_says_by_whom(database, tenant, jonas, lena, heard):
    request_id = make_request(database, tenant, [jonas, lena])
    with database.unit(tenant.id, jonas.actor) as uow:
        ApprovalsPort().settled(uow, request_id, "The refund was made in the shop.")
    for person in (jonas, lena):
        assert share_of(database, tenant, request_id, person).state == "withdrawn"
    with database.unit(tenant.id) as uow:
        row = uow.session.get_one(Request, request_id)
        assert row.close_reason == "Jonas Weber settled this elsewhere: The refund was made in the shop."
    with pytest.raises(Conflict, match="Jonas Weber settled this elsewhere"):
        decide(database, tenant, lena, request_id)
    assert heard.ends == [], "what asked has said so itself"
    with database.unit(tenant.id, lena.actor) as uow:
        ApprovalsPort().settled(uow, request_id, "Again.")
    with database.unit(tenant.id) as uow:
        assert "Again" not in uow.session.get_one(Request, request_id).close_reason
