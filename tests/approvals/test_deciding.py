"""One decision a request, bound to what was shown, by somebody who may."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals import askers, service
from studio.approvals.models import Comment, Decision, Request
from studio.approvals.outcomes import AssignmentState, Channel, Outcome, RequestState
from studio.approvals.service import voices
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.factories.accounts import make_person, make_tenant
from tests.factories.approvals import FACTS, make_group, make_request, share_of, shown

BECAUSE = "Photo checked."


def decide(database, tenant, person, request_id, outcome=Outcome.APPROVED, **more):
    seen = more.pop("shown", None) or shown(database, tenant, request_id)
    with database.unit(tenant.id, person.actor) as uow:
        return service.decide(uow, request_id, outcome, shown=seen, reason=more.pop("reason", BECAUSE), **more)


def decisions(database, tenant):
    with database.unit(tenant.id) as uow:
        return uow.session.query(Decision).count()


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.DECLINED, Outcome.CHANGES_REQUESTED])
def test_a_decision_ends_the_request_and_tells_whoever_asked(database, tenant, jonas, lena, heard, outcome):
    request_id = make_request(database, tenant, [jonas, lena])
    decided = decide(database, tenant, jonas, request_id, outcome)
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, request_id).state == RequestState(outcome.value)
    assert decided.channel == Channel.PAGE
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.DECIDED
    assert share_of(database, tenant, request_id, lena).state == AssignmentState.WITHDRAWN
    (ended,) = heard.ends
    assert ended.payload() == {
        "outcome": outcome.value,
        "by": "Jonas Weber",
        "by_email": jonas.email,
        "at": decided.at.isoformat(),
        "comment": BECAUSE,
        "request_id": str(request_id),
        "bypassed": False,
        "version": 1,
        "facts": dict(FACTS),
        "amount": None,
        "votes": [
            {
                "by": "Jonas Weber",
                "by_email": jonas.email,
                "outcome": outcome.value,
                "option": None,
                "comment": BECAUSE,
                "at": decided.at.isoformat(),
                "stage": 1,
            }
        ],
    }


def test_a_run_hears_everybody_in_the_order_of_saying_within_bounds(database, tenant, jonas, lena, heard, monkeypatch):
    stages = [ApprovalStage([ApprovalPart([f"user:{one.email}"])]) for one in (lena, jonas)]
    request_id = make_request(database, tenant, [], rule=ApprovalRule(stages))
    decide(database, tenant, lena, request_id, reason="y" * (voices.LONGEST + 1))
    decide(database, tenant, jonas, request_id)
    told = heard.ends[-1].payload()["votes"]
    assert [(one["by"], one["stage"], len(one["comment"])) for one in told] == [
        ("Lena Vogt", 1, voices.LONGEST), ("Jonas Weber", 2, len(BECAUSE))
    ]  # fmt: skip
    monkeypatch.setattr(voices, "MOST", 1)
    with database.unit(tenant.id) as uow:
        assert [one["by"] for one in voices.votes(uow, uow.session.get(Request, request_id))] == ["Jonas Weber"]


def test_the_same_click_again_gives_the_same_answer(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    first = decide(database, tenant, jonas, request_id)
    again = decide(database, tenant, jonas, request_id, reason="Another reason")
    assert again.id == first.id
    assert again.reason == BECAUSE
    assert len(heard.ends) == 1


def test_another_outcome_is_refused_and_says_who_decided(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    decide(database, tenant, jonas, request_id)
    with pytest.raises(Conflict, match="Jonas Weber approved this on"):
        decide(database, tenant, jonas, request_id, Outcome.DECLINED)
    assert len(heard.ends) == 1


def test_another_person_is_refused_and_told_who_decided(database, tenant, jonas, lena, heard):
    request_id = make_request(database, tenant, [jonas, lena])
    decide(database, tenant, jonas, request_id, Outcome.DECLINED)
    for outcome in (Outcome.APPROVED, Outcome.DECLINED):
        with pytest.raises(Conflict, match="Jonas Weber declined this on") as refused:
            decide(database, tenant, lena, request_id, outcome)
        assert refused.value.code == "already_decided"
    assert decisions(database, tenant) == 1


@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.CHANGES_REQUESTED])
def test_whoever_says_no_says_why(database, tenant, jonas, outcome):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, request_id, outcome, reason="  ")
    assert (refused.value.code, refused.value.field) == ("reason_missing", "comment")
    assert decisions(database, tenant) == 0


def test_nobody_can_decide_that_it_expired(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(InvalidInput):
        decide(database, tenant, jonas, request_id, Outcome.EXPIRED)


def test_asking_for_changes_leaves_its_words_beside_the_decision(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED)
    with database.unit(tenant.id) as uow:
        assert [(c.kind, c.text) for c in uow.session.query(Comment)] == [("request_changes", BECAUSE)]


def test_whoever_was_not_asked_cannot_decide(database, tenant, jonas, lena):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(NotFound):
        decide(database, tenant, lena, request_id)
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, tenant["owner"], request_id)
    assert refused.value.code == "not_asked"


def test_another_tenants_person_finds_nothing(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    other = make_tenant(database)
    with pytest.raises(NotFound), database.unit(other.id, other["approver"].actor) as uow:
        service.approve(uow, request_id, shown=shown(database, tenant, request_id))


def test_a_person_of_another_workspace_is_no_approver_here(database, tenant, jonas):
    """The actor's id alone opens nothing: the seat is looked up in this workspace."""
    request_id = make_request(database, tenant, [jonas])
    stranger = make_tenant(database)["owner"]
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, stranger, request_id)
    assert refused.value.code == "no_seat"


