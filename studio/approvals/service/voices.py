"""What people said, as whoever asked hears it with the end."""

from typing import Any

from studio.approvals import people
from studio.approvals.models import Request
from studio.approvals.service import rows
from studio.core.unit_of_work import UnitOfWork

MOST = 50
"""Votes that are told, the latest ones."""
LONGEST = 500
"""Letters of a comment that are told; the request's history has all of it."""


def votes(uow: UnitOfWork, request: Request) -> list[dict[str, Any]]:
    """What counts of it, oldest first: who said what, when, in which stage (1 is asked first)."""
    said = rows.votes(uow, request)[-MOST:]
    seated = people.by_ids(uow, {vote.user_id for vote in said})
    return [
        {
            "by": seated[vote.user_id].name if vote.user_id in seated else "",
            "by_email": seated[vote.user_id].email if vote.user_id in seated else None,
            "outcome": vote.outcome,
            "option": vote.option,
            "comment": vote.reason[:LONGEST],
            "at": vote.at.isoformat(),
            "stage": vote.stage + 1,
        }
        for vote in said
    ]
