"""Rows of access reviews, found and locked."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.accounts.service import members
from studio.accounts.service.members import Member
from studio.core import tenancy
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import policy


@dataclass(frozen=True, slots=True)
class Seated:
    """Everybody with a working seat at this moment."""

    people: dict[UUID, Member]

    @property
    def owners(self) -> set[UUID]:
        return {user_id for user_id, one in self.people.items() if one.role is Role.OWNER}

    @property
    def reviewers(self) -> set[UUID]:
        """Those who may be asked about others."""
        return {user_id for user_id, one in self.people.items() if policy.may_review(one.role)}

    def may_answer(self, user_id: UUID | None, item: AccessReviewItem) -> bool:
        """Whether somebody may answer about a seat now."""
        if user_id is None:
            return False
        asked = [UUID(one) for one in item.reviewers]
        return policy.may_answer(user_id, item.user_id, asked, self.owners, self.reviewers)


def seated(uow: UnitOfWork) -> Seated:
    """Who has a working seat now."""
    return Seated({one.user_id: one for one in members.working(uow)})


def review(uow: UnitOfWork, review_id: UUID | None) -> AccessReview:
    """One review. Raises NotFound."""
    return tenancy.get(uow.session, AccessReview, review_id, "access review")


def locked(uow: UnitOfWork, review_id: UUID) -> AccessReview:
    """One review, with its row locked: whoever changes it or answers comes one after the other. Raises NotFound."""
    query = select(AccessReview).where(AccessReview.id == review_id).with_for_update()
    found = uow.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such access review in this workspace."), resource=f"access review:{review_id}")
    return found


def item(uow: UnitOfWork, item_id: UUID | None) -> AccessReviewItem:
    """One seat of a review. Raises NotFound."""
    return tenancy.get(uow.session, AccessReviewItem, item_id, "seat to review")


def locked_item(uow: UnitOfWork, item_id: UUID) -> tuple[AccessReview, AccessReviewItem]:
    """One seat of a review and the review, which is locked; both as they are now. Raises NotFound."""
    found = item(uow, item_id)
    held = locked(uow, found.review_id)
    uow.session.refresh(found)
    return held, found


def items(uow: UnitOfWork, review_id: UUID) -> Sequence[AccessReviewItem]:
    """All seats of a review, in the order in which they were given."""
    query = select(AccessReviewItem).where(AccessReviewItem.review_id == review_id)
    return uow.session.scalars(query.order_by(AccessReviewItem.id)).all()


def unanswered(uow: UnitOfWork, review_id: UUID, most: int | None = None) -> Sequence[AccessReviewItem]:
    """Seats of a review about which nobody has answered."""
    query = select(AccessReviewItem).where(AccessReviewItem.review_id == review_id, AccessReviewItem.answer.is_(None))
    return uow.session.scalars(query.order_by(AccessReviewItem.id).limit(most)).all()
