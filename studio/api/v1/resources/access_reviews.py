"""Access reviews of seats."""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from flask import Response

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import access_reviews as shapes
from studio.api.v1.shapes.access_reviews import ReviewAnswer, ReviewerChange, ReviewSave, ReviewSeat, ReviewView
from studio.api.v1.shapes.common import ListOf, cut
from studio.core.unit_of_work import UnitOfWork
from studio.oversight import spreadsheets
from studio.oversight.models import AccessReviewItem
from studio.oversight.reviews import answering, ending, listing, rows, starting
from studio.oversight.reviews.listing import Progress
from studio.oversight.reviews.outcomes import Answer
from studio.oversight.reviews.policy import Reviewers
from studio.oversight.reviews.starting import Plan

TAG = "Access reviews"
ONE, SEAT = "/access-reviews/<uuid:review_id>", "/access-reviews/seats/<uuid:review_item_id>"


@operation("GET", "/access-reviews", tag=TAG, needs="review.read", query=Paged, answer=ListOf[ReviewView])
def list_access_reviews(uow: UnitOfWork, query: Paged) -> ListOf[ReviewView]:
    """The latest hundred reviews, oldest first."""
    page, after = cut(listing.recent(uow), lambda one: one.review.id, query.cursor, query.limit)
    return ListOf[ReviewView](data=[_view(one) for one in page], next_cursor=after)


@operation("POST", "/access-reviews", tag=TAG, needs="review.manage", body=ReviewSave, answer=ReviewView,
           status=201, conflicts=True)  # fmt: skip
def start_access_review(uow: UnitOfWork, body: ReviewSave) -> ReviewView:
    """Begin a review; its reviewers are mailed."""
    whom = body.reviewers
    reviewers = Reviewers(tuple(whom.people), whom.group, whom.inviters, whom.seats)
    plan = Plan(body.name, body.scope, body.silence, body.due_at.astimezone(UTC), reviewers, body.every_months)
    return _view(listing.progress(uow, starting.start(uow, plan).id))


@operation("GET", ONE, tag=TAG, needs="review.read", answer=ReviewView)
def get_access_review(uow: UnitOfWork, review_id: UUID) -> ReviewView:
    """One review."""
    return _view(listing.progress(uow, review_id))


@operation("GET", f"{ONE}/seats", tag=TAG, needs="review.read", query=Paged, answer=ListOf[ReviewSeat])
def list_access_review_seats(uow: UnitOfWork, review_id: UUID, query: Paged) -> ListOf[ReviewSeat]:
    """The seats of a review, with what was answered."""
    found = rows.items(uow, rows.review(uow, review_id).id)
    page, after = cut(found, lambda item: item.id, query.cursor, query.limit)
    return ListOf[ReviewSeat](data=_seats(uow, page), next_cursor=after)


@operation("GET", f"{ONE}/report", tag=TAG, needs="review.read", media=("text/csv",))
def get_access_review_report(uow: UnitOfWork, review_id: UUID) -> Response:
    """The report as CSV, a line a seat; safe to open in a spreadsheet."""
    found = rows.review(uow, review_id)
    text = spreadsheets.review(found, listing.lines(uow, rows.items(uow, found.id)))
    return Response(text, content_type="text/csv; charset=utf-8")


@operation("POST", f"{ONE}/call-off", tag=TAG, needs="review.manage", answer=ReviewView, conflicts=True)
def call_off_access_review(uow: UnitOfWork, review_id: UUID) -> ReviewView:
    """End a review before its time. What was answered stays; other seats stay as they are; it is not repeated."""
    return _view(listing.progress(uow, ending.call_off(uow, review_id).id))


@operation("POST", f"{ONE}/stop-repeating", tag=TAG, needs="review.manage", answer=ReviewView)
def stop_repeating_access_review(uow: UnitOfWork, review_id: UUID) -> ReviewView:
    """Let no further review follow this one."""
    return _view(listing.progress(uow, ending.stop_repeating(uow, review_id).id))


@operation("GET", "/access-reviews/mine", tag=TAG, needs="review.answer", query=Paged, answer=ListOf[ReviewSeat])
def list_my_access_review_seats(uow: UnitOfWork, query: Paged) -> ListOf[ReviewSeat]:
    """The seats that the token's person is asked about now."""
    asked = listing.asked_of(uow, signed_in_person().user_id)
    page, after = cut([item for _one, items in asked for item in items], _id, query.cursor, query.limit)
    return ListOf[ReviewSeat](data=_seats(uow, page), next_cursor=after)


@operation("POST", f"{SEAT}/answer", tag=TAG, needs="review.answer", body=ReviewAnswer, answer=ReviewSeat,
           conflicts=True)  # fmt: skip
def answer_access_review(uow: UnitOfWork, review_item_id: UUID, body: ReviewAnswer) -> ReviewSeat:
    """Keep a seat, take it away or change it. Nobody answers about their own seat; the last owner stays."""
    item = answering.answer(uow, review_item_id, body.answer, reason=body.reason, shown=body.shown, role=body.role)
    return _seats(uow, [item])[0]


@operation("POST", f"{SEAT}/reviewer", tag=TAG, needs="review.manage", body=ReviewerChange, answer=ReviewSeat,
           conflicts=True)  # fmt: skip
def change_access_reviewer(uow: UnitOfWork, review_item_id: UUID, body: ReviewerChange) -> ReviewSeat:
    """Ask somebody else about a seat, instead of those who were."""
    return _seats(uow, [answering.hand_over(uow, review_item_id, body.user_id)])[0]


def _id(item: AccessReviewItem) -> UUID:
    return item.id


def _view(found: Progress) -> ReviewView:
    review, counts = found.review, found.counts
    return ReviewView(
        **{name: getattr(review, name) for name in ReviewView.model_fields if hasattr(review, name)},
        seats=found.total,
        answered=found.answered,
        kept=counts.get(Answer.KEEP, 0),
        removed=counts.get(Answer.REMOVE, 0),
        changed=counts.get(Answer.CHANGE, 0),
        gone=counts.get(Answer.GONE, 0),
    )


def _seats(uow: UnitOfWork, items: Sequence[AccessReviewItem]) -> list[ReviewSeat]:
    lines = {line.item.id: line for line in listing.lines(uow, items)}
    return [_seat(lines[item.id]) for item in items]


def _seat(line: listing.Line) -> ReviewSeat:
    item = line.item
    own = {name: getattr(item, name) for name in ReviewSeat.model_fields if hasattr(item, name)}
    facts = shapes.SeatFacts.model_validate(line.facts)
    return ReviewSeat(**own | {"name": line.name, "email": line.email, "role": line.role, "facts": facts})
