"""The verbs, a file a subject. Each takes a unit of work, changes rows, records audit, never commits."""

from studio.approvals.service.asking import expire, remind, request, withdraw, withdraw_for_wait
from studio.approvals.service.deciding import approve, decide, decline, request_changes
from studio.approvals.service.inbox import comment, reassign, restore, snooze
from studio.approvals.service.reading import details, targets

__all__ = [
    "approve",
    "comment",
    "decide",
    "decline",
    "details",
    "expire",
    "reassign",
    "remind",
    "request",
    "request_changes",
    "restore",
    "snooze",
    "targets",
    "withdraw",
    "withdraw_for_wait",
]
