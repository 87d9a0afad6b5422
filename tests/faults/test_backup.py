"""A backup taken under load (rows 18 and 40): it comes back whole, its runs go on, and what is in doubt is listed.

Acknowledged before the backup began, an order is in it, and ends once. What its runs call is repeated under their keys;
a call that takes none and was under way is for a person to look at, and goes out no second time.
"""

import shutil
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from benchmarks import seeding, workloads
from benchmarks.servers import process
from benchmarks.stack import PROJECT
from studio.audit.verifying import verify
from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from studio.runtime.models import Run, RunNote, Step
from tests.faults.conftest import begin, studio
from tests.faults.shop import NODES, Shop, wait_for
from tests.servers.http_target import http_target as run_http_target

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(240)]

ENDED = {"succeeded", "needs_review"}


def blind(url):
    """Webhook → a call that takes no key."""
    return {
        "schema": "studio.workflow/1",
        "name": "Blind",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {"sample": workloads.SAMPLE}},
            {
                "key": "call", "type": "action.http", "name": "Pay back",
                "config": {"url": url + "/blind", "body": {"id": "{{ trigger.order.id }}"}},
            },
        ],
        "edges": [{"from": "hook", "port": "next", "to": "call"}],
    }  # fmt: skip


def command(made, *arguments):
    """`studio ARGUMENTS`, which must succeed; what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", *arguments],
        cwd=PROJECT, env=made.environ, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class StudiosOwn:
    """`studio backup` and `studio restore`."""

    def __init__(self, made):
        self.made, self.file = made, made.settings.data_dir / "backup"

    def take(self):
        command(self.made, "backup", str(self.file))

    def put_back(self):
        command(self.made, "restore", str(self.file), "--force")


class Physical:
    """pg_basebackup, in whose copy a server starts."""

    def __init__(self, made):
        self.made, self.folder = made, made.postgres.sockets
        self.copy = self.folder / "copy"

    def take(self):
        program = process.program("pg_basebackup", *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))
        where = [f"--host={self.folder}", f"--port={self.made.postgres.port}", "--username=postgres"]
        asked = [program, *where, f"--pgdata={self.copy}", "--checkpoint=fast", "--wal-method=stream"]
        log, user = self.folder / "backup.log", process.service_user("postgres")
        started = process.start(asked, log, cwd=self.folder, user=user)
        assert started.wait(timeout=100) == 0, log.read_text()

    def put_back(self):
        self.made.postgres.stop(signal.SIGQUIT)
        (self.folder / "data").rename(self.folder / "lost")
        self.copy.rename(self.folder / "data")
        shutil.rmtree(self.folder / "lost")
        self.made.postgres.start()
        command(self.made, "reconcile", "--fence")


def kill(made):
    for name in list(made.processes):
        made.kill_one(name)


@pytest.mark.parametrize(
    ("store", "way"),
    [("sqlite", StudiosOwn), ("postgresql", StudiosOwn), ("postgresql", Physical)],
    ids=["sqlite", "pg_dump", "pg_basebackup"],
)
def test_what_was_acknowledged_before_it_ends_once_and_what_is_in_doubt_is_listed(store, way):
    with run_http_target() as slow, studio(store, STUDIO_ALLOWED_HOSTS=process.HOST) as (made, target):
        slow.always(delay=60)
        second = seeding.seed(made.settings, blind(slow.url), name="Second")
        begin(made)
        backup, shop = way(made), Shop(made, target, "kept", pause=0.2)
        with shop.open():
            shop.sells(20)
            shop.finishes(5)
            target.always(delay=0.2)
            told = requests.post(f"{shop.address}{second.path}", json={"order": {"id": "blind-1"}}, timeout=14).json()
            slow.wait_for(1)
            acknowledged = shop.taken()
            backup.take()
            shop.sells(5)
        kill(made)
        target.always()
        backup.put_back()
        listed = command(made, "reconcile")
        doubtful, _, repeated = listed.partition("repeated under their key")
        assert [line for line in doubtful.splitlines() if told["run_id"] in line and "“Pay back” was about to" in line]
        assert "kept" not in doubtful
        begin(made)
        assert_consistent(made, shop, acknowledged, repeated)
        [blind_run] = [run for run in runs(made) if str(run.id) == told["run_id"]]
        assert blind_run.state == "needs_review"
        assert len(slow.requests) == 1


def runs(made):
    with seeding.Reader(made.settings) as session:
        return session.scalars(select(Run)).all()


def assert_consistent(made, shop, acknowledged, repeated):
    """I1 to I4 and I6 for all that the backup holds, of which nothing that was acknowledged before it is missing."""
    wait_for(lambda: {run.state for run in runs(made)} <= ENDED, 60, lambda: Counter(run.state for run in runs(made)))
    found = defaultdict(list)
    for run in runs(made):
        found[run.input["order"]["id"]].append(str(run.id))
    assert {order: [run_id] for order, run_id in acknowledged.items()}.items() <= found.items()
    assert {len(ids) for ids in found.values()} == {1}
    with shop.looking() as session:
        steps = session.execute(select(Step.run_id, Step.node_key)).all()
        notes = session.scalars(select(RunNote.run_id)).all()
    mine = {run_id for order, (run_id,) in found.items() if order.startswith("kept")}
    assert sorted(row.node_key for row in steps if str(row.run_id) in mine) == sorted(NODES * len(mine))
    assert sorted(map(str, notes)) == sorted(mine)
    keys = defaultdict(set)
    for request in shop.target.requests:
        keys[request.json()["id"]].add(request.headers.get("idempotency-key"))
    sold = [order for order in found if order.startswith("kept")]
    assert {order: len(keys[order]) for order in sold} == dict.fromkeys(sold, 1)
    again = {order for order in sold if found[order][0] in repeated}
    assert {next(iter(keys[order])) for order in again} <= {f"{found[order][0]}:call" for order in again}
    with ExitStack() as opened:
        engines = open_engine(made.settings.database_url), open_engine(made.settings.engine_url)
        for engine in engines:
            opened.callback(engine.dispose)
        with Database(*engines).unit(made.seeded.workspace_id, read_only=True) as unit:
            assert verify(unit).bad is None
