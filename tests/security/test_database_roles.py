"""What the two working roles may do in PostgreSQL, asked with plain SQL over every table there is."""

import os
import subprocess
import sys
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InternalError, ProgrammingError

from studio.core.db import Base, open_engine
from studio.core.row_security import unbound_role

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)

OF_NO_TENANT = {
    "workspace",
    "app_user",
    "user_session",
    "password_reset",
    "attempt_counter",
    "loop_lease",
    "worker_process",
    "user_passkey",
    "user_passkey_registration",
    "user_totp",
    "user_recovery_code",
    "step_up",
    "audit_signing_key",
    "run_walk",
}
"""People and their sessions, workspaces, counters, the timers' lease, who works, the installation's keys."""
ENGINE_READS = {
    *("workspace", "workflow", "workflow_version", "trigger_subscription", "outbox", "kv_entry", "loop_lease"),
    "worker_process",
    *("rate_state", "workspace_limit", "gathering"),
    *("event", "run", "step", "wait", "resolution", "event_dedup", "payload_blob", "run_search"),
    *("run_facet", "run_walk", "run_tally", "run_error_tally", "run_open", "step_tally", "run_label", "tally_zone"),
    *("audit_event", "audit_target", "audit_personal", "audit_head", "audit_segment"),
    *("export_destination", "connection", "connection_sync", "connection_hook"),
    *("flag_environment", "flag_client_key", "flag_rollout", "halt", "flag_experiment"),
    "evidence_pack",
    *("run_export", "archive_place", "event_source"),
    *("backtest", "backtest_event"),
}
"""Nothing that people sign in with, no secret, no approval, no mail."""
CHAIN = ("audit_event", "audit_target")
TENANTS = sorted(name for name in Base.metadata.tables if name not in OF_NO_TENANT)
SETTLED = "select set_config('studio.workspace_id', :w, true), set_config('studio.user_id', '', true)"


@pytest.fixture
def ask(store_settings):
    """Run statements as a role, in one transaction that is taken back: rows of the last one, or how many it met."""
    engines = {"app": open_engine(store_settings.database_url), "engine": open_engine(store_settings.engine_url)}

    def ask(role: str, statement: str, *, workspace: UUID | None = None, **values):
        with engines[role].connect() as connection:
            if workspace is not None:
                connection.execute(text(SETTLED), {"w": str(workspace)})
            done = connection.execute(text(statement), values)
            found = done.scalar() if done.returns_rows else done.rowcount
            connection.rollback()
        return found

    yield ask
    for engine in engines.values():
        engine.dispose()


def refused(ask, role, statement, **values) -> str | None:
    try:
        ask(role, statement, **values)
    except (ProgrammingError, InternalError) as error:
        return str(error.orig)
    return None


def test_every_table_of_a_tenant_is_under_row_security(ask, app):
    bare = ask(
        "app",
        "select string_agg(relname, ',') from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        " and not relrowsecurity",
    )
    assert set(bare.split(",")) == OF_NO_TENANT | {"alembic_version"}


def test_the_app_meets_no_row_of_another_tenant(ask, world):
    """Reading, changing and deleting, with the right workspace set, a wrong one, and none."""
    theirs, leaks, filled = world.theirs.id, [], 0
    for name in TENANTS:
        filled += ask("app", f"select count(*) from {name}", workspace=theirs) > 0
        for workspace in (world.ours.id, None):
            seen = ask("app", f"select count(*) from {name} where workspace_id = :t", workspace=workspace, t=theirs)
            gone = refused_or(ask, f"delete from {name} where workspace_id = :t", workspace, theirs)
            moved = refused_or(
                ask, f"update {name} set workspace_id = workspace_id where workspace_id = :t", workspace, theirs
            )
            leaks += [(name, workspace, seen, gone, moved)] if seen or gone or moved else []
    assert leaks == []
    assert filled > 15, "the world is too empty to prove anything"


def refused_or(ask, statement, workspace, tenant) -> int:
    """How many rows it met; none where the role may not even try."""
    try:
        return ask("app", statement, workspace=workspace, t=tenant)
    except ProgrammingError as error:
        return 0 if "permission denied" in str(error.orig) else -1


