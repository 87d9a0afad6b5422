"""Line items: some are approved and others are not, by as many people as have to agree."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.approvals import items, service
from studio.approvals.models import Request, Vote
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.outcomes import Outcome
from studio.approvals.service.asking import fingerprint
from studio.audit.models import AuditEvent, AuditTarget
from studio.contract.approving import ApprovalItem, ApprovalPart, ApprovalRule, ApprovalStage
from studio.contract.node import Context
from studio.contract.results import Fail
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import new_id
from studio.runtime.checks import check
from studio.runtime.document import load
from tests.approvals.test_revising import revise, waiting
from tests.factories.accounts import make_person
from tests.factories.approvals import decide, make_ask, make_request
from tests.factories.workflows import refunds

ITEMS = [
    ApprovalItem("mug", "Mug, blue", "12.50"),
    ApprovalItem("plate", "Plate", "9.00"),
    ApprovalItem("card", "Card"),
]
KEYS = ["mug", "plate", "card"]
CONFIG = {"title": "Refund?", "approvers": ["group:Refund team"], "items": [1]}


@given(st.lists(st.sets(st.sampled_from(KEYS)), max_size=6), st.integers(1, 6))
def test_an_item_is_approved_by_as_many_people_as_have_to_agree_and_no_fewer(ticked, need):
    settled = items.settle(ITEMS, ticked, need)
    approved = {one.key for one in settled.approved}
    assert approved == {key for key in KEYS if len([some for some in ticked if key in some]) >= need}
    assert {one.key for one in settled.declined} == set(KEYS) - approved
    assert Decimal(items.total(settled.approved)) + Decimal(items.total(settled.declined)) == Decimal("21.50")


def ends(heard):
    payload = heard.ends[-1].payload()
    names = ("approved_items", "declined_items")
    return payload["outcome"], *([one["key"] for one in payload[name]] for name in names), payload["approved_amount"]


def test_all_by_default_or_those_that_were_ticked(database, tenant, jonas, heard):
    decide(database, tenant, jonas, make_request(database, tenant, [jonas], items=ITEMS))
    assert ends(heard) == ("approved", KEYS, [], "21.50")
    request_id = make_request(database, tenant, [jonas], items=ITEMS)
    vote = decide(database, tenant, jonas, request_id, items=["card", "mug"])
    assert vote.items == ["mug", "card"]
    assert ends(heard) == ("approved", ["mug", "card"], ["plate"], "12.50")
    assert trails(database, tenant, request_id) == [("approval.approved", "mug, card")]
    assert decide(database, tenant, jonas, request_id, items=["mug", "card"]).id == vote.id, "the same again"
    with pytest.raises(Conflict):
        decide(database, tenant, jonas, request_id, items=["mug"])


def trails(database, tenant, request_id):
    """Events that name line items, with those."""
    with database.unit(tenant.id) as uow:
        about = AuditTarget.event_id == AuditEvent.id, AuditTarget.target_id == str(request_id)
        found = uow.session.scalars(select(AuditEvent).join(AuditTarget, about[0]).where(about[1]))
        told = [(row.action, json.loads(row.body)["metadata"].get("approved_items")) for row in found]
    return [one for one in told if one[1]]


def test_the_trail_has_what_each_of_several_ticked_and_what_came_of_it(database, tenant, jonas, lena):
    both = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{one.email}" for one in (jonas, lena)], "all")])])
    request_id = make_request(database, tenant, [], rule=both, items=ITEMS)
    decide(database, tenant, jonas, request_id, items=["mug", "plate"])
    decide(database, tenant, lena, request_id, items=["card", "mug"])
    assert trails(database, tenant, request_id) == [("approval.voted", "mug, plate"), ("approval.approved", "mug")]


def test_of_several_each_item_needs_as_many_as_the_rule(database, tenant, jonas, lena, heard):
    mara = make_person(database, tenant.id, Role.APPROVER, "Mara Lind")
    part = ApprovalPart([f"user:{one.email}" for one in (jonas, lena, mara)], "count", 2)
    rule = ApprovalRule([ApprovalStage([part])])
    request_id = make_request(database, tenant, [], rule=rule, items=ITEMS)
    decide(database, tenant, jonas, request_id, items=["mug", "card"])
    assert heard.ends == []
    decide(database, tenant, mara, request_id, items=["mug", "plate"])
    assert ends(heard) == ("approved", ["mug"], ["plate", "card"], "12.50")


@pytest.mark.parametrize(("outcome", "declined"), [(Outcome.DECLINED, KEYS), (Outcome.CHANGES_REQUESTED, [])])
def test_no_item_is_approved_by_anything_but_a_yes(database, tenant, jonas, heard, outcome, declined):
    decide(database, tenant, jonas, make_request(database, tenant, [jonas], items=ITEMS), outcome)
    assert ends(heard) == (str(outcome), [], declined, "0")


@pytest.mark.parametrize(
    ("outcome", "chosen", "code"),
    [
        (Outcome.APPROVED, [], "no_items"),
        (Outcome.APPROVED, ["mug", "spoon"], "unknown_item"),
        (Outcome.DECLINED, ["mug"], "items_not_approved"),
    ],
)
def test_a_choice_that_does_not_fit_writes_nothing(database, tenant, jonas, heard, outcome, chosen, code):
    request_id = make_request(database, tenant, [jonas], items=ITEMS)
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, request_id, outcome, items=chosen)
    assert (refused.value.field, refused.value.code) == ("items", code)
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Vote).count() == 0
        assert uow.session.get(Request, request_id).state == "pending"
    assert heard.ends == []


def test_items_for_a_request_without_any_are_refused(database, tenant, jonas):
    request_id = make_request(database, tenant, [jonas])
    with pytest.raises(InvalidInput) as refused:
        decide(database, tenant, jonas, request_id, items=["mug"])
    assert refused.value.code == "unknown_item"


def test_what_would_be_a_guess_is_refused_when_asked(database, tenant, jonas, lena):
    two = [ApprovalPart([f"user:{one.email}"]) for one in (jonas, lena)]
    for more in (
        {"rule": ApprovalRule([ApprovalStage(two)])},
        {"rule": ApprovalRule([ApprovalStage([one]) for one in two])},
        {"options": [{"label": "In part", "counts": "as_approving"}]},
    ):
        with pytest.raises(InvalidInput) as refused, database.unit(tenant.id) as uow:
            service.request(uow, make_ask([jonas], items=ITEMS, **more))
        assert (refused.value.code, refused.value.field) == ("items_alone", "items")
    with pytest.raises(InvalidInput) as twice, database.unit(tenant.id) as uow:
        service.request(uow, make_ask([jonas], items=[ITEMS[0], ITEMS[0]]))
    assert (twice.value.code, twice.value.field) == ("item_twice", "item_key")


@pytest.mark.parametrize(
    "more",
    [{"also": [{"approvers": ["group:Legal"]}]}, {"options": [{"label": "In part", "counts": "as_approving"}]}],
    ids=["also", "options"],
)
def test_what_would_be_a_guess_is_refused_when_published(more):
    ApprovalRequest.Config.model_validate(CONFIG)
    with pytest.raises(ValidationError) as refused:
        ApprovalRequest.Config.model_validate(CONFIG | more)
    assert refused.value.errors()[0]["loc"] == ("item_label",)


def test_the_hash_binds_them(jonas):
    asked = [make_ask([jonas], items=some) for some in ((), ITEMS, ITEMS[:2], [*ITEMS[:2], ApprovalItem("card", "C")])]
    assert len({fingerprint(one) for one in asked}) == 4


def test_later_steps_know_what_it_gives():
    known = ApprovalRequest.output_schema_of(CONFIG)["properties"]
    assert set(ApprovalRequest.sample_of(CONFIG)) <= set(known)
    assert "approved_items" in known
    assert "approved_items" not in ApprovalRequest.output_schema_of(CONFIG | {"items": []})["properties"]


HOOK = {"key": "t", "type": "trigger.webhook", "name": "Hook",
        "config": {"sample": {"lines": [{"sku": "MUG-1", "price": 12.5}]}}}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({}, set()),
        ({"item_label": "item.sku", "item_amount": "item.price", "item_key": "index"}, set()),
        ({"item_label": "item.sku +"}, {"config.item_label"}),
        ({"also": [{"approvers": ["group:Legal"]}]}, {"config.item_label"}),
        ({"options": [{"label": "In part", "counts": "as_approving"}]}, {"config.item_label"}),
        ({"items": "trigger.lines +"}, {"config.items"}),
    ],
    ids=str,
)
def test_the_builders_checks_know_items(changed, fields):
    config = {**CONFIG, "items": "trigger.lines", "item_label": "item.sku", **changed}
    ask = {"key": "ask", "type": "approval.request", "name": "Ask", "config": config}
    after = {"key": "n", "type": "data.map", "name": "Map", "config": {
        "items": "steps.ask.approved_items", "fields": [{"name": "sku", "value": "item.key"}],
    }}  # fmt: skip
    edges = [{"from": "t", "port": "next", "to": "ask"}, {"from": "ask", "port": "approved", "to": "n"}]
    found = check(load(refunds(nodes=[HOOK, ask, after], edges=edges)))
    assert {one.field for one in found if one.severity == "error"} == fields


def context():
    port = Mock()
    run = Mock(
        id=new_id(),
        workflow_id=new_id(),
        workflow_name="W",
        title="T",
        currency="EUR",
        published_by=None,
        edited_by=None,
    )

    def evaluate(source, extra):
        return extra["item"].get(source.removeprefix("item."))

    return port, Context(
        run=run, node="ask", node_name="Ask", path="", attempt=1, now=datetime(2026, 3, 2, tzinfo=UTC), scope=None,
        ports=Mock(approvals=port), tx=Mock(), wait_id=new_id(), evaluate=evaluate,
    )  # fmt: skip


def test_each_entry_is_asked_in_words_with_its_amount_and_key():
    port, ctx = context()
    entries = [{"name": " Mug,\n blue", "price": Decimal("12.50")}, {"name": "Card", "price": None}]
    config = {**CONFIG, "items": entries, "item_label": "item.name", "item_amount": "item.price"}
    ApprovalRequest().start(ctx, ApprovalRequest.Config.model_validate(config))
    [ask] = port.request.call_args.args[1:]
    assert ask.items == [ApprovalItem("1", "Mug, blue", "12.50"), ApprovalItem("2", "Card", None)]
    assert ask.currency == "EUR"


@pytest.mark.parametrize(
    ("entry", "field"),
    [({"name": ""}, "item_label"), ({"name": "x" * 201}, "item_label"), ({"name": "x", "price": "?"}, "item_amount")],
    ids=["no words", "too many", "no amount"],
)
def test_an_entry_that_makes_no_sense_asks_nobody(entry, field):
    port, ctx = context()
    config = {**CONFIG, "items": [entry], "item_label": "item.name", "item_amount": "item.price"}
    failed = ApprovalRequest().start(ctx, ApprovalRequest.Config.model_validate(config))
    assert (type(failed), failed.field) == (Fail, field)
    port.request.assert_not_called()


def test_a_new_version_keeps_the_items_and_what_was_approved_of_them(database, tenant, jonas, lena, heard):
    rule = waiting(("all", None, [jonas, lena]), stale="keep")
    request_id = make_request(database, tenant, [], rule=rule, items=ITEMS)
    decide(database, tenant, jonas, request_id, items=["mug", "card"])
    decide(database, tenant, lena, request_id, Outcome.CHANGES_REQUESTED)
    revise(database, tenant, tenant["admin"], request_id)
    decide(database, tenant, lena, request_id, items=["mug", "plate"])
    assert ends(heard) == ("approved", ["mug"], ["plate", "card"], "12.50")
