"""The loop that starts runs for entries of the audit trail."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import Select, select

from studio.audit.models import AuditHead
from studio.core.faults import fault_point
from studio.core.unit_of_work import Database
from studio.runtime.models import TriggerSubscription
from studio.runtime.service.audit_events import follow
from studio.runtime.service.starts import Hint

log = structlog.get_logger()

AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class AuditFollowers:
    """Gives each workflow that follows its workspace's trail a turn. Any thread, any process."""

    database: Database
    hint: Hint
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before everything was looked at."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        with self.database.across(read_only=True) as uow:
            return uow.session.execute(_behind().limit(1)).first() is not None

    def drain(self) -> int:
        """One turn each. Returns how many had one."""
        with self.database.across(read_only=True) as uow:
            found = uow.session.execute(_behind().order_by(TriggerSubscription.audit_seq).limit(AT_ONCE)).all()
        left = len(found) == AT_ONCE
        for row in found:
            try:
                with self.database.unit(row.workspace_id) as uow:
                    left = follow(uow, row.id, self.hint) or left
                    fault_point("audit_event.before_commit")
                fault_point("audit_event.after_commit")
            except Exception:  # one that cannot be started must not keep the others from theirs; it is due again
                log.exception("audit_event_not_followed", subscription_id=str(row.id))
        if left:
            self.more()
        return len(found)


def _behind() -> Select[UUID, UUID]:
    return (
        select(TriggerSubscription.id, TriggerSubscription.workspace_id)
        .join(AuditHead, AuditHead.workspace_id == TriggerSubscription.workspace_id)
        .where(
            TriggerSubscription.active, TriggerSubscription.audit_seq.is_not(None),
            AuditHead.seq > TriggerSubscription.audit_seq,
        )
    )  # fmt: skip
