"""What a policy asks for is there before it happens: the proof, the people, the time. What was agreed to is done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from studio.accounts.models import Seat
from studio.accounts.outcomes import Role, Strength
from studio.approvals import service as approvals
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import Outcome
from studio.audit.models import AuditEvent
from studio.contract import gates
from studio.contract.gates import Act, ApprovalNeeded, Frozen, StepUpNeeded
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.guard.models import GuardHold
from studio.guard.outcomes import HoldState
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.guard.service import checking, exceptions, holding
from studio.guard.settings import service as settings
from studio.guard.settings.kinds import PayoutAccount
from tests.factories.accounts import make_person, make_tenant
from tests.factories.approvals import shown
from tests.factories.proofs import in_a_session, prove

OLD = PayoutAccount(holder="Nordlicht GmbH", iban="DE89370400440532013000")
NEW = PayoutAccount(holder="Nordlicht GmbH", iban="GB33BUKB20201555555555")
TARGET = "payout_account.change"


@pytest.fixture
def tenant(database):
    return make_tenant(database, "Nordlicht Store")


@pytest.fixture
def jonas(database, tenant):
    return make_person(database, tenant.id, Role.APPROVER, "Jonas Weber")


@pytest.fixture
def admin(database, tenant):
    return in_a_session(database, tenant, tenant["admin"])


def make(database, tenant, target=TARGET, name="Four eyes", **fields):
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        return policies.create(uow, PolicySave(target, name, PolicyFields.model_validate(fields))).id


def four_eyes(database, tenant, *people, target=TARGET, **fields):
    asked = [{"approvers": [f"user:{one.email}" for one in people], "count": 1}]
    return make(database, tenant, target, approvals=asked, **fields)


def change(database, tenant, actor, setting=NEW, seen=0):
    """As a page does: where people have to agree, they are asked in a unit of its own. Returns the hold, or None."""
    try:
        with database.unit(tenant.id, actor) as uow:
            settings.change(uow, setting, seen)
    except ApprovalNeeded as needed:
        with database.unit(tenant.id, actor) as uow:
            return holding.ask(uow, needed).id
    return None


def proven(database, actor, setting=NEW, seen=0):
    return prove(database, actor, setting.target, {"body": setting.stored(), "seen": seen})


def set_to(database, tenant):
    with database.unit(tenant.id) as uow:
        rows = settings.versions(uow, PayoutAccount)
        return [row.body["iban"] for row in rows]


def hold(database, tenant, hold_id):
    with database.unit(tenant.id) as uow:
        return uow.session.get_one(GuardHold, hold_id)


def decide(database, tenant, person, hold_id, outcome=Outcome.APPROVED):
    request_id = hold(database, tenant, hold_id).request_id
    seen = shown(database, tenant, request_id)
    with database.unit(tenant.id, person.actor) as uow:
        approvals.decide(uow, request_id, outcome, shown=seen, reason="Checked.")


def actions(database, tenant):
    with database.unit(tenant.id) as uow:
        return list(uow.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_without_a_policy_the_dangerous_asks_for_a_proof_bound_to_its_content(database, tenant, admin):
    with pytest.raises(StepUpNeeded) as needed:
        change(database, tenant, admin)
    assert needed.value.action == TARGET
    proven(database, admin, OLD)
    with pytest.raises(StepUpNeeded):
        change(database, tenant, admin)
    proven(database, admin)
    assert change(database, tenant, admin) is None
    assert set_to(database, tenant) == [NEW.iban]
    assert "protected_setting.changed" in actions(database, tenant)
    with pytest.raises(Conflict), database.unit(tenant.id, admin) as uow:
        settings.change(uow, OLD, 0)


def test_a_run_a_command_and_the_system_pass_no_gate(database, tenant):
    for actor in (None, tenant["owner"].actor):
        unit = database.unit(tenant.id, actor) if actor else database.unit(tenant.id)
        with pytest.raises(Forbidden), unit as uow:
            settings.change(uow, NEW, 0)
    assert set_to(database, tenant) == []


def test_people_who_are_named_agree_and_what_was_held_is_done_by_that(database, tenant, admin, jonas):
    four_eyes(database, tenant, jonas, step_up={"strength": "passkey"})
    prove(database, admin, TARGET, {"body": NEW.stored(), "seen": 0}, Strength.CODE)
    with pytest.raises(StepUpNeeded):
        change(database, tenant, admin)
    proven(database, admin)
    asked = change(database, tenant, admin)
    assert change(database, tenant, admin) == asked, "the same again is the same question"
    assert set_to(database, tenant) == []
    with database.unit(tenant.id) as uow:
        request = uow.session.get_one(Request, uow.session.get_one(GuardHold, asked).request_id)
        assert NEW.iban not in str(request.facts), "account numbers show their last digits"
    decide(database, tenant, jonas, asked)
    assert set_to(database, tenant) == [NEW.iban]
    with database.unit(tenant.id) as uow:
        [row] = settings.versions(uow, PayoutAccount)
        assert (row.made_by, row.hold_id) == (tenant["admin"].user_id, asked)
    assert hold(database, tenant, asked).state == HoldState.DONE
    assert [one for one in actions(database, tenant) if one.startswith(("guard.", "protected"))] == [
        "guard.asked", "protected_setting.changed", "guard.settled"
    ]  # fmt: skip


def test_whoever_asks_does_not_decide_even_where_the_policy_names_them(database, tenant, admin, jonas):
    four_eyes(database, tenant, tenant["admin"], jonas)
    asked = change(database, tenant, admin)
    request_id = hold(database, tenant, asked).request_id
    with database.unit(tenant.id) as uow:
        found = set(uow.session.scalars(select(Assignment.user_id).where(Assignment.request_id == request_id)))
    assert found == {jonas.user_id}
    seen = shown(database, tenant, request_id)
    bypassing = prove(database, admin, "approval.bypass", {"request": str(request_id), "shown": seen})
    with pytest.raises(Forbidden), database.unit(tenant.id, bypassing) as uow:
        approvals.bypass(uow, request_id, shown=seen, reason="It is mine")
    assert set_to(database, tenant) == []


def test_a_no_and_a_change_of_mind_change_nothing(database, tenant, admin, jonas):
    four_eyes(database, tenant, jonas)
    asked = change(database, tenant, admin)
    decide(database, tenant, jonas, asked, Outcome.DECLINED)
    assert hold(database, tenant, asked).state == HoldState.DECLINED
    again = change(database, tenant, admin)
    assert again != asked
    with pytest.raises(Forbidden), database.unit(tenant.id, tenant["owner"].actor) as uow:
        holding.withdraw(uow, again)
    with database.unit(tenant.id, admin) as uow:
        holding.withdraw(uow, again)
    with database.unit(tenant.id) as uow:
        request = uow.session.get_one(Request, uow.session.get_one(GuardHold, again).request_id)
        assert not request.open
        assert tenant["admin"].name in request.close_reason
    assert set_to(database, tenant) == []


def test_acting_on_the_object_directly_settles_what_was_proposed_for_it(database, tenant, admin, jonas):
    policy_id = four_eyes(database, tenant, jonas)
    asked = change(database, tenant, admin)
    owner = in_a_session(database, tenant, tenant["owner"])
    with pytest.raises(Conflict) as other:
        change(database, tenant, owner, OLD)
    assert other.value.code == "proposal_open"
    with database.unit(tenant.id, owner) as uow:
        policies.retire(uow, policy_id)
    assert change(database, tenant, proven(database, owner, OLD), OLD) is None
    assert hold(database, tenant, asked).state == HoldState.WITHDRAWN
    with database.unit(tenant.id) as uow:
        assert not uow.session.get_one(Request, uow.session.get_one(GuardHold, asked).request_id).open
    assert set_to(database, tenant) == [OLD.iban]


def tightened(database, tenant, person):
    return four_eyes(database, tenant, person, name="Second")


def test_what_was_agreed_to_is_not_done_where_more_is_asked_by_then_or_its_asker_is_gone(
    database, tenant, admin, jonas
):
    four_eyes(database, tenant, jonas)
    asked = change(database, tenant, admin)
    mara = make_person(database, tenant.id, Role.APPROVER, "Mara Vogt")
    late = tightened(database, tenant, mara)
    decide(database, tenant, jonas, asked)
    assert hold(database, tenant, asked).state == HoldState.OUTDATED
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        policies.retire(uow, late)
    asked = change(database, tenant, admin)
    with database.unit(tenant.id) as uow:
        moment = uow.now
        uow.session.execute(update(Seat).where(Seat.user_id == tenant["admin"].user_id).values(disabled_at=moment))
    decide(database, tenant, jonas, asked)
    assert hold(database, tenant, asked).state == HoldState.OUTDATED
    assert "no seat" in hold(database, tenant, asked).reason
    assert set_to(database, tenant) == []


def export(payload):
    return Act("data.export", "Export the audit trail", payload, {"what": "audit trail"})


def test_an_act_that_nobody_can_hold_is_done_once_by_its_asker_after_a_yes(database, tenant, admin, jonas):
    four_eyes(database, tenant, jonas, target="data.export")

    def tries(payload="all"):
        with database.unit(tenant.id, admin) as uow:
            gates.current().require(uow, export(payload))

    with pytest.raises(ApprovalNeeded) as needed:
        tries()
    with database.unit(tenant.id, admin) as uow:
        asked = holding.ask(uow, needed.value).id
    decide(database, tenant, jonas, asked)
    assert hold(database, tenant, asked).state == HoldState.GRANTED
    with pytest.raises(ApprovalNeeded):
        tries("something else")
    tries()
    with pytest.raises(ApprovalNeeded):
        tries()


def test_a_freeze_lets_through_only_what_somebody_said_a_reason_for(database, tenant, mailer):
    admin = in_a_session(database, tenant, tenant["admin"])
    with database.unit(tenant.id) as uow:
        now = uow.now
    freeze = {"name": "Black Friday", "starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=3)}
    make(database, tenant, "data.export", freezes=[freeze])

    def tries(payload="all"):
        with database.unit(tenant.id, admin) as uow:
            gates.current().require(uow, export(payload))

    with pytest.raises(Frozen) as frozen:
        tries()
    found = frozen.value
    said = {"target": "data.export", "digest": found.payload_hash, "freeze": found.name, "what": found.act.what}
    port = holding._joined[0]
    with pytest.raises(InvalidInput) as bare, database.unit(tenant.id, admin) as uow:
        exceptions.allow(uow, port, reason=" ", **said)
    assert bare.value.field == "reason"
    with database.unit(tenant.id, admin) as uow:
        exceptions.allow(uow, port, reason="The auditors wait", **said)
    tries()
    with pytest.raises(Frozen):
        tries("more than that")
    assert "guard.freeze_bypassed" in actions(database, tenant)


def test_a_policy_holds_from_its_commit_on_and_bad_ones_are_refused(database, tenant, jonas):
    def lacking():
        with database.unit(tenant.id, tenant["admin"].actor) as uow:
            return checking.check(uow, "refund.make", {"amount": "420.00"})

    assert lacking().nothing
    policy_id = four_eyes(database, tenant, jonas, target="refund.make", above="200")
    assert [one.name for one in lacking().policies] == ["Four eyes"]
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        row = policies.get(uow, policy_id)
        fields = PolicyFields.model_validate(row.rule).model_copy(update={"above": Decimal(500)})
        policies.change(uow, policy_id, PolicySave("refund.make", "Four eyes", fields), 1)
        assert checking.check(uow, "refund.make", {"amount": "420.00"}).nothing
    assert lacking().nothing
    with database.unit(tenant.id) as uow:
        assert [one.version for one in policies.versions(uow, policy_id)] == [2, 1]
    for bad, where in (
        ({"step_up": {}, "condition": "facts.amont > 1"}, "rule.condition"),
        ({}, "rule.approvals"),
        ({"approvals": [{"approvers": ["user:nobody@example.com"]}]}, "rule.approvals.0.approvers.0"),
    ):
        with pytest.raises(InvalidInput) as refused:
            make(database, tenant, "refund.make", **bad)
        assert refused.value.problems[0].path == where
    with pytest.raises(InvalidInput):
        make(database, tenant, "data.export", above="3", step_up={})
    with pytest.raises(Conflict), database.unit(tenant.id, tenant["owner"].actor) as uow:
        policies.change(uow, policy_id, PolicySave("refund.make", "Four eyes", fields), 1)
