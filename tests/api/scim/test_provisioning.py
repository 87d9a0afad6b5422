"""A directory gives, changes and takes away seats and groups, as Okta and Entra ID do it."""

from urllib.parse import quote

import orjson
import pytest

from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.service import approver_seats, members
from tests.accounts.federation.lobby import Lobby
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.audit import events_of

SCOPES = ["members:read", "members:write"]
NORA = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "Nora@northstar.example",
        "externalId": "00u1", "name": {"givenName": "Nora", "familyName": "Stern"}, "active": True,
        "emails": [{"primary": True, "value": "nora@northstar.example", "type": "work"}],
        "roles": [{"value": "builder"}], "title": "Lead"}  # fmt: skip
MEDIA = {"Content-Type": "application/scim+json"}


class Directory:
    """A directory that speaks SCIM with one workspace."""

    def __init__(self, app, tenant, role="admin", scopes=SCOPES):
        self.tenant, self.http = tenant, with_token(app, make_token(app, tenant, role, scopes))

    def ask(self, method, path, body=None, status=200):
        sent = {} if body is None else {"data": orjson.dumps(body), "headers": MEDIA}
        answer = self.http.open("/scim/v2" + path, method=method, **sent)
        assert answer.status_code == status, answer.text
        if status != 204:
            assert answer.mimetype == "application/scim+json"
        return answer.json if answer.data else None

    def find(self, text, kind="Users"):
        return self.ask("GET", f"/{kind}?filter={quote(text)}")["Resources"]

    def patch(self, path, *operations, status=200):
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
        return self.ask("PATCH", path, body, status)


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def directory(app, tenant):
    return Directory(app, tenant)


def test_okta_gives_a_seat_changes_it_and_takes_it_away(app, directory, tenant, database, mailer):
    assert directory.find('userName eq "nora@northstar.example"') == []
    made = directory.ask("POST", "/Users", NORA, 201)
    assert (made["userName"], made["externalId"], made["active"]) == ("nora@northstar.example", "00u1", True)
    assert made["meta"]["location"].endswith(f"/scim/v2/Users/{made['id']}")
    assert directory.find('userName eq "NORA@northstar.example"')[0]["id"] == made["id"]
    assert directory.find('externalId eq "00u1" and active eq true')[0]["id"] == made["id"]
    again = directory.ask("POST", "/Users", NORA, 409)
    assert again == {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "409",
                     "scimType": "uniqueness", "detail": again["detail"]}  # fmt: skip
    place = f"/Users/{made['id']}"
    assert directory.ask("PUT", place, {**NORA, "roles": [{"value": "approver"}]})["roles"][0]["value"] == "approver"
    assert directory.patch(place, {"op": "replace", "value": {"active": False}})["active"] is False
    assert directory.find("active eq false")[0]["id"] == made["id"]
    assert directory.patch(place, {"op": "replace", "value": {"active": True}})["active"] is True
    directory.ask("DELETE", place, status=204)
    assert directory.ask("GET", place, status=404)["status"] == "404"
    directory.ask("DELETE", place, status=404)
    assert directory.ask("POST", "/Users", NORA, 201)["id"] == made["id"]
    told = {action: len(events_of(database, tenant, action))
            for action in ("member.created", "member.role_changed", "member.left", "member.enabled")}  # fmt: skip
    assert told == {"member.created": 1, "member.role_changed": 2, "member.left": 2, "member.enabled": 2}


def test_entra_switches_people_off_by_capitals_and_texts(directory):
    made = directory.ask("POST", "/Users", {**NORA, "active": "True"}, 201)
    place = f"/Users/{made['id']}"
    after = directory.patch(
        place,
        {"op": "Add", "path": "name.familyName", "value": "Holt"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "nora@northstar.example"},
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Ops"},
    )
    assert after["name"] == {"formatted": "Nora Holt", "givenName": "Nora", "familyName": "Holt"}
    assert directory.patch(place, {"op": "Replace", "path": "active", "value": "False"})["active"] is False


