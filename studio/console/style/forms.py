"""A form of one field of each kind, for the macros that draw fields."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # public, but not in its __all__
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget


class Several(SelectMultipleField):
    """Several of a few, as boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SampleForm(FlaskForm):
    """Sent nowhere."""

    name = StringField(_l("Name"), [InputRequired(_l("This is needed."))])
    text = TextAreaField(_l("Text"))
    kind = SelectField(_l("Kind"), choices=[SelectChoice("a", _l("Draft")), SelectChoice("b", _l("Published"))])
    on = BooleanField(_l("On"))
    several = Several(_l("Settings"), choices=[SelectChoice("a", _l("Workflows")), SelectChoice("b", _l("Runs"))])
