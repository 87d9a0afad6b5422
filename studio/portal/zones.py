"""Choices of time in the reader's own zone."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from studio.approvals import wall_clock
from studio.approvals.policy import Snooze, snooze_until
from studio.approvals.wall_clock import Unclear
from studio.core.errors import InvalidInput

CUSTOM = "custom"
"""The choice beside those of `Snooze`: a date and time of one's own."""
LONGEST = timedelta(days=366)
"""Further ahead lies a slip of the hand."""
READING = "%Y-%m-%dT%H:%M"
"""As a browser's field of date and time writes it."""


def snooze_moment(choice: str | None, until: str | None, now: datetime, zone: str) -> datetime:
    """The moment of a snooze choice: tomorrow is the reader's tomorrow, and `until` a reading of their clock.

    Raises InvalidInput at `choice` or `until`.
    """
    if choice == CUSTOM:
        return _chosen(until or "", now, ZoneInfo(zone))
    if choice not in set(Snooze):
        raise InvalidInput(_("Choose a moment."), field="choice")
    return snooze_until(Snooze(choice), now.astimezone(ZoneInfo(zone)))


def _chosen(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    try:
        wanted = datetime.strptime(text.strip()[:16], READING)  # noqa: DTZ007 - a wall clock's reading has no zone
    except ValueError:
        raise _refused("not_a_moment", _("Choose a date and a time, such as 2027-03-31T08:00.")) from None
    moment = wall_clock.moment(wanted, zone, now)
    if moment is Unclear.SKIPPED:
        raise _refused("skipped", _("Clocks go forward over that time on that day. Choose a later one."))
    if isinstance(moment, Unclear) or moment > now + LONGEST:
        raise _refused("too_far", _("Choose a moment within a year."))
    if moment <= now:
        raise _refused("in_the_past", _("Choose a moment that is still to come."))
    return moment


def _refused(code: str, message: str) -> InvalidInput:
    return InvalidInput(message, code=code, field="until")
