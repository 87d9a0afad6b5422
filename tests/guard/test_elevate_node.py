"""A run asks for a role for somebody, waits for those who have to agree, and goes on behind what they said."""

import pytest
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome, RequestState
from studio.core.models import OutboxRow
from studio.guard.elevation import starting
from studio.guard.elevation.outcomes import Ending, State
from studio.guard.models import GuardElevation
from studio.runtime.service import runs, starts
from tests.approvals.running import node
from tests.factories.accounts import make_person, make_tenant
from tests.factories.approvals import decide
from tests.factories.elevations import browser, make_eligible
from tests.guard.gated_runs import Gated

WAYS = ("granted", "declined")
CONFIG = {"role": "admin", "duration_s": 1_800, "justification": "Restore the payout export"}


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def anna(database, tenant):
    return make_person(database, tenant.id, Role.BUILDER, "Anna Keller")


@pytest.fixture
def gated(app, tenant, http_target):
    return Gated(app, tenant, http_target)


@pytest.fixture
def run(gated, anna, tenant):
    """Start a workflow that asks for Anna."""

    def started(**config):
        step = node("lend", "guard.elevate", **CONFIG | {"person": anna.email} | config)
        ways = [node(way, "data.set", fields=[{"name": "here", "value": "true"}]) for way in WAYS]
        workflow_id = gated.publish([step, *ways], [("hook", "next", "lend"), *(("lend", way, way) for way in WAYS)])
        run_id = gated.by_hand(workflow_id, tenant["builder"])
        gated.carry()
        return run_id

    return started


def way(gated, run_id):
    steps = gated.steps(run_id)
    return [key for key in steps if key in WAYS and steps[key].state == "succeeded"]


def elevation(gated):
    with gated.database.unit(gated.tenant.id) as uow:
        return uow.session.scalars(select(GuardElevation)).one()


@pytest.mark.parametrize(("outcome", "port"), [(Outcome.APPROVED, "granted"), (Outcome.DECLINED, "declined")])
def test_the_run_waits_for_whoever_has_to_agree(app, gated, run, tenant, anna, outcome, port):
    make_eligible(gated.database, tenant, anna, approvers=[tenant["admin"], anna])
    run_id = run()
    assert gated.state(run_id) == "waiting"
    row = elevation(gated)
    assert (row.state, row.user_id, row.minutes) == (State.REQUESTED, anna.user_id, 30)
    decide(gated.database, tenant, tenant["admin"], row.request_id, outcome, reason="Checked.")
    gated.carry()
    assert (gated.state(run_id), way(gated, run_id)) == ("succeeded", [port])
    at = browser(app, tenant, anna)
    if port == "granted":
        with at.unit() as uow:
            starting.start(uow, row.id)
    assert at.may("member.manage") == (port == "granted")


def test_where_nobody_has_to_agree_it_is_granted_and_its_person_told(gated, run, tenant, anna):
    make_eligible(gated.database, tenant, anna)
    assert way(gated, run()) == ["granted"]
    with gated.database.unit(tenant.id) as uow:
        left = [str(one.payload) for one in uow.session.scalars(select(OutboxRow))]
    assert any("Start your elevated access" in one and str(anna.user_id) in one for one in left), left
    assert elevation(gated).state == State.APPROVED


def test_whoever_is_not_eligible_is_not_asked_for(gated, run):
    run_id = run()
    assert gated.state(run_id) == "failed"
    assert gated.error(run_id)["code"] == "not_eligible"


def test_a_run_that_is_cancelled_asks_nobody_any_more(gated, run, tenant, anna):
    make_eligible(gated.database, tenant, anna, approvers=[tenant["admin"]])
    run_id = run()
    request_id = elevation(gated).request_id
    with gated.database.unit(tenant.id, tenant["admin"].actor) as uow:
        engine = gated.app.extensions["studio_engine"]
        runs.cancel(uow, starts.get_run(uow, run_id), engine.endings.withdraw, "Not needed", hint=lambda: None)
    row = elevation(gated)
    assert (row.state, row.ending) == (State.ENDED, Ending.TAKEN_BACK)
    with gated.database.unit(tenant.id) as uow:
        assert uow.session.get_one(Request, request_id).state == RequestState.CANCELLED
