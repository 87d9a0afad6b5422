"""What an evidence pack costs: ten thousand decisions of a period with their audit events, as a worker makes it."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from benchmarks import approval_load, seeding, workloads
from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.stack import stack
from benchmarks.verifying import record_decisions
from studio.approvals.models import Decision, Request
from studio.audit import chain
from studio.audit.packs import checking
from studio.audit.sealing import offline
from studio.core import logs
from studio.core.crypto import Keyring
from studio.core.db import open_engine
from studio.core.ids import new_id
from studio.core.settings import Settings
from studio.core.unit_of_work import Database
from studio.oversight.evidence import rows, service
from studio.oversight.evidence.making import Making
from studio.oversight.evidence.outcomes import Kind, State
from studio.oversight.evidence.wanted import Wanted

DECISIONS = 10_000


def pack(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database."""
    return summary([_round(store, plan.count or DECISIONS) for _ in range(plan.rounds)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"pack": pack}
USUAL = ("pack",)
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        logs.configure(running.settings)  # what is warned of goes where figures do not
        seeded = seeding.seed(running.settings, workloads.approval(seeding.APPROVER), approver=True)
        return _measured(running.settings, seeded.workspace_id, count)


def _measured(settings: Settings, workspace_id: UUID, count: int) -> dict[str, float]:
    engines = open_engine(settings.database_url), open_engine(settings.engine_url)
    database = Database(*engines, finishers=[chain.finish])
    _decide(database, workspace_id, count)
    keyring = Keyring.open(settings.data_dir)
    with database.unit(workspace_id) as uow:
        since = uow.now - timedelta(days=approval_load.DAYS + 1)
        pack_id = service.ask(uow, Wanted(Kind.PERIOD, since=since)).id
    making, started = Making(database, keyring), time.perf_counter()
    while making.drain():
        pass
    made_s = time.perf_counter() - started
    path = settings.data_dir / "pack.zip"
    with database.unit(workspace_id, read_only=True) as uow:
        row = rows.one(uow, pack_id)
    assert row.state == State.READY
    assert row.approvals == count
    units = partial(database.unit, workspace_id, read_only=True)
    path.write_bytes(b"".join(service.content(units, pack_id, row.parts)))
    verify_s = _verified(path)
    for engine in engines:
        engine.dispose()
    return {"pack_10k_s": made_s, "pack_verify_s": verify_s, "pack_mb": row.size / 1_000_000}


def _decide(database: Database, workspace_id: UUID, count: int) -> None:
    """Requests with two shares each, all of them ended; an audit event for each."""
    approval_load.seed(database, workspace_id, count)
    with database.unit(workspace_id) as uow:
        found = uow.session.query(Request.id, Request.created_at, Request.payload_hash).all()
        uow.session.query(Request).update({"closed_at": Request.created_at, "state": "approved"})
        said = {"outcome": "approved", "by_name": "Jonas Weber", "channel": "page", "reason": "Because"}
        uow.session.execute(
            Decision.__table__.insert(),  # type: ignore[attr-defined]  # a model's is a Table
            [
                {
                    **said,
                    "id": new_id(),
                    "workspace_id": workspace_id,
                    "request_id": one.id,
                    "at": one.created_at,
                    "payload_hash": one.payload_hash,
                }
                for one in found
            ],
        )
    record_decisions(database, workspace_id, count)


def _verified(path: Path) -> float:
    started = time.perf_counter()
    with offline.opened(path) as files:
        report = checking.check(files, path=path)
    assert report.ok
    return time.perf_counter() - started
