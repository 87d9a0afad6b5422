"""Seats: given, changed, taken away, and what that means at once."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text

from studio.accounts.factor_models import Passkey, RecoveryCode
from studio.accounts.factors import checking, resetting
from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.accounts.service import credentials, members, tokens
from studio.audit.models import AuditEvent
from studio.contract.gates import StepUpNeeded
from studio.core.actor import Elevation
from studio.core.errors import Conflict, Forbidden, NotFound
from studio.core.ids import new_id
from tests.factories.accounts import PASSWORD, give_seat, make_person, make_tenant, make_token, signed_in, with_token
from tests.factories.proofs import in_a_session, prove


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def admin(app, tenant):
    return signed_in(app, tenant.id, tenant["admin"])


def test_an_invited_person_chooses_a_password_and_enters(app, tenant, admin, mailer):
    data = {"email": "New.Person@Example.com", "name": "Nora New", "role": "builder"}
    assert admin.post("/settings/people", data=data).location == "/settings/people"
    assert mailer.last.to == ("new.person@example.com",)
    link = mailer.last.text.split("http://localhost:8000")[1].split()[0]
    browser = app.test_client()
    assert browser.get(link).location == "/password/new"
    assert browser.post("/password/new", data={"password": PASSWORD}).location == "/sign-in"
    answer = browser.post("/sign-in", data={"email": "new.person@example.com", "password": PASSWORD})
    assert answer.location == "/"
    page = admin.get("/settings/people").text
    assert "Nora New" in page


def test_somebody_known_elsewhere_gets_a_seat_and_no_password_link(tenant, admin, database, mailer):
    other = make_tenant(database)
    data = {"email": other["builder"].email, "name": "Whoever", "role": "approver"}
    assert admin.post("/settings/people", data=data).status_code == 302
    assert "/invitations/" in mailer.last.text
    assert "/password/" not in mailer.last.text


@pytest.mark.parametrize(
    ("data", "status", "sentence"),
    [
        ({"email": "nobody", "name": "N", "role": "builder"}, 422, "This is no e-mail address"),
        ({"email": "", "name": "N", "role": "builder"}, 422, "This is needed."),
        ({"email": "a@example.com", "name": "N", "role": "king"}, 422, "Not a valid choice"),
        ({"email": "a@example.com", "name": "N", "role": "owner"}, 403, "Only an owner may make or change an owner."),
    ],
)
def test_a_refused_invitation_says_why_and_changes_nothing(admin, database, mailer, data, status, sentence):
    answer = admin.post("/settings/people", data=data)
    assert (answer.status_code, sentence in answer.text) == (status, True)
    assert mailer.sent == {}
    with database.unit() as uow:
        assert uow.session.scalar(select(User).where(User.email == "a@example.com")) is None


def test_nobody_gets_two_seats(tenant, admin):
    data = {"email": tenant["builder"].email.upper(), "name": "B", "role": "builder"}
    answer = admin.post("/settings/people", data=data)
    assert answer.status_code == 409
    assert "already has a seat here" in answer.text


def test_a_changed_seat_counts_from_the_next_request_on(app, tenant, admin):
    builder = signed_in(app, tenant.id, tenant["builder"])
    assert builder.get("/settings/secrets").status_code == 200
    admin.post(f"/settings/people/{tenant['builder'].seat_id}/role", data={"role": "approver"})
    assert builder.get("/settings/secrets").status_code == 403


def test_a_removed_seat_is_refused_at_once_and_so_are_its_tokens(app, tenant, admin):
    builder = signed_in(app, tenant.id, tenant["builder"])
    program = with_token(app, make_token(app, tenant, "builder", ["settings:read"]))
    assert (builder.get("/settings").status_code, program.get("/settings").status_code) == (200, 200)
    admin.post(f"/settings/people/{tenant['builder'].seat_id}/disable")
    assert builder.get("/settings").location == "/sign-in?next=/settings"
    assert builder.post("/settings", data={"name": "x"}).location == "/sign-in"
    assert program.get("/settings").status_code == 401


def test_a_seat_given_back_revives_no_session_and_no_token(app, tenant, admin, database):
    thief = signed_in(app, tenant.id, tenant["builder"])
    stolen = with_token(app, make_token(app, tenant, "builder", ["settings:read"]))
    others = with_token(app, make_token(app, tenant, "auditor", ["settings:read"]))
    for verb in ("disable", "enable"):
        admin.post(f"/settings/people/{tenant['builder'].seat_id}/{verb}")
    assert thief.get("/settings").location == "/sign-in?next=/settings"
    assert (stolen.get("/settings").status_code, others.get("/settings").status_code) == (401, 200)
    with database.unit(tenant.id, read_only=True) as uow:
        ended = select(AuditEvent.actor_id).where(AuditEvent.action == "token.revoked")
        assert uow.session.scalars(ended).all() == [str(tenant["admin"].user_id)]
    assert signed_in(app, tenant.id, tenant["builder"]).get("/settings").status_code == 200


def test_a_removed_seat_leaves_sessions_in_other_workspaces(app, tenant, admin, database):
    other = make_tenant(database)
    give_seat(database, other.id, tenant["builder"], Role.AUDITOR)
    elsewhere = signed_in(app, other.id, tenant["builder"])
    admin.post(f"/settings/people/{tenant['builder'].seat_id}/disable")
    assert elsewhere.get("/settings").status_code == 200


def test_an_admin_cannot_touch_an_owner(tenant, admin):
    seat = tenant["owner"].seat_id
    assert admin.post(f"/settings/people/{seat}/disable").status_code == 403
    assert admin.post(f"/settings/people/{seat}/role", data={"role": "approver"}).status_code == 403
    builder = tenant["builder"].seat_id
    assert admin.post(f"/settings/people/{builder}/role", data={"role": "owner"}).status_code == 403


def test_the_last_owner_stays(app, tenant):
    owner = signed_in(app, tenant.id, tenant["owner"])
    seat = tenant["owner"].seat_id
    answer = owner.post(f"/settings/people/{seat}/disable")
    assert (answer.status_code, "make somebody else an owner first" in answer.text) == (409, True)
    owner.post(f"/settings/people/{tenant['admin'].seat_id}/role", data={"role": "owner"})
    assert owner.post(f"/settings/people/{seat}/disable").status_code == 302


def test_two_owners_cannot_remove_one_another_at_the_same_time(tenant, database):
    second = make_person(database, tenant.id, Role.OWNER)
    start, ended = threading.Barrier(2), []

    def remove(actor, victim):
        start.wait()
        try:
            with database.unit(tenant.id, actor.actor) as uow:
                members.disable(uow, victim.seat_id)
            ended.append("removed")
        except Conflict:
            ended.append("refused")

    pairs = ((tenant["owner"], second), (second, tenant["owner"]))
    threads = [threading.Thread(target=remove, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == ["refused", "removed"]


def test_a_token_cannot_be_made_while_its_seat_goes(app, tenant, database):
    builder, start, made = tenant["builder"], threading.Barrier(2), []

    def take_away():
        start.wait()
        with database.unit(tenant.id, tenant["admin"].actor) as uow:
            members.disable(uow, builder.seat_id)

    def make():
        start.wait()
        try:
            with database.unit(tenant.id, builder.actor) as uow:
                made.append(tokens.create(uow, name="CI", scopes=["runs:read"], user_id=builder.user_id).text)
        except Conflict as error:
            made.append(error.code)

    threads = [threading.Thread(target=each) for each in (take_away, make)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    with database.unit(tenant.id, tenant["admin"].actor, read_only=True) as uow:
        assert tokens.live(uow).rows == ()


def test_a_seat_of_nowhere_is_not_found(tenant, database):
    with pytest.raises(NotFound), database.unit(tenant.id, tenant["owner"].actor) as uow:
        members.disable(uow, None)


def test_long_lists_have_pages(tenant, database, admin, monkeypatch):
    monkeypatch.setattr(members, "PAGE", 2)
    seen, url = [], "/settings/people"
    while url:
        page = admin.get(url).text
        seen += [person.name for person in tenant.people.values() if person.name in page.split("<main")[1]]
        older = page.partition('rel="next" href="')[2].partition('"')[0]
        url = older.replace("&amp;", "&")
    assert sorted(seen) == sorted(person.name for person in tenant.people.values())


def test_others_are_found_in_any_case_of_letters(tenant, database):
    with database.unit(tenant.id, read_only=True) as uow:
        found = members.by_email(uow, f" {tenant['approver'].email.upper()} ")
        assert found is not None
        assert found.role is Role.APPROVER
        assert set(members.by_ids(uow, [found.user_id])) == {found.user_id}
        assert len(members.working(uow, [Role.OWNER, Role.ADMIN])) == 2


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_row_security_hides_other_tenants_even_from_raw_statements(tenant, database):
    other = make_tenant(database)
    with database.unit(tenant.id, tenant["owner"].actor, read_only=True) as uow:
        connection = uow.session.connection()
        assert connection.execute(text("select current_user")).scalar_one() == "studio_app"
        seen = set(connection.execute(text("select distinct workspace_id from seat")).scalars())
        assert seen == {tenant.id}
        assert other.id not in seen
    with database.unit(read_only=True) as uow:
        assert uow.session.connection().execute(text("select count(*) from seat")).scalar_one() == 0


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_row_security_refuses_rows_for_another_tenant(tenant, database):
    other = make_tenant(database)
    with database.unit(tenant.id, tenant["owner"].actor) as uow:
        changed = uow.session.connection().execute(Seat.__table__.update().values(role="auditor"))
        assert changed.rowcount == len(Role)
        uow.session.rollback()
    with database.unit(other.id, read_only=True) as uow:
        roles = set(uow.session.scalars(select(Seat.role)))
    assert roles == {role.value for role in Role}


def test_what_is_lent_gives_no_seat_that_can_do_more(tenant, database):
    with database.unit(tenant.id, tenant["builder"].actor) as uow:
        lent = Elevation(new_id(), uow.now + timedelta(hours=1), frozenset({"member.manage"}))
        uow.actor = replace(uow.actor, elevation=lent)
        members.add(uow, email="one@example.com", name="One", role=Role.BUILDER)
        members.add(uow, email="two@example.com", name="Two", role=Role.APPROVER)
        for role in (Role.ADMIN, Role.AUDITOR):
            with pytest.raises(Forbidden) as refused:
                members.add(uow, email="three@example.com", name="Three", role=role)
            assert refused.value.code == "role_above"
        with pytest.raises(Forbidden):
            members.change_role(uow, tenant["approver"].seat_id, Role.ADMIN)
        uow.actor = tenant["builder"].actor


def test_an_owner_who_was_only_invited_or_is_locked_out_does_not_count(tenant, database):
    owner = tenant["owner"]
    with database.unit(tenant.id, owner.actor) as uow:
        invited, _user = members.add(uow, email="later@example.com", name="Later", role=Role.OWNER)
    with database.unit(tenant.id, owner.actor) as uow, pytest.raises(Conflict):
        members.disable(uow, owner.seat_id)
    with database.unit(tenant.id, owner.actor) as uow:
        members.withdraw(uow, invited.id)
    second = make_person(database, tenant.id, Role.OWNER)
    with database.unit(tenant.id) as uow:
        credentials.lock(uow, uow.session.get_one(User, second.user_id))
    with database.unit(tenant.id) as uow:
        with pytest.raises(Conflict) as refused:
            credentials.lock(uow, uow.session.get_one(User, owner.user_id))
        assert refused.value.code == "last_owner"
    with database.unit(tenant.id, owner.actor) as uow, pytest.raises(Conflict):
        members.change_role(uow, owner.seat_id, Role.ADMIN)


def test_a_link_is_for_the_address_that_it_was_sent_to(app, tenant, admin, mailer):
    admin.post("/settings/people", data={"email": "new@example.com", "name": "Nora", "role": "builder"})
    link = mailer.last.text.split("http://localhost:8000")[1].split()[0]
    other = signed_in(app, tenant.id, tenant["approver"])
    other.get(link)
    assert "you are signed in as" in other.get("/password/new").text
    assert other.post("/password/new", data={"password": PASSWORD}).status_code == 409
    own = app.test_client()
    own.get(link)
    assert own.post("/password/new", data={"password": PASSWORD}).location == "/sign-in"
    again = app.test_client()
    again.get(link)
    assert again.post("/password/new", data={"password": PASSWORD + "2"}).status_code == 410
    assert own.post("/sign-in", data={"email": "new@example.com", "password": PASSWORD}).location == "/"


def test_whoever_has_an_account_enters_by_the_mail_and_nobody_else(app, tenant, admin, database, mailer):
    other = make_tenant(database)
    invited = other["builder"]
    admin.post("/settings/people", data={"email": invited.email, "name": "Whoever", "role": "auditor"})
    link = mailer.last.text.split("http://localhost:8000")[1].split()[0]
    stranger = signed_in(app, tenant.id, tenant["approver"]).get(link)
    assert (stranger.status_code, "not for" in stranger.text) == (404, True)
    browser = signed_in(app, other.id, invited)
    assert f"You have a seat in {tenant.name}" in browser.get(link).text
    assert browser.post(f"/workspaces/{tenant.id}").location == "/"
    assert tenant.name in browser.get("/settings").text


def a_passkey(uow, user_id):
    return Passkey(
        user_id=user_id, name="Phone", credential_id=user_id.bytes, public_key=b"k", sign_count=0, transports=[],
        created_at=uow.now,
    )  # fmt: skip


def test_a_lost_passkey_is_taken_away_by_an_admin_who_proves_it(tenant, database, mailer):
    lost = tenant["builder"]
    with database.unit() as uow:
        uow.session.add(RecoveryCode(user_id=lost.user_id, code_hash="x" * 64))
        uow.session.add(a_passkey(uow, lost.user_id))
    tries = partial(resetting.reset, public_url="http://localhost:8000")
    admin_ = in_a_session(database, tenant, tenant["admin"])
    with pytest.raises(StepUpNeeded), database.unit(tenant.id, admin_) as uow:
        tries(uow, mailer, lost.seat_id)
    prove(database, admin_, "factor.reset", {"user": str(lost.user_id)})
    with database.unit(tenant.id, admin_) as uow:
        tries(uow, mailer, lost.seat_id)
    assert (mailer.last.to, "set up a new passkey" in mailer.last.text.replace("\n", " ")) == ((lost.email,), True)
    with database.unit(tenant.id, read_only=True) as uow:
        assert not checking.of(uow, lost.user_id).second
        query = select(AuditEvent.actor_id).where(AuditEvent.action == "factor.all_removed")
        assert uow.session.scalars(query).all() == [str(tenant["admin"].user_id)]
    with pytest.raises(Conflict) as refused, database.unit(tenant.id, admin_) as uow:
        tries(uow, mailer, lost.seat_id)
    assert refused.value.code == "no_factors"


@pytest.mark.parametrize(
    ("who", "whose", "code"), [("admin", "owner", "owner_only"), ("owner", "owner", "own_factors")]
)
def test_nobody_takes_an_owners_or_their_own_passkey_so(tenant, database, mailer, who, whose, code):
    with database.unit() as uow:
        uow.session.add(a_passkey(uow, tenant[whose].user_id))
    with pytest.raises(Forbidden) as refused, database.unit(tenant.id, tenant[who].actor) as uow:
        resetting.reset(uow, mailer, tenant[whose].seat_id, public_url="http://localhost:8000")
    assert refused.value.code == code


def test_an_admin_here_takes_nothing_that_another_workspace_trusts(tenant, database, mailer):
    person, other = tenant["builder"], make_tenant(database)
    give_seat(database, other.id, person, Role.OWNER)
    with database.unit() as uow:
        uow.session.add(a_passkey(uow, person.user_id))
    with pytest.raises(Conflict) as refused, database.unit(tenant.id, tenant["admin"].actor) as uow:
        resetting.reset(uow, mailer, person.seat_id, public_url="http://localhost:8000")
    assert refused.value.code == "other_workspaces"
