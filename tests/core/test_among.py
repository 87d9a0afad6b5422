"""One of many values is the same on both databases, and one statement on PostgreSQL."""

import pytest
from sqlalchemy import event, select

from studio.core import ids
from studio.core.among import among
from studio.core.inserting import insert_all
from studio.core.models import OutboxRow
from tests.core.test_inserting import MANY, job
from tests.factories.accounts import make_tenant


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def rows(database, tenant):
    made = [job(tenant, number, id=ids.new_id()) for number in range(MANY)]
    with database.unit(tenant.id) as uow:
        insert_all(uow.session, OutboxRow, made)
    return made


@pytest.mark.parametrize("column", [OutboxRow.id, OutboxRow.key])
@pytest.mark.parametrize("count", [0, 1, MANY - 1])
def test_those_are_found_and_no_others(database, tenant, rows, column, count):
    """Texts with quotes, brackets and backslashes as well."""
    wanted = [row[column.key] for row in rows[:count]]
    with database.unit(tenant.id) as uow:
        found = uow.session.scalars(select(column).where(among(uow.session, column, iter(wanted)))).all()
    assert sorted(found) == sorted(wanted)


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_few_and_many_are_one_statement(database, tenant, rows):
    seen = set()

    def hear(_connection, _cursor, statement, *_):
        if "due_at" in statement:
            seen.add(statement)

    event.listen(database.app, "before_cursor_execute", hear)
    try:
        with database.unit(tenant.id) as uow:
            for count in (1, MANY):
                wanted = [row["id"] for row in rows[:count]]
                found = select(OutboxRow.due_at).where(among(uow.session, OutboxRow.id, wanted))
                assert len(uow.session.scalars(found).all()) == count
    finally:
        event.remove(database.app, "before_cursor_execute", hear)
    assert len(seen) == 1
