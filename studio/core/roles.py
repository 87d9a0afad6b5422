"""What the two working roles may do to a table, said once for every migration. Nothing to do on SQLite.

`studio_app` works under row security: a tenant's row is visible while its workspace is set for the transaction.
`studio_engine` works across workspaces on the few tables that it is granted.
"""

from typing import Literal

from alembic import op

APP, ENGINE = "studio_app", "studio_engine"
WORKSPACE = "nullif(current_setting('studio.workspace_id', true), '')::uuid"
USER = "nullif(current_setting('studio.user_id', true), '')::uuid"

EngineAccess = Literal["none", "read", "append", "write"]
_ENGINE_GRANTS = {
    "read": "select",
    "append": "select, insert",
    "write": "select, insert, update, delete",
}


def tenant_table(
    name: str, *, engine: EngineAccess = "none", append_only: bool = False, own_user: bool = False
) -> None:
    """Put a tenant's table under row security.

    `append_only` withholds update and delete from both roles. `own_user` also shows a person's own rows
    (`user_id`) in any workspace: seats, before a workspace is chosen.
    """
    if not _postgresql():
        return
    visible = f"workspace_id = {WORKSPACE}"
    op.execute(f"alter table {name} enable row level security")
    op.execute(f"grant {'select, insert' if append_only else 'select, insert, update, delete'} on {name} to {APP}")
    op.execute(f"create policy {name}_app on {name} to {APP} using ({visible}) with check ({visible})")
    if own_user:
        op.execute(f"create policy {name}_own on {name} for select to {APP} using (user_id = {USER})")
    if engine != "none":
        op.execute(f"grant {_ENGINE_GRANTS[engine]} on {name} to {ENGINE}")
        op.execute(f"create policy {name}_engine on {name} to {ENGINE} using (true) with check (true)")


def updatable(name: str, *columns: str) -> None:
    """Columns of an append-only table that `studio_app` may write after all; the rest stays as it was said."""
    if _postgresql():
        op.execute(f"grant update ({', '.join(columns)}) on {name} to {APP}")


def global_table(name: str, *, engine: EngineAccess = "none") -> None:
    """A table that belongs to no workspace: people, their sessions, workspaces themselves."""
    if not _postgresql():
        return
    op.execute(f"grant select, insert, update, delete on {name} to {APP}")
    if engine != "none":
        op.execute(f"grant {_ENGINE_GRANTS[engine]} on {name} to {ENGINE}")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