def test_whoever_leaves_by_the_directory_hands_over_to_whom_the_token_acts_for(app, directory, tenant, database):
    builder = tenant["builder"]
    browser = signed_in(app, tenant.id, builder)
    assert browser.get("/workflows").status_code == 200
    seat = directory.find(f'userName eq "{builder.email}"')[0]
    directory.patch(f"/Users/{seat['id']}", {"op": "replace", "value": {"active": False}})
    assert browser.get("/workflows").status_code == 302
    left = events_of(database, tenant, "member.left")[0]
    assert left["metadata"]["to"] == tenant["admin"].email


def test_the_last_owner_and_an_owner_before_an_admin_stay(directory, tenant, database):
    owner = directory.find('roles.value eq "owner"')[0]
    place = f"/Users/{owner['id']}"
    assert directory.patch(place, {"op": "replace", "value": {"active": False}}, status=403)["status"] == "403"
    directory.ask("DELETE", place, status=403)
    directory.patch(place, {"op": "replace", "path": "roles", "value": [{"value": "builder"}]}, status=403)
    raised = directory.ask("POST", "/Users", {**NORA, "roles": [{"value": "owner"}]}, 403)
    assert "owner" in raised["detail"]
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(Seat, tenant["owner"].seat_id).role == "owner"
        assert not members.by_email(uow, NORA["userName"])


