"""A run that needs a person: its page says what to find out and offers the ways on."""

import pytest

from studio.runtime.models import Run, Step
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.runs import make_run

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


@pytest.fixture
def stuck(app, database):
    """A run in doubt: (its page, tenant, its id)."""
    tenant = make_tenant(database)
    run_id = make_run(app, tenant)
    with database.unit(tenant.id) as unit:
        run = unit.session.get(Run, run_id)
        run.state, run.error = "needs_review", {**run.error, "code": "effect.unknown"}
        [step] = unit.session.query(Step).filter(Step.run_id == run_id)
        step.state = "needs_review"
    return f"/runs/{run_id}", tenant, run_id


def state(database, tenant, run_id):
    with database.unit(tenant.id) as unit:
        return unit.session.get(Run, run_id).state


@pytest.mark.parametrize("finding", ["arrived", "repeat"])
def test_whoever_looked_there_says_how_it_goes_on(app, database, stuck, finding):
    page, tenant, run_id = stuck
    builder = signed_in(app, tenant.id, tenant["builder"])
    shown = builder.get(page).text
    assert "It arrived: go on" in shown
    assert "Try the step again" in shown
    assert "Cancel run…" in shown
    assert builder.post(f"{page}/settle", data={"finding": finding}).status_code == 303
    assert state(database, tenant, run_id) == "queued"


def test_whoever_only_reads_is_offered_nothing(app, database, stuck):
    page, tenant, run_id = stuck
    auditor = signed_in(app, tenant.id, tenant["auditor"])
    assert "It arrived: go on" not in auditor.get(page).text
    assert auditor.post(f"{page}/settle", data={"finding": "arrived"}).status_code == 403
    assert state(database, tenant, run_id) == "needs_review"
