"""A deploy in mid-run: old and new workers of two checkouts side by side, one node type a version apart.

Runs finish on the version that they began with, whoever carries them on; a run of the new version waits for a worker
that knows it, and nothing is lost, doubled or set aside.
"""

import http.client
import json
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import ExitStack
from itertools import count

import pytest
from sqlalchemy import func, select

from benchmarks import seeding
from benchmarks.stack import PROJECT, stack
from studio.core.db import open_engine
from studio.core.unit_of_work import Database
from studio.runtime.models import Run, Step
from tests.faults.drill import eventually
from tests.servers.missing import start_or_skip
from tests.servers.patience import PATIENCE_S

pytestmark = [pytest.mark.slow, pytest.mark.faults]

OLD = '    icon = "pencil"\n    sample = '
NEW = """    icon = "pencil"
    version = 2
    upgrades = {1: lambda config: {**config, "release": "upgraded"}}
    sample = """
FIELD = "    class Config(NodeConfig):\n        fields: list[Field]"
PUBLISH = """
import json, sys
from uuid import UUID
from studio.app import create_app
from studio.core.settings import load
from studio.runtime.models import Workflow
from studio.runtime.service import workflows

app = create_app(load())
with app.extensions["studio_database"].unit(UUID(sys.argv[1])) as unit:
    workflow = unit.session.get(Workflow, UUID(sys.argv[2]))
    workflows.publish(unit, app.extensions["studio_keyring"], workflow, json.load(sys.stdin))
app.extensions["studio_engine"].stop()
"""


def document(version: int, **config) -> dict:
    """A step, a pause, and a step again: a run that a deploy comes in between of."""

    def step(key):
        fields = [{"name": "id", "value": "trigger.order.id"}]
        return {"key": key, "type": "data.set", "version": version, "name": key, "config": {"fields": fields, **config}}

    sample = {"order": {"id": "1"}}
    return {
        "schema": "studio.workflow/1",
        "name": "Deployed",
        "nodes": [
            {"key": "hook", "type": "trigger.webhook", "name": "Order", "config": {"sample": sample}},
            step("before"),
            {"key": "pause", "type": "flow.delay", "name": "pause", "config": {"seconds": 4}},
            step("after"),
        ],
        "edges": [
            {"from": a, "port": "next", "to": b}
            for a, b in (("hook", "before"), ("before", "pause"), ("pause", "after"))
        ],
    }


class Deploy:
    """One database, the checkout that runs, and the one that is to follow."""

    def __init__(self, running, database, seeded, newer) -> None:
        self.running, self.database, self.seeded, self.newer = running, database, seeded, newer
        self._orders = count(1)

    def publish_anew(self) -> None:
        """As the new release writes it."""
        subprocess.run(
            [sys.executable, "-c", PUBLISH, str(self.seeded.workspace_id), str(self.seeded.workflow_id)],
            cwd=self.newer, env=self.running.environ, input=json.dumps(document(2, release="new")).encode(),
            check=True, capture_output=True, timeout=PATIENCE_S,
        )  # fmt: skip

    def deliver(self, number: int) -> None:
        """Post so many orders, each until it is taken."""
        for _ in range(number):
            order = next(self._orders)
            eventually(lambda order=order: self._post(order) == 202, self.log)

    def _post(self, order: int) -> int | None:
        settings = self.running.settings
        address = f"http://{settings.host}:{settings.port}{self.seeded.path}"
        body = json.dumps({"order": {"id": str(order)}}).encode()
        try:
            request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except (OSError, http.client.HTTPException):
            return None

    def states(self) -> dict[str, int]:
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            found = unit.session.execute(select(Run.state, func.count()).group_by(Run.state))
            return {row[0]: row[1] for row in found}

    def steps(self) -> list[tuple]:
        """(version's place, step, set-up) of every "Set fields" that was run."""
        with self.database.unit(self.seeded.workspace_id, read_only=True) as unit:
            found = select(Run.version_id, Step.node_key, Step.input).join(Run, Run.id == Step.run_id)
            return list(unit.session.execute(found.where(Step.type == "data.set")))

    def log(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in self.running.logs.values())


@pytest.fixture
def deploy(tmp_path):
    newer = tmp_path / "newer"
    shutil.copytree(PROJECT / "studio", newer / "studio", ignore=shutil.ignore_patterns("__pycache__"))
    file = newer / "studio" / "runtime" / "nodes" / "data_set.py"
    source = file.read_text()
    assert OLD in source
    assert FIELD in source
    file.write_text(
        source.replace(OLD, NEW).replace(FIELD, FIELD.replace("        fields", "        release: str\n        fields"))
    )
    with ExitStack() as opened:
        running = start_or_skip(stack("postgresql", STUDIO_LEASE_SECONDS="3"), opened)
        seeded = seeding.seed(running.settings, document(1))
        engines = open_engine(running.settings.database_url), open_engine(running.settings.engine_url)
        for engine in engines:
            opened.callback(engine.dispose)
        yield Deploy(running, Database(*engines), seeded, newer)


def test_every_run_ends_on_its_version_across_a_deploy(deploy):
    running = deploy.running
    running.start("web", "web", "--workers", "1")
    running.start("old", "worker")
    running.wait_ready()
    deploy.deliver(10)
    eventually(lambda: deploy.states() == {"waiting": 10}, deploy.log)

    deploy.publish_anew()  # the new release has published, and only old workers are there
    deploy.deliver(10)
    running.start("new", "worker", checkout=deploy.newer)
    deploy.deliver(10)  # side by side
    eventually(lambda: deploy.states() == {"succeeded": 30}, lambda: f"{deploy.states()}\n{deploy.log()}")

    by_version: dict = {}
    for version_id, _, given in deploy.steps():
        by_version.setdefault(version_id, []).append(given.get("release"))
    old, new = sorted(by_version.values(), key=len)
    assert len(old) == 20
    assert set(old) <= {None, "upgraded"}  # whichever worker came, and each as its own release reads the settings
    assert (len(new), set(new)) == (40, {"new"})

    process = running.processes.pop("old")
    process.terminate()
    process.wait(timeout=PATIENCE_S)
    deploy.deliver(5)
    eventually(lambda: deploy.states() == {"succeeded": 35}, lambda: f"{deploy.states()}\n{deploy.log()}")
