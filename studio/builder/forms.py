"""Forms of the builder: a workflow that is imported, a draft that is to run beside the live version."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # public, but not in its __all__
from wtforms.validators import InputRequired, NumberRange, Optional

from studio.builder.backtest.outcomes import MOST_EVENTS
from studio.builder.shadow.outcomes import MOST_HOURS, Beside
from studio.runtime.document.bounds import MAX_BYTES

OTHER = "other"
_DAY = 24


class ImportForm(FlaskForm):
    """A file, or its text."""

    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))

    def content(self) -> str | bytes:
        """What was sent; a byte more than allowed is enough to refuse it."""
        if self.file.data:
            sent: bytes = self.file.data.read(2 * MAX_BYTES + 1)
            return sent
        return self.text.data or ""


class BesideForm(FlaskForm):
    """For how long a draft runs beside the live version."""

    length = SelectField(
        _l("For"),
        choices=[
            SelectChoice("1", _l("1 hour")),
            SelectChoice("24", _l("1 day")),
            SelectChoice("168", _l("7 days")),
            SelectChoice(OTHER, _l("Another time")),
        ],
        default="24",
    )
    days = IntegerField(_l("Days"), [Optional(), NumberRange(1, MOST_HOURS // _DAY)], default=14)
    events = IntegerField(
        _l("At most so many events"), [InputRequired(_l("This is needed.")), NumberRange(1, MOST_EVENTS)],
        default=MOST_EVENTS,
    )  # fmt: skip

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """The days are needed where no other time is chosen."""
        fits = bool(super().validate(extra_validators))
        if self.length.data != OTHER and self.days.errors:
            self.days.errors = []  # nobody sees the field then
            fits = not self.errors
        if self.length.data == OTHER and self.days.data is None and not self.days.errors:
            self.days.errors = [_("This is needed.")]
            return False
        return fits

    def wanted(self) -> Beside:
        """As the service takes it."""
        hours = (self.days.data or 0) * _DAY if self.length.data == OTHER else int(self.length.data)
        return Beside(hours=hours, events=self.events.data or MOST_EVENTS)
