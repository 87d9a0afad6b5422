"""Who is asked by what a field holds: the last rule that matches wins, and people read why."""

from dataclasses import dataclass
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from studio.approvals import letters, owners
from studio.approvals.models import Request
from studio.approvals.nodes.checking import unmeetable
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.port import ApprovalsPort
from studio.approvals.rule import from_json
from studio.approvals.saying import rule_words
from studio.contract.node import Context, RunInfo
from studio.contract.results import Fail, Wait
from studio.core.clock import local_now
from studio.core.ids import new_id
from studio.portal import words
from tests.factories.approvals import decide, make_group, share_of


@dataclass(frozen=True)
class One:
    value: Any
    pattern: str


values = st.sampled_from(["DE", "de", "AT", "DE-BY", "", None, True, False, 7, 7.0, 7.5, ["DE", None], {"a": 1}])
patterns = st.sampled_from(["", "DE", "AT, DE", "D?", "DE*", "*", "7", "7.5", "true", "[D]E"])
rules = st.lists(st.builds(One, values, patterns), max_size=6)


@given(rules)
def test_the_last_that_matches_wins_and_what_stands_above_it_does_not_matter(some):
    place = owners.last(some)
    fits = [owners.matches(one.value, one.pattern) for one in some]
    assert place == (max(index for index, fit in enumerate(fits) if fit) if any(fits) else None)
    if place is not None:
        assert owners.last(some[place:]) == 0
        assert owners.last([*some, One("DE", "FR")]) == place
        assert owners.last([*some, One("DE", "de")]) == len(some)


@pytest.mark.parametrize(
    ("value", "pattern", "fits"),
    [
        ("de", "DE", True),
        ("DEX", "DE", False),
        ("DE-BY", "DE-*", True),
        ("AT", "DE, AT", True),
        (["FR", "AT"], "AT", True),
        (7.0, "7", True),
        (True, "true", True),
        (None, "*", False),
        ({"a": 1}, "*", False),
        ([["DE"]], "DE", False),
        ("[D]E", "[D]E", True),
        ("DE", "[D]E", False),
        (True, "", True),
        ("yes", "", False),
        (1, "", False),
    ],
)
def test_what_fits_a_pattern(value, pattern, fits):
    assert owners.matches(value, pattern) is fits


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_fits_itself_and_all_is_a_pattern(value, pattern):
    owners.matches(value, pattern)
    plain = "".join(letter for letter in value if letter not in "*?,")
    assert owners.matches(plain, plain) is bool(plain.strip())


OWNERS = [
    {"field": "trigger.country", "pattern": "*", "approvers": ["group:World"]},
    {"field": "trigger.country", "pattern": "DE, AT", "approvers": ["group:Germany"]},
    {"field": "trigger.total > 500", "approvers": ["group:Board"], "name": "orders above 500"},
]
CONFIG = {"title": "Ship 6021", "owners": OWNERS}


def context(uow, run, **holds):
    port = ApprovalsPort()
    return Context(
        run=run, node="ask", node_name="Ask", path="", attempt=1, now=local_now(), scope=None,
        ports=Mock(approvals=port), tx=uow, wait_id=new_id(), evaluate=lambda source, _extra: holds[source],
    )  # fmt: skip


def run_of(tenant):
    return RunInfo(
        id=new_id(), workspace_id=tenant.id, workflow_id=new_id(), version_id=new_id(), mode="live",
        title="order 6021", started_at=local_now(), workflow_name="Shipping", currency="EUR",
    )  # fmt: skip


def ask(database, tenant, config=None, **holds):
    with database.unit(tenant.id) as uow:
        parsed = ApprovalRequest.Config.model_validate(config or CONFIG)
        return ApprovalRequest().start(context(uow, run_of(tenant), **holds), parsed)


def asked(database, tenant, found):
    assert isinstance(found, Wait), found
    with database.unit(tenant.id) as uow:
        request = uow.session.get(Request, UUID(found.detail["request_id"]))
        return request.id, rule_words(from_json(request.rule))


