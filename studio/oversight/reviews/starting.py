"""A review begins: by somebody, or as the repetition of another."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.accounts.outcomes import Role
from studio.accounts.service import members, workspaces
from studio.accounts.service.members import Member
from studio.approvals.service import groups
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.models import AccessReview, AccessReviewItem
from studio.oversight.reviews import facts, policy, trail
from studio.oversight.reviews.outcomes import GOING_ON, Scope, Silence, State
from studio.oversight.reviews.policy import Reviewers

NAME = 120
MOST_PEOPLE = 20
"""Reviewers that are named one by one."""
MOST_OPEN = 20
"""Reviews that go on at a time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A review as it shall be."""

    name: str
    scope: Scope
    silence: Silence
    due_at: datetime
    reviewers: Reviewers
    every_months: int | None = None


def start(uow: UnitOfWork, plan: Plan) -> AccessReview:
    """Begin a review and ask its reviewers. Raises InvalidInput with the field; Conflict at too many at once."""
    plan = replace(plan, name=plan.name.strip())
    _check(uow, plan)
    one_at_a_time(uow, "access_review")
    going_on = uow.session.scalars(select(AccessReview.id).where(AccessReview.state.in_(GOING_ON))).all()
    if len(going_on) >= MOST_OPEN:
        raise Conflict(_("At most %(most)s reviews go on at a time.", most=MOST_OPEN), code="too_many_reviews")
    return _begin(uow, plan)


def again(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Repeat a review whose time has come. Late and repeated calls do no harm."""
    before = uow.session.get(AccessReview, UUID(payload["review_id"]), with_for_update=True)
    if before is None or before.next_at is None or before.next_at > uow.now:
        return
    before.next_at = None
    plan = Plan(
        before.name,
        Scope(before.scope),
        Silence(before.silence),
        uow.now + timedelta(days=before.days),
        Reviewers.from_json(before.reviewers),
        before.every_months,
    )
    _begin(uow, plan)


def _begin(uow: UnitOfWork, plan: Plan) -> AccessReview:
    people = members.working(uow)
    about = [one for one in people if plan.scope is Scope.ALL or one.role is Role.APPROVER]
    if not about:
        raise InvalidInput(_("There is no such seat to review."), field="scope", code="no_seats")
    zone = workspaces.current(uow).time_zone
    review = AccessReview(
        id=ids.new_id(),
        name=plan.name,
        scope=plan.scope.value,
        silence=plan.silence.value,
        reviewers=plan.reviewers.to_json(),
        state=State.OPEN.value,
        started_at=uow.now,
        started_by=uow.actor.user_id,
        due_at=plan.due_at,
        days=max(1, round((plan.due_at - uow.now) / timedelta(days=1))),
        every_months=plan.every_months,
        next_at=policy.months_later(uow.now, plan.every_months, zone) if plan.every_months else None,
    )
    uow.session.add(review)
    uow.session.flush()
    _ask(uow, review, plan.reviewers, about, people)
    trail.record(
        uow,
        "access_review.started",
        review,
        seats=len(about),
        scope=review.scope,
        silence=review.silence,
        due_at=review.due_at.isoformat(),
        every_months=review.every_months,
    )
    trail.mail(uow, review, trail.ASKED, uow.now)
    trail.timers(uow, review)
    trail.repeat(uow, review)
    return review


def _ask(
    uow: UnitOfWork, review: AccessReview, wanted: Reviewers, about: Iterable[Member], people: Iterable[Member]
) -> None:
    working = {one.user_id for one in people if policy.may_review(one.role)}
    owners = {one.user_id for one in people if one.role is Role.OWNER}
    rest = [*wanted.people, *(_group(uow, wanted.group) or ())]
    about = list(about)
    inviters = facts.inviters(uow, (one.user_id for one in about)) if wanted.inviters else {}
    uow.session.add_all(
        AccessReviewItem(
            id=ids.new_id(),
            review_id=review.id,
            seat_id=one.seat_id,
            user_id=one.user_id,
            role=one.role.value,
            reviewers=[
                str(each)
                for each in policy.asked_about(
                    one.user_id,
                    [[wanted.seats.get(one.seat_id)], [inviters.get(one.user_id)], rest],
                    owners,
                    working,
                )
            ],
            reason="",
        )
        for one in about
    )
    uow.session.flush()


def _group(uow: UnitOfWork, name: str) -> list[UUID] | None:
    """People of a group; None: there is none of that name."""
    if not name.strip():
        return None
    named = groups.resolve(uow, [groups.GROUP + name])
    return None if named.unknown else [one.user_id for one in named.candidates]


def _check(uow: UnitOfWork, plan: Plan) -> None:
    if not 1 <= len(plan.name) <= NAME:
        raise InvalidInput(_("Give it a name of up to %(most)s characters.", most=NAME), field="name")
    if not uow.now + policy.SHORTEST <= plan.due_at <= uow.now + policy.LONGEST:
        raise InvalidInput(_("Choose a day from today on, within a year."), field="due_at", code="bad_due_date")
    if plan.every_months is not None and plan.every_months not in policy.MONTHS:
        message = _("Use a number from %(least)s to %(most)s.", least=policy.MONTHS[0], most=policy.MONTHS[-1])
        raise InvalidInput(message, field="every_months")
    if plan.every_months and uow.now + timedelta(days=28 * plan.every_months) < plan.due_at:
        message = _("It would begin anew before it is due: choose an earlier day, or more months.")
        raise InvalidInput(message, field="every_months", code="repeats_before_due")
    _check_reviewers(uow, plan.reviewers)


def _check_reviewers(uow: UnitOfWork, wanted: Reviewers) -> None:
    if len(wanted.people) > MOST_PEOPLE:
        message = _("Choose up to %(most)s people, or a group.", most=MOST_PEOPLE)
        raise InvalidInput(message, field="reviewers.people")
    named = members.by_ids(uow, [*wanted.people, *wanted.seats.values()])
    known = {user_id: one for user_id, one in named.items() if policy.may_review(one.role)}
    if not set(wanted.people) <= set(known):
        message = _("Choose people whose seat may review: auditors only read.")
        raise InvalidInput(message, field="reviewers.people", code="unknown_reviewer")
    for seat_id, user_id in wanted.seats.items():
        if user_id not in known:
            field = f"reviewers.seats.{seat_id}"
            raise InvalidInput(
                _("Choose people whose seat may review: auditors only read."), field=field, code="unknown_reviewer"
            )
        if known[user_id].seat_id == seat_id:
            message = _("Nobody reviews their own seat.")
            raise InvalidInput(message, field=f"reviewers.seats.{seat_id}", code="own_seat")
    if wanted.group and _group(uow, wanted.group) is None:
        message = _("There is no such group with people in it.")
        raise InvalidInput(message, field="reviewers.group", code="unknown_group")
    if not (wanted.people or wanted.group or wanted.inviters or wanted.seats):
        raise InvalidInput(_("Say who reviews."), field="reviewers.people", code="no_reviewers")
