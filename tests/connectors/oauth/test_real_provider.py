"""Against a certified token server: PKCE, rotation, reuse, revocation, and one refresh however many ask."""

import json
import subprocess
import sys
from datetime import timedelta
from uuid import uuid4

import pytest

from studio.connectors.calling.opening import Held
from studio.connectors.errors import SignInRefused
from studio.connectors.models import Connection, ConnectionCredential
from studio.connectors.oauth import protocol
from studio.connectors.oauth.answers import Asked, Refusal
from studio.connectors.oauth.connecting import Refused, Visitor
from studio.connectors.oauth.ending import disconnect
from studio.connectors.oauth.provider import client_of
from studio.core import clock
from studio.core.errors import Gone
from studio.core.models import OutboxRow
from tests.counterparts.oidc.provider import APP
from tests.project.source import PROJECT

pytestmark = pytest.mark.slow
OLD = {"refresh_at": "1"}


def signed_in(desk, provider, who="shop-1", **how):
    row = desk.draft(provider.settings(), **how)
    desk.connecting.returned(provider.agree(desk.begin(row), who), desk.me)
    return desk.row(row)


def test_from_sign_in_to_the_end_of_its_token(desk, provider):
    row = signed_in(desk, provider)
    assert (row.status, row.account_id, row.health) == ("active", "shop-1", "healthy")
    assert row.refresh_due_at < row.expires_at
    assert desk.call(row.handle)["id"] == "shop-1"
    first = desk.account(row)
    desk.age(row, **OLD)
    assert desk.call(row.handle)["id"] == "shop-1"
    second = desk.account(row)
    assert second.credentials["access_token"] != first.credentials["access_token"]
    assert second.credentials["refresh_token"] != first.credentials["refresh_token"], "it is good once"
    assert desk.renewing.renewed(first).version == second.version, "whoever comes late takes what is there"
    with desk.unit() as unit:
        disconnect(unit, desk.keyring, unit.session.get_one(Connection, row.id))
    assert desk.credential(row) is None
    assert provider.takes(second.credentials["access_token"])
    desk.post()
    assert not provider.takes(second.credentials["access_token"]), "the provider has ended the grant"
    with desk.unit(read_only=True) as unit:
        kept = [job.payload for job in unit.session.query(OutboxRow).filter(OutboxRow.topic == "connection.revoke")]
    assert kept == [{}], "no job keeps a token once it has ended"


def test_a_refresh_token_used_twice_ends_the_grant_and_signing_in_again_keeps_the_connection(desk, provider):
    row = signed_in(desk, provider)
    stolen = desk.account(row)
    desk.age(row, **OLD)
    desk.call(row.handle)
    client = client_of(stolen.auth, stolen.settings, stolen.credentials)
    reused = protocol.refresh_request(client, stolen.credentials["refresh_token"])
    assert isinstance(desk.exchange.token(reused, Asked()), Refusal)
    with pytest.raises(SignInRefused) as refused:
        desk.renewing.renewed(desk.account(row))
    assert refused.value.code == "oauth.invalid_grant"
    lost = desk.row(row)
    assert (lost.status, lost.error_code) == ("reauth_required", "oauth.invalid_grant")
    assert desk.audited("connection.lost") == ["oauth.invalid_grant"]
    with pytest.raises(Held):
        desk.call(row.handle)
    with pytest.raises(Refused) as other:
        desk.connecting.returned(provider.agree(desk.begin(row, {}), "another-shop"), desk.me)
    assert other.value.code == "connection.other_account"
    assert (desk.row(row).status, desk.row(row).account_id) == ("reauth_required", "shop-1")
    desk.connecting.returned(provider.agree(desk.begin(row, {}), "shop-1"), desk.me)
    again = desk.row(row)
    assert (again.id, again.handle, again.status, again.strikes) == (row.id, row.handle, "active", 0)
    assert desk.call(row.handle)["id"] == "shop-1"
    meant = desk.begin(row, {}, other_account=True)
    desk.connecting.returned(provider.agree(meant, "another-shop"), desk.me)
    assert (desk.row(row).id, desk.row(row).account_id) == (row.id, "another-shop")


def test_a_callback_is_taken_only_as_it_was_begun(desk, provider):
    row, other = desk.draft(provider.settings()), desk.draft(provider.settings(), title="Other shop")
    come = provider.agree(desk.begin(row))
    swapped = provider.agree(desk.begin(other), "shop-2")
    stranger = desk.tenant["builder"].actor
    wrong = [
        (come, Visitor("of-another-browser", desk.actor, desk.workspace_id), "oauth.other_browser"),
        (come, Visitor(desk.me.browser, stranger, desk.workspace_id), "oauth.other_person"),
        (come, Visitor(desk.me.browser, desk.actor, uuid4()), "oauth.other_person"),
        (come, Visitor(desk.me.browser), "oauth.other_person"),
        ({**come, "state": come["state"][:-2] + "zz"}, desk.me, "oauth.unknown_state"),
        ({**come, "state": "nonsense"}, desk.me, "oauth.unknown_state"),
        ({**come, "code": swapped["code"]}, desk.me, "oauth.invalid_grant"),
        (come, desk.me, "oauth.used"),
    ]  # in this order: the code of another sign-in uses this one up
    for query, visitor, code in wrong:
        with pytest.raises(Refused) as refused:
            desk.connecting.returned(query, visitor)
        assert refused.value.code == code
        assert desk.credential(row) is None
    told = [code for _query, _visitor, code in wrong if code != "oauth.unknown_state"]
    assert desk.audited("connection.refused") == told
    with pytest.raises(Refused) as mixed_up:
        desk.connecting.returned({**provider.agree(desk.begin(row)), "iss": "https://evil.example.com"}, desk.me)
    assert mixed_up.value.code == "oauth.nonce", "the id token is another issuer's than the way back says"
    assert desk.row(row).status == "draft"
    desk.connecting.returned(provider.agree(desk.begin(other), "shop-2"), desk.me)
    assert desk.row(other).account_id == "shop-2"


