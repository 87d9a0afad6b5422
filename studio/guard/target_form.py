"""A protected action of the workspace's own as a form."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length

from studio.core.i18n import gettext as _
from studio.guard.policies import service as policies
from studio.guard.policies.service import TargetSave


class TargetForm(FlaskForm):
    """Which steps are protected, and by which name."""

    title = StringField(_l("Name"), [InputRequired(_l("Give it a name.")), Length(max=80)])
    node_type = SelectField(_l("Steps"), validate_choice=False)
    condition = TextAreaField(_l("Only where"), [Length(max=2_000)])

    def offer(self) -> None:
        """Say which steps can be protected."""
        self.node_type.choices = [SelectChoice(one.key, _(one.title)) for one in policies.protectable()]

    def save(self) -> TargetSave:
        """What was sent."""
        return TargetSave(self.title.data or "", self.node_type.data or "", (self.condition.data or "").strip())

    def field_at(self, path: str) -> Field:
        """Where a problem is shown."""
        return {"node_type": self.node_type, "condition": self.condition}.get(path, self.title)
