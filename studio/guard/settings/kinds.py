"""Pure: what each of these settings holds, what is wrong with it, and what policies compare of a change."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Self

from pydantic import ConfigDict, Field, StringConstraints, field_validator, model_validator

from studio.core.deferred import Deferred
from studio.core.i18n import gettext as _
from studio.core.i18n import marked

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}\Z")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")
_COUNTRY = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
_CURRENCY = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
_AMOUNT = Annotated[Decimal, Field(ge=0, max_digits=15, decimal_places=2)]


class Setting(Deferred):
    """Base of each kind: nothing unknown is let in."""

    model_config = ConfigDict(extra="forbid")
    kind: ClassVar[str]
    target: ClassVar[str]
    title: ClassVar[str]

    def facts(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """What policies compare, by the names of its target."""
        raise NotImplementedError

    def rows(self) -> list[tuple[str, str]]:
        """Label and value, as people read them; account numbers show their last digits."""
        raise NotImplementedError

    def what(self) -> str:
        """The change in one sentence."""
        raise NotImplementedError

    def stored(self) -> dict[str, Any]:
        """As its row keeps it."""
        return self.model_dump(mode="json")


class PayoutAccount(Setting):
    """The bank account that payouts go to."""

    kind = "payout_account"
    target = "payout_account.change"
    title = marked("Payout account")
    holder: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=140)]
    iban: Annotated[str, StringConstraints(max_length=60)]
    bic: Annotated[str, StringConstraints(max_length=20)] = ""
    bank: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)] = ""

    @field_validator("iban")
    @classmethod
    def _iban(cls, text: str) -> str:
        number = re.sub(r"\s", "", text).upper()
        if not _IBAN.match(number) or not number.isascii() or _remainder(number) != 1:
            raise ValueError(_("This is no IBAN: its check digits do not fit. Look for a mistyped digit."))
        return number

    @field_validator("bic")
    @classmethod
    def _bic(cls, text: str) -> str:
        code = re.sub(r"\s", "", text).upper()
        if code and not _BIC.match(code):
            raise ValueError(_("A BIC has 8 or 11 letters and digits."))
        return code

    def facts(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Not the number itself: policies need none."""
        return {"holder": self.holder, "country": self.iban[:2], "bank": self.bank}

    def rows(self) -> list[tuple[str, str]]:
        return [
            (_("Account holder"), self.holder), (_("IBAN"), masked(self.iban)), (_("BIC"), self.bic or "-"),
            (_("Bank"), self.bank or "-"),
        ]  # fmt: skip

    def what(self) -> str:
        return _("Payouts go to %(iban)s of %(holder)s", iban=masked(self.iban), holder=self.holder)


class Registration(Deferred):
    """One country in which the shop is registered for tax."""

    model_config = ConfigDict(extra="forbid")
    country: _COUNTRY
    number: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9 .\-]{4,20}$")]


class TaxRegistrations(Setting):
    """Where the shop is registered for tax, and under which numbers."""

    kind = "tax_registrations"
    target = "tax_registrations.change"
    title = marked("Tax registrations")
    registrations: list[Registration] = Field(max_length=60)

    @model_validator(mode="after")
    def _once(self) -> Self:
        countries = [one.country for one in self.registrations]
        if len(set(countries)) < len(countries):
            raise ValueError(_("Each country once."))
        return self

    def facts(self, before: Mapping[str, Any]) -> dict[str, Any]:
        old = {one["country"] for one in before.get("registrations", ())}
        new = {one.country for one in self.registrations}
        return {"added": len(new - old), "removed": len(old - new)}

    def rows(self) -> list[tuple[str, str]]:
        return [(one.country, one.number) for one in self.registrations]

    def what(self) -> str:
        named = ", ".join(one.country for one in self.registrations[:12])
        return _("Registered for tax in: %(countries)s", countries=named or _("no country"))


class RefundLimit(Setting):
    """How much may be refunded at once, and in a day."""

    kind = "refund_limit"
    target = "refund_limit.change"
    title = marked("Refund limit")
    single: _AMOUNT
    daily: _AMOUNT
    currency: _CURRENCY

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.daily < self.single:
            raise ValueError(_("A day's refunds cannot be less than one refund."))
        return self

    def facts(self, before: Mapping[str, Any]) -> dict[str, Any]:
        return {"single": str(self.single), "daily": str(self.daily), "currency": self.currency}

    def rows(self) -> list[tuple[str, str]]:
        return [
            (_("One refund, at most"), f"{self.single:.2f} {self.currency}"),
            (_("All refunds of a day, at most"), f"{self.daily:.2f} {self.currency}"),
        ]

    def what(self) -> str:
        return _("Refunds of at most %(single)s at once and %(daily)s a day, in %(currency)s",
                 single=f"{self.single:.2f}", daily=f"{self.daily:.2f}", currency=self.currency)  # fmt: skip


KINDS: dict[str, type[Setting]] = {one.kind: one for one in (PayoutAccount, TaxRegistrations, RefundLimit)}
MASKED = frozenset({"iban"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of two versions, as people read it."""

    field: str
    before: str
    after: str


def differences(before: Setting | None, after: Setting) -> list[Difference]:
    """What changes, label by label; empty text: it was or is not there."""
    old = dict(before.rows()) if before is not None else {}
    new = dict(after.rows())
    names = [*new, *(name for name in old if name not in new)]
    found = [Difference(name, old.get(name, ""), new.get(name, "")) for name in names]
    hidden = before is not None and _secret(before) != _secret(after)
    return [one for one in found if one.before != one.after or (hidden and one.field == _("IBAN"))]


def masked(number: str) -> str:
    """Country, and the last four digits."""
    return f"{number[:2]}·· ···· {number[-4:]}"


def _secret(setting: Setting) -> dict[str, Any]:
    return {name: value for name, value in setting.stored().items() if name in MASKED}


def _remainder(iban: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97
