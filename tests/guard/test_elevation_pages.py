"""Pages of elevated access: what is refused is said beside its field, and the banner is on every page."""

import re

import pytest
from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.guard.elevation.outcomes import Ending, State
from studio.guard.models import GuardElevation, GuardEligibility
from tests.factories.accounts import make_person, make_tenant, signed_in
from tests.factories.elevations import browser, elevated, make_elevation, make_eligible
from tests.factories.proofs import on_session, prove

FORM = {"role": "admin", "most_minutes": "240", "needed": "1", "justification": "y"}


@pytest.fixture
def tenant(database):
    return make_tenant(database, "Nordlicht Store")


@pytest.fixture
def anna(database, tenant):
    return make_person(database, tenant.id, Role.BUILDER, "Anna Keller")


def client_of(at):
    client = at.app.test_client()
    client.sign_in_with(at.token)
    return client


def rows(database, tenant, model):
    with database.unit(tenant.id) as uow:
        return uow.session.scalars(select(model)).all()


def test_an_admin_lets_somebody_ask_and_hears_what_is_wrong(app, database, tenant, anna):
    at = browser(app, tenant, tenant["owner"])
    prove(database, on_session(tenant["owner"], at.session_id), "sudo")
    client = client_of(at)
    who = f"user:{anna.user_id}"
    for sent, said in [
        ({"who": ""}, "Choose a person or a group."),
        ({"who": f"user:{tenant['owner'].user_id}"}, "Nobody makes themselves eligible."),
        ({"who": who, "role": "approver"}, "allows all of this already"),
        ({"who": who, "most_minutes": "14"}, "Between 15 minutes and 24 hours"),
        ({"who": who, "most_minutes": "9" * 30}, "Between 15 minutes and 24 hours"),
        ({"who": who, "until": "2020-01-01"}, "still to come"),
        ({"who": who, "approvers": "group:Nobody"}, "Nobody"),
    ]:
        answer = client.post("/settings/elevation/eligibilities", data=FORM | sent)
        assert answer.status_code in (403, 422), sent
        assert said in answer.text, sent
    assert rows(database, tenant, GuardEligibility) == []
    approvers = f"{tenant['admin'].email}\nuser:{tenant['approver'].email}"
    answer = client.post("/settings/elevation/eligibilities", data=FORM | {"who": who, "approvers": approvers})
    assert answer.status_code == 302
    [made] = rows(database, tenant, GuardEligibility)
    assert (made.user_id, made.role, made.step_up, len(made.approvers)) == (anna.user_id, "admin", False, 2)
    assert anna.name in client.get("/settings/elevation").text
    assert client.post(f"/settings/elevation/eligibilities/{made.id}/withdraw").status_code == 302


def test_without_a_proof_nobody_is_made_eligible(app, database, tenant, anna):
    client = signed_in(app, tenant.id, tenant["owner"])
    answer = client.post("/settings/elevation/eligibilities", data=FORM | {"who": f"user:{anna.user_id}"})
    assert "Is it you?" in answer.text
    assert rows(database, tenant, GuardEligibility) == []


def test_asked_for_by_its_form_and_shown_above_every_page_until_its_end(app, database, tenant, anna):
    held = make_eligible(database, tenant, anna)
    at = browser(app, tenant, anna)
    client = client_of(at)
    for sent, said in [
        ({"minutes": "30"}, "Say what you need it for."),
        ({"minutes": "5", "justification": "x"}, "At least 15 minutes."),
        ({"minutes": "300", "justification": "x"}, "At most 240 minutes."),
        ({"minutes": "30", "justification": "x", "scope": "workspace.owner"}, "Not all of these belong to the role."),
        ({"minutes": "30", "justification": "x", "starts_at": "2020-01-01T10:00"}, "still to come"),
    ]:
        answer = client.post(f"/elevation/ask/{held}", data=sent)
        assert (answer.status_code, said in answer.text) == (422, True), sent
    assert "Nobody has to agree" in client.get(f"/elevation/ask/{held}").text
    sent = {"minutes": "30", "justification": "Payout export", "scope": "member.manage"}
    assert client.post(f"/elevation/ask/{held}", data=sent).status_code == 302
    for path in ("/elevation", "/workflows", "/profile", "/settings/tokens"):
        assert "You may do more than your seat allows." in client.get(path).text, path
    [row] = rows(database, tenant, GuardElevation)
    assert "People: manage" in client.get("/elevation").text
    assert client.post(f"/elevation/{row.id}/end").status_code == 302
    assert "banner warn lent" not in client.get("/elevation").text
    again = client.post(f"/elevation/{row.id}/end", headers={"Accept": "application/json"})
    assert (again.status_code, again.json["code"]) == (409, "already_ended")


def test_an_admin_ends_somebodys_with_a_reason(app, database, tenant, anna):
    at = elevated(app, tenant, anna)
    lent = at.actor.elevation.id
    admin = signed_in(app, tenant.id, tenant["admin"])
    assert "in force" in admin.get("/settings/elevation").text
    assert admin.post(f"/settings/elevation/{lent}/revoke", data={"reason": " "}).status_code == 422
    assert admin.post(f"/settings/elevation/{lent}/revoke", data={"reason": "Not today"}).status_code == 302
    [row] = rows(database, tenant, GuardElevation)
    assert (row.state, row.ending) == (State.ENDED, Ending.REVOKED)
    assert re.search("Ended by an admin.*Not today", admin.get("/settings/elevation").text, re.DOTALL)
    assert signed_in(app, tenant.id, tenant["builder"]).get("/settings/elevation").status_code == 403


def test_nobody_starts_or_ends_anothers(app, tenant, anna):
    asked = make_elevation(app, tenant)
    stranger = signed_in(app, tenant.id, anna)
    for verb in ("start", "end"):
        assert stranger.post(f"/elevation/{asked}/{verb}").status_code == 404
