"""A workspace with one published workflow, and counting what became of its runs."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from studio.accounts.service import workspaces
from studio.app import create_app
from studio.core import db
from studio.core.settings import Settings
from studio.core.tenancy import TenantSession, bind
from studio.runtime.models import Run, RunNote
from studio.runtime.service import subscriptions, workflows


@dataclass(frozen=True)
class Seeded:
    """Where to post."""

    workspace_id: UUID
    workflow_id: UUID
    path: str


def seed(settings: Settings, document: dict[str, Any]) -> Seeded:
    """Make the workspace and publish the document; its first webhook's path comes back."""
    app = create_app(settings)
    database, keyring = app.extensions["studio_database"], app.extensions["studio_keyring"]
    try:
        with database.unit() as unit:
            workspace_id = workspaces.create(unit, workspaces.WorkspaceFacts("Benchmark")).id
        with database.unit(workspace_id) as unit:
            workflow = workflows.create(unit, document["name"])
            workflows.publish(unit, keyring, workflow, document)
            [hook] = subscriptions.of_workflow(unit, workflow.id)
            address = subscriptions.address(keyring, hook)
        return Seeded(workspace_id, workflow.id, f"/hooks/{address}")
    finally:
        app.extensions["studio_engine"].stop()
        database.app.dispose()
        database.engine.dispose()


class _Reader:
    """A session as the engine, which sees all runs."""

    def __init__(self, settings: Settings) -> None:
        self._engine = db.open_engine(settings.engine_url)
        self._session = TenantSession(self._engine.execution_options(read_only=True))

    def __enter__(self) -> TenantSession:
        bind(self._session, workspace_id=None, cross=True)
        return self._session

    def __exit__(self, *_: object) -> None:
        self._session.close()
        self._engine.dispose()


def counts(settings: Settings) -> dict[str, int]:
    """Runs by state."""
    with _Reader(settings) as session:
        return dict(session.execute(select(Run.state, func.count()).group_by(Run.state)).all())


def drained(settings: Settings, limit_s: float) -> None:
    """Wait until no run is queued or running."""
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        found = counts(settings)
        if not found.get("queued") and not found.get("running"):
            return
        time.sleep(0.1)  # between two looks at a fact: is the backlog gone?
    raise TimeoutError(f"the backlog was not gone after {limit_s} s: {counts(settings)}")


def newest_run(settings: Settings) -> UUID:
    """The id that later runs are greater than."""
    with _Reader(settings) as session:
        found = session.execute(select(Run.id).order_by(Run.id.desc()).limit(1)).scalar()
        return found or UUID(int=0)


def durations_ms(settings: Settings, after: UUID) -> list[float]:
    """From acceptance to the end, of each run that succeeded since."""
    with _Reader(settings) as session:
        found = select(Run.created_at, Run.finished_at).where(Run.id > after, Run.state == "succeeded")
        return [(end - start).total_seconds() * 1000 for start, end in session.execute(found)]


def notes(settings: Settings) -> int:
    """Notes on all runs of all workspaces: what their steps wrote inside."""
    total = 0
    with _Reader(settings) as session:
        workspaces_found = session.scalars(select(Run.workspace_id).distinct()).all()
    engine = db.open_engine(settings.database_url)
    try:
        for workspace_id in workspaces_found:
            with TenantSession(engine) as session:
                bind(session, workspace_id=workspace_id)
                total += session.scalar(select(func.count()).select_from(RunNote)) or 0
    finally:
        engine.dispose()
    return total
