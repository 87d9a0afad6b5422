"""Runs that have ended, with a step and a note."""

from datetime import UTC
from uuid import UUID

from flask import Flask

from studio.core.ids import new_id
from studio.runtime import notes
from studio.runtime.batches import service
from studio.runtime.batches.planning import runs_of
from studio.runtime.batches.wanted import Verb, Wanted, hash_of
from studio.runtime.models import Run, Step
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import MadeTenant
from tests.factories.workflows import make_workflow, refunds


def make_run(app: Flask, tenant: MadeTenant) -> UUID:
    """A failed run whose title and data carry the workspace's name."""
    workflow_id = make_workflow(app, tenant, refunds(name=tenant.name), published=True)
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        [trigger] = subscriptions.of_workflow(uow, workflow_id)
        run: Run = starts.start(uow, trigger, {"order": {"total": 1, "customer": tenant.name}}, lambda: None)
        run.state, run.title, run.fresh, run.finished_at = "failed", tenant.name, False, uow.now
        run.error = {"code": "test.refused", "message": f"{tenant.name} refused.", "node": "call", "path": ""}
        uow.session.add(
            Step(
                id=new_id(), run_id=run.id, node_key="call", type="action.http", state="failed", error=run.error,
                started_at=uow.now, finished_at=uow.now,
            )
        )  # fmt: skip
        notes.add(uow, run.id, f"Looked at by {tenant.name}")
        return run.id


def make_batch(app: Flask, tenant: MadeTenant) -> UUID:
    """A batch that is named after the workspace, over a failed run of its."""
    make_run(app, tenant)
    wanted = Wanted(verb=Verb.RERUN)
    with app.extensions["studio_database"].unit(tenant.id, tenant["builder"].actor) as uow:
        seen = hash_of(wanted, runs_of(uow, "state=failed", UTC))
        made = service.begin(uow, tenant.name, "state=failed", wanted, per_minute=60, seen=seen, zone=UTC)
        return made.id
