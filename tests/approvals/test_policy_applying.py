"""An edited policy that is applied to what is open: asked, told, counted anew, settled once, or refused with why."""

import pytest

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Decision, Request, Vote
from studio.approvals.outcomes import Outcome
from studio.approvals.policies import applying
from studio.approvals.policies import service as policies
from studio.contract.approving import ApprovalPart, ApprovalPolicy, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, NotFound, StudioError
from tests.approvals.test_applying import decide, held, written
from tests.approvals.test_races import at_once
from tests.factories.accounts import make_person
from tests.factories.approvals import make_ask, make_request
from tests.factories.audit import events_of
from tests.factories.policies import change_policy, make_policy


def ref(person):
    return f"user:{person.email}"


def ask(database, tenant, policy_id, *stages, **changed):
    """By the policy as it is: each stage is people and how many of them have to agree."""
    wanted = ApprovalRule([ApprovalStage([ApprovalPart([ref(one) for one in some], need)]) for need, some in stages])
    with database.unit(tenant.id) as uow:
        row = policies.get(uow, policy_id)
        by = ApprovalPolicy(row.id, row.name, row.version, row.rule)
        return service.request(uow, make_ask(stages[0][1], rule=wanted, policy=by, **changed))


def plan(database, tenant, policy_id):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        found = applying.plan(uow, policy_id)
        return [(one.came, one.went, one.votes, one.outcome, one.goes_on, one.refused) for one in found.changes]


def apply(database, tenant, policy_id, version, *request_ids, by="admin"):
    with database.unit(tenant.id, tenant[by].actor) as uow:
        return applying.apply(uow, policy_id, version, request_ids)


def test_who_comes_is_asked_who_goes_no_longer_counts_and_enough_votes_settle_it_once(
    database, tenant, jonas, lena, heard
):
    owner = tenant["owner"]
    policy_id = make_policy(database, tenant, jonas, lena, need="everybody")
    both, fresh, settled = (ask(database, tenant, policy_id, ("all", [jonas, lena])) for _ in range(3))
    decide(database, tenant, jonas, both)
    decide(database, tenant, lena, settled)
    assert plan(database, tenant, policy_id) == []
    version = change_policy(database, tenant, policy_id, lena, owner)
    came, went = (owner.name,), (jonas.name,)
    expected = [
        (came, went, 1, None, False, ""), (came, went, 0, None, False, ""), (came, went, 0, "approved", False, ""),
    ]  # fmt: skip
    before = written(database, tenant)
    assert plan(database, tenant, policy_id) == expected
    assert written(database, tenant) == before
    apply(database, tenant, policy_id, version, both, fresh, settled)
    assert held(database, tenant, fresh) == held(database, tenant, both) == ("pending", {lena.user_id, owner.user_id})
    assert (held(database, tenant, settled)[0], [one.request_id for one in heard.ends]) == ("approved", [settled])
    with database.unit(tenant.id) as uow:
        [end] = uow.session.query(Decision)
        assert (end.by_user_id, "the policy “Refunds over 500” was changed" in end.reason) == (lena.user_id, True)
        assert [one.void_reason for one in uow.session.query(Vote).filter(Vote.request_id == both)] == [
            applying.CHANGED
        ]
        assert {one.policy_version for one in uow.session.query(Request)} == {version}
    facts = {one["metadata"]["version"] for one in events_of(database, tenant, "approval.policy_applied")}
    assert (facts, plan(database, tenant, policy_id)) == ({version}, [])
    assert apply(database, tenant, policy_id, version, both) == []
    with pytest.raises(StudioError):
        decide(database, tenant, jonas, both)
    decide(database, tenant, owner, both)
    assert len(heard.ends) == 2


