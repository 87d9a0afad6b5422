"""Many rows in one statement are the same rows as one by one."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import DBAPIError

from studio.audit.models import AuditPersonal
from studio.core import ids
from studio.core.inserting import FEW, insert_all
from studio.core.models import OutboxRow
from tests.factories.accounts import make_tenant

MOMENT = datetime(2031, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)
MANY = FEW + 3


@pytest.fixture
def tenant(database):
    return make_tenant(database)


def job(tenant, number, **more):
    return {
        "workspace_id": tenant.id, "topic": "test", "key": f"job “{number}”\\u0000\n", "due_at": MOMENT,
        "attempts": number,
        "payload": {"to": ["a@b.c"], "deep": {"ünï": None, "n": 1.5}}, "state": "queued", "max_attempts": 3,
        "created_at": MOMENT + timedelta(days=number), **more,
    }  # fmt: skip


def jobs(uow):
    found = uow.session.scalars(select(OutboxRow).where(OutboxRow.topic == "test").order_by(OutboxRow.attempts))
    names = ("workspace_id", "topic", "key", "due_at", "attempts", "payload", "state", "max_attempts", "created_at")
    return [{name: getattr(row, name) for name in names} for row in found]


@pytest.mark.parametrize("count", [1, MANY])
def test_rows_are_written_as_they_are(database, tenant, count):
    rows = [job(tenant, number) for number in range(count)]
    with database.unit(tenant.id) as uow:
        insert_all(uow.session, OutboxRow, rows)
    with database.unit(tenant.id) as uow:
        assert jobs(uow) == rows
        assert len(set(uow.session.scalars(select(OutboxRow.id).where(OutboxRow.topic == "test")))) == count


def test_bytes_and_empty_columns(database, tenant):
    event_id = ids.new_id()
    rows = [
        {
            "workspace_id": tenant.id, "event_id": event_id, "path": str(number), "subject": "user:1",
            "salt": bytes([0, 92, number, 255]), "value": '"\\\\"', "search": "",
        }
        for number in range(MANY)
    ]  # fmt: skip
    with database.unit(tenant.id) as uow:
        insert_all(uow.session, AuditPersonal, rows)
    with database.unit(tenant.id) as uow:
        found = uow.session.execute(
            select(AuditPersonal.path, AuditPersonal.salt, AuditPersonal.value).where(
                AuditPersonal.event_id == event_id
            )
        ).all()
    assert {tuple(row) for row in found} == {(row["path"], row["salt"], row["value"]) for row in rows}


def test_what_is_there_stays_where_it_may(database, tenant):
    with database.unit(tenant.id) as uow:
        insert_all(uow.session, OutboxRow, [job(tenant, 0)])
    again = [job(tenant, 0, state="done"), *(job(tenant, number) for number in range(1, MANY))]
    with database.unit(tenant.id) as uow:
        insert_all(uow.session, OutboxRow, again, unless_there=True)
    with database.unit(tenant.id) as uow:
        assert [row["state"] for row in jobs(uow)] == ["queued"] * MANY
    with pytest.raises(DBAPIError), database.unit(tenant.id) as uow:
        insert_all(uow.session, OutboxRow, again)


def test_a_text_that_is_too_long_is_refused_and_another_workspace_stays_out_of_reach(database, store, tenant):
    if store != "postgresql":
        pytest.skip("SQLite knows neither lengths nor row security")
    for wrong in ({"topic": "x" * 81}, {"workspace_id": ids.new_id()}):
        with pytest.raises(DBAPIError), database.unit(tenant.id) as uow:
            insert_all(uow.session, OutboxRow, [job(tenant, number, **wrong) for number in range(MANY)])


def test_many_are_one_statement(database, store, tenant):
    if store != "postgresql":
        pytest.skip("SQLite takes them one by one")
    heard = []

    def hear(_connection, _cursor, statement, _parameters, _context, many):
        heard.append((statement.lower().startswith("insert into outbox"), many))

    event.listen(database.app, "before_cursor_execute", hear)
    try:
        with database.unit(tenant.id) as uow:
            insert_all(uow.session, OutboxRow, [job(tenant, number) for number in range(MANY)])
    finally:
        event.remove(database.app, "before_cursor_execute", hear)
    assert [many for inserts, many in heard if inserts] == [False]
