"""The form of an approval policy: plain fields, as many blocks of people as are needed, a button that adds one."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.accounts.outcomes import Role
from studio.approvals.nodes.deciders import HowMany, When
from studio.portal import escalation_form
from studio.portal.duration_form import DurationForm, gone
from studio.portal.escalation_form import EscalationFields

MOST = 10
"""Blocks of people: those who are asked first, and nine more."""
NEEDS = (
    SelectChoice(HowMany.ANY.value, _l("Any one of them")),
    SelectChoice(HowMany.ALL.value, _l("All of them")),
    SelectChoice(HowMany.COUNT.value, _l("At least this many")),
    SelectChoice(HowMany.PERCENT.value, _l("At least this percentage")),
)
ROLES = (
    SelectChoice(Role.OWNER.value, _l("Owners")),
    SelectChoice(Role.ADMIN.value, _l("Admins")),
    SelectChoice(Role.BUILDER.value, _l("Builders")),
    SelectChoice(Role.APPROVER.value, _l("Approvers")),
)
"""Whose people may decide at all."""


class DecidersForm(Form):
    """People of whom some have to agree. Nobody chosen takes the block away."""

    when = SelectField(
        _l("When"),
        choices=[
            SelectChoice(When.TOGETHER.value, _l("At the same time as those above")),
            SelectChoice(When.AFTER.value, _l("Once those above have agreed")),
        ],
        default=When.TOGETHER.value,
        validate_choice=False,  # the first block does not ask; the rule refuses what it does not know
    )
    name = StringField(_l("Name of the stage"), [Length(max=60)])
    approvers = SelectMultipleField(
        _l("Who decides"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # who is gone is refused by the service, with the name
    )
    need = SelectField(_l("Needed"), choices=list(NEEDS))
    number = IntegerField(_l("How many, or per cent"), [Optional(), NumberRange(1, 100)])
    declines = IntegerField(_l("Declines needed"), [Optional(), NumberRange(1, 50)], default=1)


class PolicyForm(EscalationFields, FlaskForm):
    """A policy's name, who decides by it, until when, and what happens while nobody answers."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the policy a name.")), Length(max=80)])
    seen = HiddenField()
    """The version that is edited."""
    deciders = FieldList(FormField(DecidersForm), min_entries=1, max_entries=MOST)
    exclude_roles = SelectMultipleField(
        _l("Roles left out"), choices=list(ROLES), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    bar_publisher = BooleanField(_l("Not who published the workflow"))
    due_in = FormField(DurationForm, label=_l("Due in"))
    remind_before = FormField(DurationForm, label=_l("Remind before"))
    more = SubmitField()
    """Shows another block of people; stores nothing."""

    @property
    def rule(self) -> dict[str, Any]:
        """What was sent, with the names that a policy has for it. Blocks in which nobody is chosen are left out."""
        first, *others = [block.form for block in self.deciders]
        return {
            **_deciders(first),
            "declines": first.declines.data or 1,
            "also": [
                {"when": one.when.data, "name": (one.name.data or "").strip(), "declines": one.declines.data or 1}
                | _deciders(one)
                for one in others
                if one.approvers.data
            ],
            "exclude_roles": self.exclude_roles.data or [],
            "bar_publisher": bool(self.bar_publisher.data),
            "due_in": self.due_in.form.duration,
            "remind_before": self.remind_before.form.duration,
            **self.plan,
        }

    def offer(self, people: Sequence[SelectChoice], calendars: Sequence[SelectChoice]) -> None:
        """Whom and which calendars may be chosen; what is chosen already stays on offer, so that nobody loses it."""
        known = {choice.value for choice in people}
        for block in self.deciders:
            lost = [one for one in block.form.approvers.data or () if one not in known]
            block.form.approvers.choices = [*people, *(SelectChoice(one, gone(one)) for one in lost)]
        for duration in (self.due_in.form, self.remind_before.form):
            duration.offer(calendars)
        self.offer_plan(people, calendars)

    def field_at(self, path: str) -> Any:
        """The field that a path such as `rule.also.1.approvers.0` is about; the name where there is none.

        Blocks that were left out stand before others, so the places of a rule are counted over those that hold people.
        """
        parts = path.removeprefix("rule.").split(".")
        filled = [block.form for place, block in enumerate(self.deciders) if not place or block.form.approvers.data]
        if parts[0] == "also" and len(parts) > 2 and parts[1].isdigit() and int(parts[1]) + 1 < len(filled):
            return getattr(filled[int(parts[1]) + 1], parts[2], self.name)
        if parts[0] in ("due_in", "remind_before"):
            return getattr(self, parts[0]).form.at(parts[1:])
        if parts[0] in escalation_form.FIELDS:
            return self.planned_at(parts)
        if parts[0] in ("approvers", "need", "number", "declines"):
            return getattr(filled[0], parts[0])
        return getattr(self, parts[0], self.name)


def shown(name: str, version: int, rule: Mapping[str, Any]) -> dict[str, Any]:
    """A policy as the form's fields take it."""
    first = {key: rule[key] for key in ("approvers", "need", "number", "declines")}
    return {
        "name": name,
        "seen": str(version),
        "deciders": [first, *rule["also"]],
        "exclude_roles": rule["exclude_roles"],
        "bar_publisher": rule["bar_publisher"],
        "due_in": rule["due_in"] or {},
        "remind_before": rule["remind_before"] or {},
        **escalation_form.shown(rule),
    }


def _deciders(block: Any) -> dict[str, Any]:
    counted = block.need.data in (HowMany.COUNT.value, HowMany.PERCENT.value)
    number = block.number.data if counted else None
    return {"approvers": block.approvers.data or [], "need": block.need.data, "number": number}
