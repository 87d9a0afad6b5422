"""Texts that a step's templates gave, read as what they must be. Each raises StudioError with its field."""

from flask_babel import gettext as _

from studio.approvals import wordings
from studio.approvals.wordings import BadEditError
from studio.core.errors import StudioError


def address(text: str) -> str | None:
    """A rendered text that is no address is refused: the bar on deciding for oneself hangs on it."""
    address = text.strip().lower()
    if not address:
        return None
    local, at, domain = address.partition("@")
    if not (local and at and domain) or any(c.isspace() or c in ",;<>@" for c in local + domain):
        raise StudioError(
            _("“%(text)s” is no e-mail address, so nobody was asked.", text=address[:80]),
            code="bad_requester",
            field="requester",
        )
    return address


def amount(text: str, field: str = "amount") -> str | None:
    """Decimal text; None where it is empty."""
    try:
        return wordings.amount(text)
    except BadEditError as error:
        said = _("“%(text)s” is no amount of money, so nobody was asked.", text=text[:80])
        raise StudioError(said, code=error.code, field=field) from error


def currency(text: str) -> str:
    """A code of three letters; anything else would stand beside the amount and mean nothing."""
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise StudioError(
            _("“%(text)s” is no currency, so nobody was asked. Write three letters, such as EUR.", text=text[:20]),
            code="bad_currency",
            field="currency",
        )
    return code
