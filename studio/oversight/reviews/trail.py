"""What access reviews tell the audit trail, and the jobs that they leave in the outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from studio import audit
from studio.core import outbox
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import policy

DUE, MAIL, REPEAT = "access_review.due", "access_review.mail", "access_review.repeat"
ASKED, REMIND, HANDED, ENDED = "asked", "remind", "handed", "ended"
"""What a mail is about."""


def record(uow: UnitOfWork, action: str, review: AccessReview, **metadata: Any) -> None:
    """Record one event about a review."""
    audit.record(uow, action, targets=[audit.Target("access_review", review.id, review.name)], metadata=metadata)


def answered(uow: UnitOfWork, review: AccessReview, item: AccessReviewItem, name: str) -> None:
    """Record what became of a seat. `name`: whose it is."""
    audit.record(
        uow,
        "access_review.answered",
        targets=[
            audit.Target("user", item.user_id, name, personal=True),
            audit.Target("access_review", review.id, review.name),
        ],
        metadata={"answer": item.answer, "cause": item.cause, "reason": item.reason[:500] or None},
    )


def timers(uow: UnitOfWork, review: AccessReview) -> None:
    """Leave what its due date needs: reminders before, and what silence means then."""
    due(uow, review, review.due_at)
    for at in policy.reminders(uow.now, review.due_at):
        mail(uow, review, REMIND, at)


def due(uow: UnitOfWork, review: AccessReview, at: datetime, after: UUID | None = None) -> None:
    """See that silence is counted then; `after`: the line up to which it has been."""
    key = f"{DUE}:{review.id}:{review.due_at.isoformat()}:{after or ''}"
    outbox.enqueue(uow, DUE, key=key, payload={"review_id": str(review.id)}, due_at=at)


def mail(uow: UnitOfWork, review: AccessReview, kind: str, at: datetime) -> None:
    """See that those whom it concerns are mailed then."""
    stamp = at.isoformat()
    payload = {"review_id": str(review.id), "kind": kind, "due_at": review.due_at.isoformat(), "at": stamp}
    outbox.enqueue(uow, MAIL, key=f"{MAIL}:{review.id}:{kind}:{stamp}", payload=payload, due_at=at)


def repeat(uow: UnitOfWork, review: AccessReview) -> None:
    """See that the next one begins when it is to."""
    if review.next_at is not None:
        payload = {"review_id": str(review.id)}
        outbox.enqueue(uow, REPEAT, key=f"{REPEAT}:{review.id}", payload=payload, due_at=review.next_at)