def test_the_owner_is_asked_in_the_place_of_the_others_and_reads_why(app, database, tenant, jonas, lena):
    make_group(database, tenant, "World", [lena])
    make_group(database, tenant, "Germany", [jonas])
    make_group(database, tenant, "Board", [tenant["admin"]])
    request_id, said = asked(
        database, tenant, ask(database, tenant, **{"trigger.country": "de", "trigger.total > 500": False})
    )
    assert said == "Any one of Germany (owner of country = de) decides"
    share = share_of(database, tenant, request_id, jonas)
    assert share.why == {"kind": "group", "name": "Germany", "owns": "country = de"}
    with app.test_request_context():
        assert words.why(share) == "You are in the group Germany, owner of country = de"
        assert words.asked_why(share) == "in the group Germany, owner of country = de"
    with database.unit(tenant.id) as uow:
        letter = letters.asked(uow.session.get(Request, request_id), "https://x", due=None, why=share.why)
    assert "You are asked as owner of country = de." in letter.text
    decide(database, tenant, jonas, request_id)

    _id, said = asked(database, tenant, ask(database, tenant, **{"trigger.country": "DE", "trigger.total > 500": True}))
    assert said == "Any one of Board (owner of orders above 500) decides"
    _id, said = asked(
        database, tenant, ask(database, tenant, **{"trigger.country": "FR", "trigger.total > 500": False})
    )
    assert said == "Any one of World (owner of country = FR) decides"


def test_where_none_matches_those_named_for_the_rest_are_asked_or_the_step_fails_in_words(database, tenant, jonas):
    make_group(database, tenant, "Germany", [jonas])
    config = {
        "title": "Ship",
        "owners": [{"field": "trigger.country", "pattern": "DE", "approvers": ["group:Germany"]}],
    }
    failed = ask(database, tenant, config, **{"trigger.country": None})
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("owners.none", "owners")
    rest = {**config, "approvers": [f"user:{jonas.email}"]}
    _id, said = asked(database, tenant, ask(database, tenant, rest, **{"trigger.country": None}))
    assert said == "Jonas Weber decides"
    gone = {**config, "owners": [{"field": "trigger.country", "pattern": "FR", "approvers": ["group:France"]}]}
    failed = ask(database, tenant, gone, **{"trigger.country": "FR"})
    assert (failed.code, failed.field) == ("nobody_can_decide", "owners.0.approvers")
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Request).count() == 1, "a step that fails asks nobody"


def test_a_rule_of_owners_is_looked_at_before_a_run_asks(database, tenant, jonas):
    make_group(database, tenant, "Germany", [jonas])
    config = {**CONFIG, "owners": OWNERS[1:2], "approvers": [], "need": "at_least", "number": 2}
    named = {one.field: one.name for one in ApprovalRequest.references(config)}
    assert named == {"config.owners.0.approvers.0": "Germany"}
    with database.unit(tenant.id) as uow:
        assert [field for field, _one in unmeetable(uow, "approval.request", config)] == ["config.owners.0.approvers"]
    assert ApprovalRequest.summary(config) == "The owner by field"
    assert "else any one of Ops" in ApprovalRequest.summary({**CONFIG, "approvers": ["group:Ops"]})


@pytest.mark.parametrize(
    ("owner", "where"),
    [
        ({"field": "", "pattern": "DE", "approvers": ["group:G"]}, ("owners", 0, "field")),
        ({"field": "trigger.x", "pattern": " , ", "approvers": ["group:G"]}, ("owners", 0, "pattern")),
        ({"field": "trigger.x", "pattern": "DE", "approvers": []}, ("owners", 0, "approvers")),
        ({"field": "trigger.x", "approvers": ["group:G"]}, ("owners", 0, "name")),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(owner, where):
    with pytest.raises(ValidationError) as refused:
        ApprovalRequest.Config.model_validate({"title": "Ship", "approvers": ["group:G"], "owners": [owner]})
    assert [one["loc"] for one in refused.value.errors()] == [where]


def test_somebody_has_to_be_named():
    with pytest.raises(ValidationError) as refused:
        ApprovalRequest.Config.model_validate({"title": "Ship"})
    assert [one["loc"] for one in refused.value.errors()] == [("approvers",)]
