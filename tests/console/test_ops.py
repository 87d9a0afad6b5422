"""What machines ask about this process."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, text

from studio.core import draining
from studio.core.db import open_engine
from studio.core.smtp import Server
from studio.operations.probing import greets
from studio.runtime.models import LoopLease
from tests.fixtures.app import close_app, open_app
from tests.servers.smtp import SmtpServer


@pytest.fixture
def make(store_settings, mailer):
    made = []

    def make(**settings):
        app = open_app(replace(store_settings, **settings), mailer)
        made.append(app)
        return app.test_client()

    yield make
    for app in made:
        close_app(app)


def parts(answer):
    return {name: part["status"] for name, part in answer.json["parts"].items()}


def test_it_lives_and_is_ready(make):
    client = make()
    assert client.get("/livez").text == client.get("/healthz").text == "ok\n"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert parts(answer) == {"process": "ok", "database": "ok", "schema": "ok"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_what_is_away_beside_the_database_degrades_and_does_not_stop(make):
    answer = make(redis_url="redis://127.0.0.1:1/0", smtp_url="smtp://127.0.0.1:1").get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "degraded")
    assert parts(answer) == {
        "process": "ok", "database": "ok", "schema": "ok", "redis": "degraded", "mail": "degraded",
        "workers": "degraded",
    }  # fmt: skip
    assert "127.0.0.1" not in answer.text


def test_somebody_who_turns_the_timers_is_seen(make, redis_url):
    client = make(redis_url=redis_url)
    database = client.application.extensions["studio_database"]
    with database.across() as unit:
        unit.session.add(LoopLease(name="sweeper", holder="w", until=unit.now + timedelta(seconds=5)))
    answer = client.get("/readyz")
    assert (answer.json["status"], parts(answer)["workers"]) == ("ok", "ok")
    with database.across() as unit:
        unit.session.execute(delete(LoopLease))
    assert parts(client.get("/readyz"))["workers"] == "degraded"


def test_a_schema_that_is_behind_is_not_ready_and_a_newer_one_is(make, store_settings):
    client, engine = make(), open_engine(store_settings.migrate_url)
    for revision, expected in (("0004", (503, "down", "down")), ("9999", (200, "ok", "ok"))):
        with engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :r"), {"r": revision})
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["status"], parts(answer)["schema"]) == expected
    engine.dispose()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_schema_of_before_its_revision_might_be_read_is_behind(make, store_settings):
    client, engine = make(), open_engine(store_settings.migrate_url)
    with engine.begin() as connection:
        connection.execute(text("revoke select on alembic_version from studio_app"))
    assert client.get("/readyz").status_code == 503
    with engine.begin() as connection:
        connection.execute(text("grant select on alembic_version to studio_app"))
    assert client.get("/readyz").status_code == 200
    engine.dispose()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_missing_database_is_not_ready_but_lives(make):
    client = make(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["status"], parts(answer)["database"]) == (503, "down", "down")
    assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_process_that_was_told_to_stop_is_not_ready_but_answers(make):
    client = make()
    draining.begin()
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json["status"]) == (503, "draining")
        assert client.get("/sign-in").status_code < 400
    finally:
        draining._told[0] = 0


def test_a_mail_server_is_looked_for(smtp: SmtpServer):
    assert greets(Server.parse(smtp.url))
    assert not greets(Server.parse("smtp://127.0.0.1:1"))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
class TestMetrics:
    def test_only_this_machine_may_look_without_a_token(self, make):
        client = make()
        assert "python_info" in client.get("/metrics").text
        assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404

    def test_with_a_token_only_its_holder_may_look(self, make):
        client = make(metrics_token="t0ken")
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer t0ken"}).status_code == 200
