"""Freezes are planned, met before publishing, passed with a reason, and taken away; they take no proof away."""

import re
from datetime import timedelta

import pytest

from studio.contract import gates
from studio.contract.gates import Act, Frozen
from studio.core import clock
from studio.core.errors import Conflict, InvalidInput
from studio.guard.models import GuardException
from studio.guard.policies import service as policies
from studio.guard.service import checking, freezing
from tests.accounts.test_factors import proved
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.guard import make_guard_policy
from tests.factories.workflows import make_workflow, refunds


@pytest.fixture
def tenant(database):
    return make_tenant(database)


def planned(database, tenant, kinds=("publish",), begins=timedelta(hours=-1), lasts=timedelta(days=3)):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        start = uow.now + begins
        rows = freezing.plan(uow, name="Black Friday", starts_at=start, ends_at=start + lasts, kinds=kinds)
        return [row.id for row in rows]


def test_each_kind_freezes_its_actions_until_the_end(app, database, tenant):
    planned(database, tenant, kinds=("publish", "settings"))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        found = {(one.target, one.state(uow.now)) for one in freezing.listed(uow)}
        assert found == {(target, "now") for kind in ("publish", "settings") for target in freezing.KINDS[kind]}
        assert freezing.now_over(uow, "workflow.publish")[0] == "Black Friday"
        assert freezing.now_over(uow, "flag.rollout") is None
        with pytest.raises(Frozen):
            gates.current().require(uow, Act("workflow.publish", "Publish", {}))
    clock.shift(timedelta(days=4))
    try:
        with database.unit(tenant.id, tenant["admin"].actor) as uow:
            assert freezing.now_over(uow, "workflow.publish") is None
            gates.current().require(uow, Act("workflow.publish", "Publish", {}))
    finally:
        clock.reset()


def test_a_freeze_to_come_takes_no_proof_away(app, database, tenant):
    """The payout account asks for a proof where no policy stands before it; a freeze alone is none."""
    planned(database, tenant, kinds=("settings",), begins=timedelta(days=5))
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        found = checking.check(uow, "payout_account.change", {})
        assert found.frozen is None
        assert found.step_up is not None


def test_a_freeze_is_taken_away_and_one_with_more_is_not(database, tenant):
    [publish] = planned(database, tenant)
    more = make_guard_policy(database, tenant, target="flag.rollout", step_up={"strength": "password"})
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        freezing.cancel(uow, publish)
        assert freezing.listed(uow) == []
        with pytest.raises(Conflict) as refused:
            freezing.cancel(uow, more)
        assert refused.value.code == "freeze.not_alone"


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"kinds": ()}, "kinds"),
        ({"kinds": ("weather",)}, "kinds.0"),
        ({"begins": timedelta(days=-9)}, "ends_at"),
        ({"lasts": timedelta(days=-1), "begins": timedelta(days=9)}, "ends_at"),
        ({"lasts": timedelta(days=93)}, "ends_at"),
    ],
)
def test_bad_input_names_its_field_and_freezes_nothing(database, tenant, changed, path):
    with pytest.raises(InvalidInput) as refused:
        planned(database, tenant, **changed)
    assert path in [problem.path for problem in refused.value.problems]
    with database.unit(tenant.id) as uow:
        assert policies.every(uow) == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_it_is_planned_on_its_page_seen_before_publishing_and_passed_with_a_reason(app, tenant, database):
    admin = signed_in(app, tenant.id, tenant["admin"])
    form = {"name": "Black Friday", "starts_at": "2020-01-01T00:00", "ends_at": "2020-01-02T00:00", "kinds": "publish"}
    page = proved(admin, admin.post("/settings/freezes", data=form).text)
    assert "It ends in the future." in page.text
    planned(database, tenant)
    assert "Black Friday" in admin.get("/settings/freezes").text
    flow = make_workflow(app, tenant, refunds())
    editor = admin.get(f"/workflows/{flow}/edit").text
    assert "Publishing is frozen until" in editor
    builder = signed_in(app, tenant.id, tenant["builder"]).post(f"/workflows/{flow}/bypass")
    assert "Go on all the same" not in builder.text
    frozen = admin.post(f"/workflows/{flow}/bypass")
    assert frozen.status_code == 409
    hidden = dict(re.findall(r'name="(freeze_[a-z]+)" type="hidden" value="([^"]*)"', frozen.text))
    went = admin.post("/settings/protection/freeze-exceptions", data=hidden | {"freeze_reason": "A defect"})
    assert went.status_code == 307
    assert admin.post(went.location).status_code == 303
    published = admin.post(f"/builder/api/workflows/{flow}/publish", json={"revision": 1, "note": ""})
    assert published.status_code == 200
    assert "A defect" in admin.get("/settings/freezes").text
    with database.unit(tenant.id) as uow:
        assert uow.session.query(GuardException).count() == 1
