"""What browsers are told, and posts that come from elsewhere."""

import re
from dataclasses import replace
from urllib.parse import quote

import pytest

from studio.accounts import policy
from tests.factories.accounts import PASSWORD, make_tenant, make_token, signed_in, with_token
from tests.fixtures.app import close_app, open_app
from tests.security.test_route_census import NOBODY, ask
from tests.security.world import NO_TENANT, World

SAFE = {"GET"}


def posts(world: World):
    return [
        route
        for route in world.routes()
        if route.method not in SAFE and not route.access.hot and not route.rule.rule.startswith("/api/")
    ]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRF-Token": "made up"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
    ids=str,
)
def test_a_post_from_another_site_changes_nothing(world, headers):
    before = world.rows(world.ours)
    forged = headers.keys() <= {"X-CSRF-Token"}
    wrong = []
    for route in posts(world):
        client = signed_in(world.app, world.ours.id, world.ours["owner"])
        url = route.url(world.app, {name: (world.our_ids | NO_TENANT).get(name, NOBODY) for name in route.arguments})
        data = {"email": "a@b.example", "password": PASSWORD, "name": "x", "role": "owner"}
        answer = client.open(url, method=route.method, data=data, headers=headers, forge=forged)
        if answer.status_code != 403:
            wrong.append(f"{route}: {answer.status_code}")
    assert wrong == []
    assert world.rows(world.ours) == before


def test_a_program_with_a_token_needs_no_csrf_token(world):
    client = with_token(world.app, make_token(world.app, world.ours, "owner", ["settings:write"]))
    answer = client.post("/settings/mail/test", forge=True)
    assert answer.status_code == 302


def test_a_zero_character_is_refused_with_its_field_and_means_nothing_in_an_address(world):
    client, workflow = signed_in(world.app, world.ours.id, world.ours["owner"]), world.our_ids["workflow_id"]
    for answer, path in (
        (client.post("/event-sources/new", data={"name": "a\0b", "signature": "none"}), "name"),
        (client.post("/event-sources/new", data={"na\0me": "b"}), "name"),
        (client.post(f"/builder/api/workflows/{workflow}/publish", json={"revision": 1, "note": "a\0b"}), "note"),
    ):
        assert answer.status_code == 422, answer.request.path
        if answer.is_json:
            assert [one["path"] for one in answer.json["errors"]] == [path]
        else:
            assert "zero character" in answer.text
    for place in ("/workflows?q=a%00b", f"/builder/api/workflows/{workflow}/samples?type=%00"):
        assert client.get(place).status_code == 200


def test_a_cookie_beside_a_bad_token_does_not_help(world):
    client = signed_in(world.app, world.ours.id, world.ours["owner"])
    answer = client.get("/settings", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_every_page_has_a_policy_that_its_own_markup_keeps(world):
    wrong = []
    for route in world.routes():
        if route.method != "GET" or route.access.hot:
            continue
        client = signed_in(world.app, world.ours.id, world.ours["owner"])
        answer = ask(client, world, route, world.our_ids)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        if answer.mimetype == "text/html":
            wrong += [f"{route}: {fault}" for fault in _faults(answer)]
    assert wrong == []


def test_each_answer_has_a_nonce_of_its_own(world):
    client = world.app.test_client()
    first, second = (client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


def _faults(answer):
    given = answer.headers.get("Content-Security-Policy", "")
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        if part not in given:
            yield f"no {part}"
    if "unsafe" in given or "*" in given:
        yield "a hole in the policy"
    nonce = re.search(r"'nonce-([^']+)'", given)
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", answer.text):
        if "src=" not in tag and f'nonce="{nonce[1]}"' not in tag and "application/json" not in tag:
            yield f"{tag} without the nonce"
    if re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text):
        yield "an inline style or handler"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_cookies_are_strict_behind_https(store_settings, mailer):
    app = open_app(replace(store_settings, public_url="https://studio.example.com"), mailer)
    make_tenant(app.extensions["studio_database"])  # without an owner, sign-in leads to the first page
    cookie = app.test_client().get("/sign-in", base_url="https://studio.example.com").headers["Set-Cookie"]
    close_app(app)
    assert cookie.startswith("__Host-studio=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_cookies_locally_are_strict_but_for_https(app):
    make_tenant(app.extensions["studio_database"])
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


@pytest.mark.parametrize(("proxies", "expected"), [(0, "127.0.0.1"), (1, "9.9.9.9"), (2, "8.8.8.8")])
@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_only_as_many_proxies_are_believed_as_were_named(store_settings, mailer, proxies, expected):
    from flask import request  # noqa: PLC0415

    app = open_app(replace(store_settings, trusted_proxies=proxies), mailer)
    seen = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: seen.append(request.remote_addr))
    app.test_client().get("/livez", headers={"X-Forwarded-For": "1.1.1.1, 8.8.8.8, 9.9.9.9"})
    close_app(app)
    assert seen == [expected]


HOSTILE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%252fevil.example",
    "%2f%2fevil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%09/evil.example",
    "/%0d%0aLocation:%20https://evil.example",
    " //evil.example",
    "/ /evil.example",
    "/\x00/evil.example",
    "/..//evil.example",
    "/javascript:alert(1)",
    "/" + "a" * 3000,
]


@pytest.mark.parametrize("target", HOSTILE)
def test_next_never_leads_away(target):
    assert policy.safe_next(target) is None
    assert policy.safe_next(quote(target)) is None


@pytest.mark.parametrize(
    "target", ["/", "/runs", "/runs?status=failed&q=a%20b", "/runs/1#step-2", "/sök?q=ä", "/runs?next=//x"]
)
def test_next_leads_to_our_own_pages(target):
    assert policy.safe_next(target) == target


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("target", HOSTILE[:12])
def test_sign_in_never_redirects_away(world, target):
    person = world.ours["builder"]
    data = {"email": person.email, "password": PASSWORD, "next": target}
    answer = world.app.test_client().post("/sign-in", data=data)
    assert (answer.status_code, answer.location) == (302, "/")
    signed = signed_in(world.app, world.ours.id, person)
    assert signed.get("/sign-in", query_string={"next": target}).location == "/"
