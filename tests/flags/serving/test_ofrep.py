"""OFREP: values, reasons and errors as the protocol has them."""

import pytest

from tests.factories.flag_rows import move, put_flag

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)

HALF = {
    "name": "half", "enabled": True,
    "strategies": [{"name": "flexibleRollout", "parameters": {"rollout": "50", "stickiness": "default"}}],
}  # fmt: skip
GOLD = {
    "name": "gold", "enabled": True,
    "strategies": [{"name": "default", "constraints": [{"contextName": "plan", "operator": "IN", "values": ["gold"]}]}],
}  # fmt: skip
EVERYBODY = {"name": "everybody", "enabled": True, "strategies": [{"name": "default"}]}


def giving(name: str, kind: str, value: str, enabled: bool = True) -> dict:
    variant = {"name": "one", "weight": 1000, "payload": {"type": kind, "value": value}}
    return {**EVERYBODY, "name": name, "enabled": enabled, "variants": [variant]}


@pytest.fixture
def flags(flag_shop):
    flag_shop.put(HALF, GOLD, EVERYBODY, {"name": "off", "enabled": False, "strategies": []})
    with flag_shop.database.unit(flag_shop.tenant.id) as unit:
        here = flag_shop.environment_id
        put_flag(unit, here, giving("greeting", "string", "hello"), kind="string", off_value="bye")
        put_flag(unit, here, giving("limit", "number", "3"), kind="number", off_value=1)
        put_flag(unit, here, giving("rate", "number", "1.0"), kind="number", off_value=0.5)
        put_flag(unit, here, giving("theme", "json", '{"dark":true}'), kind="json", off_value={})
        put_flag(unit, here, giving("rest", "json", "{}", enabled=False), kind="json", off_value=[1])
        put_flag(unit, here, giving("broken", "number", "many"), kind="number", off_value=1)
        move(unit, here)
    flag_shop.forget()
    return flag_shop


def one(shop, name, context=None, key=None, **more):
    sent = {"json": {"context": context}} if context is not None else {"json": {}}
    return shop.ask(f"/ofrep/v1/evaluate/flags/{name}", key or shop.frontend, method="POST", **(sent | more))


def test_each_kind_gives_its_value_with_variant_and_reason(flags):
    given = {
        name: (answer.json["value"], answer.json["reason"], answer.json["variant"])
        for name in ("greeting", "limit", "rate", "theme", "rest", "everybody", "off", "gold")
        for answer in [one(flags, name, {"targetingKey": "7"})]
    }
    assert given == {
        "greeting": ("hello", "STATIC", "one"), "limit": (3, "STATIC", "one"), "rate": (1.0, "STATIC", "one"),
        "theme": ({"dark": True}, "STATIC", "one"), "rest": ([1], "DISABLED", "off"),
        "everybody": (True, "STATIC", "on"), "off": (False, "DISABLED", "off"),
        "gold": (False, "TARGETING_MATCH", "off"),
    }  # fmt: skip
    assert b'"value":1.0' in one(flags, "rate").data  # providers tell whole numbers and floats apart by it
    assert one(flags, "gold", {"plan": "gold"}, flags.server).json["value"] is True
    split = {one(flags, "half", {"targetingKey": str(number)}).json["value"] for number in range(20)}
    assert split == {True, False}
    assert one(flags, "half", {"targetingKey": "7"}).json == one(flags, "half", {"userId": "7"}).json
    assert one(flags, "half", {"sessionId": "7"}).json["reason"] == "SPLIT"


def test_what_cannot_be_evaluated_is_said_as_the_protocol_has_it(flags):
    wrong = [
        (one(flags, "none"), 404, "FLAG_NOT_FOUND"), (one(flags, "half"), 400, "TARGETING_KEY_MISSING"),
        (one(flags, "half", "me"), 400, "INVALID_CONTEXT"),
        (one(flags, "half", {"targetingKey": 7}), 400, "INVALID_CONTEXT"),
        (one(flags, "half", json=None, data=b"{"), 400, "PARSE_ERROR"),
        (one(flags, "half", json=None, data=b'{"context":' + b" " * 1_100_000 + b"{}}"), 413, "GENERAL"),
        (one(flags, "broken"), 500, "PARSE_ERROR"), (one(flags, "half", key="nobody"), 401, "GENERAL"),
    ]  # fmt: skip
    for answer, status, code in wrong:
        assert (answer.status_code, answer.json["errorCode"]) == (status, code), answer.text
        assert answer.json["errorDetails"]
        assert answer.json["key"]
        assert answer.content_type == "application/json"


def test_all_flags_at_once_and_not_again_while_nothing_changed(flags):
    path, sent = "/ofrep/v1/evaluate/flags", {"method": "POST", "json": {"context": {"plan": "gold"}}}
    answer = flags.ask(path, "Bearer " + flags.frontend, **sent)
    told = {each["key"]: each.get("value", each.get("errorCode")) for each in answer.json["flags"]}
    assert told == {
        "half": "TARGETING_KEY_MISSING", "gold": True, "everybody": True, "off": False, "greeting": "hello", "limit": 3,
        "rate": 1.0, "theme": {"dark": True}, "rest": [1], "broken": "PARSE_ERROR",
    }  # fmt: skip
    etag = {"If-None-Match": answer.headers["ETag"]}
    assert flags.ask(path, flags.frontend, headers=etag, **sent).status_code == 304
    other = flags.ask(path, flags.frontend, headers=etag, method="POST", json={"context": {"plan": "iron"}})
    assert other.status_code == 200
    by_header = flags.app.test_client().post(path, json={}, headers={"X-API-Key": flags.frontend}, forge=True)
    assert by_header.status_code == 200
    told = flags.ask("/ofrep/v1/configuration", flags.frontend)
    assert told.json["capabilities"]["cacheInvalidation"]["polling"]["enabled"] is True
