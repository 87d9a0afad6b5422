"""A policy of a protected target as a form."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from pydantic import ValidationError
from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from studio.core.errors import FieldProblem, InvalidInput
from studio.core.moment_fields import DateTimeLocalField
from studio.guard.models import GuardPolicy
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave

_FIELDS = {
    "rule.above": "above", "rule.condition": "condition", "rule.approvals": "approvers", "rule.step_up": "strength",
    "rule.freezes": "freeze_ends", "target": "target",
}  # fmt: skip


class PolicyForm(FlaskForm):
    """What it asks for, and when."""

    name = StringField(_l("Name"), [InputRequired(), Length(max=80)])
    target = SelectField(_l("Protected action"), validate_choice=False)
    above = StringField(_l("Only above"), [Length(max=20)])
    condition = StringField(_l("Only where"), [Length(max=2_000)])
    approvers = TextAreaField(_l("Who has to agree"), [Length(max=4_000)])
    count = IntegerField(_l("How many of them"), [Optional(), NumberRange(1, 20)], default=1)
    asker_decides = BooleanField(_l("Whoever asks may be one of them"))
    strength = SelectField(
        _l("Proof of who it is"),
        choices=[
            SelectChoice("", _l("none")), SelectChoice("password", _l("password or better")),
            SelectChoice("code", _l("code of an app or better")), SelectChoice("passkey", _l("passkey")),
        ],
    )  # fmt: skip
    max_age = IntegerField(_l("Not older than, in seconds"), [Optional(), NumberRange(30, 300)], default=300)
    freeze_name = StringField(_l("Freeze"), [Length(max=80)])
    freeze_starts = DateTimeLocalField(_l("From (UTC)"), validators=[Optional()])
    freeze_ends = DateTimeLocalField(_l("Until (UTC)"), validators=[Optional()])
    seen = HiddenField()
    simulate = SubmitField(_l("Try it on the last 30 days"))

    def offer(self, targets: Sequence[tuple[str, str]]) -> None:
        """Say what can be protected."""
        self.target.choices = [SelectChoice(key, title) for key, title in targets]

    @staticmethod
    def shown(row: GuardPolicy) -> dict[str, Any]:
        """A row as the form has it."""
        fields = PolicyFields.model_validate(row.rule)
        first = fields.approvals[0] if fields.approvals else None
        freeze = fields.freezes[0] if fields.freezes else None
        return {
            "name": row.name, "target": row.target, "above": "" if fields.above is None else f"{fields.above:f}",
            "condition": fields.condition, "seen": row.version, "asker_decides": fields.asker_decides,
            "approvers": "\n".join(one.removeprefix("user:") for one in first.approvers) if first else "",
            "count": first.count if first else 1, "strength": fields.step_up.strength if fields.step_up else "",
            "max_age": fields.step_up.max_age_s if fields.step_up else 300,
            "freeze_name": freeze.name if freeze else "",
            "freeze_starts": freeze.starts_at.astimezone(UTC) if freeze else None,
            "freeze_ends": freeze.ends_at.astimezone(UTC) if freeze else None,
        }  # fmt: skip

    def save(self) -> PolicySave:
        """What was sent. Raises InvalidInput with the paths of `PolicySave`."""
        people = [line.strip() for line in (self.approvers.data or "").splitlines() if line.strip()]
        rule: dict[str, Any] = {
            "above": (self.above.data or "").strip() or None, "condition": (self.condition.data or "").strip(),
            "asker_decides": bool(self.asker_decides.data),
        }  # fmt: skip
        if people:
            named = [one if one.startswith(("user:", "group:", "schedule:")) else f"user:{one}" for one in people]
            rule["approvals"] = [{"approvers": named, "count": self.count.data or 1}]
        if self.strength.data:
            rule["step_up"] = {"strength": self.strength.data, "max_age_s": self.max_age.data or 300}
        if self.freeze_name.data:
            if self.freeze_starts.data is None or self.freeze_ends.data is None:
                problem = FieldProblem("rule.freezes", "freeze_open", _("Say when the freeze starts and ends."))
                raise InvalidInput(problem.message, problems=[problem])
            start, end = (one.replace(tzinfo=UTC) for one in (self.freeze_starts.data, self.freeze_ends.data))
            rule["freezes"] = [{"name": self.freeze_name.data, "starts_at": start, "ends_at": end}]
        try:
            fields = PolicyFields.model_validate(rule)
        except ValidationError as error:
            problems = [
                FieldProblem(
                    "rule." + ".".join(map(str, one["loc"])), one["type"], one["msg"].removeprefix("Value error, ")
                )
                for one in error.errors()
            ]
            raise InvalidInput(problems[0].message, problems=problems) from None
        return PolicySave(self.target.data or "", self.name.data or "", fields)

    def field_at(self, path: str) -> Field:
        """Where a problem is shown."""
        return next((self[name] for start, name in _FIELDS.items() if path.startswith(start)), self.name)
