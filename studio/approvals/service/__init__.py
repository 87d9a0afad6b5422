"""The verbs, a file a subject. Each takes a unit of work, changes rows, records audit, never commits."""

from studio.approvals.service.acknowledging import acknowledge
from studio.approvals.service.asking import expire, remind, request, withdraw, withdraw_for_wait
from studio.approvals.service.bypassing import bypass
from studio.approvals.service.deciding import approve, decide, decline, request_changes
from studio.approvals.service.holding import dismiss
from studio.approvals.service.inbox import comment, reassign, restore, snooze
from studio.approvals.service.reading import details, targets
from studio.approvals.service.revising import revise
from studio.approvals.service.taking_back import settled_elsewhere, take_back

__all__ = [
    "acknowledge",
    "approve",
    "bypass",
    "comment",
    "decide",
    "decline",
    "details",
    "dismiss",
    "expire",
    "reassign",
    "remind",
    "request",
    "request_changes",
    "restore",
    "revise",
    "settled_elsewhere",
    "snooze",
    "take_back",
    "targets",
    "withdraw",
    "withdraw_for_wait",
]
