"""A reviewer answers about a seat: what that means for the seat commits with the answer."""

from uuid import UUID

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import ending, facts, policy, rows, trail
from studio.oversight.reviews.outcomes import GOING_ON, Answer, Cause
from studio.oversight.reviews.rows import Seated

REASON = 1000
"""Characters."""


def answer(
    uow: UnitOfWork, item_id: UUID, given: Answer, *, reason: str, shown: Role, role: Role | None = None
) -> AccessReviewItem:
    """Keep a seat, take it away, or make it another one, with a reason; the last answer finishes the review.

    `shown` is what the seat was on the reviewer's page. Raises Forbidden for whoever is not asked, Conflict where
    the seat or the review is no longer what was shown, InvalidInput with the field; nothing is written then.
    """
    review, item = rows.locked_item(uow, item_id)
    seated = rows.seated(uow)
    if not seated.may_answer(uow.actor.user_id, item):
        if uow.actor.user_id == item.user_id:
            raise Forbidden(_("Nobody reviews their own seat."), code="own_seat")
        raise Forbidden(_("Somebody else is asked about this seat."), code="not_the_reviewer")
    if item.answer is not None and _the_same(item, given, role, uow.actor.user_id):
        return item
    _check_open(uow, review, item)
    _check(given, reason, role)
    seat = members.get(uow, item.seat_id)
    if seat.disabled_at is not None or item.user_id not in seated.people:
        raise Conflict(_("This seat has been taken away meanwhile."), code="seat_gone")
    if seat.role != shown:
        message = _("This seat has been changed meanwhile: look at it once more.")
        raise Conflict(message, code="seat_changed")
    about = ending.About(seat.user.name, facts.of(uow, [item.user_id])[item.user_id])
    item.role = seat.role
    if given is Answer.REMOVE:
        members.disable(uow, item.seat_id)
    elif given is Answer.CHANGE and role is not None:
        _change(uow, item, role, seated)
    item.reason, item.answered_by = reason.strip(), uow.actor.user_id
    ending.settle(uow, review, item, given, Cause.REVIEWER, about)
    ending.finish_if_answered(uow, review)
    return item


def hand_over(uow: UnitOfWork, item_id: UUID, user_id: UUID | None) -> AccessReviewItem:
    """Ask somebody else about a seat, instead of those who were. Raises Conflict, InvalidInput."""
    review, item = rows.locked_item(uow, item_id)
    _check_open(uow, review, item)
    if user_id is None or user_id not in rows.seated(uow).reviewers:
        message = _("Choose people whose seat may review: auditors only read.")
        raise InvalidInput(message, field="reviewer", code="unknown_reviewer")
    if user_id == item.user_id:
        raise InvalidInput(_("Nobody reviews their own seat."), field="reviewer", code="own_seat")
    if item.reviewers != [str(user_id)]:
        item.reviewers = [str(user_id)]
        trail.record(uow, "access_review.reviewer_changed", review, reviewer=str(user_id), seat=str(item.seat_id))
        trail.mail(uow, review, trail.ASKED, uow.now)
    return item


def _change(uow: UnitOfWork, item: AccessReviewItem, role: Role, seated: Seated) -> None:
    reviewer = uow.actor.user_id
    offered = policy.roles_offered(Role(item.role), seated.people[reviewer].role) if reviewer else []
    if role not in offered:
        message = _("You may not make this seat that: a review only takes rights away, unless you manage seats.")
        raise InvalidInput(message, field="role", code="role_not_offered")
    members.change_role(uow, item.seat_id, role)
    item.role_after = role.value


def _check(given: Answer, reason: str, role: Role | None) -> None:
    if given is Answer.GONE:
        raise InvalidInput(_("Choose what shall become of the seat."), field="answer")
    if not reason.strip():
        raise InvalidInput(_("Say why: the report shows it."), field="reason", code="reason_needed")
    if len(reason.strip()) > REASON:
        raise InvalidInput(_("Use up to %(most)s characters.", most=REASON), field="reason")
    if given is Answer.CHANGE and role is None:
        raise InvalidInput(_("Choose what the seat shall be."), field="role", code="role_needed")


def _check_open(uow: UnitOfWork, review: AccessReview, item: AccessReviewItem) -> None:
    if item.answer is not None:
        by = rows.seated(uow).people.get(item.answered_by) if item.answered_by else None
        message = _("This seat was answered about already.")
        if by is not None:
            message = _("%(name)s has answered about this seat already.", name=by.name)
        raise Conflict(message, code="already_answered")
    if review.state not in GOING_ON or review.due_at <= uow.now:
        raise Conflict(_("This review has ended."), code="review_ended")


def _the_same(item: AccessReviewItem, given: Answer, role: Role | None, user_id: UUID | None) -> bool:
    """Whether somebody says once more what they have said: a second click."""
    wanted = role.value if given is Answer.CHANGE and role else None
    return item.answered_by == user_id and (item.answer, item.role_after) == (given, wanted)
