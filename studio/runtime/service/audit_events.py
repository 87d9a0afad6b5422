"""Workflows that follow the audit trail: each keeps its place in it, and one run starts for each entry that fits.

The place moves in the transaction that starts the runs, so that a crash neither loses nor repeats one.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.audit import following
from studio.audit.sentences import sentence
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import TriggerSubscription
from studio.runtime.outcomes import Verdict
from studio.runtime.service.app_events import verdict_of
from studio.runtime.service.causes import Source, source_of
from studio.runtime.service.dedup import Once
from studio.runtime.service.starts import Hint, start_or_turn_away, turn_away
from studio.runtime.triggers.audit_event import AuditTrailEvent

WINDOW = 200
"""Entries that one transaction takes."""
KEPT_S = 30 * 86_400.0
"""How long an entry's id is remembered beside the place in the trail."""
_SHOWN = ("id", "seq", "action", "severity", "occurred_at", "actor", "outcome", "targets", "changes", "metadata",
          "context")  # fmt: skip


def follow(uow: UnitOfWork, subscription_id: UUID, hint: Hint) -> bool:
    """Start what is due for one subscription. Returns whether more is left."""
    mine = select(TriggerSubscription).where(
        TriggerSubscription.id == subscription_id,
        TriggerSubscription.active,
        TriggerSubscription.audit_seq.is_not(None),
    )
    row = uow.session.scalars(mine.with_for_update(skip_locked=True)).one_or_none()
    if row is None or row.audit_seq is None:
        return False  # turned off meanwhile, or another worker is at it
    head = following.head(uow)
    config = AuditTrailEvent.Config.model_validate(row.settings)
    events = following.events_like(uow, row.audit_seq, head, config.actions, WINDOW)
    for event in events:
        _hear(uow, row, event, hint)
    full = len(events) == WINDOW
    row.audit_seq = events[-1]["seq"] if full else head
    return full


def _hear(uow: UnitOfWork, row: TriggerSubscription, event: Mapping[str, Any], hint: Hint) -> None:
    source = _source(uow, event)
    if source.is_of(row.workflow_id):
        return
    data = {name: event[name] for name in _SHOWN} | {"says": sentence(event)}
    meta = {"event": event["action"], "seq": event["seq"], "chain": source.chain + 1}
    verdict, reason = verdict_of(row, data, source)
    if verdict is not Verdict.STARTED:
        turn_away(uow, row, data, verdict, reason, meta)
        return
    start_or_turn_away(uow, row, data, hint, meta=meta, once=Once(event["id"], KEPT_S))


def _source(uow: UnitOfWork, event: Mapping[str, Any]) -> Source:
    """The run that an entry tells of: the one that wrote it, else one that it is about."""
    about = [target["id"] for target in event["targets"] if target["type"] == "run"]
    for named in (event["context"]["run_id"], *about):
        run_id = parse_id(named or "")
        if run_id is not None:
            return source_of(uow, run_id)
    return Source(None)
