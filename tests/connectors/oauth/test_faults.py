"""A token server whose answers are spoilt: each is explained, and nothing is kept of it."""

import pytest

from studio.connectors.errors import ApiError
from studio.connectors.oauth.connecting import Refused
from studio.connectors.oauth.protocol import TIMEOUT_S
from tests.counterparts.oidc.provider import APP

pytestmark = pytest.mark.slow
HTML = {"content-type": "text/html"}
SPOILT = [
    ({"status": 200, "with": {"error": "invalid_grant"}}, "oauth.invalid_grant", "reauth_required"),
    ({"status": 200, "with": {"error": "server_error"}}, "oauth.server_error", "active"),
    ({"status": 400, "with": {"error": "invalid_grant"}}, "oauth.invalid_grant", "reauth_required"),
    ({"status": 401, "with": {"error": "invalid_client"}}, "oauth.invalid_client", "reauth_required"),
    ({"status": 500}, "oauth.status_500", "active"),
    *(({"status": status}, f"oauth.status_{status}", "active") for status in (408, 409, 423, 425, 429)),
    ({"without": ["access_token"]}, "oauth.no_token", "active"),
    ({"with": {"token_type": "mac"}}, "oauth.token_type", "active"),
    ({"raw": {"body": "<html>Sign in</html>", "headers": HTML}}, "oauth.not_json", "active"),
    ({"raw": {"body": "x", "repeat": 2_000_000}}, "http.too_large", "active"),
    ({"raw": {"status": 307, "body": "", "headers": {"location": "http://127.0.0.1:1/"}}}, "oauth.redirect", "active"),
    ({"delayMs": int(TIMEOUT_S * 1000) + 2000}, "http.timeout", "active"),
]  # fmt: skip


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_every_spoilt_answer_is_explained_and_only_the_final_ones_end_it(faulty_desk, faults):
    desk = faulty_desk
    for how, code, after in SPOILT:
        faults.spoil()
        row = desk.draft(faults.settings(), auth="client", title=code)
        desk.connecting.own(desk.workspace_id, row.id, APP, desk.actor)
        kept = desk.account(row)
        faults.spoil(**how)
        with pytest.raises(ApiError) as refused:
            desk.renewing.renewed(kept)
        assert refused.value.code == code, how
        found = desk.row(row)
        assert (found.status, found.health, found.error_code) == (after, "degraded", code)
        assert found.error
        assert desk.account(row).credentials == kept.credentials, "nothing of it is kept"
        assert APP["client_secret"] not in found.error


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_first_token_that_is_spoilt_connects_nothing(faulty_desk, faults):
    desk = faulty_desk
    for how, code, _after in SPOILT[:-1]:
        row = desk.draft(faults.settings(), auth="client", title=f"First {code}")
        faults.spoil(**how)
        with pytest.raises(Refused) as refused:
            desk.connecting.own(desk.workspace_id, row.id, APP, desk.actor)
        assert refused.value.code == code, how
        assert (desk.row(row).status, desk.credential(row)) == ("draft", None)
    assert desk.audited("connection.refused") == [code for _how, code, _after in SPOILT[:-1]]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_token_without_expiry_is_looked_at_every_day(faulty_desk, faults):
    desk = faulty_desk
    faults.spoil(without=["expires_in"])
    row = desk.draft(faults.settings(), auth="client")
    desk.connecting.own(desk.workspace_id, row.id, APP, desk.actor)
    found = desk.row(row)
    assert found.expires_at is None
    assert 86_000 < (found.refresh_due_at - found.connected_at).total_seconds() <= 86_400
