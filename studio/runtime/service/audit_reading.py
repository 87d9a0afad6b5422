"""Who may let a workflow read the audit trail: whoever may read it."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.accounts.outcomes import Role
from studio.accounts.permissions import allowed
from studio.contract.references import Missing
from studio.core.actor import ActorType
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.triggers.audit_event import AuditTrailEvent


def unreadable(uow: UnitOfWork, node_type: str, _config: Mapping[str, Any]) -> Iterable[tuple[str, Missing]]:
    """A trigger that would show whoever publishes it what their seat does not show them."""
    if node_type != AuditTrailEvent.key or uow.actor.type is ActorType.SYSTEM:
        return
    role = Role(uow.actor.role) if uow.actor.role else None
    if not allowed("audit.read", role):
        said = _("Your seat does not show you the audit trail, so a workflow of yours cannot follow it. Ask an admin.")
        yield "config.actions", Missing("audit.not_allowed", said)
