"""A sign-in that has begun is tried out with no transaction open: a token is fetched, and the account is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from studio.connectors.account import OpenAccount
from studio.connectors.calling import trying
from studio.connectors.calling.trying import Tried
from studio.connectors.definition import OAuth
from studio.connectors.errors import ApiError
from studio.connectors.oauth import returning, tokens
from studio.connectors.oauth.answers import Asked, Refusal, Token
from studio.connectors.oauth.exchange import Exchange
from studio.connectors.oauth.provider import client_of
from studio.connectors.oauth.renewing import traced
from studio.core import clock
from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _


@dataclass(frozen=True, slots=True, repr=False)
class Signed:
    """A token, and what it has shown."""

    tried: Tried
    token: Token


def try_out(
    exchange: Exchange, account: OpenAccount, request: HttpRequest, *, nonce: str = "", issuer: str = ""
) -> Signed:
    """Fetch a token by `request` and see whose it is. Raises ApiError.

    `nonce`: must come back in an id token, of the `issuer` where one is known.
    """
    oauth = account.auth.oauth
    assert oauth is not None  # noqa: S101 - client_of() has looked
    client = client_of(account.auth, account.settings, account.credentials)
    obtained, trace = clock.local_now(), traced(request)
    outcome = exchange.token(request, Asked(client.scopes, oauth.lifetime_s, "", tuple(account.secrets())))
    trace.took_ms = round((clock.local_now() - trace.at).total_seconds() * 1000)
    if isinstance(outcome, Refusal):
        raise ApiError(outcome.said, code=outcome.code, answered=outcome.status)
    trace.status = 200
    missing = [scope for scope in oauth.required_scopes if scope not in outcome.granted]
    if missing:
        words = _("The provider did not grant what this connection needs: %(scopes)s.", scopes=", ".join(missing))
        raise ApiError(words, code="oauth.scope_missing")
    said = _said(outcome.answer, client.client_id, nonce, issuer)
    values = tokens.kept(account.credentials, outcome, obtained, oauth.buffer_s)
    signed_in = replace(account, credentials=values)
    shown = trying.try_out(exchange.send, signed_in)
    whose = replace(shown.whose, id=shown.whose.id or _account(oauth, outcome.answer) or _text(said.get("sub")))
    return Signed(replace(shown, whose=whose, traces=[trace, *shown.traces]), outcome)


def _said(answer: Mapping[str, Any], client_id: str, nonce: str, issuer: str) -> Mapping[str, Any]:
    """The claims of an id token, where one was asked for. Raises ApiError where it answers another sign-in."""
    if not nonce:
        return {}
    said = returning.claims(answer.get("id_token"))
    if said is None or not returning.fits(said, client_id=client_id, nonce=nonce, issuer=issuer):
        raise ApiError(_("The provider answered another sign-in than this one."), code="oauth.nonce")
    return said


def _account(oauth: OAuth, answer: Mapping[str, Any]) -> str | None:
    """What the definition reads out of the answer; one that does not fit what it expects names nobody."""
    try:
        return oauth.account(answer)
    except (AttributeError, KeyError, TypeError, IndexError, ValueError):
        return None


def _text(value: Any) -> str | None:
    return value[:200] if isinstance(value, str) and value else None
