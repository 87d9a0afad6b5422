"""Access reviews of seats."""

from datetime import datetime

from pydantic import ConfigDict, Field

from studio.accounts.outcomes import Role
from studio.api.v1.reading import Body, Moment
from studio.api.v1.shapes.common import Id, Shape
from studio.oversight.reviews import policy, starting
from studio.oversight.reviews.answering import REASON
from studio.oversight.reviews.outcomes import Answer, Cause, Scope, Silence, State

_SOMEBODY = "019a0000-0000-7000-8000-000000000000"


class ReviewView(Shape):
    """A review and how far it is."""

    id: Id
    name: str = Field(examples=["Spring review"])
    scope: Scope
    silence: Silence = Field(description="What happens at the due date to a seat that nobody has answered about.")
    state: State
    started_at: datetime
    started_by: Id | None = Field(description="null: it began by itself, as the repetition of another.")
    due_at: datetime
    ended_at: datetime | None
    every_months: int | None
    next_at: datetime | None = Field(description="When it is repeated; null: not, or it has been.")
    seats: int
    answered: int
    kept: int
    removed: int
    changed: int
    gone: int = Field(description="Seats that were taken away outside of the review.")


class SeatFacts(Shape):
    """What a reviewer looks at."""

    since: datetime | None
    invited_by: Id | None
    last_sign_in: datetime | None
    last_decision: datetime | None
    open_approvals: int
    groups: list[str]
    tokens: int = Field(description="API tokens that work.")


class ReviewSeat(Shape):
    """One seat of a review."""

    id: Id
    review_id: Id
    seat_id: Id
    user_id: Id
    name: str
    email: str
    role: Role = Field(description="Now; once answered, what it was before the answer.")
    reviewers: list[Id] = Field(description="`user_id`s of who is asked; each may answer alone.")
    answer: Answer | None
    cause: Cause | None
    role_after: Role | None
    reason: str
    answered_by: Id | None
    answered_at: datetime | None
    facts: SeatFacts = Field(description="Of now; once answered, of then.")


class ReviewersSave(Body):
    """Whom a review asks; where nobody else is left for a seat, the owners."""

    people: list[Id] = Field([], max_length=starting.MOST_PEOPLE, description="`user_id`s.")
    group: str = Field("", max_length=80, description="Name of an approver group.")
    inviters: bool = Field(False, description="Ask first whoever gave each person the seat.")
    seats: dict[Id, Id] = Field({}, max_length=1000, description="Reviewers of single seats: `seat_id` to `user_id`.")


class ReviewSave(Body):
    """A review as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Spring review",
                    "due_at": "2126-03-31T22:00:00Z",
                    "silence": "owner",
                    "reviewers": {"people": [_SOMEBODY]},
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=starting.NAME)
    scope: Scope = Scope.ALL
    silence: Silence
    due_at: Moment = Field(description="At least an hour away, at most a year.")
    reviewers: ReviewersSave
    every_months: int | None = Field(None, ge=policy.MONTHS[0], le=policy.MONTHS[-1])


class ReviewAnswer(Body):
    """What shall be of a seat."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "keep", "shown": "builder", "reason": "Runs the warehouse flows"}]}
    )

    answer: Answer
    shown: Role = Field(description="The seat's role as it was looked at: refused where it has changed since.")
    reason: str = Field(min_length=1, max_length=REASON)
    role: Role | None = Field(None, description="What the seat shall be, with `change`.")


class ReviewerChange(Body):
    """Who is asked about a seat instead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user_id": _SOMEBODY}]})

    user_id: Id
