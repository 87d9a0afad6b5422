"""A run's page asks what repeated the run: that costs the same, however long the history is."""

import pytest
from sqlalchemy import event, insert, select, text

from studio.core import db
from studio.core.ids import new_id
from studio.runtime.history.detail import detail
from studio.runtime.models import Run
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

MANY = 500


@pytest.fixture
def long_history(app, database, store, store_settings):
    """A workspace, and one of its MANY runs, of which none repeats another."""
    tenant = make_tenant(database)
    workflow_id = make_workflow(app, tenant, refunds(), published=True)
    with database.unit(tenant.id) as uow:
        [trigger] = subscriptions.of_workflow(uow, workflow_id)
        run_id = starts.start(uow, trigger, {"name": "#1"}, lambda: None).id
        row = dict(uow.session.execute(select(Run.__table__)).mappings().one())
        uow.session.connection().execute(insert(Run.__table__), [row | {"id": new_id()} for _ in range(MANY)])
    if store == "postgresql":  # does it by itself in time; Studio keeps no statistics on SQLite
        engine = db.open_engine(store_settings.migrate_url)
        with engine.begin() as connection:
            connection.execute(text("analyze"))
        engine.dispose()
    return tenant, run_id


def test_no_run_but_those_is_looked_at(database, long_history, store):
    tenant, run_id = long_history
    asked = []
    with database.unit(tenant.id, read_only=True) as uow:
        connection = uow.session.connection()

        def listen(_connection, _cursor, statement, parameters, *_):
            if "run.rerun_of = " in statement:
                asked.append((statement, parameters))

        event.listen(connection, "before_cursor_execute", listen)
        detail(uow, uow.session.get(Run, run_id))
        event.remove(connection, "before_cursor_execute", listen)
        [(statement, parameters)] = asked
        explain = "explain query plan" if store == "sqlite" else "explain"
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    assert "ix_run_rerun_of" in " ".join(str(line) for line in plan)
