"""Refreshing by the rows: who waits for whom, what passes, what ends it, and what is looked at by itself."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from studio.connectors import credentials
from studio.connectors.calling.reporting import Reporting
from studio.connectors.errors import ApiError, SignInRefused
from studio.connectors.models import Connection, ConnectionCall, ConnectionCredential, ConnectSession
from studio.connectors.oauth.flights import LEASE, Flights
from studio.connectors.oauth.renewing import Renewing
from studio.connectors.service import authorising, purging, state
from studio.core import clock
from studio.core.errors import InvalidInput
from tests.connectors.oauth.desk import Desk
from tests.counterparts.oidc.provider import APP

JSON = {"Content-Type": "application/json"}
FAR = str(4e9)
USED_UP = {"refresh_at": "1", "expires_at": "2"}


@pytest.fixture
def at_target(app, http_target):
    """Give a desk whose provider answers as it is told, and its connection, whose token has ended."""
    desk = Desk(app, f"127.0.0.1:{http_target.port}")
    settings = {name: f"{http_target.url}/{name}" for name in ("authorize_url", "token_url", "revoke_url")}
    row = desk.draft({**settings, "base_url": http_target.url, "scopes": "orders"})
    with desk.unit() as unit:
        here = unit.session.get_one(Connection, row.id)
        tried = authorising.trial(here, APP)
        values = {**tried.credentials, "access_token": "at-0", "refresh_token": "rt-0", **USED_UP}
        authorising.accept(unit, desk.keyring, here, tried.with_credentials(values, 0, tried.hosts), _whose())
    return desk, desk.row(row)


def _whose():
    from studio.connectors.definition import Account  # noqa: PLC0415 - only here

    return Account("1", "Shop")


def fresh(number: int, **more):
    return {"access_token": f"at-{number}", "refresh_token": f"rt-{number}", "expires_in": 3600, **more}


def sent(request):
    return {name: value[0] for name, value in parse_qs(request.body.decode()).items()}


def test_a_call_gets_a_fresh_token_first_and_another_after_a_refusal(at_target, http_target):
    desk, row = at_target
    http_target.answer(json_body=fresh(1), headers=JSON)
    http_target.answer(401)
    http_target.answer(json_body=fresh(2), headers=JSON)
    http_target.answer(json_body={"id": "1"})
    assert desk.call(row.handle) == {"id": "1"}
    first, call, second, again = http_target.requests
    assert (sent(first)["refresh_token"], sent(second)["refresh_token"]) == ("rt-0", "rt-1")
    assert [one.headers["authorization"] for one in (call, again)] == ["Bearer at-1", "Bearer at-2"]
    http_target.answer(401, times=1)
    http_target.answer(json_body=fresh(3), headers=JSON)
    http_target.answer(401, times=1)
    with pytest.raises(SignInRefused):
        desk.call(row.handle)
    assert desk.account(row).credentials["refresh_token"] == "rt-3", "what was fetched is kept, whatever it is worth"


def test_an_old_token_that_lives_is_used_while_the_provider_fails_and_it_is_left_alone(at_target, http_target):
    desk, row = at_target
    desk.age(row, expires_at=FAR)
    http_target.answer(503, headers={"Retry-After": "120"})
    http_target.always(200, json_body={"id": "1"})
    assert desk.call(row.handle) == {"id": "1"}
    assert desk.call(row.handle) == {"id": "1"}
    assert [request.path for request in http_target.requests] == ["/token_url", "/api/account", "/api/account"]
    api = desk.accounts.api(desk.workspace_id, row.handle)
    api.get("/api/account")
    Reporting(desk.database).called(api, "keep_alive")
    after = desk.row(row)
    assert (after.status, after.health, after.strikes) == ("active", "degraded", 1)
    assert after.error_code == "oauth.status_503"
    assert after.refresh_due_at - after.degraded_at >= timedelta(seconds=120)
    desk.age(row, **USED_UP)
    with pytest.raises(ApiError) as cooling:
        desk.renewing.renewed(desk.account(row))
    assert cooling.value.retryable


def test_four_days_without_a_token_end_it_and_its_owner_is_told(at_target, http_target):
    desk, row = at_target
    http_target.always(200, body=b"<html>We are closed</html>", headers={"Content-Type": "text/html"})
    began = clock.local_now()
    for _hour in range(130):
        clock.shift(timedelta(hours=1, seconds=1))
        desk.keeping.drain()
        if desk.row(row).status != "active":
            break
    lost = desk.row(row)
    assert (lost.status, lost.error_code, lost.strikes) == ("reauth_required", "oauth.not_json", 4)
    assert timedelta(days=4) <= clock.local_now() - began < timedelta(days=4, hours=6), "the first look is after a day"
    assert "text/html" in lost.error
    assert desk.audited("connection.lost") == ["oauth.not_json"]
    assert not desk.keeping.is_due()


def test_one_good_day_forgets_the_strikes(at_target, http_target):
    desk, row = at_target
    http_target.answer(500)
    with pytest.raises(ApiError):
        desk.call(row.handle)
    assert desk.row(row).strikes == 1
    clock.shift(timedelta(seconds=61))
    http_target.answer(json_body=fresh(1), headers=JSON)
    assert desk.keeping.drain() == 1
    after = desk.row(row)
    assert (after.strikes, after.health, after.error) == (0, "healthy", None)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_whoever_was_told_no_looks_again_before_giving_up(at_target, http_target):
    """SQLite alone lets another write meanwhile; PostgreSQL's lock keeps them out."""
    desk, row = at_target
    account = desk.account(row)

    class Overtaken:
        def __init__(self, send):
            self.send = send

        def token(self, request, asked):
            with desk.unit() as unit:
                values = {**account.credentials, "access_token": "at-9"}
                credentials.keep(unit, desk.keyring, row.id, values, account.hosts)
            return desk.exchange.token(request, asked)

    http_target.answer(400, json_body={"error": "invalid_grant"}, headers=JSON)
    overtaken = Renewing.over(desk.database, desk.keyring, Overtaken(desk.exchange.send))
    assert overtaken.renewed(account).credentials["access_token"] == "at-9"
    assert desk.row(row).status == "active"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_token_that_came_after_the_end_is_ended_at_once(at_target, http_target):
    """On PostgreSQL whoever disconnects waits for the lock, and ends what the refresh has brought."""
    desk, row = at_target
    account = desk.account(row)

    class Late:
        send, revoked = desk.exchange.send, desk.exchange.revoked

        def token(self, request, asked):
            with desk.unit() as unit:
                state.disconnect(unit, unit.session.get_one(Connection, row.id), revoked=False)
            return desk.exchange.token(request, asked)

    http_target.answer(json_body=fresh(1), headers=JSON)
    with pytest.raises(ApiError) as gone:
        Renewing.over(desk.database, desk.keyring, Late()).renewed(account)
    assert gone.value.code == "connection.no_credentials"
    _refresh, ended = http_target.requests
    assert (ended.path, sent(ended)["token"]) == ("/revoke_url", "rt-1")
    assert desk.credential(row) is None


