"""What it costs to send the audit trail out: from the database to a server that takes everything, cursor and all."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from uuid import UUID

from flask import Flask

from benchmarks import seeding, verifying, workloads
from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.servers.process import HOST
from benchmarks.servers.sink import sink
from benchmarks.stack import stack
from studio.accounts.service.vault import SecretVault
from studio.core.actor import Actor, ActorType
from studio.core.http import HttpClient
from studio.core.unit_of_work import Database
from studio.export.components import Reach
from studio.export.delivery import Delivery
from studio.export.models import ExportDestination
from studio.export.outcomes import State
from studio.export.service import configs
from studio.export.service.configs import Door
from studio.runtime.leases import NamedLeases

EVENTS = 20_000
_ACTOR = Actor(ActorType.SYSTEM, "bench", "Bench")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KINDS = {
    "webhook": "{{endpoint: '{url}/events', secret: '${{secret:bench}}'}}",
    "datadog": "{{endpoint: '{url}/api/v2/logs', api_key: '${{secret:bench}}'}}",
    "otlphttp": "{{endpoint: '{url}'}}",
    "file": "{{}}",
}
PIPELINE = """
receivers: {{audit: {{start: beginning}}}}
exporters: {{{kind}: {settings}}}
service: {{pipelines: {{logs: {{receivers: [audit], exporters: [{kind}]}}}}}}
"""


def delivered(kind: str, store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database: decisions on approvals, by one worker."""
    return summary([_round(kind, store, plan.count or EVENTS) for _ in range(plan.rounds)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {
    **{kind: partial(delivered, kind) for kind in KINDS}, **verifying.WORKLOADS
}  # fmt: skip
USUAL = ("webhook", *verifying.USUAL)
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(kind: str, store: str, count: int) -> dict[str, float]:
    with stack(store) as running, sink(running.settings.data_dir) as port:
        seeded = seeding.seed(running.settings, workloads.w1())
        with seeding.application(running.settings) as app:
            return _measured(kind, app, seeded.workspace_id, f"http://{HOST}:{port}", count)


def _measured(kind: str, app: Flask, workspace_id: UUID, url: str, count: int) -> dict[str, float]:
    database: Database = app.extensions["studio_database"]
    vault: SecretVault = app.extensions["studio_vault"]
    folder = Path(app.extensions["studio_settings"].data_dir) / "exports"
    verifying.record_decisions(database, workspace_id, count)
    with database.unit(workspace_id, _ACTOR) as uow:
        vault.create(uow, name="bench", value=SECRET, hosts=[HOST])
        configs.save(uow, Door((HOST,)), PIPELINE.format(kind=kind, settings=KINDS[kind].format(url=url)))
    reach = Reach(HttpClient((HOST,)), vault, folder, (HOST,))
    delivery = Delivery(database, NamedLeases(database, "bench"), reach)
    began, settled = time.perf_counter(), 0
    while taken := delivery.drain():
        settled += taken
    took = time.perf_counter() - began
    assert settled > count
    assert _is_through(database, workspace_id, settled)
    return {"events_per_s": settled / took}


def _is_through(database: Database, workspace_id: UUID, settled: int) -> bool:
    with database.unit(workspace_id, read_only=True) as uow:
        [row] = uow.session.query(ExportDestination).all()
        return row.state == State.ACTIVE and row.cursor == row.delivered == settled
