"""Asking without a workflow: the rules of a step, an outcome that is told, and nothing asked where it is wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.approvals import askers, service
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import Outcome
from studio.approvals.requesting import adhoc
from studio.approvals.requesting.adhoc import PersonAsk, ask
from studio.approvals.wordings import Edits
from studio.audit.models import AuditEvent
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.models import OutboxRow
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_group
from tests.factories.policies import make_policy


@pytest.fixture
def mira(database, tenant):
    return make_person(database, tenant.id, Role.APPROVER, "Mira Sand")


@pytest.fixture(autouse=True)
def person_asks():
    askers.register(askers.PERSON, askers.nobody)


@pytest.fixture
def asks(database, tenant, jonas, mira):
    def do(by=None, **changed):
        plain = {"title": "Buy a camera", "facts": [("Shop", "Foto Koch")], "approvers": [f"user:{jonas.email}"]}
        with database.unit(tenant.id, (by or mira).actor) as uow:
            return ask(uow, PersonAsk(**plain | changed))

    return do


def row_of(database, tenant, request_id):
    with database.unit(tenant.id) as uow:
        return uow.session.get_one(Request, request_id)


def test_somebody_asks_and_is_barred_told_and_audited(database, tenant, asks, mira, jonas):
    request_id = asks(text="The old one broke.", amount="420.00", currency="eur")
    row = row_of(database, tenant, request_id)
    assert (row.asker, row.requester_email, row.requester_id) == ("person", mira.email, mira.user_id)
    assert (row.title, row.facts, row.instructions) == ("Buy a camera", [["Shop", "Foto Koch"]], "The old one broke.")
    assert (row.amount, row.currency, row.run_id, row.due_at) == ("420.00", "EUR", None, None)
    decide(database, tenant, jonas, request_id)
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, request_id).state == "approved"
        told = select(OutboxRow).where(OutboxRow.topic == "approval.told")
        assert len(uow.session.scalars(told).all()) == 1
        actions = set(uow.session.scalars(select(AuditEvent.action)))
        assert {"approval.requested", "approval.approved"} <= actions


def test_nobody_decides_what_they_asked_themselves_by_whatever_way(database, tenant, asks, mira, jonas):
    with pytest.raises(InvalidInput) as refused:
        asks(approvers=[f"user:{mira.email}"])
    assert (refused.value.code, refused.value.field) == ("nobody_can_decide", "approvers")
    make_group(database, tenant, "Both", [mira, jonas])
    request_id = asks(approvers=["group:Both", f"user:{mira.user_id}"])
    with database.unit(tenant.id) as uow:
        asked = select(Assignment.user_id).where(Assignment.request_id == request_id)
        assert uow.session.scalars(asked).all() == [jonas.user_id]
    owner = tenant["owner"]
    own = asks(by=owner)
    with pytest.raises(Forbidden) as refused:
        decide(database, tenant, owner, own)
    assert refused.value.code == "self_approval"


def test_changes_are_awaited_and_the_text_is_the_askers_own(database, tenant, asks, mira, jonas):
    request_id = asks(text="Soon, please.")
    decide(database, tenant, jonas, request_id, Outcome.CHANGES_REQUESTED, reason="Which one?")
    with database.unit(tenant.id, mira.actor) as uow:
        service.revise(uow, request_id, Edits(instructions="The X100.", title="Buy an X100"))
    row = row_of(database, tenant, request_id)
    assert (row.state, row.revision, row.instructions, row.title) == ("pending", 2, "The X100.", "Buy an X100")
    decide(database, tenant, jonas, request_id)


def test_everybody_has_to_agree_where_that_is_asked(database, tenant, asks, jonas, lena):
    request_id = asks(approvers=[f"user:{jonas.email}", f"user:{lena.email}"], need="everybody")
    decide(database, tenant, jonas, request_id)
    assert row_of(database, tenant, request_id).state == "pending"
    decide(database, tenant, lena, request_id)
    assert row_of(database, tenant, request_id).state == "approved"


def test_a_policy_says_who_decides_and_until_when(database, tenant, asks, jonas):
    make_policy(database, tenant, jonas, name="Purchases", due_in={"amount": 8, "unit": "hours"})
    row = row_of(database, tenant, asks(approvers=[], policy="purchases"))
    assert (row.policy_version, row.context["policy_name"]) == (1, "Purchases")
    assert row.due_at - row.created_at == timedelta(hours=8)


def test_a_moment_of_ones_own_with_a_reminder_a_day_before(database, tenant, asks):
    with database.unit(tenant.id) as uow:
        now = uow.now
    row = row_of(database, tenant, asks(due_at=now + timedelta(days=5)))
    assert row.due_at - row.remind_at == timedelta(days=1)
    assert row_of(database, tenant, asks(title="Sooner", due_at=now + timedelta(hours=30))).remind_at is None


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"title": "  "}, "bad_title", "title"),
        ({"title": "x" * 401}, "bad_title", "title"),
        ({"facts": [("", "x")]}, "bad_label", "facts.0.label"),
        ({"facts": [("a", "x" * 2001)]}, "too_long", "facts.0.value"),
        ({"facts": [("a", "b")] * 21}, "too_many_facts", "facts"),
        ({"text": "x" * 4001}, "too_long", "text"),
        ({"amount": "much"}, "bad_amount", "amount"),
        ({"amount": "1"}, "bad_currency", "currency"),
        ({"amount": "1", "currency": "euro"}, "bad_currency", "currency"),
        ({"approvers": []}, "approvers.invalid", "approvers"),
        ({"approvers": ["user:nobody@example.com"]}, "nobody_can_decide", "approvers"),
        ({"need": "at_least", "number": 3}, "quorum_above_group", "number"),
        ({"policy": "No such", "approvers": []}, "policy.unknown", "policy"),
        ({"policy": "No such"}, "both_named", "policy"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field_and_asks_nobody(database, tenant, asks, changed, code, field):
    with pytest.raises(InvalidInput) as refused:
        asks(**changed)
    assert (refused.value.problems[0].code, refused.value.problems[0].path) == (code, field)
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Request).count() == 0


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=-1), timedelta(days=367)])
def test_a_deadline_is_ahead_and_within_a_year(database, tenant, asks, ahead):
    with database.unit(tenant.id) as uow:
        moment = uow.now + ahead
    with pytest.raises(InvalidInput) as refused:
        asks(due_at=moment)
    assert (refused.value.code, refused.value.field) == ("due_out_of_range", "due_at")


def test_a_button_that_was_pressed_twice_asks_once(database, tenant, asks, lena):
    first = asks()
    assert asks() == first
    assert asks(approvers=[f"user:{lena.email}"]) != first
    assert asks(title="Buy two cameras") != first


def test_nobody_floods_others(database, tenant, asks, monkeypatch, mira, jonas):
    monkeypatch.setattr(adhoc, "MOST_OPEN", 2)
    first = asks()
    asks(title="Another")
    with pytest.raises(Conflict) as refused:
        asks(title="A third")
    assert refused.value.code == "too_many_open"
    decide(database, tenant, jonas, first)
    asks(title="A third")


def test_a_seat_that_only_reads_asks_nothing(asks, tenant):
    with pytest.raises(Forbidden):
        asks(by=tenant["auditor"])
