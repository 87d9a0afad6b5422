"""Ending a request without those who were asked: who may, what follows, and what it never lets through."""

import pytest
from sqlalchemy import select

from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Request
from studio.approvals.outcomes import AssignmentState, Outcome, RequestState
from studio.audit.models import AuditEvent
from studio.contract.approving import ApprovalItem
from studio.contract.gates import StepUpNeeded
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.approvals.test_races import at_once
from tests.factories.approvals import decide, make_request, shown
from tests.factories.proofs import about_to_bypass, in_a_session, prove


def bypass(database, tenant, person, request_id, reason="The customer waits", seen=None):
    seen = seen or shown(database, tenant, request_id)
    actor = about_to_bypass(database, tenant, person, request_id, seen)
    with database.unit(tenant.id, actor) as uow:
        return service.bypass(uow, request_id, shown=seen, reason=reason).id


def decisions(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        return uow.session.scalars(select(Decision).where(Decision.request_id == request_id)).all()


def test_an_admin_ends_it_as_approved_with_name_and_reason(database, tenant, jonas, lena, heard):
    items = [ApprovalItem("A", "Mug", "10"), ApprovalItem("B", "Plate", "20")]
    request_id = make_request(database, tenant, [jonas, lena], items=items)
    bypass(database, tenant, tenant["admin"], request_id)
    [decision] = decisions(database, tenant, request_id)
    assert (decision.outcome, decision.by_user_id) == (Outcome.BYPASSED, tenant["admin"].user_id)
    assert decision.reason == "The customer waits"
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, request_id).state == RequestState.BYPASSED
        assert set(uow.session.scalars(select(Assignment.state))) == {AssignmentState.WITHDRAWN}
        [event] = uow.session.scalars(select(AuditEvent).where(AuditEvent.action == "approval.bypassed"))
        assert event.actor_id == str(tenant["admin"].user_id)
    [end] = heard.ends
    told = end.payload()
    assert (told["outcome"], told["bypassed"], told["comment"]) == ("approved", True, "The customer waits")
    assert told["approved_items"]
    with pytest.raises(Conflict, match="bypassed this"):
        decide(database, tenant, jonas, request_id)


def test_an_approval_says_that_it_was_no_bypass(database, tenant, jonas, heard):
    decide(database, tenant, jonas, make_request(database, tenant, [jonas]))
    assert heard.ends[0].payload()["bypassed"] is False


def test_only_admins_and_never_whoever_asked(database, tenant, jonas, heard):
    admin = tenant["admin"]
    request_id = make_request(database, tenant, [jonas, admin], requester=admin.email.replace("@", "+shop@"))
    refused = [(jonas, NotFound), (tenant["auditor"], Forbidden), (tenant["builder"], Forbidden), (admin, Forbidden)]
    for person, kind in refused:
        with pytest.raises(kind) as caught:
            bypass(database, tenant, person, request_id)
    assert caught.value.code == "self_approval"
    assert decisions(database, tenant, request_id) == []
    bypass(database, tenant, tenant["owner"], request_id)


def test_a_reason_what_was_shown_and_an_open_request_are_needed(database, tenant, jonas, heard):
    request_id, owner = make_request(database, tenant, [jonas]), tenant["owner"]
    with pytest.raises(InvalidInput) as caught:
        bypass(database, tenant, owner, request_id, "  ")
    assert (caught.value.code, caught.value.field) == ("reason_missing", "reason")
    with pytest.raises(Conflict) as changed:
        bypass(database, tenant, owner, request_id, seen="0" * 64)
    assert changed.value.code == "content_changed"
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, request_id, "Not needed.")
    with pytest.raises(Conflict) as closed:
        bypass(database, tenant, owner, request_id)
    assert closed.value.code == "withdrawn"
    assert heard.ends == []


def test_the_same_again_is_the_same_and_a_late_one_is_refused(database, tenant, jonas, heard):
    request_id, owner = make_request(database, tenant, [jonas]), tenant["owner"]
    first = bypass(database, tenant, owner, request_id)
    assert bypass(database, tenant, owner, request_id) == first
    with pytest.raises(Conflict) as caught:
        bypass(database, tenant, tenant["admin"], request_id)
    assert caught.value.code == "already_decided"
    assert len(heard.ends) == 1


def test_nobody_can_vote_a_bypass(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as caught:
        decide(database, tenant, jonas, request_id, Outcome.BYPASSED)
    assert caught.value.code == "unknown_outcome"


def test_a_bypass_and_a_decline_at_once_end_it_once(database, tenant, jonas, heard):
    request_id, owner = make_request(database, tenant, [jonas]), tenant["owner"]
    seen = shown(database, tenant, request_id)
    answers = at_once(
        lambda: bypass(database, tenant, owner, request_id, seen=seen),
        lambda: decide(database, tenant, jonas, request_id, Outcome.DECLINED, shown=seen),
    )
    assert len(decisions(database, tenant, request_id)) == len(heard.ends) == 1
    assert len([one for one in answers if isinstance(one, Conflict)]) == 1


def test_whoever_has_not_proved_who_they_are_for_just_this_bypasses_nothing(database, tenant, jonas, heard):
    request_id, other = make_request(database, tenant, [jonas]), make_request(database, tenant, [jonas])
    seen, owner = shown(database, tenant, request_id), in_a_session(database, tenant, tenant["owner"])

    def tries(actor):
        with pytest.raises(StepUpNeeded) as needed, database.unit(tenant.id, actor) as uow:
            service.bypass(uow, request_id, shown=seen, reason="Urgent")
        return needed.value

    assert tries(owner).action == "approval.bypass"
    tries(prove(database, owner, "sudo"))
    tries(prove(database, owner, "approval.bypass", {"request": str(other), "shown": seen}))
    tries(prove(database, owner, "approval.bypass", {"request": str(request_id), "shown": "0" * 64}))
    bound = {"request": str(request_id), "shown": seen}
    prove(database, in_a_session(database, tenant, tenant["owner"]), "approval.bypass", bound)
    tries(owner)  # that was in another session
    assert decisions(database, tenant, request_id) == []
    prove(database, owner, "approval.bypass", bound)
    with database.unit(tenant.id, owner) as uow:
        service.bypass(uow, request_id, shown=seen, reason="Urgent")
    assert len(decisions(database, tenant, request_id)) == 1
