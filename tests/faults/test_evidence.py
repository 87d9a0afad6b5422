"""A worker that is killed while it makes a pack: another makes it whole, and nothing of the dead one's is in it."""

import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest
from sqlalchemy import func, select, update

from benchmarks import seeding, workloads
from benchmarks.stack import PROJECT, stack
from benchmarks.verifying import record_decisions
from studio.audit.packs import checking
from studio.audit.sealing import offline
from studio.oversight.evidence import service
from studio.oversight.evidence.outcomes import Kind, State
from studio.oversight.evidence.tables import EvidencePack, EvidencePart
from studio.oversight.evidence.wanted import Wanted
from tests.servers.missing import start_or_skip

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(300)]
LABELS = {"evidence.batch"}


@pytest.fixture(params=["sqlite", "postgresql"])
def drilled(request):
    """A Studio without processes, and two thousand events."""
    with ExitStack() as opened:
        running = start_or_skip(stack(request.param), opened)
        seeded = seeding.seed(running.settings, workloads.w1())
        with seeding.application(running.settings) as app:
            database = app.extensions["studio_database"]
            record_decisions(database, seeded.workspace_id, 2_000)
            yield running, database, seeded.workspace_id


def work(running, **environ) -> int:
    command = [sys.executable, "-m", "tests.faults.evidence_worker"]
    return subprocess.run(command, cwd=PROJECT, env={**running.environ, **environ}, timeout=120, check=False).returncode


def test_a_pack_whose_worker_was_killed_is_made_by_another(drilled, tmp_path):
    running, database, workspace_id = drilled
    with database.unit(workspace_id) as uow:
        pack_id = service.ask(uow, Wanted(Kind.PERIOD, since=uow.now - service.LONGEST / 2)).id
    assert work(running, FAULT="evidence.batch", FAULT_AFTER="2") == -signal.SIGKILL
    assert work(running) == 0  # it is held by the dead one: nobody begins
    with database.unit(workspace_id) as uow:
        row = uow.session.get_one(EvidencePack, pack_id)
        assert (row.state, row.attempt) == (State.MAKING, 1)
        uow.session.execute(update(EvidencePack).values(held_until=uow.now))  # a minute later
    assert work(running) == 0
    with database.unit(workspace_id) as uow:
        row = uow.session.get_one(EvidencePack, pack_id)
        assert (row.state, row.attempt) == (State.READY, 2)
        assert uow.session.scalar(select(func.count()).select_from(EvidencePart)) == row.parts
        parts = row.parts
    path = tmp_path / "pack.zip"
    path.write_bytes(b"".join(service.content(lambda: database.unit(workspace_id), pack_id, parts)))
    with offline.opened(path) as files:
        report = checking.check(files, path=path)
    assert report.ok, report.altered
    assert report.events >= 2_000
