"""Every protected action of Studio by every door: whoever comes ungated is refused, and nothing has changed.

A door is found, not listed: a page or operation under /protection/ and whatever else is sent to below. A target that
Studio itself does (`here`) and that no door is tried for fails the census.
"""

import re
from datetime import timedelta
from functools import partial

import pytest

from studio.contract.gates import Act
from studio.contract.node import registry as node_types
from studio.contract.protecting import registry
from studio.core.actor import SYSTEM
from studio.core.errors import Conflict, Forbidden
from studio.export.service import configs
from studio.guard.policies import service as policies
from studio.guard.settings.kinds import KINDS, PayoutAccount, RefundLimit, TaxRegistrations
from studio.guard.settings.service import act, change
from studio.runtime.models import Workflow
from studio.runtime.service import staging
from tests.accounts.test_factors import proved
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.connections import make_connection
from tests.factories.exports import make_export
from tests.factories.flags import make_flag, make_segment
from tests.factories.guard import make_guard_policy, make_own_target
from tests.factories.halts import stand_still
from tests.factories.matrices import csv_of, make_matrix
from tests.factories.workflows import make_workflow, refunds

IBAN = "DE89370400440532013000"
VALUES = {
    "payout_account": ({"holder": "Nordlicht GmbH", "iban": IBAN}, {"holder": "Nordlicht GmbH", "iban": IBAN}),
    "tax_registrations": (
        {"registrations": [{"country": "DE", "number": "DE123456789"}]},
        {"registrations": "DE DE123456789"},
    ),
    "refund_limit": (
        {"single": "250.00", "daily": "2000.00", "currency": "EUR"},
        {"single": "250.00", "daily": "2000.00", "currency": "EUR"},
    ),
}  # each as the API and as the page has it
SETTINGS = {
    one.target: one.model_validate(VALUES[one.kind][0]) for one in (PayoutAccount, TaxRegistrations, RefundLimit)
}


@pytest.fixture
def tenant(database):
    return make_tenant(database)


def asked(answer):
    """Whether a gate asked, by page or by API."""
    return answer.status_code == 401 and ("/step-up/" in answer.text)


def doors(app, tenant, target):
    """Each way in which a person does it: a browser's and a program's."""
    browser = signed_in(app, tenant.id, tenant["owner"])
    scopes = ["settings:write", "settings:read", "secrets:write", "audit:read", "workflows:write", "connections:write",
              "flags:write"]  # fmt: skip
    program = with_token(app, make_token(app, tenant, "owner", scopes))
    kinds = [one.kind for one in KINDS.values() if one.target == target]
    for kind in kinds:
        page, api = f"/settings/protection/values/{kind}", f"/api/v1/protection/settings/{kind}"
        yield partial(browser.post, page, data=VALUES[kind][1])
        yield partial(program.put, api, json={"value": VALUES[kind][0], "version": 0})
    if target == "api_token.rotate":
        yield lambda: browser.post("/settings/tokens", data={"name": "ERP", "scopes": "runs:read", "days": "30"})
    if target == "secret.change":
        yield lambda: browser.post("/settings/secrets", data={"name": "erp", "value": "x", "hosts": "a.example.com"})
        yield lambda: program.post("/api/v1/secrets", json={"name": "erp", "value": "x", "hosts": ["a.example.com"]})
    if target == "data.export":
        yield lambda: browser.post("/audit/export", data={"format": "csv"})
        yield lambda: program.get("/api/v1/audit/events/export")
    if target in OTHERS:
        yield from OTHERS[target](app, tenant, browser, program)
    if target == "flag.rollout":
        yield from of_flag(app, tenant, program)
    if target.startswith("workspace."):
        yield from of_workspace(app, tenant, browser, program, target)
    if target == "workflow.publish":
        key = make_workflow(app, tenant, refunds(), published=False)
        yield lambda: browser.post(f"/builder/api/workflows/{key}/publish", json={"revision": 1, "note": ""})
        yield lambda: program.post(f"/api/v1/workflows/{key}/publish", json={"revision": 1, "note": ""})
        yield from of_stage(app, tenant, browser, program)


def of_stage(app, tenant, browser, program):
    """A share of the events first, more of them, and all."""
    key = make_workflow(app, tenant, refunds(), published=True)
    wish = {"share": 10, "min_runs": 20, "points": 10}
    yield lambda: browser.post(f"/builder/api/workflows/{key}/publish", json={"revision": 1, "stage": wish})
    yield lambda: program.post(f"/api/v1/workflows/{key}/stage", json={"revision": 1} | wish)
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        workflow = uow.session.get_one(Workflow, key, with_for_update=True)
        staging.begin(uow, workflow, refunds(description="Colder"), staging.Wish(10))
    yield lambda: browser.post(f"/workflows/{key}/versions/stage", data={"share": "50"})
    yield lambda: program.patch(f"/api/v1/workflows/{key}/stage", json={"share": 50})
    yield lambda: browser.post(f"/workflows/{key}/versions/stage/take")
    yield lambda: program.post(f"/api/v1/workflows/{key}/stage/take")


