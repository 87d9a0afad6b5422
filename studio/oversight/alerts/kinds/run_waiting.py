"""A run needs a person: a call's outcome is not known, or its workers died again and again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.ids import parse_id
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, workflow
from studio.oversight.alerts.tables import Alert
from studio.runtime.models import Run
from studio.runtime.outcomes import STUCK, Mode, RunState


class NeedsALook(Kind):
    """About the workflow: however many of its runs wait, it is one alert."""

    key = "run.needs_a_look"
    label = marked("A run needs a person")

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The workflow; nothing where somebody has decided meanwhile."""
        run = uow.session.get(Run, parse_id(str(facts.get("run_id", ""))))
        return workflow(uow, thing_id) if run is not None and run.state in STUCK else None

    def title(self, alert: Alert) -> str:
        """Which of the two it was at first."""
        if alert.facts.get("state") == RunState.QUARANTINED:
            return _("A run of %(name)s was set aside", name=alert.thing_name)
        return _("A run of %(name)s needs a person", name=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """The first one, and why."""
        run = uow.session.get(Run, parse_id(alert.facts.get("run_id", "")))
        if run is None:
            return []
        cause = retold((run.error or {}).get("message", ""))
        return [_("The first one: %(title)s", title=run.title or str(run.id)), *([cause] if cause else [])]

    def path(self, alert: Alert) -> str:
        """One run, or the list of those that wait."""
        if alert.count > 1:
            return f"/runs?workflow={alert.thing_id}&state=needs_review&state=quarantined"
        return f"/runs/{alert.facts.get('run_id', '')}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """None of them waits any longer."""
        waits = select(Run.id).where(
            Run.workflow_id == alert.thing_id, Run.state.in_(sorted(STUCK)), Run.mode == Mode.LIVE
        )
        return uow.session.scalar(waits.limit(1)) is None


KIND = NeedsALook()
