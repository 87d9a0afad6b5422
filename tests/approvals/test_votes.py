"""Rules of more than one person: votes, parts that must all agree, declines, stages, who may not."""

import pytest

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.approvals import service
from studio.approvals.models import Request, Vote
from studio.approvals.outcomes import AssignmentState, Outcome, RequestState
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, Forbidden, InvalidInput
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_group, make_request, share_of, shown


def rule(*stages, **more):
    """Stages of (need, n, approvers) parts."""
    return ApprovalRule(
        [
            ApprovalStage([ApprovalPart([f"user:{one.email}" for one in people], need, n) for need, n, people in parts])
            for parts in stages
        ],
        **more,
    )


def ask(database, tenant, wanted, **more):
    return make_request(database, tenant, [], rule=wanted, **more)


def state(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        row = uow.session.get(Request, request_id)
        return row.state, row.stage


@pytest.fixture
def mara(tenant, database):
    return make_person(database, tenant.id, Role.APPROVER, "Mara Lind")


def test_two_of_three(database, tenant, jonas, lena, mara, heard):
    request_id = ask(database, tenant, rule([("count", 2, [jonas, lena, mara])]))
    first = decide(database, tenant, jonas, request_id)
    assert state(database, tenant, request_id) == (RequestState.PENDING, 0)
    assert heard.ends == []
    assert share_of(database, tenant, request_id, jonas).state == AssignmentState.DECIDED
    assert decide(database, tenant, jonas, request_id).id == first.id, "the same click again is the same vote"
    with pytest.raises(Conflict, match="You approved this on") as refused:
        decide(database, tenant, jonas, request_id, Outcome.DECLINED)
    assert refused.value.code == "already_decided"
    decide(database, tenant, lena, request_id)
    assert [(str(end.outcome), end.by) for end in heard.ends] == [("approved", "Lena Vogt")]
    assert share_of(database, tenant, request_id, mara).state == AssignmentState.WITHDRAWN
    assert decide(database, tenant, jonas, request_id).id == first.id


def test_everybody_ends_at_the_first_decline(database, tenant, jonas, lena, heard):
    request_id = ask(database, tenant, rule([("all", None, [jonas, lena])]))
    decide(database, tenant, jonas, request_id, Outcome.DECLINED)
    assert [str(end.outcome) for end in heard.ends] == ["declined"]


def test_declines_have_a_threshold_of_their_own(database, tenant, jonas, lena, mara, heard):
    one = rule([("any", None, [jonas, lena, mara])])
    stages = [ApprovalStage(one.stages[0].parts, declines=2)]
    request_id = ask(database, tenant, ApprovalRule(stages))
    decide(database, tenant, jonas, request_id, Outcome.DECLINED)
    assert heard.ends == []
    decide(database, tenant, lena, request_id, Outcome.DECLINED)
    assert [str(end.outcome) for end in heard.ends] == ["declined"]


def test_asking_for_changes_ends_it_whatever_the_others_said(database, tenant, jonas, lena, mara, heard):
    request_id = ask(database, tenant, rule([("all", None, [jonas, lena, mara])]))
    decide(database, tenant, jonas, request_id)
    decide(database, tenant, lena, request_id, Outcome.CHANGES_REQUESTED)
    assert [str(end.outcome) for end in heard.ends] == ["changes_requested"]


def test_every_part_has_to_agree_and_one_person_counts_in_each(database, tenant, jonas, lena, mara, heard):
    make_group(database, tenant, "Finance", [jonas, lena])
    make_group(database, tenant, "Legal", [jonas, mara])
    parts = [ApprovalPart(["group:Finance"], "count", 2), ApprovalPart(["group:Legal"])]
    request_id = ask(database, tenant, ApprovalRule([ApprovalStage(parts)]))
    decide(database, tenant, jonas, request_id)
    assert heard.ends == [], "one of two in Finance, though Legal is content"
    decide(database, tenant, lena, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_a_later_stage_is_asked_when_the_one_before_has_agreed(database, tenant, jonas, lena, mara, heard):
    request_id = ask(database, tenant, rule([("any", None, [jonas, lena])], [("any", None, [mara])]))
    assert share_of(database, tenant, request_id, mara).state == AssignmentState.QUEUED
    with pytest.raises(Conflict) as refused:
        decide(database, tenant, mara, request_id)
    assert refused.value.code == "not_yet"
    decide(database, tenant, jonas, request_id)
    assert state(database, tenant, request_id) == (RequestState.PENDING, 1)
    assert share_of(database, tenant, request_id, lena).state == AssignmentState.WITHDRAWN
    assert share_of(database, tenant, request_id, mara).state == AssignmentState.OPEN
    with pytest.raises(Conflict):
        decide(database, tenant, lena, request_id)
    decide(database, tenant, mara, request_id)
    assert [str(end.outcome) for end in heard.ends] == ["approved"]


def test_the_same_person_in_two_stages_says_it_twice_but_not_by_one_double_click(database, tenant, jonas, heard):
    request_id = ask(database, tenant, rule([("any", None, [jonas])], [("any", None, [jonas])]))
    seen = shown(database, tenant, request_id)
    first = decide(database, tenant, jonas, request_id, shown=seen)
    assert decide(database, tenant, jonas, request_id, shown=seen).id == first.id
    assert state(database, tenant, request_id) == (RequestState.PENDING, 1)
    decide(database, tenant, jonas, request_id)
    assert len(heard.ends) == 1


@pytest.mark.parametrize(("need", "n", "code"), [
    ("count", 3, "quorum_above_group"), ("count", 0, "quorum_out_of_range"), ("percent", 101, "quorum_out_of_range"),
    ("count", None, "quorum_out_of_range"),
])  # fmt: skip
def test_a_need_that_cannot_be_met_is_refused_with_its_field(database, tenant, jonas, lena, need, n, code):
    wanted = rule([(need, n, [jonas, lena])])
    with pytest.raises(InvalidInput) as refused:
        ask(database, tenant, wanted)
    assert (refused.value.code, refused.value.field) == (code, "need")
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Request).count() == 0


@pytest.mark.parametrize("declines", [0, 3])
def test_a_threshold_of_declines_above_the_people_is_refused(database, tenant, jonas, lena, declines):
    stage = ApprovalStage([ApprovalPart([jonas.email, lena.email])], declines=declines)
    with pytest.raises(InvalidInput) as refused:
        ask(database, tenant, ApprovalRule([stage]))
    assert (refused.value.code, refused.value.field) == ("declines_out_of_range", "declines")


def test_the_requester_does_not_count_as_one_of_the_group(database, tenant, jonas, lena):
    with pytest.raises(InvalidInput) as refused:
        ask(database, tenant, rule([("count", 2, [jonas, lena])]), requester=jonas.email)
    assert refused.value.code == "quorum_above_group"


def test_excluded_roles_are_not_asked_and_cannot_decide(database, tenant, jonas, lena):
    wanted = rule([("any", None, [jonas, tenant["admin"]])], exclude_roles=["admin"])
    request_id = ask(database, tenant, wanted)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        assert [share.person.name for share in service.details(uow, request_id).shares] == ["Jonas Weber"]
        members.change_role(uow, jonas.seat_id, Role.ADMIN)
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, jonas, request_id)
    assert refused.value.code == "role_excluded"


