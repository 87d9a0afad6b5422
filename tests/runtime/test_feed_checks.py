"""Workflows that start each other are named when one of them is edited; those that ask something on the way are not."""

import pytest

from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.service.call_checks import check_in
from tests.factories.accounts import make_tenant
from tests.factories.flags import make_flag
from tests.factories.workflows import make_workflow, refunds

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def following(name, hears, sets, asked=None):
    """On a change of one flag another is set, in development, where nothing protects it."""
    trigger = {"key": "t", "type": "flag.changed", "name": "Changed", "config": {"flag": hears, "filter": asked}}
    setting = {"key": "s", "type": "flag.set", "name": f"Set {sets}",
               "config": {"flag": sets, "environment": "development", "do": "on"}}  # fmt: skip
    edges = [{"from": "t", "port": "next", "to": "s"}]
    return refunds(name=name, nodes=[trigger, setting], edges=edges)


@pytest.fixture
def tenant(app):
    made = make_tenant(app.extensions["studio_database"])
    for key in ("alpha", "beta", "gamma"):
        make_flag(app, made, key)
    return made


def said(app, tenant, raw, workflow_id=None):
    with app.extensions["studio_database"].unit(tenant.id) as unit:
        workflow = unit.session.get(Workflow, workflow_id) if workflow_id else None
        return [one for one in check_in(unit, documents.load(raw), workflow) if one.code.startswith("feed.")]


def test_two_and_three_that_feed_each_other_are_named(app, tenant):
    make_workflow(app, tenant, following("Second", "beta", "alpha"), published=True)
    (found,) = said(app, tenant, following("First", "alpha", "beta"))
    assert (found.severity, found.node) == ("warning", "s")
    assert "First → Second → First" in found.message
    make_workflow(app, tenant, following("Third", "gamma", "beta"), published=True)
    (found,) = said(app, tenant, following("First", "alpha", "gamma"))
    assert "First → Third → Second → First" in found.message


def test_what_is_not_published_or_asks_or_leads_elsewhere_feeds_nothing(app, tenant):
    make_workflow(app, tenant, following("Draft", "beta", "alpha"))
    asking = following("Asks", "beta", "alpha", 'trigger.environment == "production"')
    make_workflow(app, tenant, asking, published=True)
    make_workflow(app, tenant, following("Elsewhere", "beta", "gamma"), published=True)
    assert said(app, tenant, following("First", "alpha", "beta")) == []


def test_a_workflow_does_not_feed_the_version_of_itself_that_runs(app, tenant):
    raw = following("First", "alpha", "alpha")
    own = make_workflow(app, tenant, raw, published=True)
    assert said(app, tenant, raw, own) == []
