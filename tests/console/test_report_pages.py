"""Monthly reports on pages and by the API."""

import pytest

from studio.core import clock
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.approvals import decide, listen, make_request


@pytest.fixture
def tenant(database):
    listen()
    return make_tenant(database)


@pytest.fixture
def admin(app, tenant):
    return signed_in(app, tenant.id, tenant["admin"])


@pytest.fixture
def month():
    return clock.local_now().strftime("%Y-%m")


def test_a_month_from_empty_to_figures_and_a_file(database, tenant, admin, month):
    assert admin.get("/reports").headers["Location"].endswith(month)
    assert "Nothing happened in this month" in admin.get(f"/reports/{month}").text
    request_id = make_request(database, tenant, [tenant["approver"]], amount="420.10", currency="EUR")
    decide(database, tenant, tenant["approver"], request_id)
    page = admin.get(f"/reports/{month}").text
    assert "420.1" in page
    assert tenant["approver"].name in page
    text = admin.get(f"/reports/{month}/report.csv").text
    assert f"{month},amount approved,,EUR,420.10" in text
    assert admin.get("/reports/1999-01").status_code == admin.get("/reports/nonsense").status_code == 404


def test_who_gets_it_by_mail_is_saved_or_refused_at_the_field(app, tenant, admin, month):
    saved = admin.post(f"/reports/{month}/sending", data={"roles": ["owner"], "day": "3", "hour": "0"})
    assert saved.status_code == 303, saved.text
    assert 'value="3"' in admin.get(f"/reports/{month}").text
    refused = admin.post(f"/reports/{month}/sending", data={"roles": ["owner"], "day": "31", "hour": "7"})
    assert refused.status_code == 422
    assert "Choose a day that every month has" in refused.text
    api = with_token(app, make_token(app, tenant, "admin", ["settings:write"]))
    assert api.get("/api/v1/report-sending").json == {"roles": ["owner"], "people": [], "day": 3, "hour": 0}
    changed = api.put("/api/v1/report-sending", json={"people": [str(tenant["auditor"].user_id)]})
    assert changed.json == {"roles": [], "people": [str(tenant["auditor"].user_id)], "day": 1, "hour": 7}


def test_the_api_tells_the_same_and_nobody_else_may_read_it(app, database, tenant, month):
    request_id = make_request(database, tenant, [tenant["approver"]], amount="7.50", currency="EUR")
    decide(database, tenant, tenant["approver"], request_id)
    api = with_token(app, make_token(app, tenant, "admin", ["approvals:read"]))
    assert api.get("/api/v1/reports").json["months"] == [month]
    found = api.get(f"/api/v1/reports/{month}").json
    assert found["approved"] == {"EUR": "7.50"}
    assert [(one["name"], one["answered"]) for one in found["approvers"]] == [(tenant["approver"].name, 1)]
    for role in ("builder", "auditor", "approver"):
        assert signed_in(app, tenant.id, tenant[role]).get(f"/reports/{month}").status_code == 403