def test_the_last_editor_is_not_asked_and_is_never_handed_a_share(database, tenant, jonas, lena, mara):
    request_id = make_request(database, tenant, [jonas, lena], last_editor=jonas.user_id)
    share = share_of(database, tenant, request_id, lena)
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, lena.actor) as uow:
        service.reassign(uow, share.id, jonas.user_id)
    assert refused.value.code == "self_approval"
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, jonas, request_id)
    assert refused.value.code == "self_approval"
    decide(database, tenant, lena, request_id)


@pytest.mark.parametrize("bar", ["requester", "last_editor"])
def test_whoever_must_not_decide_does_not_choose_who_does(database, tenant, jonas, lena, bar):
    admin = tenant["admin"]
    who = {"requester": admin.email} if bar == "requester" else {"last_editor": admin.user_id}
    request_id = make_request(database, tenant, [jonas], **who)
    share = share_of(database, tenant, request_id, jonas)
    with pytest.raises(Forbidden) as refused, database.unit(tenant.id, admin.actor) as uow:
        service.reassign(uow, share.id, lena.user_id)
    assert refused.value.code == "self_approval"


def test_a_share_that_is_handed_on_keeps_its_place(database, tenant, jonas, lena, mara, heard):
    request_id = ask(database, tenant, rule([("all", None, [jonas, lena])]))
    with database.unit(tenant.id, jonas.actor) as uow:
        new = service.reassign(uow, share_of(database, tenant, request_id, jonas).id, mara.user_id)
        assert new.place_id == jonas.user_id
    decide(database, tenant, mara, request_id)
    with pytest.raises(InvalidInput) as refused, database.unit(tenant.id, lena.actor) as uow:
        service.reassign(uow, share_of(database, tenant, request_id, lena).id, mara.user_id)
    assert refused.value.code == "already_decided", "she would count once, so the rule could not be met"
    decide(database, tenant, lena, request_id)
    assert len(heard.ends) == 1
    with database.unit(tenant.id) as uow:
        votes = uow.session.query(Vote).order_by(Vote.id).all()
        assert [vote.place_id for vote in votes] == [jonas.user_id, lena.user_id]


def test_when_too_few_are_left_it_says_so_and_asks_for_no_fewer(database, tenant, jonas, lena, mara, heard):
    request_id = ask(database, tenant, rule([("all", None, [jonas, lena, mara])]))
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, mara.seat_id)
    for person in (jonas, lena):
        decide(database, tenant, person, request_id)
    assert heard.ends == []
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, request_id).stuck_at is not None
