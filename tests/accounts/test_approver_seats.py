"""Approver seats: limited in number whoever gives them at once; invitations sent again and withdrawn."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select, update

from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import approver_seats, invitations, members
from studio.core.errors import Conflict
from tests.factories.accounts import PASSWORD, make_person, make_tenant, signed_in

ROUNDS = 5
URL = "http://localhost:8000"


@pytest.fixture
def tenant(database):
    """It has one approver."""
    return make_tenant(database)


@pytest.fixture
def admin(app, tenant):
    return signed_in(app, tenant.id, tenant["admin"])


def limit(database, tenant, number):
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Workspace).where(Workspace.id == tenant.id).values(approver_seats=number))


def used(database, tenant):
    with database.unit(tenant.id, read_only=True) as uow:
        return approver_seats.usage(uow).used


def at_once(*actions):
    line = Barrier(len(actions))

    def run(action):
        line.wait()
        try:
            action()
        except Conflict as error:
            return error.code
        return "given"

    with ThreadPoolExecutor(len(actions)) as pool:
        return sorted(pool.map(run, actions))


def test_two_invitations_at_once_for_the_last_seat(database, tenant, mailer):
    for number in range(ROUNDS):
        limit(database, tenant, number + 2)

        def invite(letter, number=number):
            with database.unit(tenant.id, tenant["admin"].actor) as uow:
                address = f"{letter}{number}@example.com"
                invitations.invite(uow, mailer, email=address, name=letter, role=Role.APPROVER, public_url=URL)

        assert at_once(lambda: invite("a"), lambda: invite("b")) == ["approver_seats_full", "given"]
        assert used(database, tenant) == number + 2


def test_every_other_way_to_a_seat_at_once(database, tenant, mailer):
    gone = make_person(database, tenant.id, Role.APPROVER)
    actor = tenant["owner"].actor
    with database.unit(tenant.id, actor) as uow:
        members.disable(uow, gone.seat_id)
    limit(database, tenant, 2)

    def give_back():
        with database.unit(tenant.id, actor) as uow:
            members.enable(uow, gone.seat_id)

    def change():
        with database.unit(tenant.id, actor) as uow:
            members.change_role(uow, tenant["builder"].seat_id, Role.APPROVER)

    def invite():
        with database.unit(tenant.id, actor) as uow:
            invitations.invite(uow, mailer, email="c@example.com", name="C", role=Role.APPROVER, public_url=URL)

    answers = at_once(give_back, change, invite)
    assert answers == ["approver_seats_full", "approver_seats_full", "given"]
    assert used(database, tenant) == 2


def test_the_page_counts_and_refuses_with_the_reason(database, tenant, admin, mailer):
    limit(database, tenant, 1)
    assert "1 of 1 approver seats" in admin.get("/settings/people").text
    answer = admin.post("/settings/people", data={"email": "n@example.com", "name": "N", "role": "approver"})
    assert answer.status_code == 409
    assert "All 1 approver seats are taken" in answer.text
    assert mailer.sent == {}
    with database.unit() as uow:
        assert uow.session.scalar(select(User).where(User.email == "n@example.com")) is None
    builder = {"email": "n@example.com", "name": "N", "role": "builder"}
    assert admin.post("/settings/people", data=builder).status_code == 302


def test_a_limit_below_what_is_used_is_refused(app, database, tenant, admin):
    make_person(database, tenant.id, Role.APPROVER)
    page = {"name": "S", "currency": "EUR", "time_zone": "UTC", "locale": "en", "retention_days": 90}
    answer = admin.post("/settings", data=page | {"approver_seats": 1})
    assert (answer.status_code, "2 approver seats are in use" in answer.text) == (422, True)
    assert admin.post("/settings", data=page | {"approver_seats": 2}).status_code == 302
    assert admin.post("/settings", data=page | {"approver_seats": 0}).status_code == 422


def test_an_invitation_sent_again_ends_the_earlier_link(app, tenant, admin, mailer, database):
    admin.post("/settings/people", data={"email": "nora@example.com", "name": "Nora", "role": "approver"})
    first = mailer.last.text.split(URL)[1].split()[0]
    with database.unit(tenant.id) as uow:
        seat = members.by_email(uow, "nora@example.com").seat_id
    assert admin.post(f"/settings/people/{seat}/invite").status_code == 302
    second = mailer.last.text.split(URL)[1].split()[0]
    assert (len(mailer.sent), tenant.name in mailer.last.subject) == (2, True)
    old, new = app.test_client(), app.test_client()
    old.get(first)
    assert old.get("/password/new").status_code == 410
    new.get(second)
    assert f"You have a seat in {tenant.name}" in new.get("/password/new").text
    new.post("/password/new", data={"password": PASSWORD})
    signed = new.post("/sign-in", data={"email": "nora@example.com", "password": PASSWORD})
    assert signed.location == "/inbox"
    portal = new.get("/inbox").text
    assert [place in portal for place in ("/profile", "/workflows", "/runs", "/settings")] == [
        True,
        False,
        False,
        False,
    ]
    assert [new.get(place).status_code for place in ("/workflows", "/settings", "/settings/people")] == [403, 403, 403]
    again = admin.post(f"/settings/people/{seat}/invite")
    assert (again.status_code, "has come in already" in again.text) == (409, True)


def test_a_withdrawn_invitation_frees_the_seat_and_its_link_says_so(app, tenant, admin, mailer, database):
    limit(database, tenant, 2)
    admin.post("/settings/people", data={"email": "nora@example.com", "name": "Nora", "role": "approver"})
    link = mailer.last.text.split(URL)[1].split()[0]
    with database.unit(tenant.id) as uow:
        seat = members.by_email(uow, "nora@example.com").seat_id
    assert admin.post(f"/settings/people/{seat}/withdraw").status_code == 302
    assert used(database, tenant) == 1
    browser = app.test_client()
    browser.get(link)
    answer = browser.get("/password/new")
    assert (answer.status_code, "This invitation was withdrawn" in answer.text) == (410, True)
    assert browser.post("/password/new", data={"password": PASSWORD}).status_code == 410
    assert admin.post(f"/settings/people/{seat}/invite").status_code == 409
    again = admin.post("/settings/people", data={"email": "nora@example.com", "name": "Nora", "role": "approver"})
    assert (again.status_code, "give it back in the list" in again.text) == (409, True)
    assert admin.post(f"/settings/people/{seat}/enable").status_code == 302
    assert browser.get("/password/new").status_code == 200


def test_only_open_invitations_are_withdrawn(database, tenant, admin):
    assert admin.post(f"/settings/people/{tenant['approver'].seat_id}/withdraw").status_code == 409
    with database.unit(tenant.id) as uow:
        assert uow.session.get(Seat, tenant["approver"].seat_id).disabled_at is None