def of_workspace(app, tenant, browser, program, target):
    """Everything, stopped and started."""
    if target == "workspace.stop":
        yield lambda: browser.post("/stop", data={"reason": "Refunds go out twice", "events": "hold"})
        yield lambda: program.put("/api/v1/workspace/stop", json={"reason": "Refunds go out twice"})
        return
    stand_still(app, tenant)
    yield lambda: browser.post("/stop/end", data={"over": ""})
    yield lambda: program.post("/api/v1/workspace/start", json={})


def of_export(app, tenant, browser, program):
    """Where audit events go, and what a destination is told."""
    row = make_export(app, tenant)
    with app.extensions["studio_database"].unit(tenant.id, tenant["admin"].actor) as uow:
        text, version = configs.current(uow).text, configs.current(uow).version
    page, api = f"/settings/export/{row.id}", f"/api/v1/export/destinations/{row.id}"
    yield lambda: browser.post("/settings/export/edit", data={"text": f"{text}# new\n", "version": str(version)})
    yield lambda: program.put("/api/v1/export/pipelines", json={"text": f"{text}# new\n"})
    yield lambda: program.delete("/api/v1/export/pipelines")
    yield lambda: browser.post(f"{page}/pause")
    yield lambda: program.post(f"{api}/pause")
    yield lambda: browser.post(f"{page}/replay", data={"since": "2020-01-01T00:00"})
    yield lambda: program.post(f"{api}/replay", json={"since": "2020-01-01T00:00:00Z"})
    yield lambda: browser.post(f"{page}/letters/discard")
    yield lambda: program.post(f"{api}/dead-letters/drop")


def of_connection(app, tenant, browser, program):
    """A shop that real customers are behind."""
    row = make_connection(app, tenant, environment="production")
    page, api = f"/connections/{row.handle}", f"/api/v1/connections/{row.id}"
    other = {"base_url": "https://shop.example.com", "check_path": "/me"}
    for verb in ("pause", "disconnect", "link"):
        yield lambda verb=verb: browser.post(f"{page}/{verb}", data={"hours": "24"})
    yield lambda: browser.post(
        f"{page}/edit", data={"title": "x"} | {f"settings.{name}": one for name, one in other.items()}
    )
    yield lambda: program.post(f"{api}/pause")
    yield lambda: program.put(api, json={"title": "x", "settings": other})
    yield lambda: program.delete(api)


def of_flag(app, tenant, program):
    """A flag that is on in production, and a segment that it means."""
    number = make_segment(app, tenant).number
    make_flag(app, tenant, on=["production"], strategies=[{"name": "default", "segments": [number]}])
    make_flag(app, tenant, "checkout")
    one, here = "/api/v1/flags/new-checkout", "/api/v1/flags/new-checkout/environments/production"
    segment = f"/api/v1/flag-segments/{make_segment(app, tenant).id}"
    yield lambda: program.put(here, json={"enabled": True, "strategies": []})
    yield lambda: program.post(f"{here}/off", json={})
    yield lambda: program.post(f"{one}/archive", json={})
    yield lambda: program.put(one, json={"dependencies": [{"feature": "checkout"}]})
    yield lambda: program.put(segment, json={"name": "Pros", "constraints": []})


def of_matrix(app, tenant, browser, program):
    """Another version of who decides what."""
    key, table = make_matrix(app.extensions["studio_database"], tenant), csv_of(tenant, "1,,,ADMIN,,,,,,")
    browser.post(f"/settings/matrices/{key}", data={"seen": "1", "table": table})
    yield lambda: browser.post(f"/settings/matrices/{key}/publish", data={"seen": "2", "note": ""})
    yield lambda: program.post(f"/api/v1/approval-matrices/{key}/publish", json={"revision": 2})


OTHERS = {
    "audit_export.change": of_export,
    "connection.change": of_connection,
    "approval_matrix.publish": of_matrix,
}
BY_COMMAND = {"master_key.rotate"}
"""What an operator alone does, at the machine: tests/console/test_keys.py."""
HERE = sorted(one.key for one in registry().values() if one.here and one.key not in BY_COMMAND)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_every_action_that_studio_does_is_refused_ungated_by_every_door(app, tenant, database):
    tried = {}
    ways_of = {target: list(doors(app, tenant, target)) for target in HERE}  # made before any policy stands
    for target, ways in ways_of.items():
        if registry()[target].default.empty:
            make_guard_policy(database, tenant, target=target, step_up={"strength": "password"})
        answers = [way() for way in ways]
        tried[target] = [(one.status_code, asked(one)) for one in answers]
    assert all(found for found in tried.values()), "each needs a door here"
    assert {target: found for target, found in tried.items() if not all(gate for _status, gate in found)} == {}
    with database.unit(tenant.id, SYSTEM) as uow:
        for target, setting in SETTINGS.items():
            with pytest.raises(Forbidden) as refused:
                change(uow, setting, 0)
            assert refused.value.code == "guarded", target


def test_no_step_does_what_its_page_alone_does():
    named = {one.protects for one in node_types.values() if one.protects}
    assert not {key for key in named if registry().get(key) and not registry()[key].steps}


