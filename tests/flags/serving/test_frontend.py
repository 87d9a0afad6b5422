"""`/api/frontend`: what browsers are told, and which pages may ask."""

import pytest

from tests.factories.flag_rows import make_client_key

GOLD = {
    "name": "gold-banner", "enabled": True, "impressionData": True,
    "strategies": [
        {"name": "default", "constraints": [{"contextName": "plan", "operator": "IN", "values": ["gold"]}]},
        {"name": "userWithId", "parameters": {"userIds": "7"}},
    ],
    "variants": [{"name": "red", "weight": 1000, "payload": {"type": "string", "value": "#f00"}}],
}  # fmt: skip
RED = {"name": "red", "enabled": True, "feature_enabled": True, "payload": {"type": "string", "value": "#f00"}}
FAR = {
    "name": "by-address",
    "enabled": True,
    "strategies": [{"name": "remoteAddress", "parameters": {"IPs": "127.0.0.1"}}],
}
pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)


def on(answer) -> dict:
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json["toggles"]}


def test_what_is_on_for_a_context_is_told_and_no_rule(flag_shop):
    flag_shop.put(GOLD, FAR, {"name": "off", "enabled": False})
    asked = flag_shop.ask("/api/frontend?userId=1&properties[plan]=gold", flag_shop.frontend)
    assert on(asked)["gold-banner"] == {"name": "gold-banner", "enabled": True, "variant": RED, "impressionData": True}
    assert set(on(asked)) == {"gold-banner", "by-address"}
    assert "contextName" not in asked.text
    for path, context in (
        ("?userId=7", {"userId": 7}), ("?plan=gold", {"plan": "gold"}),
        ("?properties%5Bplan%5D=gold", {"properties": {"plan": "gold"}}),
    ):  # fmt: skip
        assert "gold-banner" in on(flag_shop.ask(f"/api/frontend{path}", flag_shop.frontend)), path
        for body in (context, {"context": context}):
            sent = flag_shop.ask("/api/frontend", flag_shop.frontend, method="POST", json=body)
            assert "gold-banner" in on(sent), body
    moved = flag_shop.ask("/api/frontend?remoteAddress=10.0.0.1", flag_shop.frontend)
    assert on(moved) == {}
    again = flag_shop.ask("/api/frontend?userId=7", flag_shop.frontend)
    known = flag_shop.ask(
        "/api/frontend?userId=7", flag_shop.frontend, headers={"If-None-Match": again.headers["ETag"]}
    )
    assert (known.status_code, known.data) == (304, b"")


def test_only_pages_that_the_key_names_may_use_it(flag_shop):
    flag_shop.put(GOLD)
    shop, evil = {"Origin": "https://shop.example.com"}, {"Origin": "https://evil.example.com"}
    anybody = flag_shop.ask("/api/frontend", flag_shop.frontend, headers=evil)
    assert (anybody.status_code, anybody.headers["Access-Control-Allow-Origin"]) == (200, "*")
    key = make_client_key(
        flag_shop.database, flag_shop.tenant, flag_shop.environment_id, "frontend", ("https://shop.example.com",)
    )
    own = flag_shop.ask("/api/frontend", key, headers=shop)
    assert (own.status_code, own.headers["Access-Control-Allow-Origin"], own.headers["Vary"]) == (
        200, shop["Origin"], "Origin",
    )  # fmt: skip
    assert flag_shop.ask("/api/frontend", key).status_code == 200  # no page: a phone
    for path in ("/api/frontend", "/ofrep/v1/evaluate/flags", "/api/frontend/client/metrics"):
        method = "GET" if path == "/api/frontend" else "POST"
        refused = flag_shop.ask(path, key, headers=evil, method=method, json={} if method == "POST" else None)
        assert refused.status_code == 403, path
    before = flag_shop.app.test_client().options(
        "/api/frontend", headers={**evil, "Access-Control-Request-Headers": "authorization,unleash-sdk\t"}
    )
    assert (before.status_code, before.data) == (204, b"")
    assert before.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type, If-None-Match"
    wanted = {**evil, "Access-Control-Request-Headers": "authorization,unleash-sdk"}
    asked = flag_shop.app.test_client().options("/ofrep/v1/evaluate/flags/gold-banner", headers=wanted)
    assert asked.headers["Access-Control-Allow-Headers"] == "authorization,unleash-sdk"


def test_what_cannot_be_read_is_refused_in_words(flag_shop):
    flag_shop.put(GOLD)
    wrong = [
        ({"data": b"{"}, 400, "flags.not_json"), ({"data": b"[1]"}, 400, "flags.not_object"),
        ({"json": {"context": "gold"}}, 400, "flags.context"),
        ({"data": b'{"userId":"' + b"x" * 1_100_000 + b'"}'}, 413, "flags.too_large"),
        ({"data": b"[" * 100_000}, 400, "flags.not_json"),
    ]  # fmt: skip
    for sent, status, code in wrong:
        answer = flag_shop.ask("/api/frontend", flag_shop.frontend, method="POST", **sent)
        assert (answer.status_code, answer.json["code"]) == (status, code)
    server = flag_shop.ask("/api/frontend", flag_shop.server)
    assert (server.status_code, server.json["code"]) == (403, "flags.key_kind")
    assert server.headers["Access-Control-Allow-Origin"] == "*"
