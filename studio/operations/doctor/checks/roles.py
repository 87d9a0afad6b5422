"""Tenants are kept apart by PostgreSQL as well as by Studio."""

from collections.abc import Iterator

from sqlalchemy import Table, text

from studio.core import row_security
from studio.core.db import Base
from studio.core.tenancy import Tenant
from studio.operations.doctor.findings import Finding, bad, ok
from studio.operations.doctor.place import VARIABLES, Place, Role

ORDER = 40
WORKING: tuple[Role, ...] = ("app", "engine")
_BARE = (
    "select relname from pg_class where relkind in ('r', 'p') and relnamespace = current_schema()::regnamespace"
    " and not relrowsecurity and relname = any(:tenants) order by 1"
)


def look(place: Place) -> Iterator[Finding]:
    """SQLite has no roles: there Studio's own filters are all there is."""
    if not place.on_postgresql:
        yield ok("SQLite has no roles: tenants are kept apart by Studio's own filters.")
        return
    unbound: dict[Role, str] = {}
    for role in WORKING:
        with place.asking(role) as connection:
            name = row_security.unbound(connection)
            if name is not None:
                unbound[role] = name
    with place.asking() as connection:
        bare = list(connection.execute(text(_BARE), {"tenants": _tenants()}).scalars())
    yield from judge(unbound, bare, shared=place.url("app") == place.url("engine"))


def _tenants() -> list[str]:
    """Tables whose rows belong to one workspace."""
    mapped = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, Tenant)]
    return sorted({str(mapper.local_table.name) for mapper in mapped if isinstance(mapper.local_table, Table)})


def judge(unbound: dict[Role, str], bare: list[str], *, shared: bool) -> Iterator[Finding]:
    """`unbound`: roles that row security does not bind; `bare`: tenants' tables without it."""
    for role, name in unbound.items():
        yield bad(
            f"{VARIABLES[role]} connects as {name}, whom row security does not bind.",
            "Connect as studio_app and studio_engine, which are neither superusers nor owners of the tables.",
        )
    if bare:
        yield bad(
            f"Row security is off for {', '.join(bare)}.",
            "Run `studio migrate`; if it stays so, switch it on again: alter table … enable row level security.",
        )
    if shared:
        yield bad(
            "STUDIO_ENGINE_DATABASE_URL is the same as STUDIO_DATABASE_URL: workers would see no workspace's runs.",
            "Give workers the role studio_engine.",
        )
    if not (unbound or bare or shared):
        yield ok("Row security is on for every table of a tenant, and binds both working roles.")
