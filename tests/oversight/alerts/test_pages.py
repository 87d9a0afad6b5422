"""The pages: the link of a mail, the list, one alert; and the same by API."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.accounts.models import Seat
from studio.audit import listing as audit
from studio.audit.listing import Filter
from studio.core import clock
from tests.factories.accounts import make_token, signed_in, with_token


@pytest.fixture
def client(app):
    """A browser in which nobody is signed in."""
    return app.test_client()


@pytest.fixture
def told(night):
    """Tom was told that a workflow fails."""
    night.run()
    night.later(seconds=15)
    return night


def browser(night, role):
    """Somebody's who is signed in."""
    return signed_in(night.app, night.tenant.id, night.tenant[role])


def acted(night):
    """What audit says of alerts, in order."""
    with night.unit() as uow:
        found = audit.page(uow, Filter(action="alert")).events
    return [(one["action"], one["actor"]["id"], one["metadata"]["channel"]) for one in found][::-1]


def test_the_link_of_a_mail_changes_nothing_until_a_button_is_pressed(told, client):
    url = f"/al/{told.link()}"
    for _ in range(2):
        page = client.get(url)
        assert page.status_code == 200
        assert "High-value refunds failed" in page.text
        assert "erp.example.com had an error of its own (503)." in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert told.alert().state == "open"
    assert acted(told) == []
    page = client.post(url, data={"do": "acknowledge"}, follow_redirects=True)
    assert "You are on it." in page.text
    row = told.alert()
    assert (row.state, row.acknowledged_by) == ("acknowledged", told.tenant["builder"].user_id)
    assert acted(told) == [("alert.acknowledged", str(told.tenant["builder"].user_id), "mail_link")]


@pytest.mark.parametrize(
    ("form", "status"),
    [({"do": "delete"}, 422), ({}, 422), ({"do": "snooze", "minutes": "9999999"}, 422), ({"do": "hand_on"}, 409)],
)
def test_a_bad_answer_is_refused_and_changes_nothing(told, client, form, status):
    assert client.post(f"/al/{told.link()}", data=form).status_code == status
    assert (told.alert().state, told.alert().snoozed) == ("open", False)


def test_a_link_says_nothing_once_it_is_old_or_its_person_has_left_or_another_is_signed_in(told, client):
    url = f"/al/{told.link()}"
    assert client.get(url + "x").status_code == 404
    other = browser(told, "admin")
    page = other.get(url)
    assert "This link was sent to somebody else" in page.text
    assert "erp.example.com" not in page.text
    assert other.post(url, data={"do": "acknowledge"}).status_code == 410
    clock.shift(timedelta(days=8))
    assert "This link has ended" in client.get(url).text
    assert client.post(url, data={"do": "acknowledge"}).status_code == 410
    clock.reset()
    with told.unit() as uow:
        seat = uow.session.scalars(select(Seat).where(Seat.user_id == told.tenant["builder"].user_id)).one()
        seat.disabled_at = uow.now
    assert client.get(url).status_code == 404
    assert told.alert().state == "open"


def test_the_list_leads_to_the_alert_where_it_is_put_off_and_ended(told):
    client = browser(told, "builder")
    assert "High-value refunds failed" in client.get("/alerts").text
    url = f"/alerts/{told.alert().id}"
    assert "Everybody who is to be told was told." in client.get(url).text
    client.post(url, data={"do": "snooze", "minutes": "30"})
    assert "put it off and is reminded in 30 min" in client.get(url).text.replace("29 min", "30 min")
    client.post(url, data={"do": "resolve"})
    assert "It is over." in client.get(url).text
    assert client.post(url, data={"do": "acknowledge"}).status_code == 409
    assert "High-value refunds failed" not in client.get("/alerts").text
    assert "High-value refunds failed" in client.get("/alerts?state=resolved").text


def test_auditors_read_and_approvers_do_not(told):
    client = browser(told, "auditor")
    url = f"/alerts/{told.alert().id}"
    assert "I&#39;m on it" not in client.get(url).text
    assert client.post(url, data={"do": "resolve"}).status_code == 403
    assert browser(told, "approver").get("/alerts").status_code == 403


def test_the_same_by_api(told):
    call = with_token(told.app, make_token(told.app, told.tenant, "builder", ["runs:read", "runs:write"]))
    [row] = call.get("/api/v1/alerts?state=open").json["data"]
    assert (row["title"], row["kind"], row["count"]) == ("High-value refunds failed", "workflow.failing", 1)
    url = f"/api/v1/alerts/{row['id']}"
    assert [note["what"] for note in call.get(url).json["notes"]] == ["opened", "told"]
    assert call.post(f"{url}/snooze", json={"minutes": 1e300}).status_code == 422
    assert call.post(f"{url}/snooze", json={"minutes": 0}).json["errors"][0]["path"] == "minutes"
    assert call.post(f"{url}/snooze", json={"minutes": 60}).json["snoozed"] is True
    assert call.post(f"{url}/acknowledge").json["state"] == "acknowledged"
    assert call.post(f"{url}/hand-on").status_code == 409
    assert call.post(f"{url}/resolve").json["state"] == "resolved"
    assert call.post(f"{url}/resolve").json["code"] == "alert.over"
    assert call.get("/api/v1/alerts?state=open").json["data"] == []
