"""Who sets a provider gives nobody more than they have, and never locks the owners out."""

import pytest

from studio.accounts.federation import configuring
from studio.accounts.models import User
from studio.accounts.outcomes import Role
from studio.core.errors import Conflict, Forbidden, InvalidInput
from tests.accounts.federation.lobby import FACTS, Lobby
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token
from tests.factories.audit import events_of
from tests.fakes.gates import open_gates
from tests.fakes.sign_in_provider import ISSUER

FORM = {
    "name": "Northstar ID", "issuer": ISSUER, "client_id": "studio", "secret": "s3cr:t%", "claim": "groups",
    "mapping-0-value": "admins", "mapping-0-role": "admin", "default_role": "", "passwords": "y",
}  # fmt: skip


@pytest.fixture
def lobby(app):
    return Lobby.of(app)


def test_an_admin_sets_a_provider_up_on_the_page(lobby, app):
    tenant = make_tenant(lobby.database)
    admin = signed_in(app, tenant.id, tenant["admin"])
    assert "Register Studio there" in admin.get("/settings/single-sign-on").text
    with open_gates() as gates:
        grown = admin.post("/settings/single-sign-on", data={**FORM, "more": "yes"})
        assert ('name="mapping-1-value"' in grown.text, grown.status_code) == (True, 200)
        saved = admin.post("/settings/single-sign-on", data=FORM)
    assert (saved.status_code, gates.asked) == (302, ["sudo"])
    page = admin.get("/settings/single-sign-on").text
    assert "Northstar ID" in page
    assert "s3cr" not in page
    event = events_of(lobby.database, tenant, "sign_in_provider.created")[0]
    assert "s3cr" not in str(event)
    assert admin.post("/settings/single-sign-on/check").status_code == 302
    assert "answers" in admin.get("/settings/single-sign-on").text
    lobby.provider.down = True
    admin.post("/settings/single-sign-on/check")
    assert "No connection" in admin.get("/settings/single-sign-on").text


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_saved(lobby, app):
    admin = signed_in(app, lobby.tenant.id, lobby.tenant["admin"])
    cases = {
        "issuer": {"issuer": "http://id.northstar.example"},
        "issuer that is half an address": {"issuer": "https://[::1"},
        "issuer of another name": {"issuer": ISSUER + "/other"},
        "domains": {"domains": "not a domain"},
        "claim": {"claim": ""},
        "mapping": {"mapping-0-role": "owner"},
    }
    for case, spoilt in cases.items():
        with open_gates():
            answer = admin.post("/settings/single-sign-on", data={**FORM, **spoilt})
        assert answer.status_code in (403, 422), case
        assert "aria-invalid" in answer.text, case
    with lobby.database.unit(lobby.tenant.id) as uow:
        row = configuring.get(uow)
        assert (row.issuer, row.domains, row.claim) == (ISSUER, [], "groups")


def test_nobody_lets_a_provider_give_more_than_they_have(lobby):
    for role, path in ((Role.OWNER, "mapping.0.role"), (None, "default_role")):
        facts = {"mapping": [("x", role)]} if role else {"mapping": [], "default_role": Role.OWNER}
        with pytest.raises(Forbidden) as refused:
            lobby.save(lobby.tenant["admin"], **facts)
        assert [one.path for one in refused.value.problems] == [path]


def test_without_an_owner_who_has_a_password_the_provider_stays(lobby):
    owner = lobby.tenant["owner"]
    with lobby.database.unit(lobby.tenant.id) as uow:
        uow.session.get_one(User, owner.user_id).password_hash = None
    with open_gates(), lobby.database.unit(lobby.tenant.id, owner.actor) as uow, pytest.raises(Conflict):
        configuring.remove(uow)
    with pytest.raises(Conflict):
        lobby.save(owner, issuer="https://other.example")


def test_another_apps_id_never_goes_out_with_the_kept_secret(lobby):
    owner, keyring = lobby.tenant["owner"], lobby.app.extensions["studio_keyring"]
    lobby.save(owner, secret="", name="Renamed")
    with lobby.database.unit(lobby.tenant.id) as uow:
        assert configuring.secret_of(keyring, configuring.get(uow)) == FACTS.secret
    lobby.save(owner, secret="", issuer="https://evil.example")
    with lobby.database.unit(lobby.tenant.id) as uow:
        assert configuring.secret_of(keyring, configuring.get(uow)) == ""
    changes = events_of(lobby.database, lobby.tenant, "sign_in_provider.updated")[-1]["changes"]
    assert "https://evil.example" in str([one for one in changes if one["path"] == "issuer"])


def test_a_program_reads_and_checks_it_and_another_tenant_sees_none(lobby, app):
    program = with_token(app, make_token(app, lobby.tenant, "admin", ["settings:read", "settings:write"]))
    found = program.get("/api/v1/sign-in-provider").json
    assert (found["issuer"], found["has_secret"], found["passwords"]) == (ISSUER, True, True)
    assert program.post("/api/v1/sign-in-provider/check").status_code == 204
    body = {"name": "X", "issuer": ISSUER, "client_id": "studio"}
    assert program.put("/api/v1/sign-in-provider", json=body).status_code == 401  # a proof of the person
    other = make_tenant(lobby.database)
    stranger = with_token(app, make_token(app, other, "admin", ["settings:read", "settings:write"]))
    assert stranger.get("/api/v1/sign-in-provider").status_code == 404


def test_a_mapping_of_too_many_rows_or_of_one_value_twice_is_refused(lobby):
    for mapping in ([("a", Role.ADMIN), ("a", Role.BUILDER)], [(f"g{n}", Role.BUILDER) for n in range(101)]):
        with pytest.raises(InvalidInput):
            lobby.save(lobby.tenant["owner"], mapping=mapping)
