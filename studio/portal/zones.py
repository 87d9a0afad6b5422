"""Choices of time in the reader's own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from studio.approvals.policy import Snooze, snooze_until
from studio.core.errors import InvalidInput


def snooze_moment(choice: str | None, now: datetime, zone: str) -> datetime:
    """The moment of a snooze choice: tomorrow is the reader's tomorrow."""
    if choice not in set(Snooze):
        raise InvalidInput(_("Choose a moment."), field="choice")
    return snooze_until(Snooze(choice), now.astimezone(ZoneInfo(zone)))
