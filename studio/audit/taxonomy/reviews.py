"""Access reviews of seats."""

from studio.audit.registry import Action, Metadata, beside


class Started(Metadata):
    seats: int
    scope: str
    """`all` or `approvers`."""
    silence: str
    """`keep`, `remove` or `owner`."""
    due_at: str
    every_months: int | None = None


class Answered(Metadata):
    answer: str
    """`keep`, `remove`, `change`, or `gone`: others took the seat away."""
    cause: str
    """`reviewer`, `silence`, `owner_stays` or `elsewhere`."""
    reason: str | None = None


class Handed(Metadata):
    seats: int
    due_at: str


class Finished(Metadata):
    kept: int
    removed: int
    changed: int
    gone: int


class Reviewer(Metadata):
    reviewer: str
    """The id of who is asked now."""
    seat: str


_SOMEBODY = "019a0000-0000-7000-8000-000000000000"
STARTED = Action(
    "access_review.started",
    "People were asked whether others shall keep their seats.",
    sentence="{actor} started the access review “{target}” of {seats} seats",
    metadata=Started,
    example={"seats": 12, "scope": "all", "silence": "remove", "due_at": "2026-03-31T22:00:00+00:00"},
    severity="notice",
    ocsf=3001,
)
ANSWERED = Action(
    "access_review.answered",
    "A seat of an access review was answered about, by a reviewer or by the rule for silence. What that changed has"
    " an event of its own.",
    sentence="{actor} reviewed the seat of {target}: {answer}",
    metadata=Answered,
    example={"answer": "remove", "cause": "reviewer", "reason": "Left the team"},
    redactions=beside("reason"),
    severity="notice",
    ocsf=3001,
)
HANDED = Action(
    "access_review.handed_to_owners",
    "The due date came, and the owners were asked about the seats that nobody had answered about.",
    sentence="{seats} seats of the access review “{target}” went to the owners",
    metadata=Handed,
    example={"seats": 3, "due_at": "2026-04-07T22:00:00+00:00"},
    severity="notice",
    ocsf=3001,
)
REVIEWER_CHANGED = Action(
    "access_review.reviewer_changed",
    "Somebody else is asked about a seat.",
    sentence="{actor} asked somebody else about a seat of the access review “{target}”",
    metadata=Reviewer,
    example={"reviewer": _SOMEBODY, "seat": _SOMEBODY},
    ocsf=3001,
)
FINISHED = Action(
    "access_review.finished",
    "Every seat of an access review has an answer.",
    sentence="The access review “{target}” finished: {kept} kept, {removed} removed, {changed} changed",
    metadata=Finished,
    example={"kept": 9, "removed": 2, "changed": 1, "gone": 0},
    severity="notice",
    ocsf=3001,
)
CALLED_OFF = Action(
    "access_review.called_off",
    "An access review ended before its time; seats that were not answered about stay as they are.",
    sentence="{actor} called the access review “{target}” off",
    severity="warning",
    ocsf=3001,
)
NOT_REPEATED = Action(
    "access_review.repeating_stopped",
    "An access review will not be repeated any more.",
    sentence="{actor} stopped repeating the access review “{target}”",
    severity="warning",
    ocsf=3001,
)
