"""Runs by the clock."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import ValidationError, field_validator

from studio.contract.node import NodeConfig, TriggerType, help_
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.runtime.zones import zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)


class Schedule(TriggerType):
    """Start a run at set times, or again and again after a set pause.

    Each time starts one run. Times that passed while Studio was off start one together, as soon as it is back.
    """

    key = "trigger.schedule"
    title = "Schedule"
    icon = "clock"
    sample = {"scheduled_at": "2026-03-31T07:00:00+00:00", "started_at": "2026-03-31T07:00:00.214000+00:00"}
    output_schema = {
        "type": "object",
        "properties": {name: {"type": "string", "format": "date-time"} for name in ("scheduled_at", "started_at")},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        mode: Literal["cron", "interval"] = help_(
            "At times of the day, or every so often.", title="Repeats", default="cron", example="cron"
        )
        cron: str = help_(
            "Minute, hour, day of the month, month, day of the week.",
            title="Times",
            default="0 9 * * *",
            example="0 9 * * 1-5",
            widget="cron",
            show_if={"mode": "cron"},
            max_length=200,
        )
        time_zone: str = help_(
            "Whose clock counts. Where it springs forward, a skipped time runs right after; where it falls back, "
            "a time of day runs once.",
            title="Time zone",
            default="UTC",
            example="Europe/Berlin",
            show_if={"mode": "cron"},
            max_length=60,
        )
        every_s: int = help_(
            "The pause between two runs, counted from midnight UTC.",
            title="Every",
            default=3_600,
            example=3_600,
            widget="duration",
            show_if={"mode": "interval"},
            ge=60,
            le=366 * 86_400,
        )

        @field_validator("time_zone")
        @classmethod
        def _known_zone(cls, name: str) -> str:
            zone(name)
            return name

        @field_validator("cron")
        @classmethod
        def _readable(cls, line: str) -> str:
            return _checked(line)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        if config.get("mode") == "interval":
            return _("Every %(timedelta)s", timedelta=timedelta(seconds=float(config.get("every_s", 3_600))))
        return f"{config.get('cron', '0 9 * * *')} ({config.get('time_zone', 'UTC')})"


def next_due(config: Mapping[str, Any] | Schedule.Config, after: datetime) -> datetime:
    """The first due time later than `after`, in UTC. Raises InvalidInput for a schedule that cannot be read."""
    settings = config if isinstance(config, Schedule.Config) else _read(config)
    if settings.mode == "interval":
        every = timedelta(seconds=settings.every_s)
        return _EPOCH + every * ((after - _EPOCH) // every + 1)
    return _next_tick(settings.cron, zone(settings.time_zone), after)


def _next_tick(line: str, here: ZoneInfo, after: datetime) -> datetime:
    for tick in CronSim(line, after.astimezone(here)):
        moment = tick.astimezone(UTC)
        if moment > after:
            return moment
    raise InvalidInput(_("“%(line)s” never comes.", line=line), code="schedule.never", field="config.cron")


def _read(config: Mapping[str, Any]) -> Schedule.Config:
    try:
        return Schedule.Config.model_validate(config)
    except ValidationError as error:
        raise InvalidInput(
            _("The schedule cannot be read: %(msg)s.", msg=error.errors()[0]["msg"]), code="schedule.invalid"
        ) from None


def _checked(line: str) -> str:
    if len(line.split()) != 5:
        raise ValueError(_("Write five parts: minute, hour, day of the month, month, day of the week."))
    try:
        if next(CronSim(line, _ANY_DAY), None) is None:
            raise ValueError(_("This time never comes."))
    except CronSimError as error:
        raise ValueError(_("This is no schedule that Studio can read: %(error)s.", error=error)) from None
    return line
