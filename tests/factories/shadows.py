"""A draft that runs beside what its workflow does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from studio.builder.models import Backtest
from studio.builder.shadow import service
from studio.builder.shadow.outcomes import Beside
from studio.builder.shadow.watching import Shadows
from studio.core import clock
from studio.runtime.models import Workflow
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import MadeTenant
from tests.factories.backtests import Past
from tests.factories.workflows import refunds

BETWEEN = timedelta(seconds=6)


class Live(Past):
    """Events come while a draft runs beside the published version."""

    def beside(self, **wanted: Any) -> UUID:
        with self.unit() as uow:
            return service.begin(uow, uow.session.get(Workflow, self.workflow_id), Beside.model_validate(wanted)).id

    def come(self, *events: Any) -> None:
        """Each starts a run, which nobody has begun to work on."""
        with self.unit() as uow:
            found = subscriptions.of_workflow(uow, self.workflow_id)[0]
            for data in events:
                starts.start(uow, found, data, lambda _lane="main": None)

    def look(self, later: timedelta = BETWEEN) -> None:
        """What a turn of the sweeper leaves is done."""
        clock.shift(later)
        Shadows(self.database).look()
        self.work()

    def stop(self, shadow_id: UUID) -> Backtest:
        with self.unit() as uow:
            return service.stop(uow, uow.session.get(Workflow, self.workflow_id), shadow_id)


def make_shadow(app: Flask, tenant: MadeTenant) -> str:
    """One that goes on, of a workflow that is named after the workspace."""
    live = Live(app, tenant, refunds(name=tenant.name))
    changed = refunds(name=tenant.name)
    changed["nodes"][1]["config"]["condition"] = "trigger.order.total > 1.0"
    live.draft(changed)
    return str(live.beside())
