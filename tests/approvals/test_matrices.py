"""Matrices: drafted, published where nothing is in the way, asked by; who has left is passed over and said."""

from unittest.mock import Mock
from uuid import UUID

import pytest

from studio.accounts.models import Seat
from studio.approvals.matrices import grid, trying
from studio.approvals.matrices import service as matrices
from studio.approvals.models import Request
from studio.approvals.nodes.ask import AskApproval
from studio.approvals.nodes.proven import gates as proven_gates
from studio.approvals.nodes.request import ApprovalRequest
from studio.approvals.outcomes import Outcome
from studio.approvals.port import ApprovalsPort
from studio.approvals.rule import from_json
from studio.approvals.saying import rule_words
from studio.approvals.service import rows
from studio.approvals.tables import named
from studio.contract import references
from studio.contract.node import Context, RunInfo
from studio.contract.results import Done, Fail, Wait
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from studio.core.ids import new_id
from tests.factories.accounts import signed_in
from tests.factories.approvals import decide, make_group, shown
from tests.factories.audit import events_of
from tests.factories.guard import make_guard_policy
from tests.factories.matrices import csv_of, make_matrix, publish_matrix
from tests.factories.policies import make_policy

HERE = "/settings/matrices"
CONFIG = {
    "title": "Refund €420.00",
    "matrix": "refunds",
    "compare": [{"column": "Amount", "value": "420.00", "unit": "EUR"}, {"column": "Country", "value": "DE"}],
}
LINES = ("1,<500,DE,Refund team,,4 hours,,,,Small", "2,>=500,,Refund team,all,,yes,OWNER,,", "otherwise,,,ADMIN,,,,,,")


@pytest.fixture
def team(database, tenant, jonas, lena):
    return make_group(database, tenant, "Refund team", [jonas, lena])


def start(database, tenant, node=ApprovalRequest, **changed):
    """The step as a run starts it, with its expressions evaluated."""
    with database.unit(tenant.id) as uow:
        run = RunInfo(
            id=new_id(), workspace_id=tenant.id, workflow_id=new_id(), version_id=new_id(), mode="live",
            title="order 6021", started_at=uow.now, workflow_name="Refunds",
        )  # fmt: skip
        ctx = Context(
            run=run, node="ask", node_name="Ask", path="", attempt=1, now=uow.now, scope=None,
            ports=Mock(approvals=ApprovalsPort()), tx=uow, wait_id=new_id(),
        )  # fmt: skip
        return node().start(ctx, node.Config.model_validate(CONFIG | changed))


def worth(amount, country="DE"):
    return [{"column": "Amount", "value": amount, "unit": "EUR"}, {"column": "Country", "value": country}]


def asked(database, tenant, found):
    assert isinstance(found, Wait), found
    with database.unit(tenant.id) as uow:
        request = uow.session.get(Request, UUID(found.detail["request_id"]))
        people = {share.user_id for share in rows.assignments(uow, request)}
        return request, rule_words(from_json(request.rule)), people


def test_the_row_that_fits_says_who_decides_and_until_when(database, tenant, team, jonas, lena):
    make_matrix(database, tenant, "Refunds", *LINES)
    request, words, people = asked(database, tenant, start(database, tenant))
    assert people == {jonas.user_id, lena.user_id}
    assert (request.due_at - request.created_at).total_seconds() == 4 * 3600
    assert request.context["matrix"] | {"id": ""} == {
        "id": "", "name": "Refunds", "version": 1, "rows": "row 1 (Small)", "why": "Amount <500 EUR; Country DE",
        "facts": "Amount 420 EUR, Country de", "proof": False, "fell_back": "",
        "told": {"Amount": "420.00", "Country": "DE"},
    }  # fmt: skip
    request, words, _people = asked(database, tenant, start(database, tenant, compare=worth(900)))
    assert words.startswith("Needed: all of Refund team, then")
    assert from_json(request.rule).proof
    assert request.due_at is None


def test_what_fits_no_row_goes_to_the_others(database, tenant, team):
    make_matrix(database, tenant, "Refunds", *LINES)
    request, _words, people = asked(database, tenant, start(database, tenant, compare=worth(5, "FR")))
    assert people == {tenant["admin"].user_id}
    assert request.context["matrix"]["rows"] == "otherwise"


