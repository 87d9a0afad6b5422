"""The form by which somebody asks for a decision without a workflow."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    FormField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, DateTimeLocalInput, ListWidget

from studio.approvals import wordings
from studio.approvals.nodes.deciders import HowMany
from studio.approvals.requesting.adhoc import PersonAsk
from studio.core.errors import InvalidInput
from studio.portal import zones
from studio.portal.chosen_files import FilesForm
from studio.portal.duration_form import gone
from studio.portal.forms import FactForm

FACTS = 2
"""Lines that a new form has."""


class AskForm(FilesForm):
    """What is to be decided, by whom, until when."""

    title = StringField(_l("What is to be decided"), [InputRequired(_l("Say it in one sentence.")), Length(max=400)])
    text = TextAreaField(_l("Why, and what they should know"), [Length(max=wordings.INSTRUCTIONS)])
    facts = FieldList(FormField(FactForm), min_entries=FACTS, max_entries=wordings.MOST_FACTS)
    more = SubmitField()
    """Shows another line for a fact; asks nothing."""
    amount = StringField(_l("Amount"), [Length(max=40)])
    currency = StringField(_l("Currency"), [Length(max=3)])
    policy = SelectField(_l("By policy"), validate_choice=False)  # one that is gone is refused by the service
    approvers = SelectMultipleField(
        _l("Who decides"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # who is gone is refused by the service, with the name
    )
    need = SelectField(
        _l("Needed"),
        choices=[
            SelectChoice(HowMany.ANY.value, _l("Any one of them")),
            SelectChoice(HowMany.ALL.value, _l("All of them")),
        ],
        default=HowMany.ANY.value,
    )
    due_at = StringField(_l("Decide until"), widget=DateTimeLocalInput())

    def offer(self, people: Sequence[SelectChoice], policies: Sequence[SelectChoice]) -> None:
        """Who and what may be chosen; what is chosen already stays on offer."""
        known = {choice.value for choice in people}
        lost = [one for one in self.approvers.data or () if one not in known]
        self.approvers.choices = [*people, *(SelectChoice(one, gone(one)) for one in lost)]
        self.policy.choices = list(policies)

    def wanted(self, now: datetime, zone: str) -> PersonAsk:
        """What was filled in. Raises InvalidInput at `due_at` for a moment that is none."""
        lines = [(entry.form.label.data or "", entry.form.value.data or "") for entry in self.facts]
        return PersonAsk(
            title=self.title.data or "",
            facts=[(label, value) for label, value in lines if label.strip() or value.strip()],
            text=self.text.data or "",
            amount=self.amount.data or "",
            currency=self.currency.data or "",
            approvers=self.approvers.data or [],
            need=self.need.data or HowMany.ANY.value,
            policy=self.policy.data or "",
            due_at=self._due(now, zone),
        )

    def show(self, error: InvalidInput) -> None:
        """Put what was wrong under its field; what has none stands at the top."""
        for problem in error.problems:
            name, *rest = problem.path.split(".")
            name = {"attachments": "files"}.get(name, name)
            field = self._fields.get(name, self.title)
            if name == "facts" and len(rest) == 2 and rest[0].isdigit():
                filled = [one.form for one in self.facts if (one.form.label.data or one.form.value.data or "").strip()]
                field = filled[int(rest[0])][rest[1]] if int(rest[0]) < len(filled) else self.facts
            field.errors = [*field.errors, problem.message]

    def _due(self, now: datetime, zone: str) -> datetime | None:
        if not (self.due_at.data or "").strip():
            return None
        try:
            return zones.snooze_moment(zones.CUSTOM, self.due_at.data, now, zone)
        except InvalidInput as error:
            raise InvalidInput(error.message, code=error.code, field="due_at") from None
