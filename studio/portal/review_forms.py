"""Forms of access reviews: starting one, and answering about a seat."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.accounts.frame import ROLE_NAMES
from studio.accounts.outcomes import Role
from studio.core.moment_fields import DateField
from studio.oversight.reviews import policy, starting
from studio.oversight.reviews.answering import REASON
from studio.oversight.reviews.outcomes import Scope, Silence


class StartForm(FlaskForm):
    """A review as it shall be."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the review a name.")), Length(max=starting.NAME)])
    scope = RadioField(
        _l("Seats"),
        choices=[
            SelectChoice(Scope.ALL.value, _l("All seats")),
            SelectChoice(Scope.APPROVERS.value, _l("Approver seats alone")),
        ],
        default=Scope.ALL.value,
    )
    due = DateField(_l("Answers until the end of"), [InputRequired(_l("Choose a day."))])
    silence = RadioField(
        _l("A seat that nobody answers about"),
        choices=[
            SelectChoice(Silence.KEEP.value, _l("is kept")),
            SelectChoice(Silence.REMOVE.value, _l("is taken away, unless it is an owner's")),
            SelectChoice(Silence.OWNER.value, _l("goes to the owners, who have 7 more days; then it is kept")),
        ],
        default=Silence.OWNER.value,
    )
    people = SelectMultipleField(_l("Reviewers"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False))
    group = SelectField(_l("Or an approver group"))
    inviters = BooleanField(_l("Ask first whoever gave the seat"))
    every_months = IntegerField(
        _l("Repeat after, in months"),
        [Optional(), NumberRange(policy.MONTHS[0], policy.MONTHS[-1])],
    )


class AnswerForm(FlaskForm):
    """About one seat; the button names the answer."""

    answer = HiddenField()
    shown = HiddenField()
    """What the seat was on the page."""
    role = SelectField(
        _l("Another seat"),
        choices=[SelectChoice(role.value, ROLE_NAMES[role.value]) for role in Role],
        validate_choice=False,  # refused by the service, which knows what the reviewer may give
    )
    reason = StringField(_l("Why"), [Length(max=REASON)])


class ReviewerForm(FlaskForm):
    """Who is asked about a seat instead."""

    reviewer = SelectField(_l("Reviewer"), validate_choice=False)
