"""The form of the first page of a new installation."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from studio.accounts.forms import PlaceForm
from studio.core.errors import StudioError

_NEEDED = _l("This is needed.")
_FIELDS = {"name": "workspace"}
"""What services call a field that this form calls otherwise."""


class FirstRunForm(PlaceForm):
    """Who owns this installation, and the first workspace."""

    person = StringField(_l("Your name"), [InputRequired(_NEEDED), Length(max=120)])
    email = EmailField(_l("Your e-mail"), [InputRequired(_NEEDED), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(_NEEDED), Length(max=256)])
    workspace = StringField(_l("Name of the shop"), [InputRequired(_NEEDED), Length(max=120)])
    demo = BooleanField(_l("Start with a published example: refunds above an amount ask you first"), default=True)

    def show(self, error: StudioError) -> None:
        """Put a refusal under the field that it names."""
        for problem in error.problems:
            field = self._fields.get(_FIELDS.get(problem.path, problem.path), self.workspace)
            field.errors = [*field.errors, problem.message]
        if not error.problems:
            self.workspace.errors = [*self.workspace.errors, error.message]
