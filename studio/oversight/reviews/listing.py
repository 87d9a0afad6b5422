"""What pages, the API and mails show of access reviews."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from studio.accounts.models import Seat, User
from studio.accounts.outcomes import Role
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import facts, policy, rows
from studio.oversight.reviews.facts import Facts
from studio.oversight.reviews.outcomes import GOING_ON, Answer

PAGE = 100
"""Reviews of the list, newest first; seats of a reviewer's page."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A review and how far it is."""

    review: AccessReview
    counts: dict[Answer | None, int]
    """Seats by what became of them; None: nobody has answered."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def answered(self) -> int:
        return self.total - self.counts.get(None, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One seat of a review."""

    item: AccessReviewItem
    name: str
    email: str
    role: Role
    """What the seat is now; once answered, what it was then."""
    facts: Facts
    """Of now; once answered, of then."""
    invited_by: str
    """Name; empty: nobody of Studio."""
    reviewers: tuple[str, ...]
    """Names of who is asked."""
    answered_by: str


def recent(uow: UnitOfWork) -> list[Progress]:
    """The latest reviews, newest first."""
    found = uow.session.scalars(select(AccessReview).order_by(AccessReview.id.desc()).limit(PAGE)).all()
    return _progress(uow, found)


def progress(uow: UnitOfWork, review_id: UUID) -> Progress:
    """One review. Raises NotFound."""
    return _progress(uow, [rows.review(uow, review_id)])[0]


def lines(uow: UnitOfWork, items: Sequence[AccessReviewItem]) -> list[Line]:
    """Seats with what is known of them, by name of their people."""
    fresh = facts.of(uow, (item.user_id for item in items if item.facts is None))
    known = {item.id: Facts.from_json(item.facts) if item.facts else fresh[item.user_id] for item in items}
    about = {UUID(one) for item in items for one in item.reviewers}
    about |= {one for item in items for one in (item.user_id, item.answered_by, known[item.id].invited_by) if one}
    people, roles = _people(uow, about), _roles(uow, [item.seat_id for item in items])
    name = {user_id: found[0] for user_id, found in people.items()}
    made = [
        Line(
            item=item,
            name=people.get(item.user_id, ("", ""))[0],
            email=people.get(item.user_id, ("", ""))[1],
            role=Role(item.role if item.answer else roles.get(item.seat_id, item.role)),
            facts=known[item.id],
            invited_by=name.get(by, "") if (by := known[item.id].invited_by) else "",
            reviewers=tuple(name[UUID(one)] for one in item.reviewers if UUID(one) in name),
            answered_by=name.get(item.answered_by, "") if item.answered_by else "",
        )
        for item in items
    ]
    return sorted(made, key=lambda line: (line.name.casefold(), line.item.id))


def asked_of(uow: UnitOfWork, user_id: UUID) -> list[tuple[AccessReview, list[AccessReviewItem]]]:
    """What somebody is asked now, review by review, the one that is due first before the others."""
    going_on = _going_on(uow)
    if not going_on:
        return []
    seated = rows.seated(uow)
    found = []
    for review in going_on:
        mine = [item for item in rows.unanswered(uow, review.id) if seated.may_answer(user_id, item)]
        mine = [item for item in mine if item.user_id in seated.people]
        if mine:
            found.append((review, mine))
    return found


def count_asked_of(uow: UnitOfWork, user_id: UUID) -> int:
    """About how many seats somebody is asked now."""
    return sum(len(items) for _review, items in asked_of(uow, user_id))


def reviewers_of(uow: UnitOfWork, review: AccessReview) -> dict[UUID, int]:
    """Who may answer about how many of its seats now."""
    seated, counts = rows.seated(uow), dict[UUID, int]()
    for item in rows.unanswered(uow, review.id):
        if item.user_id not in seated.people:
            continue
        asked = {UUID(one) for one in item.reviewers} | seated.owners
        for user_id in asked:
            if seated.may_answer(user_id, item):
                counts[user_id] = counts.get(user_id, 0) + 1
    return counts


def roles_for(line: Line, reviewer: Role) -> list[Role]:
    """What a reviewer may make of a seat."""
    return policy.roles_offered(line.role, reviewer)


def _going_on(uow: UnitOfWork) -> Sequence[AccessReview]:
    query = select(AccessReview).where(AccessReview.state.in_(GOING_ON), AccessReview.due_at > uow.now)
    return uow.session.scalars(query.order_by(AccessReview.due_at, AccessReview.id)).all()


def _progress(uow: UnitOfWork, reviews: Sequence[AccessReview]) -> list[Progress]:
    counts: dict[UUID, dict[Answer | None, int]] = {review.id: {} for review in reviews}
    query = (
        select(AccessReviewItem.review_id, AccessReviewItem.answer, func.count())
        .where(AccessReviewItem.review_id.in_(list(counts)))
        .group_by(AccessReviewItem.review_id, AccessReviewItem.answer)
    )
    for review_id, answer, count in uow.session.execute(query):
        counts[review_id][Answer(answer) if answer else None] = count
    return [Progress(review, counts[review.id]) for review in reviews]


def _people(uow: UnitOfWork, user_ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Names and addresses, with a seat or without."""
    query = select(User.id, User.name, User.email).where(User.id.in_(list(user_ids)))
    return {row[0]: (row[1], row[2]) for row in uow.session.execute(query)}


def _roles(uow: UnitOfWork, seat_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows_ = uow.session.execute(select(Seat.id, Seat.role).where(Seat.id.in_(seat_ids)))
    return {row[0]: row[1] for row in rows_}
