"""Calendars of working hours, schedules of who is on call."""

from studio.audit.registry import Action, Metadata

CREATED = Action(
    "calendar.created",
    "A calendar of working hours was made.",
    sentence="{actor} made the calendar “{target}”",
    severity="notice",
    ocsf=3004,
)
CHANGED = Action(
    "calendar.changed",
    "Opening hours, holidays, time zone or name of a calendar changed. Deadlines that were computed stay as they are.",
    sentence="{actor} changed the calendar “{target}”",
    severity="notice",
    ocsf=3004,
)


class Moved(Metadata):
    requests: int
    """How many open requests were counted anew."""


DEADLINES_MOVED = Action(
    "calendar.deadlines_moved",
    "Open requests that an edited calendar had counted were counted anew, as somebody asked.",
    sentence="{actor} counted open deadlines anew by the calendar “{target}”",
    severity="notice",
    ocsf=3005,
    metadata=Moved,
    example={"requests": 12},
)
MADE_DEFAULT = Action(
    "calendar.made_default",
    "A calendar stands in from now on where a step names none.",
    sentence="{actor} made “{target}” the default calendar",
    severity="notice",
    ocsf=3004,
)
DELETED = Action(
    "calendar.deleted",
    "A calendar of working hours was deleted.",
    sentence="{actor} deleted the calendar “{target}”",
    severity="warning",
    ocsf=3004,
)


class Overridden(Metadata):
    user: str
    """The id of who is on call instead."""
    start: str
    end: str


_OVERRIDE = {
    "user": "019a0000-0000-7000-8000-000000000000",
    "start": "2026-03-06T08:00:00+00:00",
    "end": "2026-03-07T08:00:00+00:00",
}
SCHEDULE_CREATED = Action(
    "schedule.created",
    "A schedule of who is on call was made.",
    sentence="{actor} made the schedule “{target}”",
    severity="notice",
    ocsf=3004,
)
SCHEDULE_CHANGED = Action(
    "schedule.changed",
    "Turns, people, time zone or name of a schedule changed.",
    sentence="{actor} changed the schedule “{target}”",
    severity="notice",
    ocsf=3004,
)
SCHEDULE_DELETED = Action(
    "schedule.deleted",
    "A schedule of who is on call was deleted.",
    sentence="{actor} deleted the schedule “{target}”",
    severity="warning",
    ocsf=3004,
)
SCHEDULE_OVERRIDDEN = Action(
    "schedule.overridden",
    "Somebody else was put on call for a time.",
    sentence="{actor} put somebody else on call in “{target}” for a time",
    metadata=Overridden,
    example=_OVERRIDE,
    severity="notice",
    ocsf=3004,
)
SCHEDULE_OVERRIDE_REMOVED = Action(
    "schedule.override_removed",
    "An exception from the turns of a schedule was taken away.",
    sentence="{actor} took away an override in “{target}”",
    metadata=Overridden,
    example=_OVERRIDE,
    severity="notice",
    ocsf=3004,
)