def test_stages_that_have_agreed_stay_and_others_come_and_go(database, tenant, jonas, lena):
    owner = tenant["owner"]
    policy_id = make_policy(database, tenant, jonas)
    after = [{"when": "afterwards", "approvers": [ref(owner)]}]
    early, late = (ask(database, tenant, policy_id, ("any", [jonas]), ("any", [lena])) for _ in range(2))
    decide(database, tenant, jonas, late)
    version = change_policy(database, tenant, policy_id, lena, also=after)
    assert plan(database, tenant, policy_id) == [
        ((lena.name, owner.name), (jonas.name, lena.name), 0, None, False, ""),
        ((owner.name,), (lena.name,), 0, None, False, ""),
    ]
    apply(database, tenant, policy_id, version, early, late)
    assert held(database, tenant, early) == ("pending", {lena.user_id, owner.user_id})
    assert held(database, tenant, late) == ("pending", {owner.user_id})
    version = change_policy(database, tenant, policy_id, lena)  # the later stage goes
    assert [one[-1] != "" for one in plan(database, tenant, policy_id)] == [False, True]
    [done, kept] = apply(database, tenant, policy_id, version, early, late)
    assert (done.went, "no longer has" in kept.refused) == ((owner.name,), True)
    decide(database, tenant, lena, early)
    decide(database, tenant, owner, late)
    assert {held(database, tenant, one)[0] for one in (early, late)} == {"approved"}


def test_who_has_a_role_that_is_left_out_now_no_longer_counts_even_for_another(database, tenant, jonas, lena):
    builder = tenant["builder"]
    policy_id = make_policy(database, tenant, jonas, lena, builder, need="everybody")
    request_id = ask(database, tenant, policy_id, ("all", [jonas, lena, builder]))
    decide(database, tenant, builder, request_id)
    decide(database, tenant, lena, request_id)
    version = change_policy(
        database, tenant, policy_id, jonas, lena, builder, need="at_least", number=1, exclude_roles=["builder"]
    )
    assert plan(database, tenant, policy_id) == [((), (builder.name,), 1, "approved", False, "")]
    apply(database, tenant, policy_id, version, request_id)
    assert held(database, tenant, request_id) == ("approved", set())


def test_what_cannot_follow_says_why_and_writes_nothing(database, tenant, jonas, lena):
    admin = tenant["admin"]
    policy_id = make_policy(database, tenant, jonas, lena)
    own = ask(database, tenant, policy_id, ("any", [jonas, lena]), requester=admin.email)
    only = ask(database, tenant, policy_id, ("any", [jonas, lena]), requester=jonas.email)
    other = make_request(database, tenant, [jonas])
    version = change_policy(database, tenant, policy_id, jonas)
    before = written(database, tenant)
    reasons = [one[-1] for one in plan(database, tenant, policy_id)]
    assert ("cannot choose" in reasons[0], "must not decide" in reasons[1]) == (True, True)
    assert [bool(one.refused) for one in apply(database, tenant, policy_id, version, own, only)] == [True, True]
    with pytest.raises(Conflict, match="Nothing was applied"):
        apply(database, tenant, policy_id, version - 1, own)
    with pytest.raises(NotFound):
        apply(database, tenant, policy_id, version, other)
    assert written(database, tenant) == before
    change_policy(database, tenant, policy_id, lena, bar_publisher=True)
    assert ["whoever published" in one[-1] for one in plan(database, tenant, policy_id)] == [True, True]


def test_applying_against_deciding_leaves_one_end(database, tenant, jonas, lena, heard):
    boss = make_person(database, tenant.id, Role.APPROVER, "Boss")
    policy_id = make_policy(database, tenant, jonas, lena, need="everybody")
    for number in range(1, 4):
        version = change_policy(database, tenant, policy_id, jonas, lena, need="everybody", declines=number % 2 + 1)
        request_id = ask(database, tenant, policy_id, ("all", [jonas, lena]))
        decide(database, tenant, lena, request_id)
        version = change_policy(database, tenant, policy_id, lena, boss)
        answers = at_once(
            lambda r=request_id, v=version: apply(database, tenant, policy_id, v, r),
            lambda r=request_id: decide(database, tenant, jonas, r, Outcome.DECLINED),
        )
        assert len(heard.ends) == number, answers
        with database.unit(tenant.id) as uow:
            [end] = uow.session.query(Decision).filter(Decision.request_id == request_id)
            counts = {one.user_id for one in uow.session.query(Vote).filter(Vote.request_id == request_id,
                                                                             Vote.voided_at.is_(None))}  # fmt: skip
            assert end.outcome in ("approved", "declined")
            assert (jonas.user_id in counts) == (end.outcome == "declined")