def test_one_waits_for_another_and_no_longer_than_it_may_take(at_target, http_target, store):
    desk, row = at_target
    http_target.always(200, json_body=fresh(1), headers=JSON)
    impatient = Renewing(desk.database, desk.keyring, desk.exchange,
                         Flights(desk.database, desk.keyring, wait_s=0.3), desk.renewing.recording)  # fmt: skip
    account = desk.account(row)
    if store == "postgresql":
        with desk.unit() as unit:
            unit.session.get_one(ConnectionCredential, row.id, with_for_update=True)
            with pytest.raises(ApiError) as busy:
                impatient.renewed(account)
    else:
        with desk.unit() as unit:
            kept = unit.session.get_one(ConnectionCredential, row.id)
            kept.held_by, kept.held_until = "a-worker-that-died", unit.now + LEASE
        with pytest.raises(ApiError) as busy:
            impatient.renewed(account)
        clock.shift(LEASE)
    assert (busy.value.code, busy.value.retryable) == ("oauth.busy", True)
    assert http_target.requests == []
    assert impatient.renewed(account).credentials["access_token"] == "at-1"


def test_a_changed_token_address_never_gets_what_was_kept_for_another(at_target, http_target):
    desk, row = at_target
    with desk.unit() as unit:
        here = unit.session.get_one(Connection, row.id)
        here.settings = {**here.settings, "token_url": "https://elsewhere.example.com/token"}
    with pytest.raises(ApiError) as refused:
        desk.call(row.handle)
    assert refused.value.code == "connection.other_host"
    assert http_target.requests == []


def test_keys_are_tried_once_a_day_and_a_refused_one_is_lost(app, http_target):
    desk = Desk(app, f"127.0.0.1:{http_target.port}")
    settings = {"base_url": http_target.url, "check_path": "/me"}
    row = desk.draft(settings, auth="bearer")
    with desk.unit() as unit:
        here = unit.session.get_one(Connection, row.id)
        authorising.accept(unit, desk.keyring, here, authorising.trial(here, {"token": "key-of-shop"}), _whose())
    assert desk.keeping.drain() == 0
    clock.shift(timedelta(days=1, seconds=1))
    assert desk.keeping.drain() == 1
    assert http_target.requests[0].headers["authorization"] == "Bearer key-of-shop"
    assert desk.row(row).refresh_due_at > clock.local_now() + timedelta(hours=23)
    http_target.answer(401)
    clock.shift(timedelta(days=1, seconds=1))
    desk.keeping.drain()
    assert (desk.row(row).status, desk.row(row).refresh_due_at) == ("reauth_required", None)


def test_no_token_address_that_leads_inside_is_taken(app):
    desk = Desk(app, "nowhere.example.com")
    outside = {"base_url": "https://example.com", "authorize_url": "https://93.184.215.14/auth"}
    for url in ("http://169.254.169.254/token", "http://10.0.0.1/token", "https://example.com:8443/token"):
        row = desk.draft({**outside, "token_url": url})
        with pytest.raises(InvalidInput) as refused:
            desk.begin(row)
        assert refused.value.code == "http.refused_address"
        assert desk.row(row).status == "draft"


def test_the_log_of_requests_and_old_sign_ins_are_kept_for_a_month(at_target, http_target):
    desk, row = at_target
    http_target.always(200, json_body=fresh(1), headers=JSON)
    desk.renewing.renewed(desk.account(row))
    desk.begin(row)

    def kept():
        with desk.unit() as unit:
            purging.purge(unit)
            return [unit.session.query(model).count() for model in (ConnectionCall, ConnectSession)]

    assert kept() == [1, 1]
    clock.shift(timedelta(days=31))
    assert kept() == [0, 0]
