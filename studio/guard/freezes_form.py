"""A freeze as a form."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from studio.core.errors import InvalidInput
from studio.core.moment_fields import DateTimeLocalField

_NEEDED = _l("This is needed.")
KINDS = {
    "publish": _l("Publishing workflows"),
    "flags": _l("Flags in production"),
    "connections": _l("Connections in production"),
    "settings": _l("Payout account, tax and refund settings"),
}


class FreezePlanForm(FlaskForm):
    """From when until when, and what."""

    name = StringField(_l("Name"), [InputRequired(_NEEDED), Length(max=80)])
    starts_at = DateTimeLocalField(_l("From"), [InputRequired(_NEEDED)])
    ends_at = DateTimeLocalField(_l("Until"), [InputRequired(_NEEDED)])
    kinds = SelectMultipleField(
        _l("What is frozen"), choices=[SelectChoice(key, text) for key, text in KINDS.items()],
        widget=ListWidget(), option_widget=CheckboxInput(),
    )  # fmt: skip

    def moment(self, field: Field, zone: ZoneInfo) -> datetime:
        """A time of the person's clock."""
        found: datetime = field.data
        return found.replace(tzinfo=zone).astimezone(UTC)

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its fields."""
        for problem in error.problems:
            field: Field = self._fields.get(problem.path.partition(".")[0], self.name)
            field.errors = [*field.errors, problem.message]
