"""The form that stands before what is frozen."""

from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from studio.core.sending import EverythingField

PREFIX = "freeze_"
"""Before the names of its fields: they travel together with those of the form that waits behind it."""


class FreezeForm(FlaskForm):
    """Why it cannot wait; and where to go on."""

    reason = TextAreaField(_l("Why it cannot wait"), [InputRequired(), Length(max=2_000)])
    target = HiddenField(validators=[Length(max=80)])
    digest = HiddenField(validators=[Length(max=64)])
    freeze = HiddenField(validators=[Length(max=80)])
    what = HiddenField(validators=[Length(max=500)])
    to = HiddenField()
    """A path of this site."""
    carried = HiddenField()
    """`yes`: it is posted to with what is carried; else it is opened."""
    everything = EverythingField()

    def kept(self) -> Iterator[tuple[str, str]]:
        """Fields of the form that waits."""
        for name, value in self.everything.data.items(multi=True):
            if not name.startswith(PREFIX) and name != "csrf_token":
                yield name, value
