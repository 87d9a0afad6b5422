"""What it costs to sync a shop's orders: a first pass over a million, by one worker, from a server on this machine."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from uuid import UUID

from benchmarks import orders, seeding, workloads
from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.servers.process import HOST
from benchmarks.servers.records import records
from benchmarks.stack import PROJECT, Stack, stack
from studio.connectors.definition import Account
from studio.connectors.models import Connection, ConnectionSync
from studio.connectors.service import authorising, creating
from studio.connectors.syncing import verbs
from studio.core.actor import Actor, ActorType
from studio.core.crypto import Keyring
from studio.core.unit_of_work import Database

RECORDS = 1_000_000
_ACTOR = Actor(ActorType.SYSTEM, "bench", "Bench")


def first(store: str, plan: Plan) -> dict[str, float]:
    """One round: it takes minutes, and pages are alike. From a clean database."""
    return summary([_round(store, plan.count or RECORDS)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"first": first}
USUAL = ("first",)
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(store: str, count: int) -> dict[str, float]:
    orders.install()
    with stack(store, STUDIO_ALLOWED_HOSTS=HOST) as running, records(running.settings.data_dir, count) as port:
        seeded = seeding.seed(running.settings, workloads.w1())
        with seeding.application(running.settings) as app:
            database: Database = app.extensions["studio_database"]
            keyring: Keyring = app.extensions["studio_keyring"]
            sync_id = _connected(database, keyring, seeded.workspace_id, f"http://{HOST}:{port}")
            found = _worked(running)
            with database.unit(seeded.workspace_id, read_only=True) as uow:
                row = uow.session.get_one(ConnectionSync, sync_id)
                assert (row.state, row.records, found["read"]) == ("succeeded", count, count)
        return {
            "records_per_s": count / found["took_s"],
            "records_per_cpu_s": count / found["cpu_s"],
            "rss_mib": found["rss_mib"],
        }


def _worked(running: Stack) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.syncing"]
    output = subprocess.run(command, cwd=PROJECT, env=running.environ, stdout=subprocess.PIPE, check=True).stdout
    found: dict[str, float] = json.loads(output.splitlines()[-1])
    return found


def _connected(database: Database, keyring: Keyring, workspace_id: UUID, url: str) -> UUID:
    with database.unit(workspace_id, _ACTOR) as uow:
        row = creating.create(
            uow, connector_key=orders.CONNECTOR.key, title="Bench", auth=orders.CONNECTOR.auths[0].key,
            settings={"base_url": url}, environment="test",
        )  # fmt: skip
        connection_id = row.id
    with database.unit(workspace_id, _ACTOR) as uow:
        row = uow.session.get_one(Connection, connection_id)
        authorising.accept(uow, keyring, row, authorising.trial(row, {}), Account("1", "Bench"))
        return verbs.start(uow, row, "orders").id
