"""The requests of OAuth 2, made by Authlib and sent by nobody here: they leave through the house's own client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from studio.connectors.oauth.answers import MAX_BYTES
from studio.core import rng
from studio.core.errors import InvalidInput
from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.core.web_address import split

if TYPE_CHECKING:
    from types import ModuleType

TIMEOUT_S = 10.0
"""For a token; whoever waits for the one that fetches it waits longer."""
_OURS = frozenset({
    *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
    *("code_challenge", "code_challenge_method"),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """An app at a provider, with whole addresses."""

    client_id: str
    client_secret: str = field(default="", repr=False)
    """Empty: a public one, which only names itself."""
    issuer: str = ""
    """Empty: not known beforehand."""
    authorize_url: str = ""
    token_url: str
    revoke_url: str = ""
    scopes: tuple[str, ...] = ()
    separator: str = " "
    pkce: bool = True
    client_auth: Literal["basic", "body"] = "basic"
    extra: Mapping[str, str] = field(default_factory=dict)


def new_verifier() -> str:
    """A PKCE verifier: 64 characters of those that RFC 7636 allows."""
    return rng.token(48)


def authorize_address(client: Client, *, redirect_uri: str, state: str, verifier: str, nonce: str = "") -> str:
    """Where the browser is sent. Raises InvalidInput where the address is none that a browser may be sent to."""
    check_address(client.authorize_url)
    more = {name: value for name, value in client.extra.items() if name not in _OURS}
    if client.pkce:
        more |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    if nonce:
        more["nonce"] = nonce
    address: str = _authlib().prepare_grant_uri(
        client.authorize_url, client.client_id, "code", redirect_uri=redirect_uri,
        scope=client.separator.join(client.scopes) or None, state=state, **more,
    )  # fmt: skip
    return address


def challenge(verifier: str) -> str:
    """S256 of a PKCE verifier."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - see _authlib()

    found: str = create_s256_code_challenge(verifier)
    return found


def code_request(client: Client, code: str, *, redirect_uri: str, verifier: str) -> HttpRequest:
    """Trades a code for tokens."""
    more = {"code_verifier": verifier} if client.pkce else {}
    return _token_request(client, "authorization_code", code=code, redirect_uri=redirect_uri, **more)


def refresh_request(client: Client, refresh_token: str) -> HttpRequest:
    """Asks for a fresh token of the same scopes."""
    return _token_request(client, "refresh_token", refresh_token=refresh_token)


def own_request(client: Client) -> HttpRequest:
    """Asks for a token of the app's own account (client credentials)."""
    return _token_request(client, "client_credentials", scope=client.separator.join(client.scopes))


def revoke_request(client: Client, token: str, kind: Literal["refresh_token", "access_token"]) -> HttpRequest:
    """Ends a token at the provider (RFC 7009)."""
    from authlib.oauth2.rfc7009 import prepare_revoke_token_request  # noqa: PLC0415 - see _authlib()

    body, headers = prepare_revoke_token_request(token, kind, "", None)
    return _signed(client, client.revoke_url, body, headers)


def check_address(url: str) -> None:
    """Raise InvalidInput unless it is an address that a browser or a token request may go to."""
    parts = split(url)
    fits = parts is not None and parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    if parts is None or not fits or parts.fragment:
        words = _("The provider's address for signing in cannot be used: write one that begins with https://.")
        raise InvalidInput(words, code="oauth.address", field="settings")


def _token_request(client: Client, grant: str, **fields: str) -> HttpRequest:
    body = _authlib().prepare_token_request(grant, "", **fields)
    return _signed(client, client.token_url, body, {"Content-Type": "application/x-www-form-urlencoded"})


def _signed(client: Client, url: str, body: str, headers: Mapping[str, str]) -> HttpRequest:
    check_address(url)
    from authlib.oauth2.auth import ClientAuth  # noqa: PLC0415 - see _authlib()

    way: Any = "none"
    if client.client_secret:
        way = _basic if client.client_auth == "basic" else "client_secret_post"
    auth = ClientAuth(client.client_id, client.client_secret, way)
    url, whole, body = auth.prepare("POST", url, {**headers, "Accept": "application/json"}, body)
    return HttpRequest("POST", url, whole, body.encode(), TIMEOUT_S, MAX_BYTES)


def _basic(client: Any, method: str, url: str, headers: Mapping[str, str], body: str) -> tuple[str, Any, str]:
    """Both are form-encoded first, as RFC 6749 says (2.3.1) and Authlib does not: a colon or “%” would not arrive."""
    from authlib.oauth2.auth import ClientAuth, encode_client_secret_basic  # noqa: PLC0415 - see _authlib()

    encoded = ClientAuth(quote(client.client_id, safe=""), quote(client.client_secret, safe=""))
    url, whole, body = encode_client_secret_basic(encoded, method, url, dict(headers), body)
    return url, whole, body


def _authlib() -> "ModuleType":
    """Loaded at the first sign-in: it holds 9 MiB, and most processes never need it."""
    from authlib.oauth2.rfc6749 import parameters  # noqa: PLC0415 - see above

    module: ModuleType = parameters
    return module
