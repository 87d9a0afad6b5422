"""Time left until many moments at once, in one walk along a calendar."""

from datetime import UTC, datetime, timedelta

from studio.approvals.clock.arithmetic import HORIZON, BeyondHorizonError, working_between
from studio.approvals.clock.calendar import Calendar

_NONE = timedelta()


class TimeLeft:
    """Working time from `now` to moments that are asked for in ascending order.

    Without a calendar, and further away than working time is counted (`arithmetic.HORIZON`), all time counts. Later
    moments never have less time left, so a list in the order of its moments is in the order of what is left as well.
    """

    def __init__(self, calendar: Calendar | None, now: datetime) -> None:
        self._calendar, self._now = calendar, now.astimezone(UTC)
        self._reached, self._left = self._now, _NONE

    def until(self, moment: datetime) -> timedelta:
        """Time left; negative: by how much it is over."""
        found = self.working(moment)
        return moment - self._now if found is None else found

    def working(self, moment: datetime) -> timedelta | None:
        """The same, None where no working time is counted."""
        if self._calendar is None:
            return None
        try:
            if moment < self._reached:
                return working_between(self._calendar, self._now, moment)
            if moment - self._now > HORIZON:
                return None
            self._left += working_between(self._calendar, self._reached, moment)
            self._reached = moment.astimezone(UTC)
        except BeyondHorizonError:
            return None
        return self._left
