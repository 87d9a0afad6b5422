"""Gates of runs: whoever is asked proves who they are, or agrees; and the run goes on behind what they said."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from studio.accounts.outcomes import Role, Strength
from studio.approvals.outcomes import Outcome
from studio.audit.models import AuditEvent
from studio.contract.gates import StepUpNeeded
from studio.contract.protecting import ApprovalDemand, Requirement, StepUpDemand
from studio.core import clock
from studio.core.errors import Conflict, NotFound
from studio.core.models import OutboxRow
from studio.guard.obtained import Obtained, Proved, lacks
from studio.guard.service import passing
from tests.approvals.running import node
from tests.factories.accounts import make_person, make_tenant, signed_in
from tests.factories.approvals import decide
from tests.factories.proofs import in_a_session, prove
from tests.guard.gated_runs import FACTS, STEP_UP, Gated

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
PEOPLE = st.frozensets(st.sampled_from(["user:a", "user:b", "user:C"]), min_size=1)
DEMANDS = st.frozensets(st.builds(ApprovalDemand, PEOPLE, st.integers(1, 2)), max_size=2)
STEP_UPS = st.builds(StepUpDemand, st.sampled_from(Strength), st.builds(timedelta, seconds=st.integers(30, 300)))
WANTED = st.builds(
    lambda demands, proof, decides: Requirement.of(demands, proof, asker_decides=decides),
    DEMANDS, st.none() | STEP_UPS, st.booleans(),
)  # fmt: skip
PROOFS = st.lists(
    st.builds(Proved, st.sampled_from(Strength), st.builds(lambda s: NOW - timedelta(seconds=s), st.integers(0, 400)))
)


@given(wanted=WANTED, held=st.lists(WANTED), proofs=PROOFS)
def test_what_is_lacking_is_asked_for_and_once_it_is_there_nothing_is_lacking(wanted, held, proofs):
    obtained = Obtained(tuple(held), tuple(proofs))
    missing = lacks(wanted, obtained, NOW)
    assert missing.approvals <= wanted.approvals
    assert missing.step_up in (None, wanted.step_up)
    more = Obtained((*held, missing), (*proofs, Proved(Strength.PASSKEY, NOW)))
    assert lacks(wanted, more, NOW).empty
    if wanted.step_up is not None and missing.step_up is None:
        assert any(one.strength >= wanted.step_up.strength and NOW - one.at <= wanted.step_up.max_age for one in proofs)


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


def said(key):
    return node(key, "data.set", fields=[{"name": "here", "value": "true"}])


@pytest.fixture
def asks(gated, jonas):
    """A workflow that asks Jonas for a proof."""

    def asks(**config):
        step = node("prove", "guard.step_up", **STEP_UP | {"person": jonas.email} | config)
        ways = ("proven", "refused", "expired")
        edges = [("hook", "next", "prove"), *(("prove", way, way) for way in ways)]
        return gated.publish([step, *(said(way) for way in ways)], edges)

    return asks


def way(gated, run_id):
    steps = gated.steps(run_id)
    return [key for key in steps if key not in ("hook", "prove", "gate") and steps[key].state == "succeeded"]


def actions(gated):
    with gated.database.unit(gated.tenant.id) as uow:
        query = select(AuditEvent.action).where(AuditEvent.action.like("guard.proof%")).order_by(AuditEvent.id)
        return [name.removeprefix("guard.proof_") for name in uow.session.scalars(query)]


def test_the_named_person_proves_it_and_the_run_goes_on(gated, asks, jonas, tenant):
    run_id = gated.by_hand(asks(), tenant["builder"])
    row = gated.visit(run_id)
    assert gated.state(run_id) == "waiting"
    assert (row.what, row.facts, row.user_id) == ("Refund 420.00", {"amount": "420.00", "order": "1042"}, jonas.user_id)
    with gated.database.unit(tenant.id) as uow:
        [mail] = uow.session.scalars(select(OutboxRow).where(OutboxRow.key.like("mail:guard_pass:%")))
    assert mail.payload["to"] == [jonas.email]
    assert f"/prove/{row.id}" in mail.payload["text"]
    with gated.database.unit(tenant.id, tenant["builder"].actor) as uow, pytest.raises(NotFound):
        passing.find(uow, row.id)

    actor = in_a_session(gated.database, tenant, jonas)
    other = {**passing.shown(row), "facts": {"amount": "4200.00", "order": "1042"}}
    for action, payload, strength in (
        (passing.ACTION, other, Strength.PASSKEY),
        ("refund.make", passing.shown(row), Strength.PASSKEY),
        (passing.ACTION, passing.shown(row), Strength.PASSWORD),
    ):
        prove(gated.database, actor, action, payload, strength)
        with pytest.raises(StepUpNeeded), gated.database.unit(tenant.id, actor) as uow:
            passing.prove(uow, passing.find(uow, row.id))
    gated.prove(run_id, jonas, strength=Strength.CODE)
    assert way(gated, run_id) == ["proven"]
    output = gated.steps(run_id)["prove"].output
    assert (output["outcome"], output["by_email"], output["pass_id"]) == ("proven", jonas.email, str(row.id))
    assert actions(gated) == ["asked", "given"]
    with pytest.raises(Conflict):
        gated.prove(run_id, jonas)


def test_saying_no_and_saying_nothing_have_ways_of_their_own(gated, asks, jonas, tenant):
    workflow_id = asks(within_s=600)
    no, late = (gated.by_hand(workflow_id, tenant["builder"]) for _ in range(2))
    refused, actor = gated.visit(no).id, in_a_session(gated.database, tenant, jonas)
    with gated.database.unit(tenant.id, actor) as uow:
        assert passing.count_of_person(uow, jonas.user_id) == 2
        passing.refuse(uow, passing.find(uow, refused))
    gated.carry()
    assert way(gated, no) == ["refused"]
    with pytest.raises(Conflict):
        gated.prove(no, jonas)
    clock.shift(timedelta(seconds=601))
    with pytest.raises(Conflict):
        gated.prove(late, jonas)
    gated.sweep()
    assert way(gated, late) == ["expired"]
    assert actions(gated) == ["asked", "asked", "refused", "expired"]


def test_a_run_that_is_cancelled_asks_for_nothing_any_more(gated, asks, jonas, tenant):
    run_id = gated.by_hand(asks(), tenant["builder"])
    gated.cancel(run_id, "Wrong order")
    row = gated.visit(run_id)
    assert (row.state, row.wait_id) == ("withdrawn", None)
    with pytest.raises(Conflict):
        gated.prove(run_id, jonas)
    assert actions(gated) == ["asked", "withdrawn"]


def test_whoever_started_it_or_approved_proves_it(gated, asks, jonas, tenant):
    run_id = gated.by_hand(asks(who="starter", person=""), tenant["builder"])
    assert gated.visit(run_id).user_id == tenant["builder"].user_id
    failed = gated.start(asks(who="starter", person=""), {"amount": "1", "order": "1"})
    assert gated.error(failed)["code"] == "guard.nobody"
    failed = gated.by_hand(asks(person="nobody@example.com"), tenant["builder"])
    assert gated.error(failed)["code"] == "guard.person_unknown"

    ask = node("ask", "approval.request", title="Refund?", approvers=[f"user:{jonas.email}"])
    step = node("prove", "guard.step_up", **STEP_UP | {"who": "approver"})
    edges = [("hook", "next", "ask"), ("ask", "approved", "prove")]
    run_id = gated.by_hand(gated.publish([ask, step], edges), tenant["builder"])
    [request] = gated.requests(run_id)
    decide(gated.database, tenant, jonas, request.id)
    gated.carry()
    assert gated.visit(run_id).user_id == jonas.user_id


@pytest.fixture
def requires(gated):
    """A workflow with a gate before the protected call."""

    def requires(**config):
        base = {"protects": "refund.make", "what": "Refund {{ trigger.amount }}", "facts": FACTS}
        ways = ("refused", "expired", "frozen")
        edges = [("hook", "next", "gate"), ("gate", "passed", "refund"), *(("gate", one, one) for one in ways)]
        return gated.publish(
            [node("gate", "guard.require", **base | config), gated.refund(), *(said(one) for one in ways)], edges
        )

    return requires


def test_nothing_is_asked_for_without_a_policy_or_below_its_limit(gated, requires, tenant, http_target):
    workflow_id = requires()
    gated.by_hand(workflow_id, tenant["builder"])
    gated.protect(above="500", step_up={"strength": "passkey"})
    run_id = gated.by_hand(workflow_id, tenant["builder"])
    gated.carry()
    assert len(http_target.requests) == 2
    assert gated.steps(run_id)["gate"].output["asked"] is False


def test_people_agree_then_whoever_agreed_proves_it_and_a_policy_that_was_tightened_meanwhile_holds(
    gated, requires, jonas, tenant, http_target
):
    people = [{"approvers": [f"user:{jonas.email}"]}]
    gated.protect(approvals=people)
    run_id = gated.by_hand(requires(), tenant["builder"])
    [request] = gated.asked(run_id)
    assert request.title == "Refund 420.00"
    gated.protect(approvals=people, step_up={"strength": "passkey"})
    decide(gated.database, tenant, jonas, request.id)
    gated.carry()
    row = gated.visit(run_id)
    assert (gated.state(run_id), row.user_id, row.needed) == ("waiting", jonas.user_id, Strength.PASSKEY)
    assert http_target.requests == []
    gated.prove(run_id, jonas)
    assert gated.state(run_id) == "succeeded"
    assert [one.path for one in http_target.requests] == ["/refunds"]


@pytest.mark.parametrize("end", ["declined", "cancelled", "frozen"])
def test_nothing_goes_out_where_it_is_declined_taken_back_or_frozen(gated, requires, jonas, tenant, http_target, end):
    people = [{"approvers": [f"user:{jonas.email}"]}]
    gated.protect(approvals=people)
    run_id = gated.by_hand(requires(), tenant["builder"])
    [request] = gated.asked(run_id)
    if end == "declined":
        decide(gated.database, tenant, jonas, request.id, Outcome.DECLINED)
    elif end == "cancelled":
        gated.cancel(run_id, "Wrong order")
        assert gated.asked(run_id)[0].state == "cancelled"
    else:
        now = clock.local_now()
        freeze = {"name": "Sale", "starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(days=1)}
        gated.protect(approvals=people, freezes=[freeze])
        decide(gated.database, tenant, jonas, request.id)
    gated.carry()
    assert http_target.requests == []
    assert way(gated, run_id) == {"declined": ["refused"], "cancelled": [], "frozen": ["frozen"]}[end]


def test_the_page_asks_for_the_proof_first_and_says_how_it_ended(app, gated, asks, jonas, tenant):
    run_id = gated.by_hand(asks(), tenant["builder"])
    row = gated.visit(run_id)
    client = signed_in(app, tenant.id, jonas)
    assert "1 workflow waits until you prove who you are" in client.get("/inbox").text
    assert "Refund 420.00" in client.get("/prove").text
    page = client.get(f"/prove/{row.id}")
    assert "1042" in page.text
    asked = client.post(f"/prove/{row.id}")
    assert asked.status_code == 401
    assert "Is it you?" in asked.text
    assert gated.state(run_id) == "waiting"
    client.post(f"/prove/{row.id}/refuse")
    assert "You said no." in client.get(f"/prove/{row.id}").text
    assert signed_in(app, tenant.id, tenant["builder"]).get(f"/prove/{row.id}").status_code == 404