def test_a_change_is_one_act_whatever_its_door():
    setting = SETTINGS["payout_account.change"]
    found = act(setting, None, 0)
    assert isinstance(found, Act)
    assert IBAN not in found.what
    assert IBAN not in str(found.details)
    assert IBAN not in str(found.facts)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_page_of_a_setting_goes_on_after_the_proof_and_shows_what_changed(app, tenant):
    browser = signed_in(app, tenant.id, tenant["owner"])
    answer = browser.post("/settings/protection/values/payout_account", data=VALUES["payout_account"][1])
    page = proved(browser, answer.text).text
    assert "Saved." in page
    assert IBAN not in page
    assert "3000" in page
    bad = browser.post("/settings/protection/values/payout_account", data={"holder": "x", "iban": "DE00", "seen": "1"})
    assert bad.status_code == 422
    assert "check digits" in bad.text
    tax = browser.post("/settings/protection/values/tax_registrations", data={"registrations": "DE 1"})
    assert tax.status_code == 422


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_policy_is_made_on_its_page_tried_on_the_last_30_days_and_asks_people(app, tenant, database):
    browser = signed_in(app, tenant.id, tenant["owner"])
    make_token(app, tenant, "owner", ["runs:read"])
    form = {"name": "Four eyes", "target": "api_token.rotate", "approvers": tenant["approver"].email, "count": "1",
            "max_age": "300", "strength": ""}  # fmt: skip
    page = proved(browser, browser.post("/settings/protection/policies", data=form).text).text
    assert "Of 1 actions, 1 would have been asked for more." in page
    assert tenant["approver"].email in page
    assert "Four eyes" in browser.get("/settings/protection").text
    bad = browser.post("/settings/protection/policies", data=form | {"condition": "facts.nam == 'x'"})
    assert bad.status_code == 422
    admin = signed_in(app, tenant.id, tenant["admin"])
    answer = admin.post("/settings/tokens", data={"name": "ERP", "scopes": "runs:read", "days": "30"})
    assert answer.status_code == 202
    assert "Others have to agree" in answer.text


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_steps_of_ones_own_are_protected_on_their_page_and_by_the_api(app, tenant):
    browser = signed_in(app, tenant.id, tenant["owner"])
    url = "/settings/protection/actions"
    form = {"title": "Payouts", "node_type": "action.http", "condition": "config.url.contains('payouts')"}
    page = proved(browser, browser.post(url, data=form).text).text
    assert "Payouts can have policies now." in page
    assert '<option selected value="own.payouts">Payouts</option>' in page
    for changed, said in [
        ({"title": "payouts"}, "There is a protected action of that name."),
        ({"title": "  "}, "It needs a name of up to 80 letters."),
        ({"title": "Asking", "node_type": "approval.request"}, "No such step can be protected."),
        ({"title": "Bad", "condition": "config.url ="}, "To compare, write =="),
    ]:
        refused = browser.post(url, data=form | changed)
        assert refused.status_code in (409, 422), changed
        assert said in refused.text, changed
    api = with_token(app, make_token(app, tenant, "owner", ["settings:read", "settings:write"]))
    [own] = [one for one in api.get("/api/v1/protection/actions").json["data"] if one["own"]]
    assert (own["key"], own["own"]["node_type"]) == ("own.payouts", "action.http")
    bad = browser.post(f"{url}/{own['own']['id']}/retire", follow_redirects=True)
    assert "Payouts is protected no longer." in bad.text
    assert "Protected steps of your own" in bad.text
    assert "config.url.contains" not in bad.text


def test_steps_that_a_policy_stands_before_stay_protected(database, tenant):
    target_id = make_own_target(database, tenant, "Payouts")
    policy_id = make_guard_policy(database, tenant, target="own.payouts")
    with database.unit(tenant.id, tenant["owner"].actor) as uow, pytest.raises(Conflict) as refused:
        policies.unprotect(uow, target_id)
    assert refused.value.code == "target_in_use"
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        policies.retire(uow, policy_id)
        policies.unprotect(uow, target_id)
        assert policies.own(uow) == []


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_freeze_is_passed_with_a_reason_on_its_page(app, tenant, database):
    freeze = {"name": "Sale"}
    with database.unit(tenant.id) as uow:
        freeze |= {"starts_at": uow.now, "ends_at": uow.now + timedelta(days=3)}
    make_guard_policy(database, tenant, target="data.export", freezes=[freeze])
    browser = signed_in(app, tenant.id, tenant["owner"])
    page = browser.post("/audit/export", data={"format": "csv"})
    assert page.status_code == 409
    assert "Frozen at this time" in page.text
    auditor = signed_in(app, tenant.id, tenant["auditor"]).post("/audit/export", data={"format": "csv"})
    assert "Go on all the same" not in auditor.text
    hidden = dict(re.findall(r'name="(freeze_[a-z]+)" type="hidden" value="([^"]*)"', page.text))
    went = browser.post("/settings/protection/freeze-exceptions", data=hidden | {"freeze_reason": "Auditors wait"})
    assert went.status_code == 307
    assert browser.post(went.location, data={"format": "csv"}).status_code == 200
