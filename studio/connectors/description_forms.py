"""The form that imports an API description."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField

from studio.connectors.openapi.limits import MAX_BYTES


class DescriptionForm(FlaskForm):
    """An address, a file, or its text: the first that is given."""

    address = StringField(_l("Address"))
    file = FileField(_l("File"))
    text = TextAreaField(_l("Text"))

    def content(self) -> str | bytes:
        """What was sent beside an address; a byte more than allowed is enough to refuse it."""
        if self.file.data:
            sent: bytes = self.file.data.read(MAX_BYTES + 1)
            return sent
        return self.text.data or ""
