"""Forms of a start by the rows of a file."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.runtime.rows.numbers import Mark
from studio.runtime.rows.reading import Delimiter, Encoding

ENCODINGS = (
    SelectChoice("", _l("Find out")),
    SelectChoice(Encoding.UTF_8.value, "UTF-8"),
    SelectChoice(Encoding.UTF_16.value, "UTF-16"),
    SelectChoice(Encoding.WINDOWS.value, "Windows-1252"),
    SelectChoice(Encoding.LATIN_1.value, "ISO-8859-1 (Latin-1)"),
)
DELIMITERS = (
    SelectChoice("", _l("Find out")),
    SelectChoice(Delimiter.COMMA.value, _l("Comma")),
    SelectChoice(Delimiter.SEMICOLON.value, _l("Semicolon")),
    SelectChoice("tab", _l("Tab")),
    SelectChoice(Delimiter.BAR.value, _l("Vertical bar")),
)
MARKS = (
    SelectChoice("", _l("Find out")),
    SelectChoice(Mark.POINT.value, _l("Point: 1,234.50")),
    SelectChoice(Mark.COMMA.value, _l("Comma: 1.234,50")),
)


class UploadForm(FlaskForm):
    """The file, and how it is written where that is not found out rightly."""

    file = FileField(_l("File"), [FileRequired(_l("Choose a file."))])
    encoding = SelectField(_l("Encoding"), choices=list(ENCODINGS), validate_choice=False)  # what is none is found out
    delimiter = SelectField(_l("Between two cells"), choices=list(DELIMITERS), validate_choice=False)


class GoForm(FlaskForm):
    """Start with what the preview shows."""
