"""Passkeys' neighbours: one-time codes that are good once, recovery codes, and who is told of a change."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP

from studio.accounts.factors import checking, recovery, totp
from studio.accounts.outcomes import Strength
from studio.accounts.site import Site
from studio.core import clock
from studio.core.ids import new_id
from tests.factories.accounts import PASSWORD, make_tenant, signed_in

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # of RFC 6238's test vectors; it protects nothing


@given(seconds=st.integers(0, 2**33), drift=st.integers(-3, 3), used=st.integers(-3, 3))
def test_a_code_is_good_near_its_time_and_never_after_a_newer_one_was_taken(seconds, drift, used):
    current = seconds // totp.PERIOD_S
    if min(current + drift, current + used) < 0:
        return
    code = TOTP(SECRET).generate_otp(current + drift)
    found = totp.step_of(SECRET, code, datetime.fromtimestamp(seconds, UTC), current + used)
    if found is None:
        assert abs(drift) > totp.WINDOW or drift <= used
    else:
        assert found > current + used
        assert abs(found - current) <= totp.WINDOW
        assert TOTP(SECRET).generate_otp(found) == code


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def keyring(app):
    return app.extensions["studio_keyring"]


def test_an_app_counts_once_a_code_of_it_was_typed_and_no_code_is_good_twice(database, tenant, keyring):
    user_id = tenant["builder"].user_id
    with database.unit(tenant.id) as uow:
        secret = totp.begin(uow, keyring, user_id)
        assert not checking.of(uow, user_id).totp
        assert not totp.check(uow, keyring, user_id, TOTP(secret).at(uow.now))
        totp.confirm(uow, keyring, user_id, TOTP(secret).at(uow.now))
        assert checking.of(uow, user_id).strongest is Strength.CODE
        assert not totp.check(uow, keyring, user_id, TOTP(secret).at(uow.now))
    clock.shift(timedelta(seconds=61))
    with database.unit(tenant.id) as uow:
        code = TOTP(secret).at(uow.now)
        assert totp.check(uow, keyring, user_id, code)
        assert not totp.check(uow, keyring, user_id, code)


def test_a_secret_at_rest_opens_for_its_person_alone(database, tenant, keyring):
    with database.unit(tenant.id) as uow:
        totp.begin(uow, keyring, tenant["builder"].user_id)
        totp.begin(uow, keyring, tenant["admin"].user_id)
        uow.session.flush()
        mine, theirs = (uow.session.get_one(totp.TotpSecret, tenant[role].user_id) for role in ("builder", "admin"))
        mine.ciphertext = theirs.ciphertext
        with pytest.raises(Exception, match="does not open"):
            totp.pending(uow, keyring, mine.user_id)


def test_recovery_codes_are_good_once_and_end_with_the_next_ones(database, tenant):
    user_id, other = tenant["builder"].user_id, tenant["admin"].user_id
    with database.unit(tenant.id) as uow:
        first = recovery.issue(uow, user_id)
        uow.session.flush()
        assert recovery.use(uow, user_id, first[0].upper().replace("-", " "))
        assert not recovery.use(uow, user_id, first[0])
        assert not recovery.use(uow, other, first[1])
        assert recovery.left(uow, user_id) == recovery.COUNT - 1
        recovery.issue(uow, user_id)
        uow.session.flush()
        assert not recovery.use(uow, user_id, first[1])


@pytest.mark.parametrize(
    ("url", "host", "origin", "possible"),
    [
        ("http://localhost:8000", "localhost", "http://localhost:8000", True),
        ("https://studio.example.com", "studio.example.com", "https://studio.example.com", True),
        ("http://studio.example.com", "studio.example.com", "http://studio.example.com", False),
        ("https://192.0.2.1", "192.0.2.1", "https://192.0.2.1", False),
        ("https://[2001:db8::1]:8443", "2001:db8::1", "https://[2001:db8::1]:8443", False),
    ],
)
def test_passkeys_belong_to_a_name(url, host, origin, possible):
    site = Site.of(url)
    assert (site.host, site.origin, site.has_passkeys) == (host, origin, possible)


def proved(client, page):
    """Answer the question of a page by the password, and follow to where it goes on."""
    action = re.search(r'action="(/step-up/[^"]+)"', page)[1]
    data = {"step_up_method": "password", "step_up_password": PASSWORD, "step_up_to": "", "step_up_carried": ""}
    hidden = re.findall(r'name="(step_up_(?:to|carried))" type="hidden" value="([^"]*)"', page)
    kept = re.findall(r'<input type="hidden" name="((?!step_up_)[^"]+)" value="([^"]*)"', page)
    carried = {name: unescape(value) for name, value in kept}
    answer = client.post(action, data=carried | data | dict(hidden))
    while answer.status_code == 307:  # as a browser does: werkzeug's client would forget what was posted
        answer = client.post(answer.location, data=carried)
    return client.get(answer.location, follow_redirects=True) if answer.status_code in (302, 303) else answer


def test_setting_an_app_up_asks_for_the_password_first_and_tells_its_person(app, tenant, mailer, database):
    client = signed_in(app, tenant.id, tenant["builder"])
    asked = client.post("/profile/security/totp/new")
    assert asked.status_code == 401
    with database.unit(tenant.id) as uow:
        assert uow.session.get(totp.TotpSecret, tenant["builder"].user_id) is None
    shown = proved(client, asked.text)
    secret = re.search(r"<code[^>]*>([A-Z2-7]{32})</code>", shown.text)[1]
    refused = client.post("/profile/security/totp", data={"code": "000000"})
    assert refused.status_code == 422
    with database.unit() as uow:
        code = TOTP(secret).at(uow.now)
    page = client.post("/profile/security/totp", data={"code": code}).text
    assert len(re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", page)) == recovery.COUNT
    assert mailer.last.to == (tenant["builder"].email,)
    assert secret not in mailer.last.text
    assert secret not in client.get("/profile/security").text


def test_nobody_removes_the_passkey_of_somebody_else(app, tenant, database):
    client = signed_in(app, tenant.id, tenant["builder"])
    asked = client.post(f"/profile/security/passkeys/{new_id()}/remove")
    assert proved(client, asked.text).status_code == 404
