"""Settings: alert rules are made, changed, tried in another order, taken away; what is wrong is said beside."""

import re

import orjson
import pytest
from sqlalchemy import select

from studio.approvals.service import groups
from studio.audit.models import AuditEvent
from studio.oversight.alerts import ruling
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.alerts import add_alert_rule

URL = "/settings/alert-rules"


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def admin(app, tenant):
    return signed_in(app, tenant.id, tenant["admin"])


@pytest.fixture
def kept(database, tenant):
    def read():
        with database.unit(tenant.id, tenant["owner"].actor) as uow:
            return ruling.kept(uow)

    return read


def sent(page) -> dict[str, str]:
    """The form's own values that a browser would send back."""
    return dict(re.findall(r'name="(seen)"[^>]*value="([^"]*)"', page.text))


def night(tenant, **more) -> dict[str, object]:
    return {
        "name": "Payments at night", "enabled": "y", "about": "all", "kinds": ["workflow.failing"], "failures": "3",
        "minutes": "10", "whom": ["owner", f"user:{tenant['builder'].user_id}"], "mode": "everyone",
        "levels-0-after-amount": "15", "levels-0-after-unit": "minutes", "levels-0-targets": ["group:Leads"],
        "levels-0-mode": "one_of_them_in_turn", "repeat": "0", "severity": "normal", "quiet_from": "22:00",
        "quiet_until": "07:00", "quiet_zone": "Europe/Berlin", **more,
    }  # fmt: skip


def test_the_first_rule_is_made_on_the_page_and_its_change_is_audited(admin, database, tenant, kept):
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        groups.create(uow, "Leads", [tenant["owner"].user_id])
    assert "No rules yet" in admin.get(URL).text
    assert "Whoever owns what it is about" in admin.get(f"{URL}/new").text
    more = admin.post(URL, data={"name": "x", "level": "yes"})
    assert "level 2" in more.text
    assert kept() == []
    made = admin.post(URL, data=night(tenant), follow_redirects=True)
    [one] = kept()
    assert (one.rule.failures, one.rule.severity.value, one.rule.quiet.zone) == (3, "normal", "Europe/Berlin")
    assert (one.rule.levels[0].targets, one.rule.levels[0].after.amount) == (["group:Leads"], 15)
    for words in ("1. Payments at night", "from 3 failed runs within 10 minutes", "22:00 to 07:00, Europe/Berlin",
                  "After 15 minutes: one of Leads, in turn"):  # fmt: skip
        assert words in made.text
    page = admin.get(f"{URL}/{one.id}")
    changed = admin.post(f"{URL}/{one.id}", data=night(tenant, name="Payments", failures="5") | sent(page))
    assert changed.status_code == 303
    with database.unit(tenant.id) as uow:
        event = uow.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
        assert event.action == "alert_rules.changed"
        said = {one["path"]: (one["from"], one["to"]) for one in orjson.loads(event.body)["changes"]}
    assert said == {
        "Payments at night: name": ("Payments at night", "Payments"), "Payments at night: failures": (3, 5),
    }  # fmt: skip
    stale = admin.post(f"{URL}/{one.id}", data=night(tenant) | sent(page))
    assert stale.status_code == 409
    assert "Somebody changed this rule since you opened it." in stale.text
    assert kept()[0].name == "Payments"


def test_each_wrong_field_says_so_and_nothing_is_stored(admin, tenant, kept):
    bad = night(tenant, whom=["group:Nobody"], quiet_until="22:00")
    refused = admin.post(URL, data=bad)
    assert refused.status_code == 422
    assert "Quiet hours begin and end at different times." in refused.text
    refused = admin.post(URL, data=night(tenant, whom=["group:Nobody"], failures="0"))
    assert 'id="failures-error"' in refused.text
    refused = admin.post(URL, data=night(tenant, whom=["group:Nobody"]))
    for said in ("group:Nobody", "group:Leads"):
        assert f"There is no person, group or schedule “{said}” here." in refused.text
    refused = admin.post(URL, data=night(tenant, **{"levels-0-after-amount": "", "quiet_until": ""}))
    assert refused.status_code == 422
    assert kept() == []


def test_rules_are_tried_in_an_order_that_is_changed_and_go_away(app, admin, database, tenant, kept):
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        first, second = (add_alert_rule(uow, name) for name in ("First", "Second"))
    admin.post(f"{URL}/{second}/earlier")
    assert [one.name for one in kept()] == ["Second", "First"]
    admin.post(f"{URL}/{second}/earlier")
    assert [str(one.id) for one in kept()] == [second, first]
    admin.post(f"{URL}/{first}/delete")
    assert [one.name for one in kept()] == ["Second"]
    auditor = signed_in(app, tenant.id, tenant["auditor"])
    assert "Change</a>" not in auditor.get(URL).text
    assert auditor.post(f"{URL}/{second}/delete").status_code == 403
