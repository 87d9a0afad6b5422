"""Which policies hold for an action: by number, by condition, and always where it cannot be told."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from studio.contract.protecting import ApprovalDemand, Requirement, StepUpDemand, Strength, registry
from studio.guard import targets
from studio.guard.policies import policy
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.policy import Held

targets.load()

REFUND = registry()["refund.make"]
ASKS = Requirement.of([ApprovalDemand(frozenset({"group:finance"}))])


def held(above=None, condition="", requirement=ASKS):
    return Held("1", "Refunds", 1, "refund.make", above, condition, requirement)


@given(amount=st.decimals(0, 10_000, places=2), above=st.decimals(0, 10_000, places=2))
def test_a_limit_holds_above_its_number(amount, above):
    assert policy.holds(held(above), REFUND, {"amount": str(amount)}, {}) == (amount > above)


@pytest.mark.parametrize("amount", [None, "", "four hundred", "NaN", "Infinity", True, [], {"amount": 1}])
def test_what_is_not_known_holds(amount):
    assert policy.holds(held(Decimal(100)), REFUND, {"amount": amount}, {})
    assert policy.holds(held(Decimal(100)), REFUND, {}, {})


@pytest.mark.parametrize(("condition", "found"), [
    ("facts.country == 'DE'", True), ("facts.country == 'FR'", False), ("facts.gone > 3", True),
    ("actor.role == 'owner'", True), ("facts.country", True), ("facts.amount > 419 && facts.amount < 421", True),
])  # fmt: skip
def test_a_condition_reads_facts_and_actor_and_holds_where_it_cannot(condition, found):
    facts = {"country": "DE", "amount": "420.00"}
    assert policy.holds(held(condition=condition), REFUND, facts, {"role": "owner"}) == found


def test_of_several_that_hold_the_strictest_wins():
    proof = Requirement.of(step_up=StepUpDemand(Strength.PASSKEY, timedelta(minutes=2)))
    all_of_them = [held(Decimal(100)), held(Decimal(300), requirement=proof), held(Decimal(500))]
    requirement, by = policy.required(all_of_them, REFUND, {"amount": "420.00"}, {})
    assert requirement == Requirement.of(ASKS.approvals, proof.step_up, asker_decides=True)
    assert [one.above for one in by] == [100, 300]


def test_a_policy_comes_back_from_its_row_as_it_was():
    start = datetime(2026, 11, 23, tzinfo=UTC)
    fields = PolicyFields.model_validate({
        "above": "200.50", "condition": "facts.amount > 1", "approvals": [{"approvers": ["group:finance"], "count": 2}],
        "step_up": {"strength": "passkey", "max_age_s": 120},
        "freezes": [{"name": "Black Friday", "starts_at": start, "ends_at": start + timedelta(days=7)}],
    })  # fmt: skip
    assert PolicyFields.model_validate(fields.stored()) == fields
    asked = fields.requirement()
    assert asked.step_up == StepUpDemand(Strength.PASSKEY, timedelta(minutes=2))
    assert asked.approvals == {ApprovalDemand(frozenset({"group:finance"}), 2)}
    assert [one.holds(start) for one in asked.freezes] == [True]
    assert not asked.asker_decides


@pytest.mark.parametrize(("bad", "where"), [
    ({"above": "-1"}, "above"), ({"approvals": [{"approvers": []}]}, "approvals.0.approvers"),
    ({"approvals": [{"approvers": ["everybody"]}]}, "approvals.0.approvers.0"),
    ({"approvals": [{"approvers": ["user:a"], "count": 0}]}, "approvals.0.count"),
    ({"step_up": {"strength": "sms"}}, "step_up.strength"), ({"step_up": {"max_age_s": 301}}, "step_up.max_age_s"),
    ({"freezes": [{"name": "x", "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}]}, "freezes.0"),
    ({"freezes": [{"name": "x", "starts_at": "2026-01-02T00:00:00", "ends_at": "2026-01-03T00:00:00"}]},
     "freezes.0.starts_at"), ({"unknown": 1}, "unknown"),
])  # fmt: skip
def test_a_bad_policy_is_refused_with_its_field(bad, where):
    with pytest.raises(ValidationError) as refused:
        PolicyFields.model_validate(bad)
    assert where in {".".join(map(str, one["loc"])) for one in refused.value.errors()}
