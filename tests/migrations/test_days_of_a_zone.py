"""Where runs are counted before days have a zone, their days stay those of UTC; elsewhere nothing is said."""

from datetime import UTC, datetime

import sqlalchemy as sa

from benchmarks.servers.schema import downgrade, upgrade
from studio.accounts.models import Workspace
from studio.core import db, ids
from studio.runtime.insights.days import EVER
from studio.runtime.models import RunTally, TallyZone

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def test_days_that_are_counted_stay_those_of_utc(empty_database):
    upgrade(empty_database, "0133")
    downgrade(empty_database, "-1")
    engine = db.open_engine(empty_database)
    counted, fresh = ids.new_id(), ids.new_id()
    with engine.begin() as connection:
        for number, workspace_id in enumerate((counted, fresh)):
            facts = {"name": "Store", "slug": f"store-{number}", "currency": "USD", "time_zone": "America/Los_Angeles"}
            connection.execute(sa.insert(Workspace).values(id=workspace_id, created_at=NOW, **facts))
        tally = {"workflow_id": fresh, "state": "succeeded", "reason": "", "runs": 1, "times": {}, "starts_at": NOW}
        for grain in "hd":
            connection.execute(sa.insert(RunTally).values(workspace_id=counted, grain=grain, **tally))
    upgrade(empty_database, "0133")
    with engine.begin() as connection:
        columns = TallyZone.workspace_id, TallyZone.since, TallyZone.zone
        assert connection.execute(sa.select(*columns)).all() == [(counted, EVER, "UTC")]
    downgrade(empty_database, "-1")
    upgrade(empty_database, "0133")
    engine.dispose()
