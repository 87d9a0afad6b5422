"""Forms by which people pause, stop, and let go on."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, Optional

from studio.core.errors import InvalidInput
from studio.core.moment_fields import DateTimeLocalField
from studio.runtime.halts.asking import LONGEST_REASON, Wanted
from studio.runtime.halts.outcomes import Events, Under

SPANS = ("", "0", "600", "3600", "14400")
"""Seconds over which a backlog is let go; empty: what is usual for so much."""


class _Asking(FlaskForm):
    """What both ask."""

    reason = StringField(_l("Why"), [InputRequired(_l("Say why: everybody who meets it reads it.")),
                                     Length(max=LONGEST_REASON)])  # fmt: skip
    events = RadioField(
        _l("What arrives meanwhile"),
        choices=[
            SelectChoice(Events.HOLD.value, _l("is held, and starts its run afterwards, in its order")),
            SelectChoice(Events.REFUSE.value, _l("is refused, and its sender is told why")),
        ],
        default=Events.HOLD.value,
    )

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its fields."""
        for problem in error.problems:
            field: Field = self._fields.get(problem.path, self.reason)
            field.errors = [*field.errors, problem.message]


class StopForm(_Asking):
    """Stop everything."""

    def wanted(self) -> Wanted:
        """As the service takes it."""
        return Wanted(self.reason.data or "", Events(self.events.data))


class PauseForm(_Asking):
    """Pause one workflow."""

    runs = RadioField(
        _l("Runs that have begun"),
        choices=[
            SelectChoice(Under.FINISH.value, _l("finish")),
            SelectChoice(Under.PARK.value, _l("stop before the next thing they would do, and go on afterwards")),
        ],
        default=Under.FINISH.value,
    )
    until = DateTimeLocalField(_l("Resume by itself at"), [Optional()])

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """As the service takes it; times are those of the person's zone."""
        until: datetime | None = self.until.data
        if until is not None:
            until = until.replace(tzinfo=zone).astimezone(UTC)
        return Wanted(self.reason.data or "", Events(self.events.data), Under(self.runs.data), until)


class ResumeForm(FlaskForm):
    """In what time what has gathered is let go."""

    over = SelectField(
        _l("What has gathered starts"),
        choices=[
            SelectChoice(SPANS[0], _l("spread, at the usual pace")),
            SelectChoice(SPANS[1], _l("at once")),
            SelectChoice(SPANS[2], _l("spread over 10 minutes")),
            SelectChoice(SPANS[3], _l("spread over an hour")),
            SelectChoice(SPANS[4], _l("spread over 4 hours")),
        ],
        default=SPANS[0],
    )

    def over_s(self) -> int | None:
        """Seconds; None: what is usual."""
        return int(self.over.data) if self.over.data else None


class DropForm(FlaskForm):
    """Drop what is held."""
