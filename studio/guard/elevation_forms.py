"""Forms of elevation: who may ask for which role, and asking."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.accounts.frame import ROLE_NAMES
from studio.accounts.outcomes import Role
from studio.accounts.service.members import Member
from studio.core.ids import parse_id
from studio.core.moment_fields import DateField, DateTimeLocalField
from studio.guard.elevation import words
from studio.guard.elevation.eligibility import GrantSave
from studio.guard.elevation.policy import TEXT, TICKET, Wish


class GrantForm(FlaskForm):
    """Who may ask for which role, on which terms."""

    who = SelectField(_l("Who"), [InputRequired(_l("Choose a person or a group."))], validate_choice=False)
    role = SelectField(
        _l("May act as"),
        choices=[SelectChoice(role.value, ROLE_NAMES[role.value]) for role in Role],
        default=Role.ADMIN.value,
    )
    most_minutes = IntegerField(_l("For at most, in minutes"), [InputRequired(_l("Say for how long."))], default=240)
    approvers = TextAreaField(_l("Who has to agree"), [Length(max=4_000)])
    needed = IntegerField(_l("How many of them"), [Optional()], default=1)
    justification = BooleanField(_l("A reason has to be given"), default=True)
    ticket = BooleanField(_l("A ticket has to be named"))
    step_up = BooleanField(_l("Whoever asks proves that it is them"), default=True)
    until = DateField(_l("Until the end of"), [Optional()])

    def offer(self, people: Iterable[Member], groups: Mapping[UUID, str], group_word: str) -> None:
        """Say who there is."""
        choices = [SelectChoice("", "")]
        choices += [SelectChoice(f"user:{one.user_id}", f"{one.name} · {ROLE_NAMES[one.role.value]}") for one in people]
        choices += [SelectChoice(f"group:{key}", f"{group_word}: {name}") for key, name in groups.items()]
        self.who.choices = choices

    def save(self, time_zone: str) -> GrantSave:
        """What was sent."""
        kind, _colon, key = (self.who.data or "").partition(":")
        names = [line.strip() for line in (self.approvers.data or "").splitlines() if line.strip()]
        until = self.until.data
        end = None
        if until is not None:
            end = datetime.combine(until + timedelta(days=1), datetime.min.time(), ZoneInfo(time_zone)).astimezone(UTC)
        return GrantSave(
            Role(self.role.data), parse_id(key) if kind == "user" else None, parse_id(key) if kind == "group" else None,
            timedelta(minutes=_bounded(self.most_minutes.data)), bool(self.justification.data), bool(self.ticket.data),
            [one if one.startswith(("user:", "group:", "schedule:")) else f"user:{one}" for one in names],
            1 if self.needed.data is None else _bounded(self.needed.data), bool(self.step_up.data), end,
        )  # fmt: skip

    def field_at(self, path: str) -> Field:
        """Where a problem is shown."""
        name = "until" if path == "ends_at" else path.partition(".")[0]
        return _field(self, name, self.who)


class AskForm(FlaskForm):
    """What somebody asks for."""

    minutes = IntegerField(_l("For how long, in minutes"), [InputRequired(_l("Say for how long."))], default=60)
    justification = TextAreaField(_l("What for"), [Length(max=TEXT)])
    ticket = StringField(_l("Ticket"), [Length(max=TICKET)])
    starts_at = DateTimeLocalField(_l("Start at"), [Optional()])
    scope = SelectMultipleField(
        _l("Only some of it"), option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )  # fmt: skip

    def offer(self, permissions: Iterable[str]) -> None:
        """Say what the role allows beyond the seat."""
        self.scope.choices = [SelectChoice(name, words.permission(name)) for name in sorted(permissions)]

    def wish(self, time_zone: str) -> Wish:
        """What was sent. Nothing chosen of it: all."""
        begin = self.starts_at.data
        return Wish(
            timedelta(minutes=_bounded(self.minutes.data)), self.justification.data or "", self.ticket.data or "",
            None if begin is None else begin.replace(tzinfo=ZoneInfo(time_zone)).astimezone(UTC),
            frozenset(self.scope.data) if self.scope.data else None,
        )  # fmt: skip

    def field_at(self, path: str) -> Field:
        """Where a problem is shown."""
        return _field(self, path, self.minutes)


class RevokeForm(FlaskForm):
    """Why an admin ends it."""

    reason = StringField(_l("Why"), [Length(max=TEXT)])


def _field(form: FlaskForm, name: str, otherwise: Field) -> Field:
    return next((field for field in form if field.short_name == name), otherwise)


def _bounded(number: int | None) -> int:
    """What a time can be made of; what is out of bounds stays so, and is refused by the service."""
    return max(-1, min(number or 0, 1_000_000))
