"""Each check of `studio doctor`, with what passes and what fails; against real servers where it asks one."""

import json
import os
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from redis import Redis
from sqlalchemy import text

from studio.core import clock
from studio.core.crypto import Keyring
from studio.core.db import open_engine
from studio.core.ids import first_id_at, new_id
from studio.core.migrate import Standing
from studio.core.settings import load
from studio.core.smtp import Server
from studio.models import load_all
from studio.operations.commands import doctor
from studio.operations.doctor.checks import (
    address,
    connections,
    database,
    disk,
    keys,
    mail,
    migrations,
    outbox,
    partitions,
    queue,
    roles,
    seals,
    workers,
)  # fmt: skip
from studio.operations.doctor.checks import (
    clock as clock_check,
)
from studio.operations.doctor.checks import (
    redis as redis_check,
)
from studio.operations.doctor.examining import every, examine
from studio.operations.doctor.findings import Level
from studio.operations.doctor.place import Place
from studio.operations.partitions import Partitions

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
S, M, H = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SERVER = {
    "server_version_num": "150004", "server_version": "15.4 (Debian)", "fsync": "on", "full_page_writes": "on",
    "synchronous_commit": "on",
}  # fmt: skip
REDIS = {"redis_version": "7.0", "aof_enabled": 1, "maxmemory": 0, "used_memory": 5}
HOME = load({"STUDIO_DATA": "/nowhere"})
MAY = datetime(2026, 5, 27, 12, tzinfo=UTC)
SHOP = load({"STUDIO_DATA": "/nowhere", "PUBLIC_URL": "https://studio.example.com"})


def made(until):
    return partitions.Table(partitions=Partitions(ends=first_id_at(datetime.fromisoformat(until).replace(tzinfo=UTC))))


def worker(seen, **more):
    return SimpleNamespace(holder="w1", host="a", release="1", seen_at=seen, **more)


def address_of(settings, *, explicit=True, resolves=True):
    return lambda: address.judge(settings, explicit=explicit, resolves=lambda _: resolves)


