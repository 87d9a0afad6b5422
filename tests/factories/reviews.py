"""Access reviews, started as an admin starts them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import Database
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import starting
from studio.oversight.reviews.outcomes import Scope, Silence
from studio.oversight.reviews.policy import Reviewers
from studio.oversight.reviews.starting import Plan
from tests.factories.accounts import MadePerson, MadeTenant

DUE_IN = timedelta(days=14)


def make_review(
    database: Database,
    tenant: MadeTenant,
    reviewers: Iterable[MadePerson] = (),
    *,
    silence: Silence = Silence.KEEP,
    scope: Scope = Scope.ALL,
    due_in: timedelta = DUE_IN,
    every_months: int | None = None,
    name: str = "Spring review",
    seats: Mapping[UUID, UUID] | None = None,
    group: str = "",
    inviters: bool = False,
) -> UUID:
    whom = Reviewers(tuple(one.user_id for one in reviewers), group, inviters, seats or {})
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        plan = Plan(name, scope, silence, uow.now + due_in, whom, every_months)
        return starting.start(uow, plan).id


def review_row(database: Database, tenant: MadeTenant, review_id: UUID) -> AccessReview:
    with database.unit(tenant.id, read_only=True) as uow:
        return uow.session.get_one(AccessReview, review_id)


def item_about(database: Database, tenant: MadeTenant, review_id: UUID, person: MadePerson) -> AccessReviewItem:
    """The line of somebody's seat."""
    with database.unit(tenant.id, read_only=True) as uow:
        query = select(AccessReviewItem).where(
            AccessReviewItem.review_id == review_id, AccessReviewItem.user_id == person.user_id
        )
        return uow.session.scalars(query).one()
