"""Questions to Shopify's Admin GraphQL API, and its refusals in words."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from studio.connectors.api import Api
from studio.connectors.errors import ApiError
from studio.core.i18n import gettext as _
from studio.core.targets import Sign

VERSION = "2026-10"
PATH = f"/admin/api/{VERSION}/graphql.json"
_PAUSE_S = 2.0
"""What a throttled request waits at least: the bucket fills by half in it."""


def ask(api: Api, query: str, variables: Mapping[str, Any] | None = None) -> Any:
    """`data` of an answer. Raises ApiError."""
    try:
        return api.graphql(PATH, query, variables or {})
    except ApiError as error:
        if error.code == "api.graphql.throttled":
            raise ApiError(
                _("%(title)s asked for a pause.", title=api.title), code="shopify.throttled", answered=200,
                retryable=True, wait_s=_PAUSE_S, sign=Sign.BUSY,
            ) from error  # fmt: skip
        if error.code == "api.graphql.access_denied":
            words = _("The app that %(title)s signs in by lacks an access scope. (%(said)s)", title=api.title,
                      said=error.message)  # fmt: skip
            raise failed(words, "access_denied") from error
        raise


def change(api: Api, mutation: str, variables: Mapping[str, Any]) -> Any:
    """All that a mutation gives, by the names of its fields. Raises ApiError for the first of their user errors."""
    data = ask(api, mutation, variables)
    for payload in data.values():
        for name in ("orderCancelUserErrors", "userErrors"):
            for error in payload.get(name) or ():
                said = str(error.get("message") or "")[:300]
                words = _("%(title)s refused this: %(said)s", title=api.title, said=said)
                raise failed(words, "user_error")
    return data


def failed(words: str, code: str, field: str | None = None) -> ApiError:
    """A refusal that no repeat will change."""
    return ApiError(words, code=f"shopify.{code}", answered=200, sign=Sign.WELL, field=field)


def amount(text: str, field: str) -> Decimal:
    """An amount of money that is not negative. Raises ApiError that names the field."""
    try:
        exact = Decimal(text.strip())
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or exact < 0 or exact.adjusted() > 12 or exact != round(exact, 3):
        raise failed(_("“%(amount)s” is no amount. Write it as 12.50.", amount=text[:40]), "amount", field)
    return exact


def same_currency(wanted: str, actual: str) -> None:
    """Raises ApiError where an amount is meant in another currency than the shop's."""
    if wanted.strip().upper() != actual:
        words = _("This is in %(actual)s, not in %(wanted)s. Nothing was done.", actual=actual, wanted=wanted[:10])
        raise failed(words, "other_currency", "currency")


def gid(kind: str, named: str) -> str | None:
    """Shopify's id of what is named by it, whole or by its number alone; None: it is named otherwise."""
    if named.startswith(f"gid://shopify/{kind}/"):
        return named
    return f"gid://shopify/{kind}/{named}" if named.isdigit() and len(named) >= 10 else None


def quoted(text: str) -> str:
    """For Shopify's search: one value, whatever is in it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
