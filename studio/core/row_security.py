"""Whether PostgreSQL keeps tenants apart for the roles that this process connects as."""

from sqlalchemy import Connection, Engine, text

_UNBOUND = """
select current_user from pg_roles r where r.rolname = current_user and (r.rolsuper or r.rolbypassrls or exists (
    select 1 from pg_tables t where t.schemaname = current_schema() and t.tablename = 'workspace'
    and pg_has_role(current_user, t.tableowner, 'member')))
"""


def unbound_role(engine: Engine) -> str | None:
    """The role of an engine where row security does not bind it: a superuser, or the tables' owner. None: it does."""
    if engine.dialect.name != "postgresql":
        return None
    with engine.connect() as connection:
        return unbound(connection)


def unbound(connection: Connection) -> str | None:
    """The same of a connection to PostgreSQL."""
    role: str | None = connection.execute(text(_UNBOUND)).scalar()
    return role
