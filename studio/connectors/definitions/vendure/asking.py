"""Questions to Vendure's Admin API, and its refusals in words."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.api import Api
from studio.connectors.errors import ApiError, SignInRefused
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.targets import Sign

CHANNEL_HEADER = "vendure-token"
_SIGNED_IN = "query SignedIn { activeChannel { id } }"
"""What everybody may read who is signed in, and nobody else: Vendure refuses both in the same words."""

_WORDS = {
    "CANCEL_ACTIVE_ORDER_ERROR": marked("The order has not been placed yet, so it cannot be cancelled."),
    "EMPTY_ORDER_LINE_SELECTION_ERROR": marked("The order has nothing left to cancel."),
    "NOTHING_TO_REFUND_ERROR": marked("There is nothing to refund."),
    "REFUND_ORDER_STATE_ERROR": marked("The order has not been paid yet, so nothing can be refunded."),
    "ALREADY_REFUNDED_ERROR": marked("This was refunded before."),
}


def ask(api: Api, query: str, variables: Mapping[str, Any] | None = None) -> Any:
    """`data` of an answer, in the channel that the caller chose. Raises ApiError, SignInRefused."""
    headers = {CHANNEL_HEADER: token} if (token := _channel(api)) else {}
    try:
        return api.graphql(path(api), query, variables or {}, headers=headers)
    except SignInRefused:
        raise
    except ApiError as error:
        if error.code != "api.graphql.forbidden":
            raise
        raise _forbidden(api, error, headers) from error


def change(api: Api, mutation: str, variables: Mapping[str, Any], *, repeatable: bool = True) -> Any:
    """What a mutation of one field gives. Raises ApiError, also for what Vendure gives as an error result.

    `repeatable`: where Vendure breaks off inside, doing it again can do no harm.
    """
    try:
        found = next(iter(ask(api, mutation, variables).values()))
    except ApiError as error:
        if error.code != "api.graphql.internal_server_error":
            raise
        words = _("%(title)s broke off with an error of its own.", title=api.title)
        if not repeatable:
            words += " " + _("Look there whether it was done before you try again.")
        raise ApiError(
            f"{words} ({error.message})", code="vendure.broke_off", answered=200, retryable=repeatable, sign=Sign.DOWN
        ) from error
    if isinstance(found, Mapping) and found.get("errorCode"):
        raise refused(api, found)
    return found


def refused(api: Api, result: Mapping[str, Any]) -> ApiError:
    """An error result of Vendure, such as RefundAmountError, in words."""
    code = str(result["errorCode"])
    said = str(result.get("transitionError") or result.get("message") or code)[:300]
    words = _(_WORDS[code]) if code in _WORDS else _("%(title)s refused this: %(said)s", title=api.title, said=said)
    return failed(words, code.lower().removesuffix("_error"))


def failed(words: str, code: str, field: str | None = None) -> ApiError:
    """A refusal that no repeat will change."""
    return ApiError(words, code=f"vendure.{code}", answered=200, sign=Sign.WELL, field=field)


def path(api: Api) -> str:
    """Of the Admin API, below the shop's address."""
    return "/" + str(api.settings.get("api_path") or "admin-api").strip("/")


def _channel(api: Api) -> str | None:
    if api.scope is None or api.scope.kind != "channel":
        return None
    return str(api.scope.settings["token"])


def _forbidden(api: Api, error: ApiError, headers: Mapping[str, str]) -> ApiError:
    """Whether it is the sign-in, the channel or a permission: Vendure says the same of all three."""
    if not _let_in(api, {}):
        words = _("%(title)s no longer takes its credentials. Nothing was done.", title=api.title)
        return SignInRefused(words, code=SignInRefused.code, answered=200, sign=Sign.WELL)
    if api.scope is not None and headers and not _let_in(api, headers):
        words = _(
            "This sign-in does not count in the channel %(channel)s of %(title)s: an API key counts in the channel in "
            "which it was made, and in the first one.", channel=api.scope.name, title=api.title,
        )  # fmt: skip
        return failed(words, "other_channel", "scope")
    words = _(
        "%(title)s knows this sign-in, but does not let it do that (%(what)s). Give its role the permission there.",
        title=api.title, what=_first_path(error.output),
    )  # fmt: skip
    return failed(words, "forbidden")


def counts_in(api: Api, channel_token: str) -> bool:
    """Whether the sign-in is let into a channel. Raises ApiError where the shop does not say."""
    return _let_in(api, {CHANNEL_HEADER: channel_token})


def _let_in(api: Api, headers: Mapping[str, str]) -> bool:
    try:
        api.graphql(path(api), _SIGNED_IN, {}, headers=headers)
    except ApiError as error:
        if error.code != "api.graphql.forbidden":
            raise
        return False
    return True


def _first_path(answer: Any) -> str:
    try:
        return str(answer["errors"][0]["path"][0])[:60]
    except (KeyError, IndexError, TypeError):
        return "?"