POLICIES = {
    "server": (lambda: database.judge_server(SERVER), "ok"),
    "old server": (lambda: database.judge_server(SERVER | {"server_version_num": "130001"}), "warning"),
    "no fsync": (lambda: database.judge_server(SERVER | {"fsync": "off"}), "bad"),
    "no commit": (lambda: database.judge_server(SERVER | {"synchronous_commit": "off"}), "bad"),
    "file": (lambda: database.judge_file("3.53.4", "wal", "ok"), "ok"),
    "large file": (lambda: database.judge_file("3.53.4", "wal", None), "ok"),
    "damaged file": (lambda: database.judge_file("3.53.4", "wal", "*** in database main ***"), "bad"),
    "no wal": (lambda: database.judge_file("3.53.4", "delete", "ok"), "bad"),
    "current": (lambda: [migrations.judge(Standing("2", 0))], "ok"),
    "behind": (lambda: [migrations.judge(Standing("1", 1))], "bad"),
    "ahead": (lambda: [migrations.judge(Standing("3", None))], "warning"),
    "no schema": (lambda: [migrations.judge(Standing(None, 2))], "bad"),
    "few connections": (lambda: [connections.judge(10, 97, 20)], "ok"),
    "many connections": (lambda: [connections.judge(90, 97, 20)], "warning"),
    "all connections": (lambda: [connections.judge(97, 97, 20)], "bad"),
    "apart": (lambda: roles.judge({}, [], shared=False), "ok"),
    "superuser": (lambda: roles.judge({"app": "postgres"}, [], shared=False), "bad"),
    "bare table": (lambda: roles.judge({}, ["run"], shared=False), "bad"),
    "one role": (lambda: roles.judge({}, [], shared=True), "bad"),
    "in partitions": (lambda: partitions.judge({"event": partitions.Table(), "step": made("2027-01-01")}, MAY), "ok"),
    "in the default one": (lambda: partitions.judge({"step": partitions.Table(caught=True)}, MAY), "warning"),
    "month made": (lambda: partitions.judge({"step": made("2026-07-01")}, MAY), "ok"),
    "no month made": (lambda: partitions.judge({"step": made("2026-06-01")}, MAY), "warning"),
    "redis": (lambda: redis_check.judge(REDIS), "ok"),
    "redis of memory": (lambda: redis_check.judge(REDIS | {"aof_enabled": 0}), "warning"),
    "redis with a full disk": (lambda: redis_check.judge(REDIS | {"aof_last_write_status": "err"}), "bad"),
    "redis without a snapshot": (lambda: redis_check.judge(REDIS | {"rdb_last_bgsave_status": "err"}), "warning"),
    "redis that drops": (
        lambda: redis_check.judge(REDIS | {"maxmemory": 9, "maxmemory_policy": "allkeys-lru"}),
        "warning",
    ),
    "redis that is full": (
        lambda: redis_check.judge(REDIS | {"maxmemory": 5, "maxmemory_policy": "noeviction"}),
        "warning",
    ),
    "in time": (lambda: [clock_check.judge("Redis", 0.2)], "ok"),
    "seconds ahead": (lambda: [clock_check.judge("Redis", 3)], "warning"),
    "an hour behind": (lambda: [clock_check.judge("Redis", -3600)], "bad"),
    "room": (lambda: [disk.judge("data folder", Path("/d"), 9_000_000_000)], "ok"),
    "little room": (lambda: [disk.judge("data folder", Path("/d"), 900_000_000)], "warning"),
    "no room": (lambda: [disk.judge("data folder", Path("/d"), 90_000_000)], "bad"),
    "new installation": (lambda: [keys.missing(sealed=False, path="k")], "warning"),
    "key lost": (lambda: [keys.missing(sealed=True, path="k")], "bad"),
    "key for all to read": (lambda: keys.judge_mode("k", 0o644), "bad"),
    "key for one to read": (lambda: keys.judge_mode("k", 0o600), "ok"),
    "at home": (address_of(HOME), "ok"),
    "everywhere": (address_of(replace(HOME, host="0.0.0.0"), explicit=False), "warning"),
    "unknown host": (address_of(SHOP, resolves=False), "warning"),
    "no proxy": (address_of(replace(SHOP, metrics_token="t")), "warning"),
    "no metrics": (address_of(replace(SHOP, trusted_proxies=1)), "warning"),
    "in public": (address_of(replace(SHOP, trusted_proxies=1, metrics_token="t")), "ok"),
    "works": (lambda: workers.judge([worker(NOW)], NOW + S, NOW), "ok"),
    "nobody works": (lambda: workers.judge([], None, NOW), "bad"),
    "one is silent": (lambda: workers.judge([worker(NOW), worker(NOW - M)], NOW + S, NOW), "warning"),
    "nobody sweeps": (lambda: workers.judge([worker(NOW)], NOW - M, NOW), "bad"),
    "no queue": (lambda: queue.judge({}, 0), "ok"),
    "short queue": (lambda: queue.judge({"main": 3 * S}, 0), "ok"),
    "long queue": (lambda: queue.judge({"main": 3 * S, "effect": M}, 0), "warning"),
    "stuck queue": (lambda: queue.judge({"main": H}, 0), "bad"),
    "lost leases": (lambda: queue.judge({}, 3), "bad"),
    "outbox": (lambda: outbox.judge(None, 0), "ok"),
    "slow outbox": (lambda: outbox.judge(2 * M, 0), "warning"),
    "stuck outbox": (lambda: outbox.judge(H, 0), "bad"),
    "failed jobs": (lambda: outbox.judge(None, 2), "warning"),
    "sealed": (lambda: seals.judge(2, 0, []), "ok"),
    "unsealed": (lambda: seals.judge(2, 1, []), "bad"),
    "torn": (lambda: seals.judge(2, 0, ["w"]), "bad"),
}


