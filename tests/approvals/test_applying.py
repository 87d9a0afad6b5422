"""A group that is applied to what is open: who comes is asked, who goes no longer counts, the rest is counted again."""

import pytest

from studio.approvals import service
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import WAITING, Outcome
from studio.approvals.service import applying, groups, rows
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core.errors import Conflict, StudioError
from studio.core.models import OutboxRow
from tests.approvals.test_races import at_once
from tests.factories.approvals import make_group, make_request, shown
from tests.factories.audit import events_of

ROUNDS = 5


@pytest.fixture
def team(database, tenant, jonas, lena):
    return make_group(database, tenant, "Refund team", [jonas, lena])


def rule(need="any", n=None, declines=1):
    return ApprovalRule([ApprovalStage([ApprovalPart(["group:Refund team"], need, n)], declines=declines)])


def ask(database, tenant, **kind):
    return make_request(database, tenant, ["group:Refund team"], rule=rule(**kind))


def put(database, tenant, team, *members):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        groups.set_members(uow, team, [one.user_id for one in members])


def plan(database, tenant, team):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        found = applying.plan(uow, team)
        return found, [(one.came, one.went, one.votes, one.outcome, one.refused) for one in found.changes]


def apply(database, tenant, team, *request_ids, seen=None):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        seen = seen or applying.fingerprint(groups.get(uow, team))
        return applying.apply(uow, team, seen, request_ids)


def decide(database, tenant, person, request_id, outcome=Outcome.APPROVED):
    seen = shown(database, tenant, request_id)
    with database.unit(tenant.id, person.actor) as uow:
        return service.decide(uow, request_id, outcome, shown=seen, reason="Because")


def held(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        shares = uow.session.query(Assignment).filter(Assignment.request_id == request_id)
        request = uow.session.get_one(Request, request_id)
        return request.state, {one.user_id for one in shares if one.state in WAITING}


def _keys(table):
    return [column.key for column in table.__table__.columns]


def written(database, tenant):
    """All that a change would touch."""
    with database.unit(tenant.id) as uow:
        tables = (Request, Assignment, Vote, Decision, OutboxRow)
        return [
            sorted(repr([getattr(row, key) for key in _keys(table)]) for row in uow.session.query(table))
            for table in tables
        ]


def test_who_comes_is_asked_and_who_goes_is_told_and_both_stand_in_the_trail(database, tenant, team, jonas, lena):
    request_id, owner = ask(database, tenant), tenant["owner"]
    put(database, tenant, team, lena, owner)
    assert held(database, tenant, request_id)[1] == {jonas.user_id, lena.user_id}  # nothing changes by itself
    found, changes = plan(database, tenant, team)
    assert changes == [((owner.name,), (jonas.name,), 0, None, "")]
    assert held(database, tenant, request_id)[1] == {jonas.user_id, lena.user_id}
    apply(database, tenant, team, request_id, seen=found.shown)
    assert held(database, tenant, request_id) == ("pending", {lena.user_id, owner.user_id})
    [event] = events_of(database, tenant, "approval.group_applied")
    assert event["metadata"]["group"] == "Refund team"
    assert plan(database, tenant, team)[1] == []
    assert apply(database, tenant, team, request_id) == []
    with pytest.raises(StudioError):
        decide(database, tenant, jonas, request_id)
    decide(database, tenant, owner, request_id)
    assert held(database, tenant, request_id)[0] == "approved"


def test_a_vote_of_who_has_left_stops_counting_and_others_are_counted_again(database, tenant, team, jonas, lena, heard):
    left, settled = (ask(database, tenant, need="all") for _ in range(2))
    decide(database, tenant, jonas, left)
    decide(database, tenant, lena, settled)
    put(database, tenant, team, lena)
    assert plan(database, tenant, team)[1] == [
        ((), (jonas.name,), 1, None, ""),
        ((), (jonas.name,), 0, Outcome.APPROVED, ""),
    ]
    assert heard.ends == []
    apply(database, tenant, team, left, settled)
    assert [one.request_id for one in heard.ends] == [settled]
    assert held(database, tenant, left) == ("pending", {lena.user_id})
    with database.unit(tenant.id) as uow:
        [vote] = uow.session.query(Vote).filter(Vote.request_id == left)
        assert vote.void_reason == applying.LEFT
        [end] = uow.session.query(Decision).filter(Decision.request_id == settled)
        assert (end.by_user_id, "Refund team" in end.reason) == (lena.user_id, True)
    put(database, tenant, team, jonas, lena)  # and back again: asked anew
    apply(database, tenant, team, left)
    assert held(database, tenant, left)[1] == {jonas.user_id, lena.user_id}
    decide(database, tenant, jonas, left)
    decide(database, tenant, lena, left)
    assert held(database, tenant, left)[0] == "approved"


def test_what_could_no_longer_be_met_or_is_not_known_stays_as_it_was(database, tenant, team, jonas, lena):
    two, old = ask(database, tenant, need="count", n=2), ask(database, tenant)
    own = make_request(database, tenant, ["group:Refund team"], requester=tenant["admin"].email)
    with database.unit(tenant.id) as uow:
        row = uow.session.get_one(Request, old)
        kept = dict(row.rule)
        kept["stages"] = [{**one, "parts": [{**part, "groups": {}} for part in one["parts"]]} for one in kept["stages"]]
        row.rule = kept
    put(database, tenant, team, lena)
    before = written(database, tenant)
    found, changes = plan(database, tenant, team)
    assert [bool(one[-1]) for one in changes] == [True, True, True]
    for word, one in zip(("have to agree", "remembered", "cannot choose"), changes, strict=True):
        assert word in one[-1]
    assert [bool(one.refused) for one in apply(database, tenant, team, two, old, own)] == [True] * 3
    with pytest.raises(Conflict, match="Nothing was applied"):
        apply(database, tenant, team, two, seen="another")
    assert written(database, tenant) == before
    assert found.able == []


def test_applying_against_deciding_leaves_one_end_and_counts_nobody_who_left(
    database, tenant, team, jonas, lena, heard
):
    for number in range(1, ROUNDS + 1):
        put(database, tenant, team, jonas, lena)
        request_id = ask(database, tenant, need="all")
        decide(database, tenant, lena, request_id)
        put(database, tenant, team, lena)
        answers = at_once(
            lambda r=request_id: apply(database, tenant, team, r),
            lambda r=request_id: decide(database, tenant, jonas, r),
        )
        assert len(heard.ends) == number, answers
        with database.unit(tenant.id) as uow:
            request = uow.session.get_one(Request, request_id)
            assert request.state == "approved"
            [_end] = uow.session.query(Decision).filter(Decision.request_id == request_id)
            places = rows.rule(request, rows.assignments(uow, request)).stages[0].places
            voted = {one.place_id for one in rows.votes(uow, request)}
            assert voted <= places
            assert lena.user_id in voted
