"""Forms of this package's pages."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from studio.accounts.frame import ROLE_NAMES
from studio.accounts.outcomes import Theme
from studio.accounts.permissions import SCOPES
from studio.core.languages import LOCALES, spoken

_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN")
_MORE = ("CAD", "AUD", "NZD", "JPY", "CNY", "INR", "BRL", "MXN", "TRY", "ZAR", "SGD", "HKD", "AED")
_NEEDED = _l("This is needed.")
_TOO_LONG = _l("This is too long.")


def _choices(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    return [SelectChoice(value, label) for value, label in pairs]


@cache
def _time_zones() -> list[Any]:
    names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
    return _choices((name, name.replace("_", " ")) for name in names)


def _locales() -> list[Any]:
    """Each in its own language, as its speakers look for it."""
    return _choices((name, _tongue(name)) for name in LOCALES)


def _tongue(locale: str) -> str | LazyString:
    name = Locale.parse(locale).get_display_name() or locale
    return name if spoken(locale) else _l("%(language)s, for dates and numbers; texts are English", language=name)


def _or_the_workspaces(choices: list[Any]) -> list[Any]:
    return [*_choices([("", _l("The workspace's"))]), *choices]


def _text(label: Any, limit: int = 120) -> StringField:
    return StringField(label, [InputRequired(_NEEDED), Length(max=limit, message=_TOO_LONG)])


class SignInForm(FlaskForm):
    """Address and password."""

    email = EmailField(_l("E-mail"), [InputRequired(_l("Type your e-mail address.")), Length(max=254)])
    password = PasswordField(_l("Password"), [InputRequired(_l("Type your password.")), Length(max=256)])
    next = HiddenField()


class ViaForm(FlaskForm):
    """On to a provider."""

    next = HiddenField()


class WorkspaceNameForm(FlaskForm):
    """Which workspace somebody works in."""

    slug = StringField(_l("Short name of your workspace"), [InputRequired(_NEEDED), Length(max=60)])


class LinkForm(FlaskForm):
    """The password of the account that has one's address."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Type your password.")), Length(max=256)])


class RoleRuleForm(Form):
    """Which seat a value of the claim stands for."""

    value = StringField(_l("Value"), [Length(max=200, message=_TOO_LONG)])
    role = SelectField(_l("Seat"), choices=_choices(ROLE_NAMES.items()), default="approver")


class ProviderForm(FlaskForm):
    """The workspace's sign-in provider."""

    name = _text(_l("Name"), 60)
    issuer = _text(_l("Issuer"), 500)
    client_id = _text(_l("Client ID"), 200)
    secret = PasswordField(_l("Client secret"), [Length(max=4000, message=_TOO_LONG)])
    domains = StringField(_l("Mail domains"), [Length(max=4000, message=_TOO_LONG)])
    claim = StringField(_l("Claim that names groups"), [Length(max=200, message=_TOO_LONG)])
    mapping = FieldList(FormField(RoleRuleForm), min_entries=1, max_entries=100)
    default_role = SelectField(
        _l("Everybody else"), choices=lambda: _choices([("", _l("No seat")), *ROLE_NAMES.items()]), default=""
    )
    passwords = BooleanField(_l("People may sign in with a password as well"), default=True)
    more = SubmitField()
    """Shows another row of the mapping; stores nothing."""


class ForgotForm(FlaskForm):
    """Whom to mail a link."""

    email = EmailField(_l("E-mail"), [InputRequired(_l("Type your e-mail address.")), Length(max=254)])


class NewPasswordForm(FlaskForm):
    """A password chosen through a link."""

    password = PasswordField(_l("New password"), [InputRequired(_NEEDED), Length(max=256)])


class ChangePasswordForm(FlaskForm):
    """One's own password."""

    old = PasswordField(_l("Present password"), [InputRequired(_NEEDED), Length(max=256)])
    password = PasswordField(_l("New password"), [InputRequired(_NEEDED), Length(max=256)])


class PasskeyForm(FlaskForm):
    """What the browser has made, and what its person calls it."""

    name = _text(_l("Name"), 80)
    answer = HiddenField(validators=[Length(max=16_000)])


class TotpForm(FlaskForm):
    """The first code of an authenticator app."""

    code = StringField(_l("Code that the app shows now"), [InputRequired(_NEEDED), Length(max=20)])


class ProfileForm(FlaskForm):
    """What people set for themselves."""

    name = _text(_l("Name"))
    time_zone = SelectField(_l("Time zone"), choices=lambda: _or_the_workspaces(_time_zones()))
    locale = SelectField(_l("Dates and numbers"), choices=lambda: _or_the_workspaces(_locales()))
    theme = SelectField(
        _l("Colours"),
        choices=_choices([("system", _l("As the system")), ("light", _l("Light")), ("dark", _l("Dark"))]),
        coerce=Theme,
    )


class MailForm(FlaskForm):
    """When one is mailed about approvals."""

    quiet_from = TimeField(_l("Quiet from"), [Optional()])
    quiet_until = TimeField(_l("Quiet until"), [Optional()])
    digest_at = TimeField(_l("One mail a day, at"), [Optional()])
    completion_mails = BooleanField(_l("Tell me when others have decided what I was asked"))


class PlaceForm(FlaskForm):
    """Where a workspace is at home."""

    currency = SelectField(_l("Currency"), choices=_choices((code, code) for code in _CURRENCIES + _MORE))
    time_zone = SelectField(_l("Time zone"), choices=_time_zones, default="UTC")
    locale = SelectField(_l("Language, dates and numbers"), choices=_locales)


class WorkspaceForm(PlaceForm):
    """What a workspace is set to."""

    name = _text(_l("Name"))
    retention_days = IntegerField(_l("Keep runs for, in days"), [InputRequired(_NEEDED), NumberRange(7, 3650)])
    approver_seats = IntegerField(_l("Approver seats, at most"), [InputRequired(_NEEDED), NumberRange(1, 10_000)])


class LogoForm(FlaskForm):
    """A picture for the workspace."""

    logo = FileField(_l("Logo"))


class InviteForm(FlaskForm):
    """A seat for somebody."""

    email = EmailField(_l("E-mail"), [InputRequired(_NEEDED), Length(max=254)])
    name = _text(_l("Name"))
    role = SelectField(_l("Seat"), choices=_choices(ROLE_NAMES.items()), default="approver")


class RoleForm(FlaskForm):
    """Another seat for a member."""

    role = SelectField(_l("Seat"), choices=_choices(ROLE_NAMES.items()))


class _Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class TokenForm(FlaskForm):
    """A new API token."""

    name = _text(_l("Name"))
    scopes = _Checkboxes(_l("What it may do"), choices=_choices((scope, scope) for scope in SCOPES))
    days = SelectField(
        _l("Ends after"),
        choices=_choices([("30", _l("30 days")), ("90", _l("90 days")), ("365", _l("One year")), ("0", _l("Never"))]),
        default="90",
    )


class SecretEditForm(FlaskForm):
    """Another value, or other hosts; the name stays."""

    value = PasswordField(_l("New value"), [Length(max=16_384)])
    hosts = TextAreaField(_l("Hosts it may be sent to"), [Length(max=4000)])

    def host_list(self) -> Sequence[str]:
        """One host a line, or between commas."""
        return (self.hosts.data or "").replace(",", "\n").split("\n")


class SecretForm(SecretEditForm):
    """A new secret."""

    name = _text(_l("Name"), 80)
    value = PasswordField(_l("Value"), [InputRequired(_NEEDED), Length(max=16_384)])
