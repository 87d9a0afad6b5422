"""`/api/client/features`: what a server's key reads, when it hears of a change, and who reads nothing."""

import gzip
import json
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.errors import InvalidInput, NotFound
from studio.flags.models import FlagClientKey, FlagEnvironment
from studio.flags.serving import cache as caching
from studio.flags.serving import keys
from studio.flags.serving.cache import Cache
from tests.factories.accounts import make_tenant
from tests.factories.flag_rows import make_client_key, make_environment, move, put_flag
from tests.faults.shop import wait_for
from tests.fixtures.app import close_app, open_app

ON = {"name": "new-checkout", "enabled": True, "strategies": [{"name": "default"}]}
VIP = {
    "name": "vip-refunds", "enabled": True, "dependencies": [{"feature": "new-checkout"}],
    "strategies": [{"name": "flexibleRollout", "parameters": {"rollout": "50", "groupId": "vip"}, "segments": [1]}],
    "variants": [{"name": "fast", "weight": 1000, "payload": {"type": "string", "value": "24h"}}],
}  # fmt: skip
SEGMENT = {"id": 1, "constraints": [{"contextName": "plan", "operator": "IN", "values": ["gold"]}]}


def test_a_servers_key_reads_every_flag_with_its_rules(flag_shop):
    flag_shop.put(VIP, ON, segments=[SEGMENT, {"id": 2, "constraints": []}])
    with flag_shop.database.unit(flag_shop.tenant.id) as unit:
        hidden = {**ON, "name": "partly", "strategies": [{"name": "default", "disabled": True}, {"name": "userWithId"}]}
        put_flag(unit, flag_shop.environment_id, hidden)
        put_flag(unit, flag_shop.environment_id, {**ON, "name": "old"}, archived_at=unit.now)
        move(unit, flag_shop.environment_id)
    flag_shop.forget()
    answer = flag_shop.ask("/api/client/features")
    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert [one["name"] for one in answer.json["features"]] == ["new-checkout", "partly", "vip-refunds"]
    told = answer.json["features"][2]
    assert (told["strategies"], told["variants"], told["dependencies"]) == (
        VIP["strategies"], VIP["variants"], VIP["dependencies"],
    )  # fmt: skip
    assert answer.json["features"][1]["strategies"] == [{"name": "userWithId"}]
    assert [(one["id"], one["constraints"]) for one in answer.json["segments"]] == [(1, SEGMENT["constraints"])]
    assert flag_shop.ask("/api/client/features/new-checkout").json == answer.json["features"][0]
    missing = flag_shop.ask("/api/client/features/old")
    assert (missing.status_code, missing.json["code"]) == (404, "flags.unknown")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_did_not_change_is_not_sent_again(flag_shop):
    flag_shop.put(*({**ON, "name": f"flag-{number}"} for number in range(50)))
    first = flag_shop.ask("/api/client/features")
    etag = first.headers["ETag"]
    for sent in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        again = flag_shop.ask("/api/client/features", headers={"If-None-Match": sent})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag), sent
    for garbage in ("", "W/", '"' * 5_000, "\\x00,,,", etag + "x"):
        assert flag_shop.ask("/api/client/features", headers={"If-None-Match": garbage}).status_code == 200, garbage
    zipped = flag_shop.ask("/api/client/features", headers={"Accept-Encoding": "gzip, br"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == first.data
    assert flag_shop.ask("/api/client/features", method="HEAD").data == b""
    flag_shop.put(ON)
    assert flag_shop.ask("/api/client/features", headers={"If-None-Match": etag}).status_code == 200


def test_another_process_hears_of_a_change_within_the_bound(flag_shop, store_settings):
    flag_shop.put(ON)
    other = open_app(store_settings)
    try:
        seen = Cache(other.extensions["studio_database"])
        first = seen.held(seen.client(flag_shop.server))
        flag_shop.put({**ON, "enabled": False})
        changed = time.monotonic()
        while seen.held(seen.client(flag_shop.server)).revision == first.revision:
            assert time.monotonic() - changed < caching.FRESH_S + 2.0  # of which two are for a machine that is busy
        assert b'"enabled":false' in seen.held(seen.client(flag_shop.server)).document.body
        with flag_shop.database.unit(flag_shop.tenant.id, flag_shop.tenant["owner"].actor) as unit:
            [row] = unit.session.scalars(select(FlagClientKey).where(FlagClientKey.kind == "server"))
            keys.revoke(unit, row.id)
        with pytest.raises(caching.NotSignedIn, match="revoked"):
            wait_for(lambda: not seen.client(flag_shop.server))
    finally:
        close_app(other)


def test_many_who_come_at_once_cost_one_look_up_and_one_document(flag_shop):
    flag_shop.put(ON)
    counted, cache = [], Cache(flag_shop.database)
    engines = {id(one): one for one in (flag_shop.database.app, flag_shop.database.engine)}.values()

    def count(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
    threads = [threading.Thread(target=lambda: cache.held(cache.client(flag_shop.server))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        event.remove(engine, "before_cursor_execute", count)
    of_keys = [one for one in counted if "FROM flag_client_key" in one]
    assert len(of_keys) == 1
    assert len([one for one in counted if "FROM flag " in one]) == 1


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_who_shows_no_key_that_works_reads_nothing(flag_shop):
    flag_shop.put(ON)
    begin, secret = flag_shop.server.split(".")
    found = {
        key: (answer.status_code, answer.json["code"])
        for key in ("", "nonsense", f"{begin[:-1]}x.{secret}", f"Bearer {secret}", "x" * 10_000, "schlüssel")
        for answer in [flag_shop.ask("/api/client/features", key)]
    }
    assert found.pop("") == (401, "flags.no_key")
    assert set(found.values()) == {(401, "flags.key_unknown")}
    wrong = flag_shop.ask("/api/client/features", flag_shop.frontend)
    assert (wrong.status_code, wrong.json["code"]) == (403, "flags.key_kind")
    assert flag_shop.ask("/api/client/features", f"Bearer {flag_shop.server}").status_code == 200
    refused = flag_shop.ask("/api/client/features", method="DELETE")
    assert refused.status_code == 405
    with flag_shop.database.unit(flag_shop.tenant.id) as unit:
        unit.session.get_one(FlagEnvironment, flag_shop.environment_id).retired_at = unit.now
    flag_shop.forget()
    assert flag_shop.ask("/api/client/features").json["code"] == "flags.retired"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_guessed_keys_do_not_keep_the_database_busy(flag_shop, monkeypatch):
    monkeypatch.setattr(caching, "UNKNOWN_PER_S", 3)
    answers = [flag_shop.ask("/api/client/features", f"guess-{number}") for number in range(12)]
    assert {one.status_code for one in answers} == {401, 429}
    assert all(one.headers["Retry-After"] == "1" for one in answers if one.status_code == 429)


def test_flags_stay_known_while_the_database_is_away(flag_shop, monkeypatch):
    flag_shop.put(ON)
    cache = Cache(flag_shop.database)
    client = cache.client(flag_shop.server)

    def away(_hashed):
        raise OperationalError("select", {}, Exception("connection refused"), connection_invalidated=True)

    monkeypatch.setattr(cache, "_look_up", away)
    monkeypatch.setattr(caching, "FRESH_S", 0.0)
    assert cache.client(flag_shop.server) == client
    monkeypatch.setattr(caching, "OUTAGE_S", 0.0)
    with pytest.raises(OperationalError):
        cache.client(flag_shop.server)


def test_a_key_is_shown_once_used_to_the_hour_and_told_to_the_trail(flag_shop):
    database, tenant = flag_shop.database, flag_shop.tenant
    flag_shop.ask("/api/client/features")
    with database.unit(tenant.id, tenant["owner"].actor) as unit:
        rows = {row.kind: row for row in keys.live(unit, flag_shop.environment_id)}
        used = rows["server"].used_at
        assert used.minute == used.second == 0
        assert clock.local_now() - used < timedelta(hours=2)
        assert rows["frontend"].used_at is None
        assert flag_shop.server.split(".")[1] not in json.dumps([row.shown for row in rows.values()])
        keys.revoke(unit, rows["server"].id)
        keys.revoke(unit, rows["server"].id)
    flag_shop.forget()
    ended = flag_shop.ask("/api/client/features")
    assert (ended.status_code, ended.json["code"]) == (401, "flags.key_revoked")
    with database.unit(tenant.id) as unit:
        query = select(AuditEvent.action).where(AuditEvent.action.like("flag_key.%")).order_by(AuditEvent.seq)
        assert unit.session.scalars(query).all() == ["flag_key.created"] * 2 + ["flag_key.revoked"]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_key_that_cannot_be_is_refused_with_its_field(flag_shop):
    tenant, other = flag_shop.tenant, make_tenant(flag_shop.database)
    theirs = make_environment(flag_shop.database, other)
    wrong = [
        ({"name": " "}, "name"), ({"name": "x" * 81}, "name"), ({"kind": "admin"}, "kind"),
        ({"origins": ["https://shop.example.com"]}, "origins"),
        ({"kind": "frontend", "origins": ["https://ok.example.com", "shop.example.com"]}, "origins.1"),
        ({"kind": "frontend", "origins": ["https://shop.example.com/path"]}, "origins.0"),
        ({"kind": "frontend", "origins": ["https://shop.example.com:99999"]}, "origins.0"),
        ({"kind": "frontend", "origins": [f"https://s{number}.example.com" for number in range(51)]}, "origins"),
    ]  # fmt: skip
    with flag_shop.database.unit(tenant.id, tenant["owner"].actor) as unit:
        for given, field in wrong:
            with pytest.raises(InvalidInput) as refused:
                keys.make(unit, flag_shop.environment_id, **{"name": "Shop", "kind": "server", **given})
            assert [one.path for one in refused.value.problems] == [field], given
        with pytest.raises(NotFound):
            keys.make(unit, theirs, name="Shop", kind="server")
        assert len(keys.live(unit)) == 2
    made = make_client_key(
        flag_shop.database, tenant, flag_shop.environment_id, "frontend", ("https://Shop.example.com/",)
    )
    assert Cache(flag_shop.database).client(made).origins == {"https://shop.example.com"}
