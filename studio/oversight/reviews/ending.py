"""How a review ends: every seat is answered about, silence is counted, or it is called off."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from studio.accounts.service import members
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import facts, policy, rows, trail
from studio.oversight.reviews.facts import Facts
from studio.oversight.reviews.outcomes import GOING_ON, Answer, Cause, Silence, State

BATCH = 200
"""Seats a transaction."""


@dataclass(frozen=True, slots=True)
class About:
    """Whose seat it is, and what was known of it before anything became of it."""

    name: str
    facts: Facts


def settle(
    uow: UnitOfWork, review: AccessReview, item: AccessReviewItem, answer: Answer, cause: Cause, about: About
) -> None:
    """Write what became of one seat."""
    item.answer, item.cause, item.answered_at = answer.value, cause.value, uow.now
    item.facts = about.facts.to_json()
    uow.session.flush()
    trail.answered(uow, review, item, about.name)


def finish_if_answered(uow: UnitOfWork, review: AccessReview) -> None:
    """End a review of which every seat has an answer, and say so."""
    if rows.unanswered(uow, review.id, 1):
        return
    counts = Counter(
        dict(
            uow.session.execute(
                select(AccessReviewItem.answer, func.count())
                .where(AccessReviewItem.review_id == review.id)
                .group_by(AccessReviewItem.answer)
            ).all()
        )
    )
    review.state, review.ended_at = State.FINISHED.value, uow.now
    trail.record(
        uow,
        "access_review.finished",
        review,
        kept=counts[Answer.KEEP],
        removed=counts[Answer.REMOVE],
        changed=counts[Answer.CHANGE],
        gone=counts[Answer.GONE],
    )
    trail.mail(uow, review, trail.ENDED, uow.now)


def due(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """The due date: count silence, a batch a transaction. Early, late and repeated calls do no harm."""
    review = uow.session.get(AccessReview, UUID(payload["review_id"]), with_for_update=True)
    if review is None or review.state not in GOING_ON or review.due_at > uow.now:
        return
    left = rows.unanswered(uow, review.id, BATCH)
    people, known = rows.seated(uow).people, facts.of(uow, (item.user_id for item in left))
    for item in left:
        if item.user_id not in people:
            about = About(members.get(uow, item.seat_id).user.name, known[item.user_id])
            settle(uow, review, item, Answer.GONE, Cause.ELSEWHERE, about)
    kept = [item for item in left if item.answer is None]
    silence, handed = Silence(review.silence), review.state == State.HANDED
    for item in kept:
        role, about = people[item.user_id].role, About(people[item.user_id].name, known[item.user_id])
        found = policy.silent(silence, role, handed=handed)
        if found is not None:
            item.role = role.value
            if found[0] is Answer.REMOVE:
                members.disable(uow, item.seat_id)
            settle(uow, review, item, *found, about)
    if any(item.answer is None for item in kept):
        _hand_to_owners(uow, review)
    elif len(left) == BATCH:
        trail.due(uow, review, uow.now, left[-1].id)
    else:
        finish_if_answered(uow, review)


def call_off(uow: UnitOfWork, review_id: UUID) -> AccessReview:
    """End a review before its time: what was answered stays, the other seats stay as they are. Raises Conflict."""
    review = rows.locked(uow, review_id)
    if review.state not in GOING_ON:
        raise Conflict(_("This review has ended."), code="review_ended")
    review.state, review.ended_at, review.next_at = State.CALLED_OFF.value, uow.now, None
    trail.record(uow, "access_review.called_off", review)
    return review


def stop_repeating(uow: UnitOfWork, review_id: UUID) -> AccessReview:
    """Let no further review follow this one."""
    review = rows.locked(uow, review_id)
    if review.next_at is not None:
        review.next_at = None
        trail.record(uow, "access_review.repeating_stopped", review)
    return review


def _hand_to_owners(uow: UnitOfWork, review: AccessReview) -> None:
    """All that nobody has answered about, with the rest of the owners' time for all of it."""
    owners = sorted(str(one) for one in rows.seated(uow).owners)
    left = rows.unanswered(uow, review.id)
    for item in left:
        item.reviewers = [one for one in owners if one != str(item.user_id)]
    review.state, review.due_at = State.HANDED.value, uow.now + policy.OWNERS_HAVE
    trail.record(uow, "access_review.handed_to_owners", review, seats=len(left), due_at=review.due_at.isoformat())
    trail.mail(uow, review, trail.HANDED, uow.now)
    trail.timers(uow, review)
