"""Runs for the tests of pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.core import clock
from studio.core.ids import first_id_at, new_id
from studio.runtime.models import Run, Step, Workflow
from tests.factories.accounts import make_tenant, signed_in
from tests.factories.workflows import make_workflow
from tests.runtime.graphs import flow, hook, step

LOOPED = flow(
    [hook({"lines": [1]}), step("loop", "flow.for_each", items="trigger.lines"), step("inner", parent="loop"),
     step("last", parent="loop")],
    "hook>loop", "loop.each>inner", "inner>last",
)  # fmt: skip


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def browser(app, tenant):
    return signed_in(app, tenant.id, tenant["owner"])


@pytest.fixture
def looped(app, database, tenant):
    """A run through a loop, this many times."""
    make_workflow(app, tenant, LOOPED.model_dump(by_alias=True, mode="json"), published=True)

    def run(times, *, failed=None, **of_each):
        at = clock.local_now() - timedelta(minutes=5)
        run_id = first_id_at(at)
        error = {"code": "http.status_422", "message": "It was refused.", "node": "inner", "path": str(failed)}
        with database.unit(tenant.id) as uow:
            found = uow.session.scalars(select(Workflow)).one()
            uow.session.add(
                Run(
                    id=run_id, workflow_id=found.id, version_id=found.published_version_id, trigger_node="hook",
                    title="Long", available_at=at, created_at=at, started_at=at, finished_at=at + timedelta(seconds=4),
                    state="failed" if failed is not None else "succeeded", error=error if failed is not None else None,
                )
            )  # fmt: skip
            rows = [("hook", "", "next"), ("loop", "", "done"), *(("inner", str(n), "next") for n in range(times))]
            uow.session.add_all(
                Step(
                    id=new_id(), run_id=run_id, node_key=key, path=path, port=port, type="data.set", started_at=at,
                    finished_at=at, state="failed" if key == "inner" and path == str(failed) else "succeeded",
                    **(of_each if key == "inner" else {}),
                )
                for key, path, port in rows
            )  # fmt: skip
        return run_id

    return run
