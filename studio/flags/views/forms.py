"""Forms of flags. Their rules are rows that a form class cannot list beforehand (`flags/editing`)."""

from collections.abc import Mapping
from typing import cast

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import Length, Optional, Regexp

from studio.core.numerals import whole
from studio.core.sending import EverythingField
from studio.flags import words
from studio.flags.outcomes import ClientKind, EnvironmentKind, Kind, Purpose
from studio.flags.rollouts import words as rollouts


class NewFlag(FlaskForm):
    """A flag, before it has rules."""

    key = StringField(_l("Key"))
    description = TextAreaField(_l("Description"))
    kind = RadioField(
        _l("What code gets"), choices=[SelectChoice(one.value, one.value) for one in Kind], default=Kind.BOOLEAN.value
    )
    purpose = RadioField(
        _l("What it is for"),
        choices=[SelectChoice(one.value, one.value) for one in Purpose],
        default=Purpose.RELEASE.value,
    )
    off_value = TextAreaField(_l("Off value"))
    value_schema = TextAreaField(_l("Schema"))


class FlagFacts(FlaskForm):
    """What holds of a flag everywhere."""

    description = TextAreaField(_l("Description"))
    purpose = RadioField(_l("What it is for"), choices=[SelectChoice(one.value, one.value) for one in Purpose])
    off_value = TextAreaField(_l("Off value"))
    value_schema = TextAreaField(_l("Schema"))
    dependencies = TextAreaField(_l("Other flags that it needs"))
    note = StringField(_l("Why"), [Length(max=500)])
    seen = IntegerField(_l("Version"), [Optional()])


class RowsForm(FlaskForm):
    """Rules or conditions: everything that was sent, by name."""

    sent = EverythingField()

    def values(self) -> Mapping[str, str]:
        """What was sent."""
        return cast("Mapping[str, str]", self.sent.data)

    def text(self, name: str) -> str:
        """One field beside the rows."""
        return str(self.values().get(name) or "").strip()

    def number(self, name: str) -> int | None:
        """The same as a whole number; None: it is none."""
        return whole(self.text(name))


class NewEnvironment(FlaskForm):
    """Another environment."""

    title = StringField(_l("Name"))
    name = StringField(_l("In keys and steps"))
    kind = SelectField(
        _l("Kind"), choices=[SelectChoice(one.value, words.ENVIRONMENTS[one]) for one in EnvironmentKind]
    )


class NewKey(FlaskForm):
    """A program's key."""

    name = StringField(_l("Name"), [Length(max=80)])
    environment = SelectField(_l("Environment"))
    kind = SelectField(_l("For"), choices=[SelectChoice(one.value, words.CLIENTS[one]) for one in ClientKind])
    origins = StringField(
        _l("Web addresses"), [Optional(), Regexp(r"[^,;]*\Z", message=_l("Separate them by blanks."))]
    )


class NewMetric(FlaskForm):
    """What programs may measure of people."""

    title = StringField(_l("Name"), [Length(max=80)])
    key = StringField(_l("In programs"))
    kind = SelectField(_l("What it is"), choices=[SelectChoice(key, said) for key, said in rollouts.KINDS.items()])
    worse = SelectField(
        _l("When it is worse"), choices=[SelectChoice(key.value, said) for key, said in rollouts.WORSE.items()]
    )
