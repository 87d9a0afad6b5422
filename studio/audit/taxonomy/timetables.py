"""Calendars of working hours."""

from studio.audit.registry import Action

CREATED = Action(
    "calendar.created",
    "A calendar of working hours was made.",
    sentence="{actor} made the calendar “{target}”",
    severity="notice",
    ocsf=3005,
)
CHANGED = Action(
    "calendar.changed",
    "Opening hours, holidays, time zone or name of a calendar changed. Deadlines that were computed stay as they are.",
    sentence="{actor} changed the calendar “{target}”",
    severity="notice",
    ocsf=3005,
)
MADE_DEFAULT = Action(
    "calendar.made_default",
    "A calendar stands in from now on where a step names none.",
    sentence="{actor} made “{target}” the default calendar",
    severity="notice",
    ocsf=3005,
)
DELETED = Action(
    "calendar.deleted",
    "A calendar of working hours was deleted.",
    sentence="{actor} deleted the calendar “{target}”",
    severity="warning",
    ocsf=3005,
)
