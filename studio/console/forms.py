"""Forms of the console's pages."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import AnyOf, DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.core.errors import InvalidInput
from studio.core.moment_fields import DateField
from studio.oversight.evidence.outcomes import Kind
from studio.oversight.run_exports.outcomes import Format
from studio.runtime import notes
from studio.runtime.history.columns import Column
from studio.runtime.history.detail import RunDetail
from studio.runtime.service.settling import Finding


class CancelForm(FlaskForm):
    """Why a run is cancelled."""

    reason = StringField(_l("Reason"), [Length(max=500)])


class SettleForm(FlaskForm):
    """What somebody found out about a run that needs a person."""

    finding = StringField(validators=[AnyOf([one.value for one in Finding])])


class NoteForm(FlaskForm):
    """A remark on a run."""

    text = TextAreaField(_l("Note"), [DataRequired(), Length(max=notes.LONGEST)])


class LimitsForm(FlaskForm):
    """What all workflows may do together."""

    at_once = IntegerField(_l("Runs at once, at most"), [Optional()])
    starts = IntegerField(_l("Starts, at most"), [Optional()])
    per_s = IntegerField(_l("In seconds"), [Optional()])

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its fields."""
        fields = {"at_once": self.at_once, "starts": self.starts, "per_s": self.per_s}
        for problem in error.problems:
            fields[problem.path].errors = [*fields[problem.path].errors, problem.message]


class AuditExportForm(FlaskForm):
    """Which file, of which events: the filters of the page, sent along. A sealed one holds all of them."""

    format = StringField(validators=[AnyOf(("csv", "jsonl", "sealed"))])
    q = StringField()
    action = StringField()
    actor = StringField()
    target_type = StringField()
    target = StringField()
    run = StringField()
    since = StringField()


class EvidenceForm(FlaskForm):
    """What an evidence pack is asked of: a run or approval by its id, or a period by its days, with filters."""

    kind = StringField(validators=[AnyOf([one.value for one in Kind])])
    subject = StringField()
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To, included"), [Optional()])
    action = StringField()
    actor = StringField()
    target_type = StringField()
    target = StringField()
    run = StringField()
    q = StringField()

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its field."""
        where = self.since if error.problems[0].path == "since" else self.until
        where.errors = [*where.errors, error.message]


class RunExportForm(FlaskForm):
    """What runs are written as."""

    format = StringField(validators=[AnyOf([one.value for one in Format])])


class RunViewForm(FlaskForm):
    """The name of a filter of runs, and for whom it is."""

    name = StringField(validators=[DataRequired(), Length(max=60)])
    shared = BooleanField()


class RunViewNameForm(FlaskForm):
    """Another name of a filter of runs; empty: it stays."""

    name = StringField(validators=[Length(max=60)])


class RunColumnsForm(FlaskForm):
    """What of each run the list shows."""

    columns = SelectMultipleField(choices=[SelectChoice(one.value, one.value) for one in Column])


class ReportSendingForm(FlaskForm):
    """To whom the report of each month is mailed, and when."""

    roles = SelectMultipleField(
        _l("Everybody who is"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    people = SelectMultipleField(_l("And these people"))
    day = IntegerField(_l("Day of the month"))
    hour = IntegerField(_l("Hour"))

    def show(self, error: InvalidInput) -> None:
        """Put a refusal at its field."""
        for problem in error.problems:
            self[problem.path].errors = [*self[problem.path].errors, problem.message]


class RerunForm(FlaskForm):
    """From where, and on which version."""

    from_step = SelectField(_l("Start from"))
    version = RadioField(_l("Version"), default="original")

    @classmethod
    def for_run(cls, found: RunDetail) -> "RerunForm":
        """Steps that were reached, and the two versions."""
        form = cls()
        failed = found.failed_step
        reached = [
            (step.key, step.name) for step in found.steps
            if step.attempts and step.key != found.run.trigger_node and (not step.path or step is failed)
        ]  # fmt: skip
        form.from_step.choices = [("", _("The beginning")), *reached]
        if not form.is_submitted() and failed is not None:
            form.from_step.data = failed.key
        number, newest = found.version.number, found.workflow.published_number
        form.version.choices = [("original", _("Version %(n)s, as it ran", n=number))]
        if newest is not None and newest != number:
            form.version.choices.append(("newest", _("Version %(n)s, the newest", n=newest)))
        if form.version.data is None:
            form.version.data = "original"
        return form
