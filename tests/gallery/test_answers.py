"""Answers are data: typed, checked, never code; and a bad one leaves nothing behind."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from studio.approvals.models import ApproverGroup
from studio.builder.service import drafts
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import Database
from studio.gallery import service, values
from studio.gallery.filling import filled
from studio.gallery.loading import BadTemplate, load, samples, templates
from studio.runtime.models import Workflow
from tests.factories.accounts import MadeTenant, make_tenant


@pytest.fixture
def store() -> str:
    return "sqlite"


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


def use(database: Database, tenant: MadeTenant, slug: str, role: str = "owner", **answers):
    """The draft's document."""
    with database.unit(tenant.id, tenant[role].actor) as uow:
        return drafts.current(uow, service.use(uow, slug, answers)).document


def refused(database: Database, tenant: MadeTenant, **answers) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        use(database, tenant, "high-value-refunds", **answers)
    with database.unit(tenant.id) as uow:
        made = select(func.count()).select_from(Workflow), select(func.count()).select_from(ApproverGroup)
        assert [uow.session.scalar(query) for query in made] == [0, 0]
    return {problem.path: problem.message for problem in caught.value.problems}


def config(document: dict, key: str) -> dict:
    return next(node["config"] for node in document["nodes"] if node["key"] == key)


def test_an_amount_becomes_a_number_in_the_condition(database: Database, tenant: MadeTenant) -> None:
    document = use(database, tenant, "high-value-refunds", threshold="1250.50")
    assert config(document, "large")["condition"].startswith("trigger.refund.amount > 1250.50 ")
    assert document["nodes"][1]["name"] == "Above €1,250.50?"


def test_a_builder_without_the_right_to_groups_names_people(database: Database, tenant: MadeTenant) -> None:
    approver = tenant["approver"]
    document = use(
        database, tenant, "high-value-refunds", "builder", deciders={"name": "X", "people": [str(approver.user_id)]}
    )
    assert config(document, "ask")["approvers"] == [f"user:{approver.email}"]


def test_an_owner_makes_the_group_along_the_way(database: Database, tenant: MadeTenant) -> None:
    document = use(database, tenant, "high-value-refunds")
    assert config(document, "ask")["approvers"] == ["group:Refund team"]
    again = use(database, tenant, "high-value-refunds", deciders={"group": "refund TEAM"})
    assert config(again, "ask")["approvers"] == ["group:Refund team"]


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("threshold", "lots"),
        ("threshold", "-1"),
        ("threshold", "400.005"),
        ("threshold", "1e-9999999"),
        ("threshold", "NaN"),
        ("threshold", "400 || true"),
        ("threshold", True),
        ("tell", "nobody"),
        ("tell", "a@example.com, b@example.com"),
        ("due", {"amount": 0, "unit": "days"}),
        ("due", {"amount": 2, "unit": "years"}),
        ("due", "2 days"),
        ("deciders", {"group": "Nobody's"}),
        ("deciders", {"name": "Team", "people": []}),
        ("deciders", {"name": "", "people": "me"}),
        ("colour", "green"),
    ],
)
def test_a_bad_answer_is_named_and_nothing_is_made(
    database: Database, tenant: MadeTenant, key: str, answer: object
) -> None:
    assert list(refused(database, tenant, **{key: answer})) == [f"answers.{key}"]


@pytest.mark.parametrize(("gold", "said"), [("100", True), ("500.00", True), ("500.01", False)])
def test_an_answer_that_must_exceed_another_does(database: Database, tenant: MadeTenant, gold: str, said: bool) -> None:
    if not said:
        assert use(database, tenant, "vip-customer-tier", silver="500", gold=gold)
        return
    with pytest.raises(InvalidInput) as error:
        use(database, tenant, "vip-customer-tier", silver="500", gold=gold)
    assert {one.path: one.message for one in error.value.problems} == {
        "answers.gold": "This must be more than “Silver from”."
    }


def test_people_of_another_workspace_cannot_be_asked(database: Database, tenant: MadeTenant) -> None:
    stranger = make_tenant(database)["approver"]
    assert refused(database, tenant, deciders={"name": "Team", "people": [str(stranger.user_id)]})


def test_there_is_no_such_template(database: Database, tenant: MadeTenant) -> None:
    with pytest.raises(NotFound):
        use(database, tenant, "no-such")


def test_words_of_an_answer_are_never_code(app: Flask) -> None:
    evil = values.text('"] + steps.secret + {{ workspace.name }} ["')
    workflow = {
        "nodes": [
            {"key": "a", "type": "condition.if", "config": {"condition": "trigger.x == ${word}"}},
            {"key": "b", "type": "action.note", "config": {"text": "Said ${word}: {{ trigger.x }}"}},
            {"key": "c", "type": "action.note", "config": {"text": "${word}"}},
            {"key": "d", "type": "action.note", "name": "${word}", "config": {}},
        ]
    }
    a, b, c, d = filled(workflow, {"word": evil})["nodes"]
    assert a["config"]["condition"] == r'trigger.x == "\"] + steps.secret + {{ workspace.name }} [\""'
    assert b["config"]["text"] == 'Said "] + steps.secret + {{ "{{" }} workspace.name }} [": {{ trigger.x }}'
    assert c["config"]["text"] == '"] + steps.secret + {{ "{{" }} workspace.name }} ["'
    assert d["name"] == evil.text


@pytest.mark.parametrize(
    "change",
    [
        ("slug: high-value-refunds", "slug: something-else"),
        ("kind: money", "kind: colour"),
        ("value:", "vaule:"),
        ("> ${threshold} ||", "> ${treshold} ||"),
        ('subject: "Pay out {{ trigger.refund | money }}', 'subject: "Pay out {{ ${tell} | money }}'),
        ("{amount: 2, unit: days}", "null"),
        ("kind: money", "kind: money\n    more_than: due"),
    ],
)
def test_a_wrong_file_is_refused(change: tuple[str, str]) -> None:
    from importlib.resources import files  # noqa: PLC0415 - only here

    text = (files("studio.gallery") / "templates" / "high-value-refunds.yaml").read_text("utf-8")
    assert load("high-value-refunds.yaml", text)
    assert change[0] in text
    with pytest.raises(BadTemplate):
        load("high-value-refunds.yaml", text.replace(*change))


def test_samples_of_a_template() -> None:
    assert [sample["key"] for sample in samples("high-value-refunds")] == ["large", "small"]
    assert samples("gone") == []
    assert len({template.slug for template in templates()}) == len(templates())
