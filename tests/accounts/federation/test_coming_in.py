"""People come in by their workspace's provider; whatever does not fit lets nobody in and changes nothing."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import func, select, text

from studio.accounts.federation import policy
from studio.accounts.federation_models import SignInIdentity
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import invitations, members
from studio.core import clock
from tests.accounts.federation.lobby import MAPPING, Lobby
from tests.factories.accounts import PASSWORD, give_seat, make_person, make_tenant
from tests.factories.audit import events_of
from tests.fakes.sign_in_provider import shared_key

EMAIL = "s-1@northstar.example"


@pytest.fixture
def lobby(app):
    return Lobby.of(app)


def count(lobby, table):
    with lobby.database.unit(lobby.tenant.id) as uow:
        return uow.session.scalar(select(func.count()).select_from(table))


def refusals(lobby):
    events = events_of(lobby.database, lobby.tenant, "session.provider_refused")
    return [event["metadata"]["reason"] for event in events]


def left(lobby, browser):
    """What the browser would bring back."""
    said = {"email": EMAIL, "email_verified": True, "groups": ["builders"]}
    return lobby.provider.back(lobby.leave(browser), "s-1", **said)


def test_somebody_new_comes_in_with_the_seat_of_their_group(lobby):
    browser, answer = lobby.come(target="/workflows")
    assert (answer.status_code, answer.location) == (302, "/workflows")
    assert browser.get("/workflows").status_code == 200
    seat = lobby.seat_of(EMAIL)
    assert (seat.role, seat.by_provider_at is not None) == ("builder", True)
    asked = lobby.provider.asked
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"].endswith("/sso/callback")
    sent = next(one for one in lobby.provider.seen if one.url.endswith("/token"))
    assert "code_verifier=" in sent.body.decode()
    assert "s3cr" not in sent.url + sent.body.decode()


def test_whoever_comes_again_is_the_same_person_also_by_another_address(lobby):
    lobby.come()
    people = count(lobby, User)
    browser, answer = lobby.come(email="renamed@northstar.example", groups=["admins"])
    assert answer.location == "/"
    assert browser.get("/settings/people").status_code == 200
    assert count(lobby, User) == people
    assert lobby.seat_of(EMAIL).role == "admin"


def test_whoever_is_in_no_group_that_has_a_seat_stays_out(lobby):
    before = count(lobby, User)
    _browser, answer = lobby.come(groups=["cleaners"])
    assert answer.status_code == 403
    assert "none of your groups has a seat here" in answer.text
    assert (count(lobby, User), refusals(lobby)) == (before, ["sign_in.no_role"])


def test_a_session_by_a_provider_leads_into_its_workspace_alone(lobby, app):
    lobby.come()
    other = make_tenant(lobby.database)
    with lobby.database.unit(lobby.tenant.id) as uow:
        user_id = uow.session.scalar(select(User.id).where(User.email == EMAIL))
    person = replace(other["builder"], user_id=user_id)
    give_seat(lobby.database, other.id, person, Role.ADMIN)
    browser, _answer = lobby.come()
    answer = browser.post(f"/workspaces/{other.id}")
    assert answer.status_code == 404
    assert other.name not in browser.get("/").text
    refused = browser.post("/profile/security/passkeys/new")
    assert other.name not in refused.text


SPOILT = {
    "another nonce": ({"nonce": "another"}, "sign_in.nonce"),
    "another issuer": ({"iss": "https://evil.example"}, "sign_in.other_issuer"),
    "another client": ({"aud": "another"}, "sign_in.other_client"),
    "out of date": ({"exp": 1}, "sign_in.expired"),
    "no subject": ({"sub": None}, "sign_in.subject"),
    "an unverified address": ({"email_verified": False}, "sign_in.unverified"),
    "no word of verifying": ({"email_verified": None}, "sign_in.unverified"),
}


def test_a_spoilt_answer_lets_nobody_in(lobby):
    before = count(lobby, User), count(lobby, Seat)
    for case, (claims, _code) in SPOILT.items():
        browser, answer = lobby.come(**claims)
        assert (answer.status_code, browser.get("/").status_code) == (403, 302), case
    assert (count(lobby, User), count(lobby, Seat)) == before
    assert refusals(lobby) == [code for _claims, code in SPOILT.values()]


def test_only_the_providers_own_key_signs(lobby):
    spoilt = {
        "another's key": {"signing": ECKey.generate_key("P-256", {"kid": "one"})},
        "shared secret": {"signing": shared_key("s3cr:t%" * 8), "header": {"alg": "HS256"}},
        "none": {"unsigned": True},
    }
    sound = lobby.provider
    for case, how in spoilt.items():
        lobby.use(replace(sound, **how))
        assert lobby.come()[1].status_code == 403, case
    assert (lobby.seat_of(EMAIL), refusals(lobby)) == (None, ["sign_in.signature"] * 3)


def test_a_way_back_is_good_once_in_the_browser_that_left_from_the_provider_that_was_asked(lobby, app):
    browser = app.test_client()

    def back(with_browser=browser, **spoilt):
        query = {**left(lobby, browser), **spoilt}
        return with_browser.get("/sso/callback", query_string={name: one for name, one in query.items() if one})

    used = left(lobby, browser)
    assert browser.get("/sso/callback", query_string=used).status_code == 302
    people = count(lobby, User)
    assert browser.get("/sso/callback", query_string=used).status_code == 403
    assert back(app.test_client()).status_code == 403
    assert back(iss="https://evil.example").status_code == 403
    assert back(iss="").status_code == 403
    assert back(code="", error="access_denied").status_code == 403
    assert refusals(lobby) == ["sign_in.used", "sign_in.other_browser", "sign_in.mixed_up", "sign_in.mixed_up",
                               "sign_in.access_denied"]  # fmt: skip
    for made_up in ("", "made-up", used["state"][:-4] + "AAAA"):
        assert back(state=made_up).status_code == 403
    late = left(lobby, browser)
    lobby.save(lobby.tenant["owner"], client_id="another")
    assert browser.get("/sso/callback", query_string=late).status_code == 403
    late = left(lobby, browser)
    clock.shift(policy.LASTS)
    assert browser.get("/sso/callback", query_string=late).status_code == 403
    assert refusals(lobby)[5:] == ["sign_in.changed", "sign_in.late"]
    assert count(lobby, User) == people


def test_a_provider_that_does_not_answer_is_named_and_nothing_is_lost(lobby, app):
    lobby.provider.down = True
    answer = app.test_client().post(f"/sign-in/{lobby.slug}")
    assert answer.status_code == 403
    assert "id.northstar.example" in answer.text


def test_an_account_with_a_password_is_linked_by_that_password_alone(lobby, app):
    builder = lobby.tenant["builder"]
    browser, answer = lobby.come(email=builder.email)
    assert answer.location == "/sso/link"
    assert browser.get("/").status_code == 302
    assert builder.email in browser.get("/sso/link").text
    wrong = browser.post("/sso/link", data={"password": "not this one at all"})
    assert (wrong.status_code, count(lobby, SignInIdentity)) == (401, 0)
    assert app.test_client().get("/sso/link").status_code == 403
    done = browser.post("/sso/link", data={"password": PASSWORD})
    assert (done.status_code, count(lobby, SignInIdentity)) == (302, 1)
    assert browser.get("/workflows").status_code == 200
    assert browser.post("/sso/link", data={"password": PASSWORD}).status_code == 403
    again, answer = lobby.come(email=builder.email)
    assert (answer.location, again.get("/workflows").status_code) == ("/", 200)


def test_an_account_that_others_rely_on_opens_by_no_address(lobby):
    other = make_tenant(lobby.database)
    guest = make_person(lobby.database, other.id, Role.ADMIN, email="guest@elsewhere.example")
    with lobby.database.unit() as uow:
        uow.session.get_one(User, guest.user_id).password_hash = None
    _browser, answer = lobby.come("evil", email=guest.email)
    assert answer.status_code == 403
    assert (count(lobby, SignInIdentity), refusals(lobby)) == (0, ["sign_in.unproved"])


def test_an_invitation_is_followed_by_the_provider_with_no_password(lobby, mailer):
    with lobby.database.unit(lobby.tenant.id, lobby.tenant["owner"].actor) as uow:
        invitations.invite(uow, mailer, email=EMAIL, name="Nora", role=Role.APPROVER, public_url="http://localhost")
    browser, answer = lobby.come()
    assert (answer.location, lobby.seat_of(EMAIL).role) == ("/", "builder")
    assert browser.get("/workflows").status_code == 200


def test_a_seat_that_was_taken_away_does_not_come_back_by_the_provider(lobby):
    browser, _answer = lobby.come()
    with lobby.database.unit(lobby.tenant.id, lobby.tenant["owner"].actor) as uow:
        members.disable(uow, lobby.seat_of(EMAIL).id)
    assert browser.get("/workflows").status_code == 302
    again, answer = lobby.come()
    assert (answer.status_code, again.get("/workflows").status_code) == (403, 302)
    assert refusals(lobby) == ["sign_in.no_seat"]


def test_the_last_owner_stays_one_whatever_the_groups_say(lobby):
    owner = lobby.tenant["owner"]
    browser, _answer = lobby.come("boss", email=owner.email)
    assert browser.post("/sso/link", data={"password": PASSWORD}).status_code == 302
    assert lobby.seat_of(owner.email).role == "owner"
    lobby.save(owner, mapping=[*MAPPING, ("chiefs", Role.OWNER)])
    lobby.come("boss", email=owner.email)
    assert lobby.seat_of(owner.email).role == "owner"


def test_where_passwords_are_off_only_owners_use_one(lobby, app):
    builder, owner = lobby.tenant["builder"], lobby.tenant["owner"]
    for person in (builder, owner):
        browser, _answer = lobby.come(f"at-{person.role.value}", email=person.email)
        browser.post("/sso/link", data={"password": PASSWORD})
    lobby.save(owner, passwords=False)
    turned = app.test_client().post("/sign-in", data={"email": builder.email, "password": PASSWORD})
    assert urlsplit(turned.location).path == f"/sign-in/{lobby.slug}"
    assert app.test_client().post("/sign-in", data={"email": builder.email, "password": "no such"}).status_code == 401
    assert app.test_client().post("/sign-in", data={"email": owner.email, "password": PASSWORD}).location == "/"


def test_no_way_back_leads_to_another_site(lobby):
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert lobby.come(target=target)[1].location == "/", target


def test_nothing_of_the_secret_or_the_state_stands_in_the_clear(lobby, app):
    address = lobby.leave(app.test_client())
    asked = dict(parse_qsl(urlsplit(address).query))
    with lobby.database.unit(lobby.tenant.id) as uow:
        tables = ("sign_in_provider", "sign_in_attempt")
        rows = [
            str([bytes(v) if isinstance(v, memoryview) else v for v in row])
            for table in tables
            for row in uow.session.execute(text(f"select * from {table}"))
        ]
    assert rows
    for secret in ("s3cr:t%", asked["state"], asked["nonce"]):
        assert not any(secret in row for row in rows)
