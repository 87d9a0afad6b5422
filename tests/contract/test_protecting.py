"""Requirements: the strictest wins, in whatever order they are taken together; targets and what steps say of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract import protecting
from studio.contract.node import registry as node_types
from studio.contract.protecting import (
    NOTHING,
    ApprovalDemand,
    Fact,
    Freeze,
    Limit,
    Requirement,
    StepUpDemand,
    Strength,
    Target,
    covers,
    strictest,
    strictest_of,
)
from studio.guard import targets
from studio.joining import load_node_types

targets.load()
load_node_types()

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
PEOPLE = ["user:a@x.example", "user:b@x.example", "group:finance", "schedule:on call"]
DEMANDS = st.builds(ApprovalDemand, st.frozensets(st.sampled_from(PEOPLE), min_size=1, max_size=3), st.integers(1, 3))
STEP_UPS = st.builds(
    StepUpDemand, st.sampled_from(Strength), st.sampled_from([timedelta(minutes=m) for m in (1, 3, 5)])
)
FREEZES = st.builds(
    lambda name, start, hours: Freeze(name, NOW + timedelta(hours=start), NOW + timedelta(hours=start + hours)),
    st.sampled_from("ab"), st.integers(-2, 2), st.integers(1, 3),
)  # fmt: skip
REQUIREMENTS = st.builds(
    lambda approvals, step_up, asker, freezes: Requirement.of(
        approvals, step_up, asker_decides=asker, freezes=freezes
    ),
    st.lists(DEMANDS, max_size=3), st.none() | STEP_UPS, st.booleans(), st.lists(FREEZES, max_size=2),
)  # fmt: skip


@given(REQUIREMENTS, REQUIREMENTS, REQUIREMENTS)
def test_the_strictest_is_the_same_in_whatever_order(a, b, c):
    assert strictest(a, b) == strictest(b, a)
    assert strictest(a, strictest(b, c)) == strictest(strictest(a, b), c) == strictest_of([c, a, b])
    assert strictest(a, a) == a == strictest(a, NOTHING)


@given(REQUIREMENTS, REQUIREMENTS, REQUIREMENTS)
def test_it_is_never_weaker_than_either_and_no_stricter_than_both_ask(a, b, c):
    both = strictest(a, b)
    assert covers(both, a)
    assert covers(both, b)
    if covers(c, a) and covers(c, b):
        assert covers(c, both)
    assert (covers(a, b) and covers(b, a)) == (a == b)
    if covers(a, b) and covers(b, c):
        assert covers(a, c)


def met(demand, agreed):
    """By brute force: whether enough of these people are among those who were named."""
    return len({one for one in agreed if one in demand.approvers}) >= demand.count


@given(REQUIREMENTS, REQUIREMENTS, st.sets(st.sampled_from(PEOPLE)))
def test_who_satisfies_the_strictest_satisfies_each(a, b, agreed):
    enough = all(met(one, agreed) for one in strictest(a, b).approvals)
    assert enough == all(met(one, agreed) for one in a.approvals | b.approvals)


def test_a_freeze_begins_with_its_first_moment_and_ends_before_its_last():
    freeze = Freeze("Sale", NOW, NOW + timedelta(hours=1))
    moments = [NOW - timedelta(seconds=1), NOW, NOW + timedelta(minutes=59), NOW + timedelta(hours=1)]
    assert [freeze.holds(one) for one in moments] == [False, True, True, False]


@pytest.mark.parametrize("key", ["refund.make", "own.x", "Refund", "a..b", ""])
def test_a_target_is_not_declared_twice_nor_under_a_bad_name(key):
    before = dict(protecting.registry())
    with pytest.raises(ValueError, match="target"):
        Target(key, "x", "x")
    with pytest.raises(ValueError, match="no fact"):
        Target("some.thing", "x", "x", facts=(Fact("a", "money", "A", "1"),), limit=Limit("b", "Above", "money"))
    assert dict(protecting.registry()) == before


def test_every_target_that_the_studio_promises_is_there():
    assert set(protecting.registry()) == {
        "refund.make", "refund_limit.change", "price.change", "payout_account.change", "tax_registrations.change",
        "connection.change", "master_key.rotate", "api_token.rotate", "secret.change", "flag.rollout", "data.export",
        "workflow.publish", "approval_matrix.publish", "audit_export.change", "workspace.stop", "workspace.start",
    }  # fmt: skip


def test_an_http_step_stands_for_the_action_that_its_author_names():
    http = node_types["action.http"]
    config = {"protects": "refund.make", "protected_facts": {"amount": "420.00"}}
    assert http.protects_of(config) == "refund.make"
    assert http.facts_of(config) == {"amount": "420.00"}
    assert http.protects_of({}) is None
    assert http.facts_of({"protected_facts": "half-written"}) == {}
    assert [(one.kind, one.name) for one in http.references(config)] == [("protected target", "refund.make")]
