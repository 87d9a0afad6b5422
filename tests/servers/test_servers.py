"""The counterparts themselves: what they promise to the tests that lean on them."""

import signal
import smtplib
import socket
from email.message import EmailMessage
from uuid import uuid4

import psycopg
import pytest
import requests
from redis import Redis

from benchmarks.servers.postgres import PostgresServer
from benchmarks.servers.redis import redis_server
from tests.servers.tcp_proxy import tcp_proxy


def connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""))


def test_postgres_roles_are_plain(postgres: PostgresServer) -> None:
    urls = postgres.empty_database()
    for url, role in [
        (urls.migrate, "studio_migrate"),
        (urls.app, "studio_app"),
        (urls.engine, "studio_engine"),
    ]:
        with connect(url) as connection:
            powers = connection.execute(
                "select rolname, rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user"
            ).fetchone()
        assert powers == (role, False, False, False)
    postgres.drop(urls)


def test_only_the_migrator_may_create_tables(postgres: PostgresServer) -> None:
    urls = postgres.empty_database()
    with connect(urls.migrate) as connection:
        connection.execute("create table t (id int)")
    with connect(urls.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table u (id int)")
    postgres.drop(urls)


def test_a_database_that_was_taken_back_is_given_again_empty(postgres: PostgresServer) -> None:
    """However many rows came and went, by whoever is still connected, and whatever was rolled back."""
    urls = postgres.new_database()
    for many, fewer in ((50, 20), (3, 1), (1, 0)):
        left_open = connect(urls.app)
        _stores(left_open, many)
        left_open.commit()
        with connect(urls.app) as connection:
            _stores(connection, many)
            connection.rollback()
        with postgres.superuser(urls.name) as connection:
            connection.execute("delete from workspace where name::int > %s", [fewer])
            connection.execute("insert into workspace select (json_populate_record(w, %s)).* from workspace w limit 1",
                               ['{"id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11", "slug": "again"}'])  # fmt: skip
        _stores(left_open, many)
        postgres.take_back(urls)
        left_open.close()
        urls = postgres.new_database()
        with postgres.superuser(urls.name) as connection:
            tables = connection.execute(
                "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
                " and relname <> 'alembic_version'"
            ).fetchall()
            assert len(tables) > 100
            filled = " union all ".join(f"select '{name}' where exists (select from {name})" for (name,) in tables)
            assert connection.execute(filled).fetchall() == []
    postgres.take_back(urls)


OTHER_ROWS = """
alter table step detach partition step_other;
alter table step attach partition step_other
    for values from ('f0000000-0000-7000-8000-000000000000') to ('ffffffff-ffff-7000-8000-000000000000')
"""


@pytest.mark.parametrize(
    "altered",
    [
        "alter table step detach partition step_before",
        OTHER_ROWS,
        "alter table workspace add column more text",
        "alter table step disable row level security",
    ],
    ids=["a partition taken away", "a partition of other rows", "a column", "row security"],
)
def test_a_database_whose_schema_was_altered_is_not_given_again(postgres: PostgresServer, altered: str) -> None:
    urls = postgres.new_database()
    with postgres.superuser(urls.name) as connection:
        connection.execute(altered)
    postgres.take_back(urls)
    with postgres.superuser() as connection:
        left = connection.execute("select from pg_database where datname = %s", [urls.name]).fetchall()
    assert left == []


def _stores(connection: psycopg.Connection, many: int) -> None:
    connection.execute(
        "insert into workspace (id, name, slug, currency, time_zone, locale, retention_days, created_at)"
        " select gen_random_uuid(), n, 'store-' || n || '-' || %s, 'EUR', 'UTC', 'en', 90, now()"
        " from generate_series(1, %s) n",
        [uuid4().hex, many],
    )


def test_redis_starts_empty(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_smtp_keeps_messages_and_refuses_on_demand(smtp) -> None:
    message = EmailMessage()
    message["To"], message["Subject"] = "ada@example.com", "Bitte prüfen"
    message.set_content("Zwölf Euro")
    with smtplib.SMTP(smtp.host, smtp.port) as client:
        client.send_message(message, "studio@example.com", ["ada@example.com"])
        smtp.refuse()
        with pytest.raises(smtplib.SMTPDataError):
            client.send_message(message, "studio@example.com", ["ada@example.com"])
    received = smtp.wait_for(to="ada@example.com")
    assert received["Subject"] == "Bitte prüfen"
    assert received.get_content().strip() == "Zwölf Euro"
    assert len(smtp.messages) == 1


def test_http_target_records_and_answers_by_script(http_target) -> None:
    http_target.answer(503, headers={"Retry-After": "1"})
    http_target.answer(reset=True)
    http_target.always(201, json_body={"id": 7})
    address = f"{http_target.url}/orders?page=2"
    assert requests.post(address, json={"a": 1}, timeout=5).headers["Retry-After"] == "1"
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)
    assert requests.put(address, data=b"x", timeout=5).json() == {"id": 7}
    first = http_target.wait_for(3) and http_target.requests[0]
    assert (first.method, first.path, first.query) == ("POST", "/orders", {"page": ["2"]})
    assert first.json() == {"a": 1}
    assert first.headers["content-type"] == "application/json"


@pytest.mark.e2e
def test_browser_shows_a_page(page, http_target) -> None:
    http_target.always(headers={"Content-Type": "text/html"}, body=b"<title>Studio</title>")
    page.goto(http_target.url)
    assert page.title() == "Studio"


def test_redis_keeps_what_it_was_told_to_keep() -> None:
    with redis_server(append_only=True) as server, Redis.from_url(server.url) as client:
        client.set("kept", "1")
        server.stop(signal.SIGTERM)
        assert not server.running()
        server.start()
        assert client.get("kept") == b"1"


def test_a_severed_proxy_ends_connections_and_takes_new_ones(redis) -> None:
    with tcp_proxy(redis.port) as proxy, socket.create_connection(("127.0.0.1", proxy.port)) as before:
        before.sendall(b"PING\r\n")
        assert before.recv(100) == b"+PONG\r\n"
        proxy.cut(b"PING")
        proxy.mend()
        proxy.sever()
        assert before.recv(100) == b""
        with socket.create_connection(("127.0.0.1", proxy.port)) as after:
            after.sendall(b"PING\r\n")
            assert after.recv(100) == b"+PONG\r\n"
