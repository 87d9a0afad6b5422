"""A sync that dies at any of its points goes on from its last page: nothing lost, nothing told twice."""

import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
from sqlalchemy import delete, select, text

from benchmarks import seeding, workloads
from benchmarks.stack import PROJECT, stack
from studio.connectors.models import ConnectionRecord, ConnectionSync, ConnectionSyncRun
from studio.connectors.syncing import verbs
from studio.connectors.syncing.draining import Syncing
from studio.core.db import open_engine
from studio.core.targets import Targets
from studio.runtime.leases import NamedLeases
from studio.runtime.models import LoopLease
from tests.factories import syncs
from tests.factories.connections import Switchboard
from tests.factories.syncs import Ledger
from tests.faults.sync_worker import tell
from tests.servers.http_target import http_target
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
LABELS = {"sync.taken", "sync.read", "sync.before_commit", "sync.after_commit", "sync.swept"}
AFTER = {"sync.read": 1, "sync.before_commit": 2, "sync.after_commit": 1}
"""Pages before the death: it happens in the middle of a pass."""


@pytest.fixture(params=["sqlite", "postgresql"])
def drilled(request):
    """A Studio without processes whose only connection is to a shop here."""
    with ExitStack() as opened, http_target(Ledger) as shop, syncs.installed():
        running = start_or_skip(stack(request.param), opened)
        seeded = seeding.seed(running.settings, workloads.w1())
        owner = open_engine(running.settings.migrate_url)
        with owner.begin() as made:
            made.execute(text("create table told (change varchar(10), external_id varchar(200))"))
            if request.param == "postgresql":
                made.execute(text("grant select, insert, delete on told to studio_app"))
        owner.dispose()
        with seeding.application(running.settings) as app:
            yield running, shop, Switchboard(app, seeded.workspace_id, f"127.0.0.1:{shop.port}")


def finish(board) -> None:
    """A worker that does not die."""
    loop = Syncing(board.accounts, NamedLeases(board.database, "other"), Targets(4, 8), tell)
    while loop.drain():
        pass


def work(running, shop, **environ) -> int:
    """The life of one that may."""
    command = [sys.executable, "-m", "tests.faults.sync_worker", f"127.0.0.1:{shop.port}"]
    done = subprocess.run(command, cwd=PROJECT, env={**running.environ, **environ}, timeout=120, check=False)
    return done.returncode


def told(board) -> list[tuple[str, str]]:
    """What workflows were told, and forget it."""
    with board.database.unit(board.workspace_id) as unit:
        found = [tuple(row) for row in unit.session.execute(text("select change, external_id from told"))]
        unit.session.execute(text("delete from told"))
        return sorted(found)


def test_a_death_at_any_point_loses_and_doubles_nothing(drilled):
    running, shop, board = drilled
    connection = syncs.connect(board)
    ids = [f"o-{number:03}" for number in range(60)]
    shop.put(*ids, v=0)
    with board.database.unit(board.workspace_id) as unit:
        sync = verbs.start(unit, unit.session.get_one(syncs.Connection, connection), "orders").id
    finish(board)
    assert told(board) == []
    for number, label in enumerate(sorted(LABELS), 1):
        gone, new = ids[-number], f"n-{number}"
        held = [one for one in [*ids, *(f"n-{n}" for n in range(1, number))] if one not in ids[-number:]]
        shop.put(*held[:30], v=number)
        shop.put(new, v=number)
        shop.drop(gone)
        with board.database.unit(board.workspace_id) as unit:
            verbs.backfill(unit, verbs.find(unit, sync))
        assert work(running, shop, FAULT=label, FAULT_AFTER=str(AFTER.get(label, 0))) == -signal.SIGKILL, label
        with board.database.across() as unit:  # the lease of who died runs out
            unit.session.execute(delete(LoopLease))
        finish(board)
        expected = [("added", new), ("deleted", gone), *(("updated", one) for one in held[:30])]
        assert told(board) == sorted(expected), label
        with board.database.unit(board.workspace_id, read_only=True) as unit:
            row = unit.session.get_one(ConnectionSync, sync)
            mine = ConnectionRecord.sync_id == sync, ConnectionRecord.deleted_at.is_(None)
            there = {
                one.external_id: one.data["v"] for one in unit.session.scalars(select(ConnectionRecord).where(*mine))
            }
            assert (row.state, row.records) == ("succeeded", 60)
            assert there == {one["id"]: one["v"] for one in shop.held()}
            passes = unit.session.scalars(select(ConnectionSyncRun).order_by(ConnectionSyncRun.id.desc())).first()
            assert (passes.state, passes.added, passes.updated, passes.deleted) == ("succeeded", 1, 30, 1), label