def test_a_seat_disabled_between_page_and_click_is_refused(database, tenant, jonas, lena):
    request_id = make_request(database, tenant, [jonas, lena])
    seen = shown(database, tenant, request_id)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, jonas.seat_id)
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, jonas, request_id, shown=seen)
    assert refused.value.code == "no_seat"
    assert decisions(database, tenant) == 0


def test_a_role_that_no_longer_decides_is_refused(database, tenant, jonas, lena):
    request_id = make_request(database, tenant, [jonas, lena])
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.change_role(uow, jonas.seat_id, Role.AUDITOR)
    with pytest.raises(Forbidden):
        decide(database, tenant, jonas, request_id)


def test_content_that_changed_after_the_page_is_refused(database, tenant, jonas, heard):
    request_id = make_request(database, tenant, [jonas])
    seen = shown(database, tenant, request_id)
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Request).where(Request.id == request_id).values(payload_hash="b" * 64))
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id, shown=seen)
    assert refused.value.code == "content_changed"
    with pytest.raises(Conflict):
        decide(database, tenant, jonas, request_id, shown="nonsense")
    assert heard.ends == []


def test_a_decision_after_the_deadline_is_refused_even_before_its_job_ran(database, tenant, jonas):
    with database.unit(tenant.id) as uow:
        due_at = uow.now + timedelta(hours=1)
    request_id = make_request(database, tenant, [jonas], due_at=due_at)
    clock.shift(timedelta(hours=1, seconds=1))
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, jonas, request_id)
    assert refused.value.code == "expired"


def test_a_withdrawn_request_says_so(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, request_id, "The run was cancelled.")
    with pytest.raises(Conflict, match="The run was cancelled"):
        decide(database, tenant, jonas, request_id)


@pytest.mark.parametrize("route", ["named", "group", "handed over"])
def test_no_route_leads_to_deciding_for_oneself(database, tenant, jonas, lena, route):
    """Whoever asked cannot decide: not as named approver, not through a group, not by hand-over."""
    make_group(database, tenant, "Refund team", [jonas, lena])
    approvers = ["group:Refund team"] if route == "group" else [jonas, lena]
    request_id = make_request(database, tenant, approvers, requester=jonas.email)
    if route == "handed over":
        share = share_of(database, tenant, request_id, lena)
        with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, lena.actor) as uow:
            service.reassign(uow, share.id, jonas.user_id)
        assert refused.value.code == "self_approval"
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, jonas, request_id)
    assert refused.value.code == "self_approval"


def test_an_admin_who_asked_cannot_decide_either(database, tenant, jonas):
    admin = tenant["admin"]
    request_id = make_request(database, tenant, [admin, jonas], requester=admin.email)
    with pytest.raises(Forbidden):
        decide(database, tenant, admin, request_id)


def test_a_failing_asker_undoes_the_decision(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])

    def fail(_uow, _ends):
        raise RuntimeError("the run's store is gone")

    askers.register("test", fail)
    with pytest.raises(RuntimeError):
        decide(database, tenant, jonas, request_id)
    assert decisions(database, tenant) == 0
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.OPEN


def test_a_builder_decides_when_asked(database, tenant, heard):
    builder = make_person(database, tenant.id, Role.BUILDER)
    request_id = make_request(database, tenant, [builder])
    decide(database, tenant, builder, request_id)
    assert heard.ends[0].by == builder.name
