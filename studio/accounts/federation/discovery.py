"""What a provider says of itself: where to send people, where tokens and keys are (OpenID Connect Discovery)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from studio.accounts.federation.errors import Refused
from studio.core.http import HttpError, HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.web_address import split

Send = Callable[[HttpRequest], HttpResponse]
"""The way out (`studio.core.http`): no inner addresses, no redirects, capped in time and size."""

TIMEOUT_S = 10.0
MAX_BYTES = 262_144
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures by a key that only the provider has: never a shared secret, never none."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """Addresses and abilities of one provider."""

    authorize_url: str
    token_url: str
    jwks_url: str
    userinfo_url: str
    algorithms: tuple[str, ...]
    scopes: tuple[str, ...]
    secret_in_body: bool
    names_itself: bool
    """Whether it says who it is when it sends people back (RFC 9207)."""


def discover(send: Send, issuer: str, *, inner: tuple[str, ...] = ()) -> Metadata:
    """Ask a provider. `inner`: hosts of the operator's list, where plain http will do. Raises Refused."""
    if split(issuer) is None:
        words = _("The provider's %(name)s is no address that begins with https://.", name="issuer")
        raise Refused(words, code="sign_in.address")
    said = fetch_json(send, HttpRequest("GET", issuer.rstrip("/") + "/.well-known/openid-configuration",
                                        {"Accept": "application/json"}, None, TIMEOUT_S, MAX_BYTES))  # fmt: skip
    if said.get("issuer") != issuer:
        words = _("The provider calls itself %(issuer)s, not %(wanted)s.", issuer=str(said.get("issuer"))[:200],
                  wanted=issuer)  # fmt: skip
        raise Refused(words, code="sign_in.other_issuer")
    methods = _texts(said, "token_endpoint_auth_methods_supported") or ("client_secret_basic",)
    offered = _texts(said, "id_token_signing_alg_values_supported") or ("RS256",)
    algorithms = tuple(one for one in ALGORITHMS if one in offered)
    if not algorithms:
        words = _("The provider signs its tokens in no way that can be checked by its public keys.")
        raise Refused(words, code="sign_in.algorithm")
    return Metadata(
        authorize_url=_address(said, "authorization_endpoint", inner),
        token_url=_address(said, "token_endpoint", inner),
        jwks_url=_address(said, "jwks_uri", inner),
        userinfo_url=_address(said, "userinfo_endpoint", inner) if said.get("userinfo_endpoint") else "",
        algorithms=algorithms,
        scopes=_texts(said, "scopes_supported"),
        secret_in_body="client_secret_basic" not in methods and "client_secret_post" in methods,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
    )


def fetch_json(send: Send, request: HttpRequest) -> Mapping[str, Any]:
    """The object that an address answers with. Raises Refused."""
    try:
        answer = send(request)
    except HttpError as error:
        host = urlsplit(request.url).netloc
        raise Refused(f"{host}: {error.message}", code="sign_in.unreachable") from error
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if answer.status != 200 or not isinstance(found, dict):
        raise _unreadable(request, answer.status, found)
    return found


def check_address(url: str, inner: tuple[str, ...] = ()) -> bool:
    """Whether a browser or a secret may go to an address: https, or a host of the operator's list."""
    parts = split(url)
    if parts is None or not parts.hostname or "@" in parts.netloc or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _listed(parts.netloc, inner))


def _listed(netloc: str, inner: tuple[str, ...]) -> bool:
    return netloc in inner or netloc.partition(":")[0] in inner


def _address(said: Mapping[str, Any], name: str, inner: tuple[str, ...]) -> str:
    found = said.get(name)
    if not isinstance(found, str) or len(found) > 2000 or not check_address(found, inner):
        words = _("The provider's %(name)s is no address that begins with https://.", name=name)
        raise Refused(words, code="sign_in.address")
    return found


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = said.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def _unreadable(request: HttpRequest, status: int, found: Any) -> Refused:
    said = str(found.get("error", ""))[:60] if isinstance(found, dict) else ""
    words = _("%(host)s answered in a way that cannot be used (%(status)s %(said)s).",
              host=urlsplit(request.url).netloc, status=status, said=said)  # fmt: skip
    return Refused(words.replace(" )", ")"), code="sign_in.answer")
