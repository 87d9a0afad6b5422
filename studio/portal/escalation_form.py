"""The part of a policy's form that says what happens while nobody answers: levels, repeats, a last word."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, Form, FormField, IntegerField, SelectField, SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.approvals.escalation import MOST_LEVELS, MOST_LOOPS
from studio.approvals.nodes.fields.escalating import AtLast, Before, Whom
from studio.portal.duration_form import DurationForm, gone

FIELDS = ("escalate", "repeat", "acknowledge_for", "fallback", "at_last", "at_last_after")
"""As a rule names them, and the form likewise."""


class LevelForm(Form):
    """One level. Without people and without a time it is left out."""

    after = FormField(DurationForm, label=_l("After"))
    targets = SelectMultipleField(
        _l("Ask"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # who is gone is refused by the service, with the name
    )
    mode = SelectField(
        _l("Whom of them"),
        choices=[
            SelectChoice(Whom.EVERYONE.value, _l("All of them")),
            SelectChoice(Whom.TURN.value, _l("One of them, in turn")),
        ],
        default=Whom.EVERYONE.value,
    )
    before = SelectField(
        _l("Those before"),
        choices=[
            SelectChoice(Before.KEEP.value, _l("Can still decide")),
            SelectChoice(Before.LOSE.value, _l("Can no longer decide")),
        ],
        default=Before.KEEP.value,
    )

    @property
    def filled(self) -> bool:
        """Whether something was chosen."""
        return bool(self.targets.data) or self.after.form.amount.data is not None


class EscalationFields:
    """Fields of a form that asks for a plan of escalation."""

    escalate = FieldList(FormField(LevelForm), min_entries=0, max_entries=MOST_LEVELS)
    repeat = IntegerField(_l("Repeat the levels"), [Optional(), NumberRange(0, MOST_LOOPS)], default=0)
    acknowledge_for = FormField(DurationForm, label=_l("“I'm on it” holds for"))
    fallback = SelectMultipleField(
        _l("Fallback approvers"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    at_last = SelectField(
        _l("When nobody answers at all"),
        choices=[
            SelectChoice(AtLast.WAIT.value, _l("Go on waiting")),
            SelectChoice(AtLast.DECLINE.value, _l("Decline it")),
            SelectChoice(AtLast.EXPIRE.value, _l("Let it expire")),
            SelectChoice(AtLast.APPROVE.value, _l("Approve it: silence agrees")),
        ],
        default=AtLast.WAIT.value,
    )
    at_last_after = FormField(DurationForm, label=_l("How long after the last level"))
    level = SubmitField()
    """Shows another level; stores nothing."""

    @property
    def plan(self) -> dict[str, Any]:
        """What was sent, as a rule has it."""
        return {
            "escalate": [
                {"targets": one.targets.data or [], "mode": one.mode.data, "before": one.before.data}
                | ({"after": one.after.form.duration} if one.after.form.duration else {})
                for one in self._levels()
            ],
            "repeat": self.repeat.data or 0,
            "acknowledge_for": self.acknowledge_for.form.duration,
            "fallback": self.fallback.data or [],
            "at_last": self.at_last.data,
            "at_last_after": self.at_last_after.form.duration,
        }

    def offer_plan(self, people: Sequence[SelectChoice], calendars: Sequence[SelectChoice]) -> None:
        """Whom and which calendars may be chosen; what is chosen already stays on offer."""
        levels = [one.form for one in self.escalate]
        for several in (self.fallback, *(one.targets for one in levels)):
            known = {choice.value for choice in people}
            several.choices = [
                *people, *(SelectChoice(one, gone(one)) for one in several.data or () if one not in known),
            ]  # fmt: skip
        for duration in (self.acknowledge_for, self.at_last_after, *(one.after for one in levels)):
            duration.form.offer(calendars)

    def planned_at(self, parts: Sequence[str]) -> Any:
        """The field of a path below a rule, such as `escalate.0.after.amount`; the first one that can show it."""
        name, *below = parts
        found = getattr(self, name)
        if name == "escalate" and below and int(below[0]) < len(self._levels()):
            level = self._levels()[int(below[0])]
            inner = below[1] if len(below) > 1 else "targets"
            return level.after.form.at(below[2:]) if inner == "after" else level[inner]
        if name == "escalate":
            return self.at_last
        return found.form.at(below) if isinstance(found, FormField) else found

    def _levels(self) -> list[LevelForm]:
        """Those that are filled in; what was left empty stands before others, so a rule counts over these."""
        return [one.form for one in self.escalate if one.form.filled]


def shown(rule: Mapping[str, Any]) -> dict[str, Any]:
    """A rule's plan as the form's fields take it."""
    return {name: rule[name] if rule[name] is not None else {} for name in FIELDS}