def test_the_app_puts_no_row_into_another_tenant(ask, world):
    for name in TENANTS:
        columns = [f'"{column.name}"' for column in Base.metadata.tables[name].columns]  # some are words of SQL
        values = ", ".join(":t" if column == '"workspace_id"' else column for column in columns)
        forged = f"insert into {name} ({', '.join(columns)}) select {values} from {name} limit 1"
        count = ask("app", f"select count(*) from {name}", workspace=world.ours.id)
        why = refused(ask, "app", forged, workspace=world.ours.id, t=world.theirs.id)
        assert not count or "violates row-level security policy" in (why or ""), name


@pytest.mark.parametrize("role", ["app", "engine"])
@pytest.mark.parametrize(
    "statement",
    [
        "alter table run disable row level security",
        "drop policy run_app on run",
        "drop table run_note",
        "truncate audit_event",
        "truncate run",
        "alter table audit_event add column note text",
        "create table mine (a int)",
        "set role studio_migrate",
        "create role another superuser",
        "alter role current_user bypassrls",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
        "update alembic_version set version_num = '0'",
    ],
)
def test_neither_role_can_take_the_rules_away(ask, app, role, statement):
    why = refused(ask, role, statement)
    assert why is not None
    assert any(words in why for words in ("must be owner", "permission denied", "Only roles with", "must be superuser"))


def test_the_app_cannot_look_past_row_security(ask, world):
    with pytest.raises(DBAPIError, match="affected by row-level security"):
        ask("app", "set row_security = off; select count(*) from run", workspace=world.ours.id)


def test_the_engine_reads_what_it_needs_and_nothing_else(ask, world):
    reads = {name for name in Base.metadata.tables if refused(ask, "engine", f"select 1 from {name} limit 1") is None}
    assert reads == ENGINE_READS


@pytest.mark.parametrize("role", ["app", "engine"])
def test_neither_role_rewrites_the_chain(ask, world, role):
    """The statements of insiders in the app: change, delete, or lock rows of the audit trail and published versions."""
    for table in (*CHAIN, "workflow_version"):
        for statement in (f"update {table} set workspace_id = workspace_id", f"delete from {table}"):
            why = refused(ask, role, statement, workspace=world.ours.id)
            assert "permission denied" in (why or ""), statement
    assert "permission denied" in (refused(ask, role, "update audit_personal set value = ''") or "")
    assert "permission denied" in (refused(ask, role, "delete from audit_head") or "")


def test_the_engine_erases_nothing_of_people(ask, world):
    assert "permission denied" in (refused(ask, "engine", "delete from audit_personal") or "")


def test_only_roles_that_row_security_binds_are_taken(store_settings, postgres):
    superuser = f"postgresql+psycopg://postgres@/{store_settings.migrate_url.rpartition('/')[2]}"
    superuser += f"?host={postgres.sockets}&port={postgres.port}"
    found = {}
    for url in (store_settings.database_url, store_settings.engine_url, store_settings.migrate_url, superuser):
        engine = open_engine(url)
        found[url] = unbound_role(engine)
        engine.dispose()
    assert list(found.values()) == [None, None, "studio_migrate", "postgres"]


def begun(command, environment):
    return subprocess.run(
        [sys.executable, "-m", "studio", command],
        env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["web", "worker"])
def test_no_process_serves_as_the_tables_owner(store_settings, command, tmp_path):
    environment = {"STUDIO_DATA": str(tmp_path), "STUDIO_PORT": "0", "STUDIO_DATABASE_URL": store_settings.migrate_url}
    done = begun(command, environment)
    assert done.returncode == 2
    assert "STUDIO_DATABASE_URL connects as studio_migrate, whom row security does not bind" in done.stderr


def test_a_database_that_does_not_answer_is_named(store_settings, tmp_path):
    environment = {"STUDIO_DATA": str(tmp_path), "STUDIO_DATABASE_URL": "postgresql+psycopg://a:CANARY@127.0.0.1:1/x"}
    done = begun("worker", environment)
    assert (done.returncode, "The database of STUDIO_DATABASE_URL does not answer" in done.stderr) == (2, True)
    assert "CANARY" not in done.stdout + done.stderr
