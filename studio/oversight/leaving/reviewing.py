"""The part of access reviews when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping

from sqlalchemy import String, cast, select

from studio.contract.leaving import Fate, Holding, Leave
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews.outcomes import GOING_ON

_SAID = "who began it and who answered stays said"


class ReviewsPart:
    """Seats that they were asked about. Without an heir the owners answer, as where nobody is left to ask."""

    name = "oversight"
    columns: Mapping[str, str] = {
        "access_review.started_by": _SAID,
        "access_review.reviewers": "a repetition asks whoever of them has a seat then",
        "access_review_item.user_id": "a review of the seat finds that it is gone",
        "access_review_item.reviewers": "the heir is asked, or the owners",
        "access_review_item.answered_by": _SAID,
        "evidence_pack.asked_by": "packs are the workspace's; who asked for one stays said",
        "run_export.asked_by": "exports are the workspace's; who asked for one stays said",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Open questions about seats."""
        count = len(uow.session.scalars(_asked(leave)).all())
        becomes = Fate.HANDED if leave.to is not None else Fate.ENDED
        return [Holding("reviews", count, becomes)] if count else []

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Ask the heir; nobody is asked about their own seat."""
        for row in uow.session.scalars(_asked(leave).with_for_update(of=AccessReviewItem)):
            others = [one for one in row.reviewers if one != str(leave.who.id)]
            to = leave.to
            if to is not None and row.user_id != to.id and str(to.id) not in others:
                others.append(str(to.id))
            row.reviewers = others


def _asked(leave: Leave):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a SQL statement
    going_on = AccessReview.state.in_(GOING_ON)
    mine = cast(AccessReviewItem.reviewers, String).contains(str(leave.who.id))
    query = select(AccessReviewItem).join(AccessReview, AccessReview.id == AccessReviewItem.review_id)
    return query.where(going_on, AccessReviewItem.answer.is_(None), mine).order_by(AccessReviewItem.id)
