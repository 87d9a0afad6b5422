"""A length of time in a form: a number, its unit, the calendar that working time is counted by."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import NumberRange, Optional

from studio.approvals.clock.delays import Unit

UNITS = (
    SelectChoice(Unit.MINUTES.value, _l("minutes")),
    SelectChoice(Unit.HOURS.value, _l("hours")),
    SelectChoice(Unit.DAYS.value, _l("days")),
    SelectChoice(Unit.WORKING_HOURS.value, _l("working hours")),
    SelectChoice(Unit.WORKING_DAYS.value, _l("working days")),
)


class DurationForm(Form):
    """How long. Without a number there is no such time."""

    amount = IntegerField(_l("How many"), [Optional(), NumberRange(1, 10_000)])
    unit = SelectField(_l("Unit"), choices=list(UNITS), default=Unit.HOURS.value)
    calendar = SelectField(_l("Calendar"), validate_choice=False)

    @property
    def duration(self) -> Mapping[str, Any] | None:
        """As a step's form has it; None: no such time."""
        if self.amount.data is None:
            return None
        working = str(self.unit.data).startswith("working_")
        calendar = (self.calendar.data or "") if working else ""
        return {"amount": self.amount.data, "unit": self.unit.data, "calendar": calendar}

    def offer(self, calendars: Sequence[SelectChoice]) -> None:
        """Which calendars may be chosen; the one that is chosen already stays on offer."""
        chosen = self.calendar.data or ""
        extra = [] if chosen in {one.value for one in calendars} else [SelectChoice(chosen, gone(chosen))]
        self.calendar.choices = [*calendars, *extra]

    def at(self, parts: Sequence[str]) -> Any:
        """The field of a path below it; that of the number where it says none."""
        return self[parts[0]] if parts and parts[0] in self else self.amount


def gone(ref: str) -> str:
    """How something is shown that was chosen once and is no longer there."""
    return str(_("%(name)s (no longer there)", name=ref.partition(":")[2] or ref))
