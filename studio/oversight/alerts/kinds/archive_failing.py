"""Ended runs cannot be archived, so they pile up; or files whose time is over cannot be deleted."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.retelling import retold
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing
from studio.oversight.alerts.tables import Alert
from studio.runtime.archive.notices import WRITING
from studio.runtime.models import ArchivePlace


class Failing(Kind):
    """One alert for each of the two and each place. Nobody owns a place: whoever may set another one is told."""

    key = "archive.failing"
    label = marked("Ended runs cannot be archived")
    mends: ClassVar[str] = "settings.manage"

    def fingerprint(self, thing_id: UUID, facts: Mapping[str, Any]) -> str:
        """The place and which of the two it is."""
        return f"{thing_id}:{facts['why']}"

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The place; nothing where it works again, or is none any more."""
        row = uow.session.get(ArchivePlace, thing_id)
        if row is None or _trouble(row, facts) is None or (facts["why"] == WRITING and not row.active):
            return None
        return Thing(_("Archive in “%(bucket)s”", bucket=row.bucket) if row.bucket else _("Archive of runs"))

    def title(self, alert: Alert) -> str:
        """Which of the two it is."""
        if alert.facts["why"] == WRITING:
            return _("%(name)s: ended runs cannot be archived", name=alert.thing_name)
        return _("%(name)s: files whose time is over cannot be deleted", name=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """Why, and what that means."""
        row = uow.session.get(ArchivePlace, alert.thing_id)
        if row is None:
            return []
        if alert.facts["why"] == WRITING:
            said = _("No run is deleted before it was archived, so ended runs pile up. It is tried every five minutes.")
        else:
            said = _(
                "Their runs are no longer listed, but their data still lies there. It is tried every five minutes."
            )
        return [one for one in (retold(_trouble(row, alert.facts) or ""), said) if one]

    def path(self, alert: Alert) -> str:
        """The page of the archive."""
        del alert
        return "/settings/archive"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Something was written there since; what was due has gone."""
        row = uow.session.get(ArchivePlace, alert.thing_id)
        if row is None or _trouble(row, alert.facts) is not None:
            return False
        return alert.facts["why"] != WRITING or (row.active and row.proved_at is not None)

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Runs are archived elsewhere by now, or not at all."""
        row = uow.session.get(ArchivePlace, alert.thing_id)
        return row is None or (alert.facts["why"] == WRITING and not row.active)


def _trouble(row: ArchivePlace, facts: Mapping[str, Any]) -> str | None:
    return row.trouble_words if facts["why"] == WRITING else row.files_trouble


KIND = Failing()
