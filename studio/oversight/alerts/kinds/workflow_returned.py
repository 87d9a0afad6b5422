"""A staged version failed too often and was taken back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked, ngettext
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, is_off, workflow
from studio.oversight.alerts.tables import Alert
from studio.runtime.models import WorkflowVersion
from studio.runtime.stages.watching import RETURNED


class Returned(Kind):
    """The version from before runs again; the new one has to be mended before it is published anew."""

    key = RETURNED
    label = marked("A staged version was taken back")

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The workflow."""
        del facts
        return workflow(uow, thing_id)

    def fingerprint(self, thing_id: UUID, facts: Mapping[str, Any]) -> str:
        """Each stage by itself."""
        del thing_id
        return str(facts["stage_id"])

    def title(self, alert: Alert) -> str:
        """Which one."""
        return _("%(name)s: version %(number)s was taken back", name=alert.thing_name, number=alert.facts["number"])

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """What each did, and what runs now."""
        del uow
        facts = alert.facts
        ended = facts["new"]["completed"] + facts["new"]["failed"]
        return [
            ngettext("%(failed)s of its %(ended)s ended run failed.", "%(failed)s of its %(ended)s ended runs failed.",
                     ended, failed=separated(facts["new"]["failed"]), ended=separated(ended)),
            _("Of version %(number)s, %(failed)s of %(ended)s failed meanwhile. Every event starts that one again.",
              number=facts["before"], failed=separated(facts["old"]["failed"]),
              ended=separated(facts["old"]["completed"] + facts["old"]["failed"])),
        ]  # fmt: skip

    def path(self, alert: Alert) -> str:
        """Both side by side."""
        return f"/workflows/{alert.thing_id}/versions"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """A later version was published, to all or to a part."""
        later = select(WorkflowVersion.id).where(
            WorkflowVersion.workflow_id == alert.thing_id, WorkflowVersion.number > alert.facts["number"]
        )
        return uow.session.scalar(later.limit(1)) is not None

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It was turned off."""
        return is_off(uow, alert.thing_id)


KIND = Returned()
