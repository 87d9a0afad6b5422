"""What checking the audit trail costs: an archive by its files alone, and the chain with its seals in the database."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from uuid import UUID

from benchmarks.figures import summary
from benchmarks.plan import Plan
from benchmarks.stack import stack
from studio.audit import Target, chain, record
from studio.audit.sealing import archive, closing, offline
from studio.audit.taxonomy import approvals
from studio.audit.verifying import verify
from studio.core import logs
from studio.core.actor import Actor, ActorType, Origin
from studio.core.crypto import Keyring
from studio.core.db import open_engine
from studio.core.ids import new_id
from studio.core.settings import Settings
from studio.core.unit_of_work import Database

EVENTS, AT_ONCE = 20_000, 500
_JONAS = Actor(ActorType.USER, "u-1", "Jonas Weber", origin=Origin(ip="192.0.2.7", user_agent="Firefox/140"))


def sealed(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database: decisions on approvals, in segments of 1,000."""
    return summary([_round(store, plan.count or EVENTS) for _ in range(plan.rounds)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"sealed": sealed}
USUAL = ("sealed",)
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        logs.configure(running.settings)  # what is warned of goes where figures do not
        return _measured(running.settings, count)


def _measured(settings: Settings, count: int) -> dict[str, float]:
    engines = open_engine(settings.database_url), open_engine(settings.engine_url)
    database, workspace_id = Database(*engines, finishers=[chain.finish]), new_id()
    keyring = Keyring.open(settings.data_dir)
    record_decisions(database, workspace_id, count)
    with database.unit(workspace_id) as uow:
        closing.seal_all(uow, keyring, early=True)
    path = settings.data_dir / "trail.zip"
    path.write_bytes(b"".join(archive.archive(partial(database.unit, workspace_id), keyring)))
    files_s = _files_s(path, count)
    started = time.perf_counter()
    with database.unit(workspace_id, read_only=True) as uow:
        report = verify(uow, keyring)
    database_s = time.perf_counter() - started
    assert report.ok
    assert report.sealed == count
    for engine in engines:
        engine.dispose()
    return {"verify_per_s": count / files_s, "verify_database_per_s": count / database_s}


def record_decisions(database: Database, workspace_id: UUID, count: int) -> None:
    """So many events, 500 a transaction."""
    for first in range(0, count, AT_ONCE):
        with database.unit(workspace_id, _JONAS) as uow:
            for number in range(first, min(first + AT_ONCE, count)):
                refund = Target("approval", f"a-{number}", f"Refund €{number}.00")
                record(uow, approvals.APPROVED, targets=[refund], metadata={"amount": f"{number}.00"})


def _files_s(path: Path, count: int) -> float:
    started = time.perf_counter()
    with offline.opened(path) as files:
        report = offline.verify_files(files)
    took = time.perf_counter() - started
    assert report.ok
    assert report.checked == count
    return took