def test_open_requests_keep_their_version(database, tenant, team, jonas, lena):
    matrix_id = make_matrix(database, tenant, "Refunds", *LINES)
    before = start(database, tenant)
    assert publish_matrix(database, tenant, matrix_id, "1,,,OWNER,,,,,,") == 2
    request, _words, people = asked(database, tenant, before)
    assert (people, request.context["matrix"]["version"]) == ({jonas.user_id, lena.user_id}, 1)
    request, _words, people = asked(database, tenant, start(database, tenant))
    assert (people, request.context["matrix"]["version"]) == ({tenant["owner"].user_id}, 2)


def leave(database, tenant, *people):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        for person in people:
            uow.session.query(Seat).filter(Seat.user_id == person.user_id).update({"disabled_at": uow.now})


def test_where_the_people_of_a_row_have_left_the_others_are_asked_and_it_is_said(database, tenant, team, jonas, lena):
    make_matrix(database, tenant, "Refunds", *LINES)
    leave(database, tenant, jonas, lena)
    request, _words, people = asked(database, tenant, start(database, tenant))
    assert people == {tenant["admin"].user_id}
    assert request.context["matrix"]["rows"] == "otherwise"
    assert "row 1 (Small): Nobody can decide" in request.context["matrix"]["fell_back"]


def test_then_the_steps_own_approvers_and_last_a_clear_end(database, tenant, team, jonas, lena):
    make_matrix(database, tenant, "Refunds", "1,,,Refund team,,,yes,,,")
    leave(database, tenant, jonas, lena)
    own = [f"user:{tenant['owner'].email}"]
    request, _words, people = asked(database, tenant, start(database, tenant, approvers=own))
    assert people == {tenant["owner"].user_id}
    assert request.context["matrix"]["rows"] == "the step's own approvers"
    failed = start(database, tenant)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == ("matrix.nobody", "matrix")
    assert "Publish a version of it that names others" in failed.message
    with database.unit(tenant.id) as uow:
        assert uow.session.query(Request).count() == 1


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"matrix": "Returns"}, "matrix.unknown", "matrix"),
        ({"compare": [{"column": "Amount", "value": 5}]}, "table.fact_missing", "compare"),
        ({"compare": worth("lots")}, "table.fact_number", "compare"),
        ({"compare": [{"column": "Amount", "value": 5, "unit": "USD"}, {"column": "Country", "value": ""}]},
         "table.fact_unit", "compare"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_asks_nobody(database, tenant, team, changed, code, field):
    make_matrix(database, tenant, "Refunds", *LINES)
    failed = start(database, tenant, **changed)
    assert isinstance(failed, Fail)
    assert (failed.code, failed.field) == (code, field)


def test_all_rows_that_fit_have_to_agree_until_the_nearest_end(database, tenant, team):
    lines = ("1,>=100,,Refund team,,2 days,,,,", "2,,DE,OWNER,,3 hours,yes,,,", "3,,,ADMIN,,,,,,")
    text = csv_of(tenant, *lines).replace("first hit", "all hits")
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        row = matrices.create(uow, "Refunds", grid.read(text).matrix)
        matrices.publish(uow, row.id, "", row.revision)
    request, _words, _people = asked(database, tenant, start(database, tenant))
    rule = from_json(request.rule)
    assert [len(stage.parts) for stage in rule.stages] == [3]
    assert rule.proof
    assert (request.due_at - request.created_at).total_seconds() == 3 * 3600


def test_a_row_escalates_by_the_policy_that_it_names(database, tenant, team):
    level = {"after": {"amount": 1, "unit": "hours"}, "targets": [f"user:{tenant['owner'].email}"]}
    make_policy(database, tenant, "group:Refund team", name="Levels", escalate=[level])
    make_matrix(database, tenant, "Refunds", "1,,,Refund team,,,,,Levels,")
    request, _words, _people = asked(database, tenant, start(database, tenant))
    assert request.escalates


def test_a_step_that_goes_on_asks_by_it_too(database, tenant, team):
    make_matrix(database, tenant, "Refunds", *LINES)
    found = start(database, tenant, AskApproval)
    assert isinstance(found, Done)
    with database.unit(tenant.id) as uow:
        [request] = uow.session.query(Request)
        assert request.context["matrix"]["rows"] == "row 1 (Small)"


def test_an_approval_by_a_row_with_proof_needs_one(app, database, tenant, team, jonas):
    make_matrix(database, tenant, "Refunds", "1,,,Refund team,,,yes,,,")
    request_id = UUID(start(database, tenant).detail["request_id"])
    with pytest.raises(Forbidden) as refused:  # as whoever comes by a mail's link: there is no session to prove it in
        decide(database, tenant, jonas, request_id)
    assert refused.value.code == "not_a_person"
    page = signed_in(app, tenant.id, jonas)
    sent = {"shown": shown(database, tenant, request_id), "outcome": "approved"}
    answer = page.post(f"/approvals/{request_id}/decide", data=sent)
    assert (answer.status_code, "/step-up/" in answer.text) == (401, True)
    assert "Approve “Refund €420.00”" in answer.text
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Request, request_id).open
    decide(database, tenant, jonas, request_id, Outcome.DECLINED)  # saying no needs none