@pytest.mark.parametrize(("judged", "expected"), POLICIES.values(), ids=POLICIES)
def test_it_judges(judged, expected):
    found = list(judged())
    assert max((finding.level for finding in found), default=Level.OK).word == expected
    for finding in found:
        assert finding.sentence.endswith((".", ")")), finding
        assert bool(finding.remedy) == (finding.level is not Level.OK), finding


@pytest.fixture
def place(store_settings):
    load_all()
    with closing(Place(store_settings, {})) as place:
        yield place


def levels(place, *only):
    return [(finding.check, finding.level.word) for finding in examine(place, only)]


def test_every_check_is_a_file_and_passes_on_a_new_installation_but_for_what_is_not_there(place, store):
    """No worker was started, and no key made yet."""
    assert {check.key for check in every()} == {path.stem for path in Path(database.__file__).parent.glob("[a-z]*.py")}
    found = levels(place)
    not_ok = {(check, level) for check, level in found if level != "ok"}
    expected = {("workers", "bad"), ("keys", "warning")}
    if store == "postgresql":  # the tests' server forgets at a power cut
        expected |= {("redis", "warning"), ("database", "bad")}
    assert not_ok - {("disk", "warning")} == expected
    asked = {check for check, _ in found}
    assert asked >= {check.key for check in every()} - {"partitions", "connections"}


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_it_asks_the_databases_own_state(place, store_settings, postgres):
    owner = open_engine(store_settings.migrate_url)
    with owner.begin() as connection:
        connection.execute(text("alter table run_note disable row level security"))
        connection.execute(text("create table by_month (at date) partition by range (at)"))
        connection.execute(text("create table by_month_rest partition of by_month default"))
        connection.execute(text("insert into by_month values ('2026-01-01')"))
        connection.execute(text("update alembic_version set version_num = '0004'"))
    assert levels(place, "roles", "partitions", "migrations") == [
        ("migrations", "bad"), ("roles", "bad"), ("partitions", "warning"),
    ]  # fmt: skip
    with owner.begin() as connection:
        connection.execute(text("alter table run_note enable row level security"))
        connection.execute(text("drop table by_month"))
        connection.execute(text("update alembic_version set version_num = :r"), {"r": Standing.of(None) and _newest()})
    owner.dispose()
    assert levels(place, "roles", "partitions", "migrations") == [
        ("migrations", "ok"), ("roles", "ok"), ("partitions", "ok"),
    ]  # fmt: skip
    shared = Place(replace(store_settings, engine_url=store_settings.migrate_url), {})
    with closing(shared):
        [found] = examine(shared, ["roles"])
    assert "studio_migrate" in found.sentence


