"""What is protected is looked at again right before its effect, with the run's real data and the gates it passed."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from studio.accounts.outcomes import Role, Strength
from studio.core import clock
from studio.guard.policies import service as policies
from studio.guard.policies.service import TargetSave
from tests.approvals.running import node
from tests.factories.accounts import make_person, make_tenant
from tests.factories.approvals import decide
from tests.guard.gated_runs import DATA, FACTS, STEP_UP, WAIT, Gated

CODE = {"step_up": {"strength": "code"}}


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def jonas(database, tenant):
    return make_person(database, tenant.id, Role.APPROVER, "Jonas Weber")


@pytest.fixture
def gated(app, tenant, http_target):
    yield Gated(app, tenant, http_target)
    clock.reset()


@pytest.fixture
def proven(gated, jonas, tenant):
    """A run that Jonas has proved himself for, and that waits between its gate and the refund."""

    def proven(strength=Strength.CODE, **call):
        gate = node("prove", "guard.step_up", **STEP_UP | {"person": jonas.email})
        edges = [("hook", "next", "prove"), ("prove", "proven", "wait"), ("wait", "received", "refund")]
        run_id = gated.by_hand(gated.publish([gate, WAIT, gated.refund(**call)], edges), tenant["builder"])
        gated.prove(run_id, jonas, strength=strength)
        return run_id

    return proven


def refused(gated, run_id, http_target, code="guard.required"):
    assert http_target.requests == []
    assert gated.state(run_id) == "failed"
    error = gated.error(run_id)
    assert error["code"] == code
    step = gated.steps(run_id)["refund"]
    assert (step.state, step.intent_epoch) == ("failed", None)
    return error["message"]


def test_what_was_proved_for_it_lets_it_out(gated, proven, http_target):
    gated.protect(**CODE)
    run_id = proven()
    gated.signal()
    assert gated.state(run_id) == "succeeded"
    assert len(http_target.requests) == 1


@pytest.mark.parametrize("tightened", ["passkey", "people", "frozen"])
def test_a_policy_that_is_tightened_between_gate_and_effect_holds(gated, proven, jonas, http_target, tightened):
    gated.protect(**CODE)
    run_id = proven()
    now = clock.local_now()
    more = {
        "passkey": {"step_up": {"strength": "passkey"}},
        "people": CODE | {"approvals": [{"approvers": [f"user:{jonas.email}"]}]},
        "frozen": CODE | {"freezes": [{"name": "Sale", "starts_at": now, "ends_at": now + timedelta(days=1)}]},
    }
    gated.protect(**more[tightened])
    gated.signal()
    said = refused(gated, run_id, http_target, "guard.frozen" if tightened == "frozen" else "guard.required")
    assert {"passkey": "passkey", "people": jonas.email, "frozen": "Sale"}[tightened] in said


def test_another_amount_than_the_one_that_was_proved_is_refused(gated, proven, http_target):
    gated.protect(**CODE)
    run_id = proven(protected_facts=FACTS | {"amount": "4200.00"})
    gated.signal()
    assert "other data: amount" in refused(gated, run_id, http_target)


def test_a_repeat_that_is_refused_leaves_to_people_what_its_first_attempt_did(gated, proven, http_target):
    """The call went out before its worker died; a key would make a repeat safe, but the policy was tightened since."""
    gated.protect(**CODE)
    run_id = proven(if_unknown="repeat")
    gated.signal(die_at="effect.after_call")
    gated.protect(step_up={"strength": "passkey"})
    gated.carry()
    assert len(http_target.requests) == 1
    assert gated.state(run_id) == "needs_review"
    assert "may have arrived" in gated.error(run_id)["message"]


def test_a_proof_that_is_too_old_by_then_is_refused(gated, proven, http_target):
    gated.protect(**CODE)
    run_id = proven()
    clock.shift(timedelta(seconds=301))
    gated.signal()
    refused(gated, run_id, http_target)


def test_below_its_limit_nothing_is_asked_for_and_above_it_the_real_amount_counts(gated, tenant, http_target, jonas):
    gated.protect(above="500", approvals=[{"approvers": [f"user:{jonas.email}"]}])
    ask = node("ask", "approval.request", title="Refund?", approvers=[f"user:{jonas.email}"])
    edges = [("hook", "next", "ask"), ("ask", "approved", "refund")]
    workflow_id = gated.publish([ask, gated.refund()], edges)
    for amount, count in (("420.00", 1), ("900.00", 2)):
        run_id = gated.by_hand(workflow_id, tenant["builder"], DATA | {"amount": amount})
        decide(gated.database, tenant, jonas, gated.requests(run_id)[0].id)
        gated.carry()
        assert (gated.state(run_id), len(http_target.requests)) == ("succeeded", count)


def test_what_was_obtained_in_one_round_of_a_loop_counts_for_no_other(gated, tenant, jonas, http_target):
    """Rounds with the same amount: a proof of the one is none of the other's."""
    loop = node("loop", "flow.for_each", items="[1, 2]")
    gate = node("prove", "guard.step_up", parent="loop", **STEP_UP | {"person": jonas.email})
    once = node("first", "condition.if", parent="loop", condition="item == 1")
    refund = gated.refund()
    refund["parent"] = "loop"
    edges = [
        ("hook", "next", "loop"), ("loop", "each", "first"), ("first", "true", "prove"), ("prove", "proven", "refund"),
        ("first", "false", "refund"),
    ]  # fmt: skip
    workflow_id = gated.publish([loop, once, gate, refund], edges)
    run_id = gated.by_hand(workflow_id, tenant["builder"])
    gated.protect(**CODE)
    gated.prove(run_id, jonas)
    assert len(http_target.requests) == 1
    assert gated.error(run_id)["code"] == "guard.required"


def test_what_the_workspace_protects_itself_is_told_by_the_address_that_it_really_calls(
    gated, tenant, jonas, http_target
):
    workflow_id = gated.publish([gated.refund(protects="", protected_facts={})], [("hook", "next", "refund")])
    with gated.database.unit(tenant.id, tenant["owner"].actor) as uow:
        own = policies.protect(uow, TargetSave("Payouts", "action.http", 'config.url.endsWith("/refunds")'))
    gated.protect(target=own.key, approvals=[{"approvers": [f"user:{jonas.email}"]}])
    run_id = gated.by_hand(workflow_id, tenant["builder"])
    gated.carry()
    assert "Payouts is protected" in refused(gated, run_id, http_target)


def test_a_re_run_from_the_gate_asks_again_and_one_from_the_call_does_not_get_by(gated, proven, jonas, http_target):
    gated.protect(**CODE)
    run_id = proven()
    gated.protect(step_up={"strength": "passkey"})
    gated.signal()
    refused(gated, run_id, http_target)
    again = gated.again(run_id, "refund")
    gated.carry()
    refused(gated, again, http_target)


def test_it_costs_one_statement_where_nothing_is_protected(gated, tenant, http_target):
    plain = gated.publish([gated.refund(protects="", protected_facts={})], [("hook", "next", "refund")])
    gated.by_hand(plain, tenant["builder"])
    seen = []
    engine = gated.database.app

    def hear(_conn, _cursor, statement, *_rest):
        if "guard_" in statement:
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    gated.engine.executor.drain("effect")
    event.remove(engine, "before_cursor_execute", hear)
    assert len(http_target.requests) == 1
    assert len([one for one in seen if "guard_revision" in one]) == 1
