"""A workflow that used to run does not run any more: its trigger has gone silent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.kinds import Kind, Thing, lasting, workflow
from studio.oversight.alerts.silences import started, watched
from studio.oversight.alerts.tables import Alert


class Silent(Kind):
    """Nothing fails where nothing arrives, so nobody else would say so."""

    key = "trigger.silent"
    label = marked("A workflow that used to run does not")

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """The workflow; nothing where it has run meanwhile, or is not to run."""
        if self._ran(uow, thing_id, facts) or not self._is_on(uow, thing_id):
            return None
        return workflow(uow, thing_id)

    def title(self, alert: Alert) -> str:
        """What is missing."""
        return _("%(name)s does not run any more", name=alert.thing_name)

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """How long it has been silent, what it used to do, where to look."""
        passed = uow.now - datetime.fromisoformat(alert.facts["last"])
        return [
            _("No run has started for %(passed)s. It used to run every %(usual)s at least.",
              passed=lasting(passed), usual=lasting(timedelta(seconds=alert.facts["usual_s"]))),
            _("Look whether what starts it still sends: its address, its schedule, its connection."),
        ]  # fmt: skip

    def path(self, alert: Alert) -> str:
        """Its page shows its triggers."""
        return f"/workflows/{alert.thing_id}"

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It has run since."""
        return self._ran(uow, alert.thing_id, alert.facts)

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """It is not to run at the moment."""
        return not self._is_on(uow, alert.thing_id)

    @staticmethod
    def _ran(uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> bool:
        newest = uow.session.scalar(started(thing_id).limit(1))
        return newest is not None and newest != parse_id(str(facts.get("run_id", "")))

    @staticmethod
    def _is_on(uow: UnitOfWork, thing_id: UUID) -> bool:
        return uow.session.scalar(select(watched(thing_id).exists())) is True


KIND = Silent()