def test_nothing_is_proved_of_what_a_matrix_decides():
    assert proven_gates(CONFIG | {"approvers": ["group:Refund team"]}) == ()


def test_publishing_is_refused_with_all_that_is_in_the_way(database, tenant, team):
    lines = (
        "1,<500,,Refund team,5,,,,,",
        "2,<100,,Nobody here,,,,,Missing,",
        "3,1..2,,ADMIN,,2 working days (None),,,,",
    )
    matrix_id = make_matrix(database, tenant, "Refunds", *lines, publish=False)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        with pytest.raises(InvalidInput) as refused:
            matrices.publish(uow, matrix_id, "", 1)
        found = {(one.path, one.code) for one in refused.value.problems}
    assert found >= {
        ("rows", "table.gap"), ("rows.1", "table.unreachable_row"), ("rows.2", "table.unreachable_row"),
        ("rows.0.3", "quorum_above_group"), ("rows.1.2", "group.unknown"), ("rows.1.7", "policy.unknown"),
        ("rows.2.4", "calendar.unknown"),
    }  # fmt: skip
    with database.unit(tenant.id) as uow:
        assert matrices.get(uow, matrix_id).version == 0
        assert named.missing(uow, "Refunds").code == "matrix.unpublished"


def test_drafts_are_kept_apart_and_conflicts_are_told(database, tenant):
    matrix_id = make_matrix(database, tenant)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        row = matrices.get(uow, matrix_id)
        with pytest.raises(Conflict) as refused:
            matrices.publish(uow, matrix_id, "", row.revision)
        assert refused.value.code == "nothing_changed"
        changed = grid.read(csv_of(tenant, "1,,,ADMIN,,,,,,")).matrix
        assert matrices.save(uow, matrix_id, changed, 1).revision == 2
        assert named.published(uow, "refunds").matrix.rows[0].approvers == (f"user:{tenant['owner'].email}",)
        for act in (lambda: matrices.save(uow, matrix_id, changed, 1), lambda: matrices.publish(uow, matrix_id, "", 1)):
            with pytest.raises(Conflict) as refused:
                act()
            assert refused.value.code == "matrix_changed"
        with pytest.raises(Conflict) as refused:
            matrices.create(uow, " refunds ", changed)
        assert refused.value.code == "name_taken"
        with pytest.raises(InvalidInput):
            matrices.create(uow, " ", changed)
        with pytest.raises(NotFound):
            named.version(uow, row, 9)


def test_each_version_is_in_the_trail_with_what_it_changed(app, database, tenant):
    matrix_id = make_matrix(database, tenant)
    publish_matrix(database, tenant, matrix_id, "1,<5,,ADMIN,,,,,,", "2,>=5,,OWNER,,,,,,")
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        matrices.remove(uow, matrix_id)
    first, second = events_of(database, tenant, "approval_matrix.published")
    assert (first["metadata"]["version"], second["metadata"]["version"], second["metadata"]["rows"]) == (1, 2, 2)
    assert [one["path"] for one in second["changes"]] == ["Row 1", "Row 2"]
    for action in ("created", "deleted"):
        assert len(events_of(database, tenant, f"approval_matrix.{action}")) == 1


