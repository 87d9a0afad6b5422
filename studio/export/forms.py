"""Forms of the export pages."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from studio.core.moment_fields import DateTimeLocalField
from studio.export.pipelines.yaml_text import LONGEST


class PipelinesForm(FlaskForm):
    """The document."""

    text = TextAreaField(_l("As YAML"), [InputRequired(_l("Write the pipelines first.")), Length(max=LONGEST)])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])


class ReplayForm(FlaskForm):
    """From when on events are sent once more."""

    since = DateTimeLocalField(_l("From"), [InputRequired(_l("Choose a moment."))])