def _newest():
    from studio.core import migrate  # noqa: PLC0415 - beside its only use

    return migrate.newest()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_database_that_is_away_is_said_once_and_the_rest_goes_on(store_settings):
    url = f"sqlite:///{store_settings.data_dir}/gone.db"
    gone = replace(store_settings, database_url=url, engine_url=url)
    with closing(Place(gone, {})) as place:
        found = list(examine(place))
    assert [finding.check for finding in found if finding.level is Level.BAD] == ["database"]
    assert {f.check for f in found if f.sentence.startswith("Not looked at")} >= {"migrations", "queue", "seals"}
    assert not (store_settings.data_dir / "gone.db").exists()


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_it_asks_redis_for_its_persistence_and_its_clock(store_settings, redis_url):
    with closing(Place(replace(store_settings, redis_url=redis_url), {})) as place:
        assert [level for _, level in levels(place, "redis")] == ["ok", "warning"]  # the tests' own keeps nothing
        with Redis.from_url(redis_url) as client:
            client.config_set("appendonly", "yes")
            client.config_set("maxmemory", 10**9)
            client.config_set("maxmemory-policy", "allkeys-lru")
            try:
                assert [level for _, level in levels(place, "redis")] == ["ok", "ok", "warning"]
            finally:
                for name, value in (("appendonly", "no"), ("maxmemory", 0), ("maxmemory-policy", "noeviction")):
                    client.config_set(name, value)
        assert ("clock", "ok") in levels(place, "clock")
        clock.shift(H)
        try:
            assert ("clock", "bad") in levels(place, "clock")
        finally:
            clock.reset()
    with closing(Place(replace(store_settings, redis_url="redis://127.0.0.1:1/0"), {})) as place:
        assert levels(place, "redis", "clock")[0] == ("redis", "bad")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_it_greets_the_mail_server_and_sends_only_where_somebody_is_named(store_settings, smtp):
    settings = replace(store_settings, smtp_url=smtp.url)
    with closing(Place(settings, {})) as place:
        assert levels(place, "mail") == [("mail", "ok")]
        assert smtp.messages == []
    with closing(Place(settings, {}, "ops@example.com")) as place:
        assert levels(place, "mail") == [("mail", "ok")] * 2
        assert smtp.to("ops@example.com")
        smtp.refuse("550 5.1.1 No such person")
        assert levels(place, "mail") == [("mail", "ok"), ("mail", "bad")]
    for away in ("smtp://127.0.0.1:1", f"{smtp.url}?starttls=1"):  # the tests' server knows no STARTTLS
        with closing(Place(replace(settings, smtp_url=away), {})) as place:
            assert levels(place, "mail") == [("mail", "bad")]
    assert Server.parse(smtp.url).greet() is None


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_key_that_opens_nothing_of_the_database_is_found(app, store_settings, place, database):
    from studio.audit.sealing import keys as signing  # noqa: PLC0415 - beside its only use

    ring = app.extensions["studio_keyring"]
    with database.unit(new_id()) as unit:
        signing.signer(unit, ring)
    assert levels(place, "keys") == [("keys", "ok")]
    file = store_settings.data_dir / "master.key"
    file.chmod(0o644)
    assert levels(place, "keys") == [("keys", "bad"), ("keys", "ok")]
    file.unlink()
    assert levels(place, "keys") == [("keys", "bad")]
    assert not file.exists()
    Keyring.open(store_settings.data_dir)  # as a Studio that was started without its backup does
    assert levels(place, "keys") == [("keys", "bad")]


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_folder_that_cannot_be_written_to_is_found(place, store_settings, monkeypatch, tmp_path):
    assert {level for _, level in levels(place, "disk")} == {"ok"}
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    assert {level for _, level in levels(place, "disk")} == {"bad"}
    with closing(Place(replace(store_settings, data_dir=tmp_path / "gone"), {})) as other:
        assert ("disk", "bad") in levels(other, "disk")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_command_says_it_in_words_and_as_json_and_by_its_status(store_settings, monkeypatch):
    for name in [name for name in os.environ if name.startswith("STUDIO_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("STUDIO_DATA", str(store_settings.data_dir))
    monkeypatch.setenv("STUDIO_DATABASE_URL", store_settings.database_url)
    run = lambda *words: CliRunner().invoke(doctor, words)  # noqa: E731 - shorter than the calls
    done = run("--only", "database", "--only", "migrations")
    assert (done.exit_code, "2 ok, 0 to look at, 0 bad." in done.output) == (0, True)
    assert run("--only", "keys").exit_code == 1
    done = run("--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["level"]) == (2, "bad")
    assert {tuple(finding) for finding in told["findings"]} == {("level", "sentence", "remedy", "check")}
    assert run("--only", "nonsense").exit_code == 2
    assert "there is no check 'nonsense'" in run("--only", "nonsense").output
    assert run("--list").output.split() == [check.key for check in every()]


def test_a_check_that_breaks_is_a_finding_and_not_the_end(place, monkeypatch):
    monkeypatch.setattr(disk, "look", lambda _: 1 / 0)
    assert levels(place, "disk", "address") == [("disk", "bad"), ("address", "ok")]


def test_mail_at_home_is_a_warning_only_where_people_are_elsewhere(place):
    assert [f.level for f in mail.look(place)] == [Level.OK]
    elsewhere = Place(replace(place.settings, public_url="https://studio.example.com"), {})
    assert [f.level for f in mail.look(elsewhere)] == [Level.WARNING]
