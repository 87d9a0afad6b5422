"""Forms of the settings that money depends on."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from studio.guard.models import ProtectedSetting


class SettingForm(FlaskForm):
    """Base of each: the version that was edited travels along."""

    seen = HiddenField(default="0")
    texts: ClassVar[tuple[str, ...]]
    """Its fields in order."""

    @classmethod
    def shown(cls, row: ProtectedSetting | None) -> dict[str, Any]:
        """A version as the form has it."""
        return {} if row is None else {**row.body, "seen": row.version}

    def sent(self) -> dict[str, Any]:
        """What was sent, as its kind reads it."""
        return {name: self[name].data or "" for name in self.texts}

    @property
    def first(self) -> Field:
        """Where a problem of the whole is shown."""
        found: Field = self[self.texts[0]]
        return found

    def field_at(self, path: str) -> Field:
        """Where a problem is shown."""
        name = path.partition(".")[0]
        found: Field = self[name] if name in self.texts else self.first
        return found


class PayoutForm(SettingForm):
    """Where payouts go."""

    texts = ("holder", "iban", "bic", "bank")
    holder = StringField(_l("Account holder"), [InputRequired(), Length(max=140)])
    iban = StringField(_l("IBAN"), [InputRequired(), Length(max=60)])
    bic = StringField(_l("BIC"), [Length(max=20)])
    bank = StringField(_l("Bank"), [Length(max=80)])

    @classmethod
    def shown(cls, row: ProtectedSetting | None) -> dict[str, Any]:
        """Without the number: it is typed again by whoever changes the account."""
        return {**super().shown(row), "iban": ""}


class TaxForm(SettingForm):
    """Where the shop is registered for tax."""

    texts = ("registrations",)
    registrations = TextAreaField(_l("Countries and numbers"), [Length(max=4_000)])

    @classmethod
    def shown(cls, row: ProtectedSetting | None) -> dict[str, Any]:
        if row is None:
            return {}
        lines = "\n".join(f"{one['country']} {one['number']}" for one in row.body["registrations"])
        return {"registrations": lines, "seen": row.version}

    def sent(self) -> dict[str, Any]:
        lines = [line.split(None, 1) for line in (self.registrations.data or "").splitlines() if line.strip()]
        return {
            "registrations": [
                {"country": line[0].upper(), "number": line[1].strip() if len(line) > 1 else ""} for line in lines
            ]
        }


class RefundForm(SettingForm):
    """How much may be refunded."""

    texts = ("single", "daily", "currency")
    single = StringField(_l("One refund, at most"), [InputRequired(), Length(max=20)])
    daily = StringField(_l("All refunds of a day, at most"), [InputRequired(), Length(max=20)])
    currency = StringField(_l("Currency"), [InputRequired(), Length(3, 3)])


FORMS: dict[str, type[SettingForm]] = {
    "payout_account": PayoutForm, "tax_registrations": TaxForm, "refund_limit": RefundForm,
}  # fmt: skip
