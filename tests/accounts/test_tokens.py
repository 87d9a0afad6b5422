"""API tokens: shown once, hashed, scoped, ended."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from studio.accounts.models import ApiToken
from studio.accounts.service import tokens
from studio.core import clock
from studio.core.ids import new_id
from tests.factories.accounts import make_tenant, make_token, signed_in, with_token


@pytest.fixture
def tenant(database):
    return make_tenant(database)


def status(app, text):
    return with_token(app, text).get("/settings").status_code


def made_on_the_page(client, days="90"):
    data = {"name": "CI", "scopes": ["settings:read", "runs:read"], "days": days}
    page = client.post("/settings/tokens", data=data).text
    return page.partition("data-copy>")[2].partition("<")[0]


def test_a_token_is_shown_once_and_stored_hashed(app, tenant, database):
    admin = signed_in(app, tenant.id, tenant["admin"])
    text = made_on_the_page(admin)
    assert status(app, text) == 200
    assert text not in admin.get("/settings/tokens").text
    with database.unit(tenant.id) as uow:
        assert text not in str(vars(uow.session.query(ApiToken).one()))


def test_a_token_ends_when_it_was_to_end(app, tenant):
    text = made_on_the_page(signed_in(app, tenant.id, tenant["admin"]), days="30")
    clock.shift(timedelta(days=29))
    assert status(app, text) == 200
    clock.shift(timedelta(days=2))
    assert status(app, text) == 401


def test_a_revoked_token_is_refused_at_once(app, tenant, database):
    admin = signed_in(app, tenant.id, tenant["admin"])
    text = made_on_the_page(admin)
    with database.unit(tenant.id) as uow:
        key = uow.session.query(ApiToken).one().id
    admin.post(f"/settings/tokens/{key}/revoke")
    assert status(app, text) == 401


@pytest.mark.parametrize(
    "change", ["cut", "longer", "last letter", "case", "prefix", "spaces", "empty", "other tenant"]
)
def test_only_the_exact_text_works(app, tenant, change):
    text = make_token(app, tenant, "owner", ["settings:read"])
    other = make_tenant(app.extensions["studio_database"])
    foreign = make_token(app, other, "owner", ["settings:read"])
    changed = {
        "cut": text[:-1],
        "longer": text + "A",
        "last letter": text[:-2] + ("AA" if not text.endswith("AA") else "BB"),
        "case": text.swapcase(),
        "prefix": text.removeprefix("stu_"),
        "spaces": text[:20] + " " + text[20:],
        "empty": "",
        "other tenant": text[:25] + foreign[25:],
    }[change]
    assert status(app, changed) == 401
    assert status(app, text) == 200


def test_a_tokens_answer_is_a_problem_that_machines_read(app, tenant):
    answer = with_token(app, f"stu_{'x' * 64}").get("/api/v1/anything", headers={"Accept": "application/json"})
    assert answer.status_code in (401, 404)
    answer = with_token(app, f"stu_{'x' * 64}").get("/settings", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert set(answer.json) == {"type", "title", "status", "code", "detail", "resource", "errors", "request_id"}


def test_a_token_never_can_more_than_its_persons_seat(app, tenant):
    text = make_token(app, tenant, "auditor", ["settings:write", "settings:read"])
    client = with_token(app, text)
    assert client.get("/settings").status_code == 200
    assert client.post("/settings/mail/test").status_code == 403


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_unknown_scopes_are_refused(app, tenant, scopes):
    admin = signed_in(app, tenant.id, tenant["admin"])
    answer = admin.post("/settings/tokens", data={"name": "x", "scopes": scopes, "days": "0"})
    assert answer.status_code == 422


def test_many_are_walked_page_by_page_and_back(app, tenant, database, monkeypatch):
    monkeypatch.setattr(tokens, "PAGE", 3)
    for _ in range(7):
        make_token(app, tenant, "owner", ["settings:read"])
    with database.unit(tenant.id) as uow:
        made = list(uow.session.scalars(select(ApiToken.prefix).order_by(ApiToken.id.desc())))
    admin = signed_in(app, tenant.id, tenant["admin"])

    def at(address):
        text = admin.get(address).text
        ways = {way: unescape(link) for way, link in re.findall(r'rel="(prev|next)" href="([^"]+)"', text)}
        return re.findall(r"stu_…(.{6})…", text), ways

    first, ways = at("/settings/tokens")
    second, further = at(ways["next"])
    third, last = at(further["next"])
    assert [*first, *second, *third] == made
    assert (list(ways), list(last)) == (["next"], ["prev"])
    assert at(last["prev"]) == (second, further)
    assert at(further["prev"]) == (first, ways)
    with database.unit(tenant.id) as uow:
        tokens.revoke_all(uow, tenant["owner"].user_id)
        kept = tokens.create(uow, name="Kept", scopes=["settings:read"], user_id=tenant["owner"].user_id).row.prefix
    assert at(further["next"]) == ([kept], {}), "what was there is gone: the newest instead"


def test_revoking_what_does_not_exist_is_not_found(app, tenant):
    admin = signed_in(app, tenant.id, tenant["admin"])
    assert admin.post(f"/settings/tokens/{new_id()}/revoke").status_code == 404
    assert admin.post("/settings/tokens/nonsense/revoke").status_code == 404
