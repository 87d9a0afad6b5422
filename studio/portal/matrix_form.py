"""The forms of an approval matrix: its table as comma-separated values, which the page draws as a grid."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import FieldList, Form, FormField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from studio.contract.tables import MOST_COLUMNS, Hits, Kind

HITS = (
    SelectChoice(Hits.FIRST.value, _l("The first row that fits decides")),
    SelectChoice(Hits.ALL.value, _l("All rows that fit have to agree")),
)
KINDS = (SelectChoice(Kind.NUMBER.value, _l("Numbers")), SelectChoice(Kind.TEXT.value, _l("Texts")))


class ColumnForm(Form):
    """One thing that rows compare. Without a name it is left out."""

    was = HiddenField()
    """Its name before: its cells stay with it when it is renamed."""
    name = StringField(_l("Column"), [Length(max=60)])
    kind = SelectField(_l("Compares"), choices=list(KINDS), default=Kind.TEXT.value)
    unit = StringField(_l("Unit"), [Length(max=12)])


class ColumnsForm(FlaskForm):
    """What rows compare, and which of the rows that fit count."""

    seen = HiddenField()
    hits = SelectField(_l("Counts"), choices=list(HITS), default=Hits.FIRST.value)
    columns = FieldList(FormField(ColumnForm), min_entries=MOST_COLUMNS, max_entries=MOST_COLUMNS)


class MatrixForm(FlaskForm):
    """The table. `seen` is the revision that it was edited from."""

    seen = HiddenField()
    table = TextAreaField(_l("Rows"), [InputRequired(), Length(max=2 * 1024 * 1024)])


class NewMatrixForm(FlaskForm):
    """A name."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=80)])


class PublishMatrixForm(FlaskForm):
    """Why."""

    seen = HiddenField()
    note = StringField(_l("Note"), [Length(max=2_000)])


class MatrixFileForm(FlaskForm):
    """A file of comma-separated values."""

    file = FileField(_l("CSV file"))


class SourceForm(Form):
    """From where a column is taken."""

    column = HiddenField()
    source = SelectField(_l("Taken from"), choices=[], validate_choice=False)


class TryForm(FlaskForm):
    """On how many requests of which workflow."""

    class Meta:
        """It changes nothing, and its address is to be kept and sent."""

        csrf = False

    workflow = SelectField(_l("Asked by"), [Optional()], choices=[], validate_choice=False)
    most = IntegerField(_l("Last requests"), [Optional(), NumberRange(min=1, max=200)], default=50)
    sources = FieldList(FormField(SourceForm), max_entries=MOST_COLUMNS)
