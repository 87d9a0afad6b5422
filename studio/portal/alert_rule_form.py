"""The form of an alert rule: plain fields, a block for each level, a button that adds one."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
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
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.approvals.clock.reading import zone_names
from studio.approvals.escalation import MOST_LEVELS, MOST_LOOPS
from studio.approvals.nodes.fields.escalating import Whom
from studio.oversight.alerts.rules import OWNER, About, Rule, Severity, written
from studio.portal.duration_form import DurationForm, gone

MODES = (
    SelectChoice(Whom.EVERYONE.value, _l("All of them")),
    SelectChoice(Whom.TURN.value, _l("One of them, in turn")),
)
SEVERITIES = (
    SelectChoice(Severity.BY_KIND.value, _l("As each kind of alert says")),
    SelectChoice(Severity.URGENT.value, _l("Urgent: told in quiet hours too")),
    SelectChoice(Severity.NORMAL.value, _l("Not urgent: waits for their end")),
)


class LevelForm(Form):
    """One level. Without people and without a time it is left out."""

    after = FormField(DurationForm, label=_l("After"))
    targets = SelectMultipleField(
        _l("Tell"),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,  # who is gone is refused by the service, with the name
    )
    mode = SelectField(_l("Whom of them"), choices=list(MODES), default=Whom.EVERYONE.value)

    @property
    def filled(self) -> bool:
        """Whether something was chosen."""
        return bool(self.targets.data) or self.after.form.amount.data is not None


class AlertRuleForm(FlaskForm):
    """Which alerts are told whom, how and when."""

    name = StringField(_l("Name"), [InputRequired(_l("Give the rule a name.")), Length(max=80)])
    seen = HiddenField()
    """The content that is edited."""
    enabled = BooleanField(_l("In force"), default=True)
    kinds = SelectMultipleField(
        _l("Kinds of alerts"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )
    about = SelectField(_l("About"), validate_choice=False, default=About.ALL.value)
    """`all`, or what it is about with its name or id, such as `folder:Payments`."""
    failures = IntegerField(_l("Failed runs"), [Optional(), NumberRange(1, 1000)], default=1)
    minutes = IntegerField(_l("Within minutes"), [Optional(), NumberRange(1, 1440)], default=10)
    whom = SelectMultipleField(
        _l("Whom to tell"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validate_choice=False
    )
    mode = SelectField(_l("Whom of them"), choices=list(MODES), default=Whom.EVERYONE.value)
    levels = FieldList(FormField(LevelForm), min_entries=0, max_entries=MOST_LEVELS - 1)
    repeat = IntegerField(_l("Repeat everything"), [Optional(), NumberRange(0, MOST_LOOPS)], default=0)
    repeat_after = FormField(DurationForm, label=_l("Begin again after"))
    severity = SelectField(_l("In quiet hours"), choices=list(SEVERITIES), default=Severity.BY_KIND.value)
    quiet_from = TimeField(_l("Quiet from"), [Optional()])
    quiet_until = TimeField(_l("Quiet until"), [Optional()])
    quiet_zone = SelectField(
        _l("Time zone"), choices=lambda: [SelectChoice(name, name) for name in sorted(zone_names())], default="UTC"
    )
    quiet_weekends = BooleanField(_l("Saturdays and Sundays are quiet as a whole"))
    slack = BooleanField(_l("Post it to Slack as well"))
    level = SubmitField()
    """Shows another level; stores nothing."""

    @property
    def rule(self) -> dict[str, Any]:
        """What was sent, with the names that a rule has for it. Levels that are empty are left out."""
        about, _colon, value = (self.about.data or About.ALL.value).partition(":")
        again = self.repeat_after.form.duration
        return {
            "kinds": self.kinds.data or [],
            "about": about,
            "value": value,
            "failures": self.failures.data or 1,
            "minutes": self.minutes.data or 10,
            "severity": self.severity.data,
            "whom": self.whom.data or [],
            "mode": self.mode.data,
            "levels": [
                {"targets": one.targets.data or [], "mode": one.mode.data}
                | ({"after": one.after.form.duration} if one.after.form.duration else {})
                for one in self._levels()
            ],
            "repeat": self.repeat.data or 0,
            "quiet": self._quiet(),
            "slack": bool(self.slack.data),
        } | ({"repeat_after": again} if again else {})

    def offer(
        self, kinds: Sequence[SelectChoice], about: Mapping[str, list[tuple[str, str]]], people: Sequence[SelectChoice],
        calendars: Sequence[SelectChoice],
    ) -> None:  # fmt: skip
        """What may be chosen; what is chosen already stays on offer, so that nobody loses it."""
        self.kinds.choices = list(kinds)
        chosen, offered = self.about.data or About.ALL.value, dict(about)
        if chosen not in {value for some in about.values() for value, _text in some}:
            offered[str(_("No longer there"))] = [(chosen, gone(chosen))]
        self.about.choices = offered
        known = {choice.value for choice in people}
        for several in (self.whom, *(one.form.targets for one in self.levels)):
            lost = [one for one in several.data or () if one not in known]
            several.choices = [*people, *(SelectChoice(one, gone(one)) for one in lost)]
        for duration in (self.repeat_after, *(one.form.after for one in self.levels)):
            duration.form.offer(calendars)

    def field_at(self, path: str) -> Any:
        """The field that a path such as `rule.levels.0.targets.1` is about; the name where there is none.

        Levels that were left empty stand before others, so a rule counts over those that are filled in.
        """
        parts = path.removeprefix("rule.").split(".")
        filled = self._levels()
        if parts[0] == "levels" and len(parts) > 2 and parts[1].isdigit() and int(parts[1]) < len(filled):
            level = filled[int(parts[1])]
            return level.after.form.at(parts[3:]) if parts[2] == "after" else getattr(level, parts[2], level.targets)
        if parts[0] == "repeat_after":
            return self.repeat_after.form.at(parts[1:])
        if parts[0] == "quiet":
            return {"zone": self.quiet_zone, "from": self.quiet_from}.get(parts[-1], self.quiet_until)
        return {"value": self.about, "rule": self.whom}.get(parts[0]) or getattr(self, parts[0], self.name)

    def _levels(self) -> list[LevelForm]:
        return [one.form for one in self.levels if one.form.filled]

    def _quiet(self) -> dict[str, Any] | None:
        start, end = self.quiet_from.data, self.quiet_until.data
        if start is None and end is None:
            return None
        times = {name: f"{one:%H:%M}" for name, one in (("from", start), ("until", end)) if one is not None}
        return {"zone": self.quiet_zone.data, "weekends": bool(self.quiet_weekends.data), **times}


def shown(name: str, seen: str, rule: Rule, *, enabled: bool, ids: Mapping[str, str]) -> dict[str, Any]:
    """A rule as the form's fields take it. `ids`: how the form names people whom a rule may name otherwise."""
    stored = written(rule)
    quiet = rule.hours
    return {
        **{field: stored[field] for field in ("kinds", "failures", "minutes", "mode", "repeat", "repeat_after", "slack",
                                              "severity")},
        "name": name, "seen": seen, "enabled": enabled,
        "about": rule.about.value if rule.about is About.ALL else f"{rule.about.value}:{rule.value}",
        "whom": [ids.get(one, one) for one in rule.whom],
        "levels": [one | {"targets": [ids.get(ref, ref) for ref in one["targets"]]} for one in stored["levels"]],
        "quiet_from": quiet.start if quiet else None, "quiet_until": quiet.end if quiet else None,
        "quiet_zone": quiet.zone.key if quiet else None, "quiet_weekends": quiet.weekends if quiet else False,
    }  # fmt: skip


def fresh(zone: str) -> dict[str, Any]:
    """What a new rule begins with: its owner is told, and quiet hours would be by the reader's own clock."""
    return {"enabled": True, "whom": [OWNER], "quiet_zone": zone}