def test_another_tenants_resources_are_not_there_and_nothing_changes(app, directory, tenant, database):
    other = make_tenant(database)
    theirs = Directory(app, other)
    group = theirs.ask("POST", "/Groups", {"displayName": "Theirs"}, 201)
    seat = other["builder"]
    for path in (f"/Users/{seat.seat_id}", f"/Groups/{group['id']}"):
        before = theirs.ask("GET", path)
        for method, body in (("GET", None), ("PUT", {**NORA, "displayName": "Ours"}), ("DELETE", None)):
            refused = directory.ask(method, path, body, 404)
            assert refused["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        directory.patch(path, {"op": "replace", "value": {"active": False, "displayName": "Ours"}}, status=404)
        assert theirs.ask("GET", path) == before
    assert directory.find(f'userName eq "{seat.email}"') == []
    ours = directory.ask("POST", "/Groups", {"displayName": "Ours"}, 201)
    sneaked = {"op": "add", "path": "members", "value": [{"value": str(seat.seat_id)}]}
    assert directory.patch(f"/Groups/{ours['id']}", sneaked, status=400)["scimType"] == "invalidValue"
    assert directory.ask("GET", f"/Groups/{ours['id']}")["members"] == []


def test_a_directory_never_renames_an_account_that_is_not_its_own(directory, tenant, database):
    admin = tenant["admin"]
    seat = directory.find(f'userName eq "{admin.email}"')[0]
    place = f"/Users/{seat['id']}"
    refused = directory.patch(place, {"op": "replace", "path": "userName", "value": "evil@x.example"}, status=400)
    assert refused["scimType"] == "mutability"
    kept = directory.patch(place, {"op": "replace", "path": "displayName", "value": "Somebody Else"})
    assert kept["displayName"] == admin.name
    with database.unit(tenant.id) as uow:
        assert uow.session.get_one(User, admin.user_id).email == admin.email


def test_groups_hold_people_and_are_found(directory, tenant):
    found = directory.ask("GET", "/Users?count=2&startIndex=2&attributes=userName")
    assert (found["totalResults"], found["itemsPerPage"], found["startIndex"]) == (5, 2, 2)
    assert set(found["Resources"][0]) == {"schemas", "id", "userName"}
    approver, builder = (str(tenant[role].seat_id) for role in ("approver", "builder"))
    body = {"displayName": "Refund team", "externalId": "g-1", "members": [{"value": approver}]}
    group = directory.ask("POST", "/Groups", body, 201)
    place = f"/Groups/{group['id']}"
    assert directory.ask("POST", "/Groups", {"displayName": "refund  TEAM"}, 409)["scimType"] == "uniqueness"
    directory.patch(place, {"op": "Add", "path": "members", "value": [{"value": builder}]})
    directory.patch(place, {"op": "Remove", "path": "members", "value": [{"value": approver}]})
    directory.patch(place, {"op": "replace", "value": {"id": group["id"], "displayName": "Money team"}})
    held = directory.ask("GET", place)
    assert (held["displayName"], [one["value"] for one in held["members"]]) == ("Money team", [builder])
    assert directory.find('displayName eq "money TEAM"', "Groups")[0]["id"] == group["id"]
    assert directory.find(f'members[value eq "{builder}"]', "Groups")[0]["externalId"] == "g-1"
    assert "members" not in directory.ask("GET", f"{place}?excludedAttributes=members")
    assert directory.ask("GET", f"/Users/{builder}")["groups"][0]["display"] == "Money team"
    directory.ask("DELETE", place, status=204)
    directory.ask("GET", place, status=404)


def test_bad_requests_are_refused_in_scims_form_and_change_nothing(app, directory, tenant):
    wrong = {"GET": ["/Users?filter=userName", "/Users?filter=password%20eq%20%22x%22", "/Users?startIndex=x"]}
    for path in wrong["GET"]:
        assert directory.ask("GET", path, status=400)["scimType"] in ("invalidFilter", "invalidValue")
    for body in ([], {"userName": "no address"}, {"userName": "a@b.example", "roles": [{"value": "king"}]}, {}):
        directory.ask("POST", "/Users", body, 400)
    assert directory.ask("GET", "/Users")["totalResults"] == 5
    assert directory.ask("GET", "/Users/not-an-id", status=404)["status"] == "404"
    reader = Directory(app, tenant, scopes=["members:read"])
    reader.ask("GET", "/Users")
    assert reader.ask("POST", "/Users", NORA, 403)["status"] == "403"
    nobody = app.test_client().get("/scim/v2/Users", headers={"Authorization": "Bearer nonsense"})
    assert (nobody.status_code, nobody.json["status"]) == (401, "401")


def test_seats_that_are_all_taken_are_said_and_nobody_is_half_made(directory, tenant, database):
    with database.unit(tenant.id) as uow:
        used = approver_seats.usage(uow).used
        uow.session.get_one(Workspace, tenant.id).approver_seats = used
    refused = directory.ask("POST", "/Users", {**NORA, "roles": []}, 409)
    assert "approver seats are taken" in refused["detail"]
    assert "scimType" not in refused
    assert directory.find('userName eq "nora@northstar.example"') == []


def test_discovery_says_what_there_is(directory):
    config = directory.ask("GET", "/ServiceProviderConfig")
    assert (config["patch"]["supported"], config["bulk"]["supported"]) == (True, False)
    for kind in ("ResourceTypes", "Schemas"):
        listed = directory.ask("GET", f"/{kind}")
        assert listed["totalResults"] == 2
        assert directory.ask("GET", f"/{kind}/{listed['Resources'][0]['id']}") == listed["Resources"][0]
    assert directory.ask("GET", "/Schemas/none", status=404)["status"] == "404"


def test_with_a_provider_nobody_is_mailed_a_password_and_they_come_in_by_it(app, mailer):
    lobby = Lobby.of(app, mapping=[], default_role=Role.AUDITOR)
    directory = Directory(app, lobby.tenant)
    sent = len(mailer.sent)
    made = directory.ask("POST", "/Users", {**NORA, "userName": "s-1@northstar.example", "roles": None}, 201)
    assert (made["roles"][0]["value"], len(mailer.sent)) == ("auditor", sent)
    _browser, answer = lobby.come()
    assert answer.status_code == 302
    assert str(lobby.seat_of("s-1@northstar.example").id) == made["id"]
