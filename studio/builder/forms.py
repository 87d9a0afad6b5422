"""The form that imports a workflow."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import TextAreaField

from studio.runtime.document.bounds import MAX_BYTES


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
