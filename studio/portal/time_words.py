"""How the time of an approval reads: what is left, that it stands still, when a yes takes effect."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import to_user_timezone

from studio.approvals.models import Request
from studio.approvals.service import calendars
from studio.approvals.service.listing import Item
from studio.core import formats
from studio.core.web import current_uow
from studio.portal.chips import Chip

SOON = timedelta(hours=2)
"""Less than this is amber."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def time_left(due_at: datetime | None, now: datetime) -> Chip | None:
    """How long there is to decide: to the minute within a day, the date beyond."""
    if due_at is None:
        return None
    left = due_at - now
    if left <= timedelta():
        return Chip(_("Overdue %(by)s", by=formats.lasting((-left).total_seconds())), "bad")
    if left < timedelta(minutes=1):
        return Chip(_("Less than a minute"), "warn")
    if left < DAY:
        return Chip(formats.lasting(left.total_seconds()), "warn" if left < SOON else "")
    days = to_user_timezone(due_at).date() - to_user_timezone(now).date()
    if days == DAY:
        return Chip(_("Tomorrow %(time)s", time=formats.clock_time(due_at)))
    return Chip(formats.soon(due_at))


def due(due_at: datetime | None, now: datetime) -> Chip | None:
    """The same as a sentence, for the decision page."""
    chip = time_left(due_at, now)
    if chip is None or due_at is None:
        return None
    if chip.kind == "bad":
        return chip
    if due_at - now < DAY:
        return Chip(_("Due in %(left)s", left=chip.text), chip.kind)
    return Chip(_("Due %(when)s", when=chip.text), chip.kind)


def working_left(request: Request) -> str:
    """What is left in working time, where the deadline was counted in it: "6 h of working time left"."""
    if request.due_at is None or request.calendar_id is None:
        return ""
    left = calendars.working_left(current_uow(), request.calendar_id, request.due_at)
    return "" if left is None or left <= timedelta() else _working(left)


def row_left(item: Item, now: datetime) -> Chip | None:
    """What a row says of its deadline: working time left where a calendar counts it, else as time_left() does."""
    due_at, left = item.request.due_at, item.working_left
    if due_at is None or due_at <= now or left is None:
        return time_left(due_at, now)
    if left <= timedelta():
        return Chip(_("No working time left"), "warn")
    return Chip(_working(left), "warn" if left < SOON else "")


def _working(left: timedelta) -> str:
    if left < timedelta(minutes=1):
        return str(_("Less than a minute of working time left"))
    if left < HOUR:
        return str(_("%(minutes)s min of working time left", minutes=int(left.total_seconds() // 60)))
    return str(_("%(hours)s h of working time left", hours=formats.number(left // HOUR)))


def paused(request: Request) -> str:
    """That the deadline stands still, where there is one."""
    if request.paused_at is None or request.paused_due_at is None:
        return ""
    left = formats.lasting((request.paused_due_at - request.paused_at).total_seconds())
    return str(_("The time to decide stands still: %(left)s will be left when it goes on.", left=left))


def takes_effect(request: Request) -> str:
    """When a yes takes effect that all have given, and that it can be taken back until then."""
    if request.effect_at is None:
        return ""
    when = formats.at(request.effect_at)
    return str(_("Approved; takes effect %(when)s; can be taken back until then.", when=when))
