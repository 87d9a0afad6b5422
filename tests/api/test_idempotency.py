"""A POST that is sent again under its key does nothing again and gets the first answer."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from studio.api import purging
from studio.api.models import IdempotencyKey
from studio.core import clock
from tests.factories.workflows import make_workflow, refunds

URL = "/api/v1/workflows"
KEY = {"Idempotency-Key": "order-6021"}


def names(api) -> list[str]:
    return [row["name"] for row in api.get(URL).json["data"]]


def test_the_same_request_is_answered_again_and_done_once(api):
    first = api.post(URL, json={"name": "One"}, headers=KEY)
    again = api.post(URL, json={"name": "One"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert names(api) == ["One"]


@pytest.mark.parametrize("changed", ["body", "address"])
def test_another_request_under_the_key_is_refused(api, app, tenant, changed):
    workflow_id = make_workflow(app, tenant, published=True)
    assert api.post(f"{URL}/{workflow_id}/disable", headers=KEY).status_code == 200
    other = (
        api.post(f"{URL}/{workflow_id}/enable", headers=KEY)
        if changed == "address"
        else api.post(URL, json={"name": "Other"}, headers=KEY)
    )
    assert (other.status_code, other.json["code"]) == (422, "idempotency.mismatch")
    assert api.get(f"{URL}/{workflow_id}").json["enabled"] is False


def test_a_refused_request_keeps_nothing_and_may_be_sent_again(api):
    assert api.post(URL, json={"name": ""}, headers=KEY).status_code == 422
    bad = api.post(f"{URL}/import", json=refunds(nodes="none"), headers=KEY)
    assert bad.status_code == 422
    assert api.post(URL, json={"name": "One"}, headers=KEY).status_code == 201


def test_keys_belong_to_a_token(api, caller, other):
    assert api.post(URL, json={"name": "One"}, headers=KEY).status_code == 201
    for stranger in (caller("builder"), caller(of=other)):
        answer = stranger.post(URL, json={"name": "Two"}, headers=KEY)
        assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (201, None)


def test_a_key_is_forgotten_after_a_day(api, app, database, tenant):
    assert api.post(URL, json={"name": "One"}, headers=KEY).status_code == 201
    clock.shift(timedelta(hours=25))
    assert api.post(URL, json={"name": "Two"}, headers=KEY).status_code == 201
    clock.shift(timedelta(hours=25))
    assert purging.purge in app.extensions["studio_engine"].retention.of_workspaces
    with database.unit(tenant.id) as uow:
        purging.purge(uow)
        assert uow.session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


@pytest.mark.parametrize("key", ["", "two words", "ü", "x" * 256])
def test_a_key_that_is_none_is_refused(api, key):
    answer = api.post(URL, json={"name": "One"}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency.key")
    assert names(api) == []


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_second_request_while_the_first_is_under_way_is_refused(api, app, database, tenant):
    """SQLite has one writer: there the second one waits for the first and gets its answer."""
    made = api.post(URL, json={"name": "Before"}, headers={"Idempotency-Key": "warm-up"})
    with database.unit(tenant.id) as uow:
        caller = uow.session.scalar(select(IdempotencyKey.caller))
        name = f"idempotency|{tenant.id}|{caller}|order-6021"
        uow.session.execute(text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})
        refused = api.post(URL, json={"name": "One"}, headers=KEY)
        assert (refused.status_code, refused.json["code"]) == (409, "idempotency.in_flight")
    assert api.post(URL, json={"name": "One"}, headers=KEY).status_code == 201
    assert made.status_code == 201


def test_neither_secrets_nor_addresses_lie_readable_in_the_table(api, app, database, tenant):
    body = {"name": "erp_key", "value": "canary-5c1b", "hosts": ["api.example.com"]}
    assert api.post("/api/v1/secrets", json=body, headers={"Idempotency-Key": "secret"}).status_code == 201
    workflow_id = make_workflow(app, tenant, published=True)
    address = api.post(f"{URL}/{workflow_id}/triggers/order/rotate", headers={"Idempotency-Key": "rotate"}).json
    with database.unit(tenant.id) as uow:
        rows = uow.session.execute(IdempotencyKey.__table__.select()).all()
    stored = repr([tuple(row) for row in rows])
    assert len(rows) == 2
    assert "canary-5c1b" not in stored
    assert address["address"].rsplit("/", 1)[1] not in stored
