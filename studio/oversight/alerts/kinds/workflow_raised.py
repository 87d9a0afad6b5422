"""A workflow says itself that something needs a person."""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, workflow
from studio.oversight.alerts.tables import Alert
from studio.runtime.models import Workflow


class Raised(Kind):
    """One goes on for each key. It ends when a step or a person says so: nobody else can know."""

    key = "workflow.raised"
    label = marked("A workflow raises an alert")
    latest: ClassVar[bool] = True

    def fingerprint(self, thing_id: UUID, facts: Mapping[str, Any]) -> str:
        """Its key, whichever workflow says it."""
        del thing_id
        return str(facts["key"])

    def is_urgent(self, facts: Mapping[str, Any]) -> bool:
        """As the step says."""
        return bool(facts["severity"] == "urgent")

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The workflow, whose owner is told, under the step's own words."""
        found = workflow(uow, thing_id)
        return dataclasses.replace(found, name=facts["title"]) if found is not None else None

    def title(self, alert: Alert) -> str:
        """In the step's own words."""
        return str(alert.facts["title"])

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """What to do, and who says so."""
        row = uow.session.get(Workflow, alert.thing_id)
        name = row.name if row is not None else ""
        todo = [one for one in str(alert.facts["todo"]).splitlines() if one.strip()]
        return [*todo, *([_("The workflow %(name)s says so.", name=name)] if name else [])]

    def path(self, alert: Alert) -> str:
        """The run that said it last."""
        return f"/runs/{alert.facts['run_id']}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Nothing shows that by itself."""
        del uow, alert
        return False


KIND = Raised()
