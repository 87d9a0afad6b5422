"""Forms of the pages on how long runs are kept."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SubmitField
from wtforms.validators import Optional

from studio.core.errors import InvalidInput
from studio.runtime.retention.policy import Days


class DaysForm(FlaskForm):
    """Days that ended runs are kept, by how they ended."""

    succeeded = IntegerField(_l("Succeeded, in days"), [Optional()])
    failed = IntegerField(_l("Failed, in days"), [Optional()])
    cancelled = IntegerField(_l("Cancelled, in days"), [Optional()])
    preview = SubmitField(_l("Show what it deletes"))

    @property
    def days(self) -> Days:
        """What the fields say."""
        return Days(self.succeeded.data, self.failed.data, self.cancelled.data)

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its fields."""
        fields = {"succeeded": self.succeeded, "failed": self.failed, "cancelled": self.cancelled}
        for problem in error.problems:
            field = fields.get(problem.path.rpartition(".")[2], self.succeeded)
            field.errors = [*field.errors, problem.message]
