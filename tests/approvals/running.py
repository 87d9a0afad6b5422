"""A workspace's real runs, carried by hand: a test says when the engine drains."""

from dataclasses import dataclass
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from studio.approvals.models import Request
from studio.core import faults
from studio.runtime.models import Run, Step
from studio.runtime.service import runs, starts, subscriptions
from tests.factories.accounts import MadeTenant
from tests.factories.reruns import run_again
from tests.factories.workflows import make_workflow, refunds

TRIGGER = {"key": "form", "type": "trigger.manual", "name": "By hand", "config": {}}


def node(key, kind, **config):
    """A step of a document; `parent` names the loop that it stands in."""
    parent = config.pop("parent", None)
    return {"key": key, "type": kind, "name": key.capitalize(), "config": config} | (
        {"parent": parent} if parent else {}
    )


def said(key):
    """A step by which a test sees where a run went on."""
    return node(key, "data.set", fields=[{"name": "here", "value": "true"}])


class Crash(BaseException):
    """The worker dies here."""


def _die() -> None:
    raise Crash


@dataclass
class Running:
    """The engine of an app, and one workspace."""

    app: Flask
    tenant: MadeTenant

    @property
    def database(self):
        return self.app.extensions["studio_database"]

    @property
    def engine(self):
        return self.app.extensions["studio_engine"]

    def publish(self, nodes, edges) -> UUID:
        """A workflow that begins by hand; edges are (from, port, to)."""
        drawn = [{"from": source, "port": port, "to": target} for source, port, target in edges]
        document = refunds(nodes=[TRIGGER, *nodes], edges=drawn)
        return make_workflow(self.app, self.tenant, document, published=True)

    def start(self, workflow_id: UUID, data=None, die_at: str = "") -> UUID:
        with self.database.unit(self.tenant.id, self.tenant["builder"].actor) as unit:
            [row] = subscriptions.of_workflow(unit, workflow_id)
            run_id = starts.start(unit, row, data or {}, lambda: None).id
        self.drain(die_at)
        return run_id

    def drain(self, die_at: str = "", lane: str = "main") -> None:
        """Run what is runnable; a worker that dies at a point leaves its runs to the next."""
        faults.arm(die_at, _die)
        try:
            for _ in range(6):
                self.engine.executor.drain(lane)
        except Crash:
            self.engine.writer.run(
                lambda session: self.engine.ledger.release_holder(
                    session, self.engine.executor.claims.holder, dead=True
                )
            )
            leases = self.engine.executor.leases
            leases.let_go(leases.held())
            faults.arm("")
            self.drain()
        finally:
            faults.arm("")

    def cancel(self, run_id: UUID, reason="") -> None:
        with self.database.unit(self.tenant.id, self.tenant["admin"].actor) as unit:
            runs.cancel(unit, unit.session.get(Run, run_id), self.engine.endings.withdraw, reason)

    def again(self, run_id: UUID, from_step: str | None) -> UUID:
        """Run it again from a step; what was before it is kept."""
        with self.database.unit(self.tenant.id, self.tenant["admin"].actor) as unit:
            versions, ended = self.engine.versions, unit.session.get(Run, run_id)
            made = run_again(unit, ended, versions, lambda: None, from_step=from_step).id
        self.drain()
        return made

    def state(self, run_id: UUID) -> str:
        with self.database.unit(self.tenant.id) as unit:
            return unit.session.get_one(Run, run_id).state

    def steps(self, run_id: UUID) -> dict[str, Step]:
        """The latest row of each step, by its key and path."""
        with self.database.unit(self.tenant.id) as unit:
            rows = unit.session.scalars(select(Step).where(Step.run_id == run_id).order_by(Step.id)).all()
        return {f"{row.node_key}{':' + row.path if row.path else ''}": row for row in rows}

    def requests(self, run_id: UUID) -> list[Request]:
        with self.database.unit(self.tenant.id) as unit:
            query = select(Request).where(Request.run_id == run_id).order_by(Request.id)
            return list(unit.session.scalars(query))
