"""What is protected is published only where its gates stand on every way; the way that is bare is named."""

import pytest

from studio.accounts.models import User
from studio.accounts.outcomes import Role
from studio.accounts.permissions import SCOPES
from studio.approvals.nodes.proven import gates
from studio.contract.protecting import ApprovalDemand
from studio.core.errors import InvalidInput
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.runtime import document as documents
from studio.runtime.service import workflows
from studio.runtime.service.call_checks import check_in
from tests.factories.accounts import make_person, make_tenant, make_token, with_token

LEADS = ["user:jonas@nordlicht.example", "user:mira@nordlicht.example"]
ASK = {"title": "Refund order 1042", "approvers": LEADS}


def workflow_of(ask=ASK, port="approved", bare=False, **call):
    """Webhook → over 100? → approval → refund; `bare`: what is not over 100 is refunded without asking."""
    refund = {"url": "https://psp.example/refunds", "method": "POST", "protects": "refund.make", **call}
    edges = [("hook", "next", "large"), ("large", "true", "ask"), ("ask", port, "refund")]
    return {
        "schema": "studio.workflow/1",
        "name": "Refunds",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Return", "config": {"sample": {"total": 420}}},
            {"key": "large", "type": "condition.if", "name": "Over 100?", "config": {"condition": "trigger.total > 9"}},
            {"key": "ask", "type": "approval.request", "name": "Leads agree", "config": ask},
            {"key": "refund", "type": "action.http", "name": "Refund", "config": refund},
        ],
        "edges": [
            {"from": source, "port": by, "to": to}
            for source, by, to in [*edges, *([("large", "false", "refund")] if bare else [])]
        ],
    }  # fmt: skip


@pytest.fixture
def tenant(database):
    """Mira and Jonas decide, Anna does not."""
    tenant = make_tenant(database)
    for name in ("Mira", "Jonas", "Anna"):
        person = make_person(database, tenant.id, Role.APPROVER, name)
        with database.unit(tenant.id) as uow:
            uow.session.get_one(User, person.user_id).email = f"{name.lower()}@nordlicht.example"
    return tenant


@pytest.fixture
def publish(app, database, tenant):
    def publish(raw):
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            workflow = workflows.create(uow, "Refunds")
            workflows.publish(uow, app.extensions["studio_keyring"], workflow, raw)

    return publish


@pytest.fixture
def found(database, tenant):
    def found(raw):
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            problems = check_in(uow, documents.parse(raw), workflows.create(uow, "Refunds"))
        return [problem for problem in problems if problem.code == "guard.ungated"]

    return found


@pytest.fixture
def protected(database, tenant):
    """Refunds over 50: one of two people has to agree. The people of it are written in another case."""

    def protect(**more):
        asked = {"approvals": [{"approvers": [one.upper().replace("USER:", "user:") for one in LEADS]}]}
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            policies.create(
                uow, PolicySave("refund.make", f"P {sorted(more)}", PolicyFields.model_validate(more or asked))
            )

    return protect


def test_without_a_policy_nothing_is_asked_for(publish):
    publish(workflow_of(bare=True))


def test_a_way_past_the_gate_is_refused_with_its_steps_and_the_step_that_would_mend_it(publish, found, protected):
    protected(above="50", approvals=[{"approvers": LEADS, "count": 1}])
    publish(workflow_of())
    (problem,) = found(workflow_of(bare=True))
    assert (problem.node, problem.way, problem.severity) == ("refund", ("hook", "large", "refund"), "error")
    assert "Return → Over 100? → Refund" in problem.message
    assert "1 of these have to agree (jonas@nordlicht.example, mira@nordlicht.example)" in problem.message
    assert problem.gate == {
        "type": "guard.require",
        "port": "passed",
        "config": {"protects": "refund.make", "what": "Refund", "facts": {}, "who": "approver"},
    }
    with pytest.raises(InvalidInput) as refused:
        publish(workflow_of(bare=True))
    assert [(one.path, one.code) for one in refused.value.problems] == [("nodes.3", "guard.ungated")]


def test_only_a_yes_of_the_right_people_counts(found, protected):
    protected()
    assert found(workflow_of()) == []
    for raw in (
        workflow_of(port="expired"),
        workflow_of(port="error"),
        workflow_of({**ASK, "approvers": [*LEADS, "user:anna@nordlicht.example"]}),
        workflow_of({**ASK, "fallback": ["user:anna@nordlicht.example"]}),
        workflow_of({**ASK, "more_stages": True}),
    ):
        assert [one.node for one in found(raw)] == ["refund"]


def test_a_proof_is_asked_for_apart_from_people(found, protected):
    protected()
    protected(step_up={"strength": "passkey"})
    (problem,) = found(workflow_of())
    assert "prove who they are by passkey" in problem.message
    assert problem.gate["type"] == "guard.require"


def test_what_the_workspace_protects_itself_is_proved_as_well(database, tenant, found):
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        own = policies.protect(
            uow, policies.TargetSave("Payouts", "action.http", 'config.url.startsWith("https://psp.example/")')
        )
        fields = PolicyFields.model_validate({"approvals": [{"approvers": LEADS, "count": 2}]})
        policies.create(uow, PolicySave(own.key, "Two leads", fields))
    (problem,) = found(workflow_of(protects=""))
    assert "Payouts is protected: 2 of these have to agree (jonas" in problem.message
    assert problem.gate["config"] == {"protects": own.key, "what": "Payouts", "facts": {}, "who": "approver"}
    assert found(workflow_of({**ASK, "approvers": LEADS, "need": "at_least", "number": 2}, protects="")) == []


def test_the_api_says_the_same(app, database, tenant, protected):
    protected()
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        workflow_id = workflows.create(uow, "Refunds").id
    client = with_token(app, make_token(app, tenant, "builder", list(SCOPES)))
    asked = {"document": workflow_of(bare=True)}
    answer = client.post(f"/api/v1/workflows/{workflow_id}/check", json=asked).json
    assert answer["publishable"] is False
    ungated = [one for one in answer["problems"] if one["code"] == "guard.ungated"]
    assert [one["way"] for one in ungated] == [["hook", "large", "refund"]]


@pytest.mark.parametrize(
    ("config", "proved"),
    [
        ({"approvers": ["user:a"]}, [(["user:a"], 1)]),
        ({"approvers": ["user:a", "user:b"], "need": "everybody"}, [(["user:a", "user:b"], 2)]),
        ({"approvers": ["group:a", "user:b"], "need": "everybody"}, [(["group:a", "user:b"], 1)]),
        ({"approvers": ["group:a"], "need": "at_least", "number": 3}, [(["group:a"], 3)]),
        ({"approvers": ["group:a"], "need": "at_least_per_cent", "number": 60}, [(["group:a"], 1)]),
        ({"approvers": ["user:a"], "also": [{"approvers": ["group:b"]}]}, [(["user:a"], 1), (["group:b"], 1)]),
        ({"approvers": ["user:a"], "escalate": [{"targets": ["user:b"]}]}, [(["user:a", "user:b"], 1)]),
        ({"approvers": ["user:a"], "at_last": "approve"}, []),
        ({"approvers": ["user:a"], "policy": "Refunds"}, []),
        ({"approvers": ["user:a"], "owners": [{"field": "x"}]}, []),
        ({"approvers": "user:a"}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_what_an_approval_proves_is_no_more_than_it_asks(config, proved):
    found = gates(config)
    demands = {demand for gate in found for demand in gate.proves.approvals}
    assert demands == {ApprovalDemand(frozenset(people), count) for people, count in proved}
    assert all(gate.ports == ("approved",) and not gate.proves.asker_decides for gate in found)
