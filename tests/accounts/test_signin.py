"""Signing in, in a browser and past its edges."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from studio.accounts.models import UserSession
from studio.accounts.outcomes import Role, SignIn
from studio.accounts.service import members, signin
from studio.core import clock
from studio.core.actor import Actor, ActorType, Origin
from studio.core.unit_of_work import Database
from tests.factories.accounts import PASSWORD, MadeTenant, give_seat, make_tenant, signed_in
from tests.fixtures.app import close_app, open_app

ANYBODY = Actor(ActorType.USER, "anonymous", "Anonymous", origin=Origin(ip="198.51.100.7"))


@pytest.fixture
def tenant(database: Database) -> MadeTenant:
    return make_tenant(database)


def sign_in(app: Flask, email: str, password: str = PASSWORD, **more):
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": email, "password": password, **more})
    return client, answer


def test_a_member_signs_in_and_lands_where_the_seat_works(app, tenant):
    _, builder = sign_in(app, tenant["builder"].email.upper())
    _, approver = sign_in(app, tenant["approver"].email)
    assert (builder.status_code, builder.location) == (302, "/")
    assert (approver.status_code, approver.location) == (302, "/inbox")


def test_sign_in_goes_on_where_the_person_wanted_to_go(app, tenant):
    client = app.test_client()
    asked = client.get("/settings/people?after=x")
    assert asked.location == "/sign-in?next=/settings/people?after%3Dx"
    page = client.get(asked.location)
    wanted = re.search(r'name="next" type="hidden" value="([^"]+)"', page.text)[1]
    _, answer = sign_in(app, tenant["admin"].email, next=wanted)
    assert answer.location == "/settings/people?after=x"


@pytest.mark.parametrize("case", ["wrong password", "unknown", "disabled seat", "empty", "malformed"])
def test_every_refusal_reads_the_same(app, tenant, database, case):
    email, password = tenant["builder"].email, "wrong wrong wrong"
    if case == "unknown":
        email = "nobody@example.com"
    if case == "disabled seat":
        password = PASSWORD
        with database.unit(tenant.id) as uow:
            members.disable(uow, tenant["builder"].seat_id)
    if case == "empty":
        password = ""
    if case == "malformed":
        email = "'; drop table app_user --"
    _, answer = sign_in(app, email, password)
    assert answer.status_code == (422 if case == "empty" else 401)
    if case != "empty":
        assert "The e-mail address or the password is not right." in answer.text


def test_the_old_session_id_is_refused_after_a_new_sign_in(app, tenant):
    client, _ = sign_in(app, tenant["builder"].email)
    with client.session_transaction() as session:
        old = session["_user_id"]
    client.post("/sign-in", data={"email": tenant["builder"].email, "password": PASSWORD})
    with client.session_transaction() as session:
        assert session["_user_id"] != old
    thief = app.test_client()
    thief.sign_in_with(old)
    assert thief.get("/profile").status_code == 302
    assert client.get("/profile").status_code == 200


def test_a_planted_session_never_becomes_the_victims(app, tenant):
    client = app.test_client()
    client.sign_in_with("planted-by-an-attacker")
    client.post("/sign-in", data={"email": tenant["builder"].email, "password": PASSWORD})
    attacker = app.test_client()
    attacker.sign_in_with("planted-by-an-attacker")
    assert attacker.get("/profile").status_code == 302


def test_sign_out_ends_the_session_on_the_server(app, tenant):
    client, _ = sign_in(app, tenant["builder"].email)
    with client.session_transaction() as session:
        token = session["_user_id"]
    assert client.post("/sign-out").location == "/sign-in"
    client.sign_in_with(token)
    assert client.get("/profile").status_code == 302


def test_a_session_ends_after_an_hour_without_activity(app, tenant):
    client = signed_in(app, tenant.id, tenant["builder"])
    clock.shift(timedelta(minutes=50))
    assert client.get("/profile").status_code == 200
    clock.shift(timedelta(minutes=50))
    assert client.get("/profile").status_code == 200
    clock.shift(timedelta(minutes=61))
    assert client.get("/profile").status_code == 302


def test_a_session_ends_after_a_day_however_busy(app, tenant):
    client = signed_in(app, tenant.id, tenant["builder"])
    for _ in range(28):
        clock.shift(timedelta(minutes=50))
        assert client.get("/profile").status_code == 200
    clock.shift(timedelta(minutes=50))
    assert client.get("/profile").status_code == 302


def test_activity_is_noted_to_the_minute_and_no_finer(app, tenant, database):
    client = signed_in(app, tenant.id, tenant["builder"])

    def seen():
        with database.unit(read_only=True) as uow:
            return uow.session.query(UserSession).one().seen_at

    first = seen()
    client.get("/profile")
    assert seen() == first
    clock.shift(timedelta(minutes=2))
    client.get("/profile")
    assert seen() >= first + timedelta(minutes=2)


def test_who_has_several_seats_chooses_and_switches(app, tenant, database):
    other = make_tenant(database, "Other Store")
    person = tenant["builder"]
    give_seat(database, other.id, person, Role.AUDITOR)
    client, answer = sign_in(app, person.email)
    assert answer.location == "/workspaces"
    assert client.get("/settings").location == "/workspaces"
    page = client.get("/workspaces")
    assert tenant.name in page.text
    assert "Other Store" in page.text
    client.post(f"/workspaces/{other.id}")
    assert "Other Store" in client.get("/settings").text
    assert client.post("/settings", data={"name": "x"}).status_code == 403
    client.post(f"/workspaces/{tenant.id}")
    assert tenant.name in client.get("/settings").text


def test_nobody_enters_a_workspace_without_a_seat(app, tenant, database):
    other = make_tenant(database, "Canary Store")
    client = signed_in(app, tenant.id, tenant["owner"])
    answer = client.post(f"/workspaces/{other.id}")
    assert answer.status_code == 404
    assert "Canary" not in answer.text


def test_guessing_one_account_is_slowed_down_whether_it_exists_or_not(app, tenant):
    answers = {}
    for email in (tenant["builder"].email, "nobody@example.com"):
        client = app.test_client()
        codes = [
            client.post("/sign-in", data={"email": email, "password": f"guess number {n}"}).status_code
            for n in range(7)
        ]
        answers[email] = codes
    assert set(map(tuple, answers.values())) == {(401, 401, 401, 401, 401, 429, 429)}
    _, right = sign_in(app, tenant["builder"].email)
    assert right.status_code == 429
    clock.shift(timedelta(minutes=3))
    _, right = sign_in(app, tenant["builder"].email)
    assert right.status_code == 302


def test_guesses_made_at_once_are_all_counted(database):
    """The first failures of an account race for its counter: none may crash, none may go uncounted."""
    email, start = "raced@example.com", threading.Barrier(8)

    def guess(_number):
        start.wait()
        with database.unit(actor=ANYBODY) as uow:
            return signin.sign_in(uow, signin.Checked(email, None, matches=False)).result

    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(guess, range(8)))
    assert (ended.count(SignIn.REFUSED), ended.count(SignIn.LOCKED)) == (5, 3)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("proxies", "other"), [(0, 429), (1, 401)])
def test_limits_count_the_client_behind_the_proxies_that_were_named(store_settings, mailer, proxies, other):
    """Without a trusted proxy a made-up header buys no new attempts; behind one, clients do not share a limit."""
    app = open_app(replace(store_settings, trusted_proxies=proxies), mailer)

    def attempts(client_ip, count):
        data = {"email": "nobody@example.com", "password": "x"}
        return [
            app.test_client()
            .post("/sign-in", data=data, headers={"X-Forwarded-For": f"203.0.113.{n}, {client_ip}"})
            .status_code
            for n in range(count)
        ]

    assert attempts("198.51.100.1", 31)[-1] == 429
    assert attempts("198.51.100.2", 1) == [other]
    close_app(app)


def test_one_address_may_not_try_many_accounts(app):
    client = app.test_client()
    codes = {
        client.post("/sign-in", data={"email": f"n{n}@example.com", "password": "x"}, forge=False).status_code
        for n in range(35)
    }
    assert 429 in codes
