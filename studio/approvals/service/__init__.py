"""The verbs, a file a subject. Each takes a unit of work, changes rows, records audit, never commits."""

from studio.approvals.service.asking import expire, remind, request, withdraw, withdraw_for_wait
from studio.approvals.service.deciding import approve, decide, decline, request_changes
from studio.approvals.service.inbox import comment, reassign, restore, snooze

__all__ = [
    "approve",
    "comment",
    "decide",
    "decline",
    "expire",
    "reassign",
    "remind",
    "request",
    "request_changes",
    "restore",
    "snooze",
    "withdraw",
    "withdraw_for_wait",
]