def test_publishing_stands_behind_what_guards_it(app, database, tenant):
    matrix_id = make_matrix(database, tenant)
    make_guard_policy(database, tenant, "Proof first", target=matrices.TARGET, step_up={"strength": "password"})
    page = signed_in(app, tenant.id, tenant["admin"])
    assert (
        page.post(f"{HERE}/{matrix_id}", data={"seen": "1", "table": csv_of(tenant, "1,,,ADMIN,,,,,,")}).status_code
        == 302
    )
    answer = page.post(f"{HERE}/{matrix_id}/publish", data={"seen": "2", "note": "Because"})
    assert (answer.status_code, "/step-up/" in answer.text) == (401, True)
    with database.unit(tenant.id) as uow:
        assert matrices.get(uow, matrix_id).version == 1


def test_a_workflow_that_names_it_keeps_it_and_has_to_tell_its_columns(database, tenant, monkeypatch):
    matrix_id = make_matrix(database, tenant)
    known = {
        ("approval_matrix", "Refunds"): ["Money back"],
        ("approval_matrix_column", "refunds: amount"): ["Money back"],
    }
    monkeypatch.setattr(references, "users", lambda _uow, kind, name: known.get((kind, name), []))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        with pytest.raises(Conflict) as refused:
            matrices.remove(uow, matrix_id)
        assert refused.value.code == "matrix_in_use"
        row = matrices.keep(uow, matrix_id, grid.read(csv_of(tenant, "1,,,ADMIN,,,,,,")))
        with pytest.raises(InvalidInput) as told:
            matrices.publish(uow, matrix_id, "", row.revision)
        assert [(one.path, one.code) for one in told.value.problems] == [("columns.1", "matrix.column_untold")]
        assert "Money back" in told.value.message


def test_a_step_names_its_matrix_and_what_it_tells_it(database, tenant):
    make_matrix(database, tenant)
    found = {(one.kind, one.name) for one in ApprovalRequest.references(CONFIG)}
    assert found >= {("approval_matrix", "refunds"), ("approval_matrix_column", "refunds: country")}
    assert ApprovalRequest.summary(CONFIG) == "By the matrix “refunds”"
    with database.unit(tenant.id) as uow:
        assert named.missing(uow, "REFUNDS") is None
        assert named.missing(uow, "Returns").code == "matrix.unknown"
        assert named.missing_column(uow, "refunds: country") is None
        assert named.missing_column(uow, "refunds: colour").warning


def test_a_draft_is_tried_on_what_was_asked_before(database, tenant, team):
    make_matrix(database, tenant, "Refunds", *LINES)
    facts = [{"label": "Country", "value": "DE"}, {"label": "Order", "value": "6021"}]
    for amount in ("420.00", "900.00"):
        start(database, tenant, amount=amount, currency="EUR", facts=facts, compare=worth(amount))
    start(database, tenant, amount="5.00", currency="USD", facts=facts)
    with database.unit(tenant.id) as uow:
        draft = grid.read(csv_of(tenant, "1,<500,DE,Refund team,,,,,,", "otherwise,,,OWNER,,,,,,")).matrix
        offered = trying.sources(uow)
        assert offered == ["amount", "fact:Country", "fact:Order", "workflow", "requester", "told"]
        assert trying.guessed(draft.columns, offered) == {"Amount": "told", "Country": "told"}
        small = trying.on_past(uow, draft, trying.guessed(draft.columns, offered))[-1]
        assert (small.rows, small.facts) == ("row 1", "Amount 420 EUR, Country de")
        taken = trying.guessed(draft.columns, offered[:-1])
        assert taken == {"Amount": "amount", "Country": "fact:Country"}
        dollars, large, small = trying.on_past(uow, draft, taken)
        assert (small.rows, small.same, small.problem) == ("row 1", True, "")
        assert (large.rows, large.same) == ("otherwise", False)
        assert large.asked.startswith("Needed: all of Refund team, then")
        assert "in USD" in dollars.problem
        with pytest.raises(InvalidInput) as refused:
            trying.on_past(uow, draft, {"Amount": "amount"})
        assert refused.value.field == "sources.1"
        with pytest.raises(InvalidInput):
            trying.on_past(uow, draft, taken, most=201)
