"""Kinds of alerts: one module each, found by being in this folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, ClassVar
from uuid import UUID

from flask_babel import ngettext
from sqlalchemy import select

from studio.accounts.permissions import REGISTRY
from studio.accounts.service import members
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.tables import Alert
from studio.runtime.models import Workflow, WorkflowTag


@dataclass(frozen=True, slots=True)
class Thing:
    """What an alert is about, as it is now."""

    name: str
    responsible: tuple[UUID, ...] = ()
    """Whose it is. Empty, or without a seat: whoever may mend such things is told."""
    workflow_id: UUID | None = None
    folder: str = ""
    tags: frozenset[str] = frozenset()


class Kind:
    """One way in which something goes wrong. Subclasses have an instance each: `KIND`."""

    key: ClassVar[str]
    label: ClassVar[str]
    """Its name in a rule; a sentence that is looked up."""
    urgent: ClassVar[bool] = False
    """Unless a rule says otherwise."""
    mends: ClassVar[str] = "workflow.publish"
    """The permission of who is told where nobody is responsible."""
    latest: ClassVar[bool] = False
    """What is told with the newest word of it replaces what was known: its title may change while it goes on."""
    counts: ClassVar[bool] = False
    """It is found in rows, so a rule may ask for several of them within some minutes."""

    def thing(self, uow: UnitOfWork, thing_id: UUID, facts: Mapping[str, Any]) -> Thing | None:
        """What it is about; None: it is gone, or all is well by now, and nobody has to hear."""
        raise NotImplementedError

    def fingerprint(self, thing_id: UUID, facts: Mapping[str, Any]) -> str:
        """What one alert goes on for; at most 120 characters."""
        del facts
        return str(thing_id)

    def is_urgent(self, facts: Mapping[str, Any]) -> bool:
        """Whether quiet hours do not hold it back, unless a rule says otherwise."""
        del facts
        return self.urgent

    def since(self, uow: UnitOfWork, thing_id: UUID, since: datetime) -> tuple[int, datetime | None]:
        """How often it has happened since then, and when first; of kinds that count."""
        raise NotImplementedError

    def title(self, alert: Alert) -> str:
        """What happens, in a sentence without its full stop."""
        raise NotImplementedError

    def lines(self, uow: UnitOfWork, alert: Alert) -> list[str]:
        """What else whoever is told should know: cause, and what to do."""
        raise NotImplementedError

    def path(self, alert: Alert) -> str:
        """Where it is mended, below the public address."""
        raise NotImplementedError

    def mended(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Whether it works again."""
        raise NotImplementedError

    def moot(self, uow: UnitOfWork, alert: Alert) -> bool:
        """Whether nothing is left that could go wrong or work again: it was turned off."""
        del uow, alert
        return False


@cache
def registry() -> Mapping[str, Kind]:
    """All kinds by key, in the order of their names."""
    found = (import_module(f"{__name__}.{one.name}") for one in iter_modules(__path__))
    kinds: list[Kind] = [module.KIND for module in found]
    return {one.key: one for one in sorted(kinds, key=lambda one: one.key)}


def lasting(span: timedelta) -> str:
    """A length of time for mails and pages alike: whole days from two on, else whole hours."""
    hours = max(1, round(span / timedelta(hours=1)))
    days = round(hours / 24)
    words = (
        ngettext("%(num)d day", "%(num)d days", days)
        if hours >= 48
        else ngettext("%(num)d hour", "%(num)d hours", hours)
    )
    return str(words)


def one_before(uow: UnitOfWork, alert: Alert, within: timedelta) -> bool:
    """Whether another of the same had ended just before this one opened."""
    query = select(Alert.id).where(
        Alert.thing_id == alert.thing_id, Alert.kind == alert.kind,
        Alert.fingerprint == alert.fingerprint, Alert.id != alert.id,
        Alert.resolved_at > alert.opened_at - within,
    )  # fmt: skip
    return uow.session.scalar(query.limit(1)) is not None


def able(uow: UnitOfWork, user_id: UUID | None, permission: str) -> tuple[UUID, ...]:
    """Somebody who made a thing, where they may still mend it; nobody else."""
    roles = REGISTRY[permission].roles
    found = members.by_ids(uow, [user_id]) if user_id is not None else {}
    return tuple(one.user_id for one in found.values() if one.role in roles)


def is_off(uow: UnitOfWork, workflow_id: UUID) -> bool:
    """Whether a workflow starts nothing any more, or is gone."""
    row = uow.session.get(Workflow, workflow_id)
    return row is None or row.archived_at is not None or not row.enabled


def workflow(uow: UnitOfWork, workflow_id: UUID) -> Thing | None:
    """A workflow as the thing of an alert; None where it is gone."""
    row = uow.session.get(Workflow, workflow_id)
    if row is None:
        return None
    tags = uow.session.scalars(select(WorkflowTag.tag).where(WorkflowTag.workflow_id == row.id))
    return Thing(row.name, (row.owner_id,) if row.owner_id else (), row.id, row.folder, frozenset(tags))
