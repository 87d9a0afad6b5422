"""Runs of a workflow fail: for good, after their last try."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import func, select

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.ids import first_id_at, parse_id
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, is_off, one_before, workflow
from studio.oversight.alerts.tables import Alert
from studio.runtime.models import Run
from studio.runtime.outcomes import Mode, RunState

MOST = 10_000
"""Counted no further."""
STEADY = timedelta(minutes=5)
"""It works again once a later run has succeeded and none has failed for so long."""
SHAKY, WITHIN = timedelta(hours=1), timedelta(hours=6)
"""So long instead, where it had worked again within that time before: what fails now and then is one alert, not ten
an hour."""


class Failing(Kind):
    """The oldest and the plainest."""

    key = "workflow.failing"
    label = marked("A workflow fails")
    counts: ClassVar[bool] = True

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The workflow."""
        del facts
        return workflow(uow, thing_id)

    def since(self, uow: UnitOfWork, thing_id: UUID, since: datetime) -> tuple[int, datetime | None]:
        """Failed runs, however long ago they began."""
        found = (
            select(Run.finished_at)
            .where(Run.state == RunState.FAILED, Run.finished_at >= since, Run.workflow_id == thing_id)
            .where(Run.mode == Mode.LIVE)
            .order_by(Run.finished_at)
            .limit(MOST)
            .subquery()
        )
        count, first = uow.session.execute(select(func.count(), func.min(found.c.finished_at))).one()
        return count, first

    def title(self, alert: Alert) -> str:
        """How often counts in the subject, once it is more than once."""
        if alert.count > 1:
            return _("%(name)s failed %(count)s times", name=alert.thing_name, count=separated(alert.count))
        return _("%(name)s failed", name=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """The first run that failed, and why."""
        run = uow.session.get(Run, parse_id(alert.facts.get("run_id", "")))
        if run is None:
            return []
        cause = retold((run.error or {}).get("message", ""))
        return [_("The first one: %(title)s", title=run.title or str(run.id)), *([cause] if cause else [])]

    def path(self, alert: Alert) -> str:
        """One run, or the list of those that failed."""
        if alert.count > 1:
            return f"/runs?workflow={alert.thing_id}&state=failed"
        return f"/runs/{alert.facts.get('run_id', '')}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """A run that began after the last failure has succeeded, and none has failed for a while."""
        later = select(Run.id).where(
            Run.workflow_id == alert.thing_id, Run.id > first_id_at(alert.last_at), Run.state == RunState.SUCCEEDED,
            Run.mode == Mode.LIVE,
        )  # fmt: skip
        steady = SHAKY if one_before(uow, alert, WITHIN) else STEADY
        return uow.now - alert.last_at >= steady and uow.session.scalar(later.limit(1)) is not None

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It was turned off."""
        return is_off(uow, alert.thing_id)


KIND = Failing()
