"""Arithmetic with dates, in a time zone."""

from collections.abc import Mapping
from typing import Any, Literal

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _
from studio.runtime import dates
from studio.runtime.zones import moment, zone

MOMENT_SAMPLE = {
    "value": "2026-03-31T09:00:00+02:00",
    "date": "2026-03-31",
    "time": "09:00",
    "weekday": 2,
    "unix": 1774940400,
    "text": "Mar 31, 2026, 9:00 AM",
}
DIFFERENCE_SAMPLE = {"days": 2, "hours": 48, "minutes": 2880, "seconds": 172800, "calendar_days": 2, "text": "2 days"}


class Date(NodeType):
    """Read, move, compare and write dates. Clock changes are counted as people live them."""

    key = "data.date"
    kind = Kind.DATA
    title = "Date"
    icon = "calendar"
    sample = MOMENT_SAMPLE

    class Config(NodeConfig):
        operation: Literal["parse", "add", "difference", "format", "start_of"] = help_(
            "What is done with the date.", title="Do", default="parse", example="add"
        )
        date: str = help_(
            "ISO 8601, or Unix seconds. Empty: now.",
            title="Date",
            default="",
            template=True,
            example="{{ trigger.order.created_at }}",
            max_length=100,
        )
        time_zone: str = help_(
            "Whose clock counts. Empty: the workspace's.",
            title="Time zone",
            default="",
            example="Europe/Berlin",
            max_length=60,
        )
        amount: int = help_(
            "How many; a minus goes back.",
            title="Add",
            default=1,
            example=2,
            show_if={"operation": "add"},
            ge=-1_000_000,
            le=1_000_000,
        )
        unit: Literal["minutes", "hours", "days", "weeks", "months", "years"] = help_(
            "Days and more keep the time of day; a month later than 31 January is its month's last day.",
            title="Unit",
            default="days",
            example="days",
            show_if={"operation": "add"},
        )
        to: str = help_(
            "Counted from the date to this one. Empty: now.",
            title="Until",
            default="",
            template=True,
            example="{{ trigger.order.due }}",
            show_if={"operation": "difference"},
            max_length=100,
        )
        of: Literal["day", "week", "month", "year"] = help_(
            "Weeks begin on Monday.",
            title="Start of the",
            default="day",
            example="month",
            show_if={"operation": "start_of"},
        )
        pattern: str = help_(
            "short, medium, long, full, or letters such as yyyy-MM-dd HH:mm.",
            title="Written as",
            default="medium",
            example="d MMMM yyyy",
            show_if={"operation": "format"},
            min_length=1,
            max_length=80,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        operation = config.get("operation", "parse")
        if operation == "add":
            return f"{config.get('date') or 'now'} + {config.get('amount', 1)} {config.get('unit', 'days')}"
        return f"{operation} {config.get('date') or 'now'}".replace("_", " ")

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return DIFFERENCE_SAMPLE if config.get("operation") == "difference" else MOMENT_SAMPLE

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        try:
            return Done(self._computed(ctx, config))
        except (ValueError, OverflowError) as error:
            field = "config.to" if config.operation == "difference" and config.date == "" else "config.date"
            return Fail("date.unreadable", _("%(error)s Nothing was computed.", error=error), field=field)

    def _computed(self, ctx: Context, config: Config) -> dict[str, Any]:
        here = zone(config.time_zone or ctx.run.time_zone)
        at = (moment(config.date, here) if config.date.strip() else ctx.now).astimezone(here)
        match config.operation:
            case "add":
                return dates.facts(dates.moved(at, config.amount, config.unit), ctx.run.locale)
            case "difference":
                to = (moment(config.to, here) if config.to.strip() else ctx.now).astimezone(here)
                return dates.difference(at, to)
            case "start_of":
                return dates.facts(dates.start_of(at, config.of), ctx.run.locale)
            case "format":
                return dates.facts(at, ctx.run.locale, config.pattern)
            case _:
                return dates.facts(at, ctx.run.locale)