def test_a_sign_in_that_is_denied_or_left_alone_leaves_a_draft(desk, provider):
    row = desk.draft(provider.settings())
    address = desk.begin(row)
    assert desk.row(row).status == "pending_auth"
    with pytest.raises(Refused) as denied:
        desk.connecting.returned(provider.deny(address), desk.me)
    assert denied.value.code == "oauth.access_denied"
    assert desk.row(row).status == "draft"
    late = provider.agree(desk.begin(row))
    clock.shift(timedelta(minutes=31))
    desk.post()
    assert desk.row(row).status == "draft"
    with pytest.raises(Refused) as over:
        desk.connecting.returned(late, desk.me)
    assert over.value.code == "oauth.used"
    assert desk.row(row).status == "draft"


def test_an_outsider_signs_in_once_by_a_link(desk, provider):
    from studio.connectors.oauth import sessions  # noqa: PLC0415 - only here

    row = desk.draft(provider.settings())
    with desk.unit() as unit:
        token = desk.connecting.link(unit, unit.session.get_one(Connection, row.id), 24)
    outsider = Visitor("of-the-outsider")
    with desk.database.unit(desk.workspace_id) as unit:
        link = sessions.by_link(unit, token)
        here = unit.session.get_one(Connection, link.connection_id)
        address = desk.connecting.begin(unit, here, APP, browser=outsider.browser, link=link)
    back = desk.connecting.returned(provider.agree(address, "shop-3"), outsider)
    assert (back.by_link, desk.row(row).account_id) == (True, "shop-3")
    with desk.database.unit(desk.workspace_id) as unit, pytest.raises(Gone):
        sessions.by_link(unit, token)


def test_a_program_connects_by_its_own_account(desk, provider):
    settings = {name: provider.settings("orders")[name] for name in ("base_url", "check_path", "token_url", "scopes")}
    row = desk.draft(settings, auth="client")
    with pytest.raises(Refused) as refused:
        desk.connecting.own(desk.workspace_id, row.id, {**APP, "client_secret": "wrong"}, desk.actor)
    assert refused.value.code == "oauth.invalid_client"
    assert "wrong" not in refused.value.message
    desk.connecting.own(desk.workspace_id, row.id, APP, desk.actor)
    assert desk.row(row).status == "active"
    before = desk.account(row).credentials["access_token"]
    desk.age(row, **OLD)
    assert desk.call(row.handle) == {"id": "studio", "scope": "orders"}
    assert desk.account(row).credentials["access_token"] != before


def test_what_is_due_is_refreshed_by_itself_and_everything_once_a_day(desk, provider):
    row = signed_in(desk, provider)
    assert not desk.keeping.is_due()
    before = desk.account(row)
    clock.shift(timedelta(minutes=58))
    assert desk.keeping.is_due()
    assert desk.keeping.drain() == 1
    assert desk.account(row).version == before.version + 1
    assert not desk.keeping.is_due()
    assert desk.keeping.drain() == 0


def test_six_processes_that_refresh_at_once_make_exactly_one_refresh(desk, provider, store_settings):
    row = signed_in(desk, provider, "shop-of-six")
    before = provider.seen("granted", "refresh_token"), provider.seen("refused"), provider.seen("revoked")
    given = json.dumps({
        "app": store_settings.database_url, "engine": store_settings.engine_url, "data": str(store_settings.data_dir),
        "inner": provider.inner, "workspace": str(desk.workspace_id), "connection": str(row.id), "workers": 6,
    })  # fmt: skip
    script = [sys.executable, "-m", "tests.connectors.oauth.refresher", given]
    said = json.loads(subprocess.run(script, stdout=subprocess.PIPE, cwd=PROJECT, timeout=100, check=True).stdout)
    assert len({one["process"] for one in said}) == 6
    assert {one["version"] for one in said} == {2}
    assert len({one["token"] for one in said}) == 1
    after = provider.seen("granted", "refresh_token"), provider.seen("refused"), provider.seen("revoked")
    assert after == (before[0] + 1, *before[1:]), "one refresh, and no token was used twice"
    assert provider.takes(said[0]["token"])
    assert desk.row(row).status == "active"
    with desk.unit(read_only=True) as unit:
        assert unit.session.get_one(ConnectionCredential, row.id).held_by is None
