"""Methods of Slack's Web API: what is refused comes with status 200 and a word."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.api import Api
from studio.connectors.errors import ApiError, SignInRefused
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.targets import Sign

_SIGNED_OUT = frozenset({"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"})
_ITS_OWN = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
"""Slack broke off inside: something may have been done."""
_WORDS = {
    "channel_not_found": marked("Slack knows no such channel, or this app may not see it."),
    "not_in_channel": marked("The app is not in that channel. Invite it there: /invite @name."),
    "is_archived": marked("That channel is archived."),
    "msg_too_long": marked("The message is too long for Slack."),
    "missing_scope": marked("The app lacks a permission for this. Add it in Slack and install the app again."),
    "thread_not_found": marked("Slack knows no such thread."),
    "restricted_action": marked("The Slack workspace does not let this app post there."),
}
_FIELDS = {"channel_not_found": "channel", "not_in_channel": "channel", "is_archived": "channel",
           "msg_too_long": "text", "thread_not_found": "thread"}  # fmt: skip


def method(api: Api, name: str, arguments: Mapping[str, Any], *, reads: bool = False) -> Any:
    """The answer of a method. Raises ApiError, SignInRefused."""
    answer = api.call("POST", f"/{name}", json=dict(arguments), reads=reads).json()
    if isinstance(answer, dict) and answer.get("ok") is True:
        return answer
    code = str(answer.get("error") or "")[:80] if isinstance(answer, dict) else ""
    if code in _SIGNED_OUT:
        words = _("%(title)s no longer takes its credentials. Nothing was done.", title=api.title)
        raise SignInRefused(words, code=SignInRefused.code, answered=200, sign=Sign.WELL)
    if code == "ratelimited":
        words = _("Slack asks to be left alone for a while.")
        raise ApiError(words, code="slack.ratelimited", answered=200, retryable=True, sign=Sign.BUSY)
    said = _(_WORDS[code]) if code in _WORDS else _("Slack refused this: %(code)s", code=code or _("it gave no reason"))
    broke = code in _ITS_OWN
    raise ApiError(
        said, code=f"slack.{code or 'refused'}", answered=200, retryable=broke, seen=broke and not reads,
        sign=Sign.DOWN if broke else Sign.WELL, field=_FIELDS.get(code),
    )  # fmt: skip
