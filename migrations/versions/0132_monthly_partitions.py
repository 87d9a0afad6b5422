"""On PostgreSQL events, steps and payloads lie in partitions by month: docs/decisions/partitions.md.

What is there becomes the first partition as it is: nothing is copied. Its rows are read once to prove that they belong
there, while everybody goes on; the turn itself takes a moment.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.roles import APP, ENGINE, tenant_table

revision = "0132"
down_revision = "0124"
branch_labels = None
depends_on = None

TABLES = ("event", "payload_blob", "step")
MARGIN = timedelta(days=3)
"""A migration that begins in the last days of a month must not meet the next one while it proves."""

# Ids are UUIDv7: their first 48 bits are milliseconds, so that a month is a range of them (core.ids.first_id_at).
_FIRST_ID = """
create function {schema}.studio_first_id(moment timestamp) returns uuid language sql immutable
set search_path = pg_catalog, pg_temp
return (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
"""
# Runs as who owns the tables: the working roles make no tables. What it makes is under row security without a policy,
# so that rows are met through their table alone.
_MAKE = """
create function {schema}.studio_make_months() returns setof text language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '300ms' as $$
declare
  parent text; part text; month timestamp; low uuid; high uuid;
begin
  foreach parent in array array[{tables}] loop
    for ahead in 0..2 loop
      month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead);
      part := parent || to_char(month, '_YYYY_MM');
      continue when month < '{edge}' or to_regclass(format('{schema}.%I', part)) is not null;
      low := {schema}.studio_first_id(month);
      high := {schema}.studio_first_id(month + interval '1 month');
      execute format('create table {schema}.%I (like {schema}.%I including defaults including storage)', part, parent);
      execute format('alter table {schema}.%I enable row level security', part);
      execute format('lock table {schema}.%I in access exclusive mode', parent || '_other');
      execute format('with caught as (delete from {schema}.%I where id >= %L and id < %L returning *)'
        ' insert into {schema}.%I select * from caught', parent || '_other', low, high, part);
      execute format('alter table {schema}.%I attach partition {schema}.%I for values from (%L) to (%L)',
        parent, part, low, high);
      return next part;
    end loop;
  end loop;
end $$
"""
# A month that is over goes once nothing lies in it any more: deleting rows is for those who know the rules. One a call,
# so that no table is locked while another is waited for.
_DROP = """
create function {schema}.studio_drop_month() returns text language plpgsql security definer
set search_path = pg_catalog, pg_temp set lock_timeout = '300ms' as $$
declare
  parent text; part text; ends timestamp; filled boolean;
begin
  foreach parent in array array[{tables}] loop
    for part in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = format('{schema}.%I', parent)::regclass and c.relname <> parent || '_other' order by 1
    loop
      ends := case when part = parent || '_before' then '{edge}'::timestamp
        else to_date(right(part, 7), 'YYYY_MM') + interval '1 month' end;
      continue when ends > date_trunc('month', (now() at time zone 'UTC') - interval '1 day');
      execute format('select exists (select from {schema}.%I order by id limit 1)', part) into filled;
      continue when filled;
      execute format('lock table {schema}.%I in access exclusive mode', parent);
      execute format('select exists (select from {schema}.%I order by id limit 1)', part) into filled;
      continue when filled;
      execute format('drop table {schema}.%I', part);
      return part;
    end loop;
  end loop;
  return null;
