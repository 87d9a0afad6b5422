"""Proving once more who one is: bound to session, action and content, for a while, and not by guessing."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP

from studio.accounts.factors import recovery, totp
from studio.accounts.factors.checking import Proof
from studio.accounts.identity import Person
from studio.accounts.models import UserSession
from studio.accounts.outcomes import Method, Strength
from studio.accounts.service import sessions
from studio.accounts.site import Site
from studio.contract.gates import StepUpNeeded
from studio.core import clock
from studio.core.actor import Origin
from studio.core.errors import Gone, NotFound
from studio.guard import policy
from studio.guard.outcomes import Demand
from studio.guard.service import step_up
from tests.accounts.test_factors import proved
from tests.factories.accounts import PASSWORD, make_tenant, make_token, signed_in, with_token

SITE = Site.of("http://localhost:8000")
DEMAND = Demand(Strength.PASSWORD, timedelta(minutes=5))
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
RIGHT = Proof(Method.PASSWORD, PASSWORD)
WRONG = Proof(Method.PASSWORD, "wrong wrong wrong")


STRENGTH = st.sampled_from(Strength)


@given(strength=STRENGTH, needed=STRENGTH, age=st.integers(-10, 8000), left=st.integers(-10, 10))
def test_a_proof_is_good_when_strong_enough_young_enough_and_not_over(strength, needed, age, left):
    demand = Demand(needed, timedelta(seconds=3600))
    confirmed, ends = NOW - timedelta(seconds=age), NOW + timedelta(seconds=left)
    found = policy.good(demand, strength=strength, confirmed_at=confirmed, ends_at=ends, now=NOW)
    assert found == (strength >= needed and 0 <= age <= 3600 and left > 0)


@given(uses=st.lists(st.integers(0, 1799), max_size=20))
def test_sudo_slides_while_it_is_used_and_ends_all_the_same(uses):
    now, ends = NOW, policy.slid(NOW, NOW)
    for pause in uses:
        now += timedelta(seconds=pause)
        if now >= ends:
            assert now - NOW >= policy.SUDO_MOST
            return
        ends = policy.slid(NOW, now)
        assert now < ends <= NOW + policy.SUDO_MOST


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def unit(app, database, tenant):
    """Open units of one signed-in browser of the builder."""
    person = tenant["builder"]
    with database.unit() as uow:
        _token, row = sessions.start(uow, person.user_id, tenant.id)
        session_id = row.id

    def opened(which=None):
        origin = Origin(session_id=str(which or session_id))
        actor = Person(person.user_id, person.email, person.name, "system", None, None, ()).actor(origin)
        return database.unit(tenant.id, actor)

    return opened


@pytest.fixture
def keyring(app):
    return app.extensions["studio_keyring"]


def ask(uow, action="refund", payload=None):
    with pytest.raises(StepUpNeeded) as needed:
        step_up.require(uow, action, payload or {"amount": "420.00"}, DEMAND, "Refund €420.00")
    return step_up.ask(uow, needed.value)


def test_a_proof_holds_for_its_session_action_and_content_and_five_minutes(unit, keyring, database, tenant):
    with unit() as uow:
        assert step_up.answer(uow, SITE, keyring, ask(uow), RIGHT).confirmed
    with unit() as uow:
        step_up.require(uow, "refund", {"amount": "420.00"}, DEMAND, "")
        for action, payload in [("refund", {"amount": "999.00"}), ("payout", {"amount": "420.00"})]:
            with pytest.raises(StepUpNeeded):
                step_up.require(uow, action, payload, DEMAND, "")
        with pytest.raises(StepUpNeeded):
            step_up.require(uow, "refund", {"amount": "420.00"}, Demand(Strength.PASSKEY, timedelta(minutes=5)), "")
        with pytest.raises(StepUpNeeded):
            step_up.require_sudo(uow)
    with database.unit() as uow:
        other = sessions.start(uow, tenant["builder"].user_id, tenant.id)[1].id
    with unit(other) as uow, pytest.raises(StepUpNeeded):
        step_up.require(uow, "refund", {"amount": "420.00"}, DEMAND, "")
    clock.shift(timedelta(minutes=5))
    with unit() as uow, pytest.raises(StepUpNeeded):
        step_up.require(uow, "refund", {"amount": "420.00"}, DEMAND, "")


def test_guessing_is_counted_over_all_questions_of_a_person(unit, keyring):
    for number in range(5):
        with unit() as uow:
            assert not step_up.answer(uow, SITE, keyring, ask(uow, f"action {number}"), WRONG).confirmed
    with unit() as uow:
        answer = step_up.answer(uow, SITE, keyring, ask(uow, "another"), RIGHT)
    assert not answer.confirmed
    assert answer.wait
    clock.shift(timedelta(minutes=16))
    with unit() as uow:
        assert step_up.answer(uow, SITE, keyring, ask(uow, "another"), RIGHT).confirmed


def test_whoever_has_a_second_factor_does_not_pass_by_the_password(unit, keyring, tenant):
    user_id = tenant["builder"].user_id
    with unit() as uow:
        secret = totp.begin(uow, keyring, user_id)
        totp.confirm(uow, keyring, user_id, TOTP(secret).at(uow.now))
        codes = recovery.issue(uow, user_id)
    with unit() as uow:
        with pytest.raises(StepUpNeeded) as needed:
            step_up.require_sudo(uow)
        row = step_up.ask(uow, needed.value)
        assert not step_up.answer(uow, SITE, keyring, row, RIGHT).confirmed
        assert step_up.answer(uow, SITE, keyring, row, Proof(Method.RECOVERY_CODE, codes[0])).confirmed
        step_up.require_sudo(uow)


def test_a_question_ends(unit):
    with unit() as uow:
        key = ask(uow).id
    clock.shift(policy.TO_ANSWER)
    with unit() as uow, pytest.raises(Gone):
        step_up.find(uow, key)


def test_another_person_does_not_even_find_the_question(app, tenant, unit):
    with unit() as uow:
        key = ask(uow).id
    assert signed_in(app, tenant.id, tenant["admin"]).get(f"/step-up/{key}").status_code == 404
    with unit() as uow, pytest.raises(NotFound):
        step_up.find(uow, None)


def test_the_session_has_another_id_afterwards_and_the_old_one_is_refused(app, tenant):
    client = signed_in(app, tenant.id, tenant["builder"])
    with client.session_transaction() as session:
        old = session["_user_id"]
    asked = client.post("/profile/security/totp/new")
    assert proved(client, asked.text).status_code == 200
    with client.session_transaction() as session:
        assert session["_user_id"] != old
    thief = app.test_client()
    thief.sign_in_with(old)
    assert thief.get("/profile").location.startswith("/sign-in")
    with app.extensions["studio_database"].unit() as uow:
        assert uow.session.query(UserSession).filter_by(user_id=tenant["builder"].user_id).count() == 1


def test_what_was_being_sent_goes_on_afterwards(app, tenant):
    client = signed_in(app, tenant.id, tenant["builder"])
    asked = client.post("/profile/security/totp/new", data={"kept": 'a <b> & "c"'})
    assert 'name="kept" value="a &lt;b&gt; &amp; &#34;c&#34;"' in asked.text
    assert "Scan this with the app" in proved(client, asked.text).text


@pytest.mark.parametrize("target", ["//evil.example/x", "https://evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere_afterwards(app, tenant, target):
    client = signed_in(app, tenant.id, tenant["builder"])
    page = client.post("/profile/security/totp/new").text
    action = re.search(r'action="(/step-up/[^"]+)"', page)[1]
    data = {"step_up_method": "password", "step_up_password": PASSWORD, "step_up_to": target}
    assert client.post(action, data=data).location == "/"


def test_a_program_is_told_what_is_asked_and_where(app, tenant):
    client = signed_in(app, tenant.id, tenant["builder"])
    answer = client.post("/profile/security/totp/new", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (401, "step_up_needed")
    challenge = answer.headers["WWW-Authenticate"]
    assert 'error="insufficient_user_authentication"' in challenge
    assert 'acr_values="urn:studio:acr:password"' in challenge
    assert answer.json["step_up"]["url"].startswith("http://")
    assert json.dumps(answer.json).count(PASSWORD) == 0


def test_an_api_token_answers_no_question(app, tenant):
    token = with_token(app, make_token(app, tenant, "builder", ["runs:read"]))
    assert token.post("/profile/security/totp/new").status_code == 403
