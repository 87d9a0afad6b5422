"""A workflow with a past, and backtests of its draft."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask import Flask

from studio.builder.backtest import service
from studio.builder.backtest.outcomes import Wanted
from studio.builder.backtest.tally import Tally, from_json
from studio.builder.models import Backtest, BacktestEvent
from studio.builder.service import drafts
from studio.core import outbox
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import MadeTenant
from tests.factories.workflows import make_workflow, refunds


class Past:
    """Publishes a document, lets events come, changes the draft, tries it on them."""

    def __init__(self, app: Flask, tenant: MadeTenant, document: dict[str, Any]) -> None:
        self.app, self.tenant = app, tenant
        self.database, self.engine = app.extensions["studio_database"], app.extensions["studio_engine"]
        self.workflow_id = make_workflow(app, tenant, document, published=True)

    def unit(self):
        return self.database.unit(self.tenant.id, self.tenant["builder"].actor)

    def receive(self, events: Iterable[Any], trigger: int = 0) -> None:
        """Each starts a run, which goes as far as it can."""
        with self.unit() as uow:
            found = subscriptions.of_workflow(uow, self.workflow_id)[trigger]
            for data in events:
                starts.start(uow, found, data, lambda _lane="main": None)
        self.settle()

    def settle(self) -> None:
        for _ in range(50):
            if not self.engine.executor.drain("main") + self.engine.executor.drain("effect"):
                return

    def draft(self, document: dict[str, Any]) -> None:
        """Change it; what runs stays."""
        with self.unit() as uow:
            workflow = uow.session.get(Workflow, self.workflow_id)
            drafts.put(uow, workflow, drafts.current(uow, workflow).revision, documents.parse(document))

    def begin(self, **wanted: Any) -> UUID:
        with self.unit() as uow:
            workflow = uow.session.get(Workflow, self.workflow_id)
            return service.begin(uow, workflow, Wanted.model_validate(wanted)).id

    def work(self) -> None:
        """Every job that is due."""
        while outbox.drain(self.database):
            pass

    def backtest(self, **wanted: Any) -> Tally:
        """From the beginning to the end."""
        made = self.begin(**wanted)
        self.work()
        row = self.row(made)
        assert row.state == "done", row.why
        return from_json(row.tally)

    def row(self, backtest_id: UUID) -> Backtest:
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            return uow.session.get(Backtest, backtest_id)

    def events(self, backtest_id: UUID) -> list[BacktestEvent]:
        with self.database.unit(self.tenant.id, read_only=True) as uow:
            return list(service.events(uow, uow.session.get(Backtest, backtest_id), service.Narrowed(), limit=100))


def make_backtest(app: Flask, tenant: MadeTenant) -> str:
    """One that is over, of a workflow that is named after the workspace."""
    past = Past(app, tenant, refunds(name=tenant.name))
    return str(past.begin())
