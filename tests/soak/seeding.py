"""A workspace with all workflows published, two people who decide, and the recorder of committed steps."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import sql

from studio.accounts.outcomes import Role
from studio.accounts.service import tokens, workspaces
from studio.app import create_app
from studio.core.db import sqlite_driver
from studio.runtime.service import subscriptions, workflows
from tests.factories.accounts import make_person
from tests.soak.studio import Studio
from tests.soak.workflows import Flow, flows

TABLE = """
create table soak_commit (
  at {moment} not null, step_id {id} not null, run_id {id} not null, node_key text, path text, attempt int,
  before text, after text not null
)
"""
_POSTGRESQL = """
create function soak_note() returns trigger language plpgsql security definer as $$
begin
  insert into public.soak_commit values (clock_timestamp(), new.id, new.run_id, new.node_key, new.path, new.attempt,
    case when tg_op = 'UPDATE' then old.state end, new.state);
  return null;
end $$;
create trigger soak_begun after insert on step for each row execute function soak_note();
create trigger soak_moved after update on step for each row when (old is distinct from new)
  execute function soak_note();
"""
_SQLITE = """
create trigger soak_begun after insert on step begin
  insert into soak_commit values (strftime('%Y-%m-%d %H:%M:%f', 'now'), new.id, new.run_id, new.node_key, new.path,
    new.attempt, null, new.state);
end;
create trigger soak_moved after update on step
  when old.state is not new.state or old.output is not new.output or old.finished_at is not new.finished_at
begin
  insert into soak_commit values (strftime('%Y-%m-%d %H:%M:%f', 'now'), new.id, new.run_id, new.node_key, new.path,
    new.attempt, old.state, new.state);
end;
"""


@dataclass(frozen=True)
class Seeded:
    """Where to post and who decides."""

    workspace_id: UUID
    flows: dict[str, Flow]
    paths: dict[str, str]
    """By workflow."""
    tokens: dict[str, str]
    """By e-mail address."""


def seed(running: Studio) -> Seeded:
    """Needs the schema and no process."""
    app = create_app(running.made.settings)
    database, keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
    try:
        with database.unit() as unit:
            workspace_id = workspaces.create(unit, workspaces.WorkspaceFacts("Soak")).id
        people = [make_person(database, workspace_id, role) for role in (Role.APPROVER, Role.ADMIN)]
        texts = {}
        for person in people:
            with database.unit(workspace_id, person.actor) as unit:
                scopes = ["approvals:read", "approvals:write"]
                texts[person.email] = tokens.create(unit, name="Soak", scopes=scopes, user_id=person.user_id).text
        made, paths = flows(running.target.url, list(texts)), {}
        for flow in made.values():
            with database.unit(workspace_id) as unit:
                workflow = workflows.create(unit, flow.name)
                workflows.publish(unit, keyring, workflow, flow.document())
                [hook] = subscriptions.of_workflow(unit, workflow.id)
                paths[flow.name] = f"/hooks/{subscriptions.address(keyring, hook)}"
        _record(running)
        return Seeded(workspace_id, made, paths, texts)
    finally:
        app.extensions["studio_engine"].stop()
        database.app.dispose()
        database.engine.dispose()


def _record(running: Studio) -> None:
    """From now on every change of a step's row leaves a line, in the same transaction and by the database's clock."""
    made = running.made
    if made.postgres is None:
        connection = sqlite_driver().connect(made.settings.sqlite_path)
        connection.executescript(TABLE.format(moment="text", id="text") + ";" + _SQLITE)
        connection.close()
        return
    with made.postgres.superuser(made.settings.engine_url.rpartition("/")[2]) as connection:
        connection.execute(sql.SQL(TABLE.format(moment="timestamptz", id="uuid")))
        connection.execute(sql.SQL(_POSTGRESQL))