end $$
"""
_CALLED = ("studio_drop_month()", "studio_make_months()")
_FUNCTIONS = (*_CALLED, "studio_first_id(timestamp)")


def upgrade() -> None:
    """Prove outside of a transaction, so that no lock outlasts its statement; then turn."""
    if op.get_bind().dialect.name != "postgresql":
        return
    schema, edge = op.get_bind().scalar(sa.text("select quote_ident(current_schema())")), _edge()
    last = first_id_at(edge)
    with op.get_context().autocommit_block():
        for table in TABLES:
            op.execute(f"alter table {table} drop constraint if exists before_months")
            op.execute(f"alter table {table} add constraint before_months check (id < '{last}') not valid")
        op.execute("set statement_timeout = 0")
        for table in TABLES:
            op.execute(f"alter table {table} validate constraint before_months")
        op.execute("set statement_timeout = '15min'")
    for table in TABLES:
        _turn(table, last)
    names = ", ".join(f"'{table}'" for table in TABLES)
    for statement in (_FIRST_ID, _MAKE, _DROP):
        op.execute(statement.format(schema=schema, tables=names, edge=f"{edge:%Y-%m-%d}"))
    for function in _FUNCTIONS:
        op.execute(f"revoke all on function {function} from public")
    for function in _CALLED:
        op.execute(f"grant execute on function {function} to {APP}, {ENGINE}")
    op.execute("select studio_make_months()")


def downgrade() -> None:
    """The first partition becomes the table again; what lies in others is copied into it."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for function in _FUNCTIONS:
        op.execute(f"drop function {function}")
    for table in TABLES:
        _turn_back(table)


def _edge() -> datetime:
    """The first of the month that comes after every id there is."""
    newest = [
        op.get_bind().scalar(sa.select(sa.column("id")).select_from(sa.table(table)).order_by(sa.desc("id")).limit(1))
        for table in TABLES
    ]
    made = [datetime.fromtimestamp((one.int >> 80) / 1000, UTC) for one in newest if one is not None]
    last = max([clock.machine_now() + MARGIN, *made])
    return datetime(last.year + last.month // 12, last.month % 12 + 1, 1, tzinfo=UTC)


def _turn(table: str, last: UUID) -> None:
    """A table becomes the first partition of one that has its name, columns, indexes, grants and policies."""
    before, indexes = f"{table}_before", _indexes(table)
    for role in ("app", "engine"):
        op.execute(f"drop policy {table}_{role} on {table}")
    op.execute(f"revoke all on {table} from {APP}, {ENGINE}")
    op.execute(f"alter table {table} rename to {before}")
    op.execute(f"alter table {before} rename constraint pk_{table} to pk_{before}")
    for name in indexes:
        op.execute(f"alter index {name} rename to {name}_before")
    op.execute(
        f"create table {table} (like {before} including defaults including storage,"
        f" constraint pk_{table} primary key (id)) partition by range (id)"
    )
    for statement in indexes.values():
        op.execute(statement)
    op.execute(f"alter table {table} attach partition {before} for values from (minvalue) to ('{last}')")
    op.execute(f"alter table {before} drop constraint before_months")
    op.execute(f"create table {table}_other partition of {table} default")
    op.execute(f"alter table {table}_other enable row level security")
    tenant_table(table, engine="write")


def _turn_back(table: str) -> None:
    before, indexes = f"{table}_before", _indexes(table)
    if op.get_bind().scalar(sa.text(f"select to_regclass('{before}')")):
        op.execute(f"alter table {table} detach partition {before}")
    else:  # its months are over, and it was dropped
        made = f"like {table} including defaults including storage, constraint pk_{before} primary key (id)"
        op.execute(f"create table {before} ({made})")
        for name, statement in indexes.items():
            named = statement.replace(f"INDEX {name} ON ONLY ", f"INDEX {name}_before ON ")
            op.execute(named.replace(f".{table} USING", f".{before} USING"))
    op.execute(f"insert into {before} table {table}")
    op.execute(f"drop table {table}")
    op.execute(f"alter table {before} rename to {table}")
    op.execute(f"alter table {table} rename constraint pk_{before} to pk_{table}")
    for name in indexes:
        op.execute(f"alter index {name}_before rename to {name}")
    tenant_table(table, engine="write")


def _indexes(table: str) -> dict[str, str]:
    """Statements that make a table's indexes but its key's, by name."""
    own = sa.text(
        "select indexname, indexdef from pg_indexes"
        " where schemaname = current_schema() and tablename = :table and indexname <> 'pk_' || :table"
    )
    found = op.get_bind().execute(own, {"table": table})
    return {row.indexname: row.indexdef for row in found}
