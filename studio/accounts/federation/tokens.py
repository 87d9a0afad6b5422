"""From a code to what the provider vouches for. Authlib makes the requests, joserfc checks the signature."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from studio.accounts.federation import policy
from studio.accounts.federation.discovery import MAX_BYTES, TIMEOUT_S, Metadata, Send, fetch_json
from studio.accounts.federation.errors import Refused
from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.core.i18n import marked

SCOPE = "openid email profile"
_LONGEST = 65_536
_KINDS = ("RSA", "EC", "OKP")
"""Of keys with a public half."""
_SENTENCES = {
    "other_issuer": marked("The provider's answer is from another provider."),
    "other_client": marked("The provider's answer is for another app."),
    "expired": marked("The provider's answer is out of date."),
    "not_yet": marked("The provider's answer is from the future: its clock or ours is wrong."),
    "nonce": marked("The provider's answer belongs to another sign-in."),
    "not_asked": marked("The provider did not ask you anew, so this proves nothing."),
    "signature": marked("The provider's answer is not signed by its own key."),
}


@dataclass(frozen=True, slots=True)
class Client:
    """This app at the provider."""

    issuer: str
    client_id: str
    redirect_uri: str
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the way there was begun with."""

    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    anew_since: datetime | None = None
    """The person has to be asked after this moment; None: an open session at the provider will do."""


def authorize_address(client: Client, metadata: Metadata, asked: Asked, *, state: str, claim: str = "") -> str:
    """Where the browser is sent. `claim`: what roles come from; some providers have a scope of that name for it."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - 9 MiB that few processes need
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - 9 MiB that few processes need

    more = {"prompt": "login", "max_age": "0"} if asked.anew_since is not None else {}
    address: str = prepare_grant_uri(
        metadata.authorize_url, client.client_id, "code", redirect_uri=client.redirect_uri,
        scope=f"{SCOPE} {claim}" if claim in metadata.scopes else SCOPE, state=state, nonce=asked.nonce,
        code_challenge=create_s256_code_challenge(asked.verifier), code_challenge_method="S256", **more,
    )  # fmt: skip
    return address


def redeem(
    send: Send, client: Client, metadata: Metadata, asked: Asked, code: str, *, now: datetime, wanted: str
) -> Mapping[str, Any]:
    """Trade a code for what it stands for: the claims of the id token and, where it lacks some, of the user info.

    `wanted`: the claim that roles come from. Raises Refused.
    """
    answer = fetch_json(send, _token_request(client, metadata, asked, code))
    claims = _checked(send, client, metadata, asked, answer.get("id_token"), now)
    if "email" in claims and "email_verified" in claims and (not wanted or wanted in claims):
        return claims
    return {**_user_info(send, metadata, answer, claims["sub"]), **claims}


def see_keys(send: Send, metadata: Metadata) -> None:
    """See that the provider shows a key to check signatures by. Raises Refused."""
    listed = _keys(send, metadata).get("keys")
    if not isinstance(listed, list) or not any(isinstance(one, dict) and one.get("kty") in _KINDS for one in listed):
        raise Refused(_("The provider shows no key that its tokens could be checked by."), code="sign_in.keys")


def _keys(send: Send, metadata: Metadata) -> Mapping[str, Any]:
    return fetch_json(send, HttpRequest("GET", metadata.jwks_url, {}, None, TIMEOUT_S, MAX_BYTES))


def _checked(
    send: Send, client: Client, metadata: Metadata, asked: Asked, token: Any, now: datetime
) -> Mapping[str, Any]:
    claims = _signed(token, _keys(send, metadata), metadata.algorithms)
    problem = "signature" if claims is None else policy.token_problem(
        claims, issuer=client.issuer, client_id=client.client_id, nonce=asked.nonce, now=now,
        asked_at=asked.anew_since,
    )  # fmt: skip
    if problem is not None or claims is None:
        problem = problem or "signature"
        raise Refused(_(_SENTENCES[problem]), code=f"sign_in.{problem}")
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise Refused(_("The provider does not say who you are."), code="sign_in.subject")
    return claims


def _signed(token: Any, keys: Mapping[str, Any], algorithms: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The claims, where one of the provider's own keys made the signature in a way that fits the key; else None."""
    from joserfc import jwt  # noqa: PLC0415 - loaded at the first sign-in
    from joserfc.errors import JoseError  # noqa: PLC0415 - loaded at the first sign-in
    from joserfc.jwk import import_key  # noqa: PLC0415 - loaded at the first sign-in

    if not isinstance(token, str) or len(token) > _LONGEST:
        return None
    header = _header(token)
    named = header.get("alg")
    if named not in algorithms:
        return None
    listed = keys.get("keys")
    for key in listed[:100] if isinstance(listed, list) else ():
        if not isinstance(key, dict) or not _may_sign(key, header):
            continue
        try:
            claims: dict[str, Any] = jwt.decode(token, import_key(_public(key)), algorithms=[named]).claims
        except (JoseError, ValueError, KeyError, TypeError):  # another key of the set may be the right one
            continue
        return claims
    return None


def _may_sign(key: Mapping[str, Any], header: Mapping[str, Any]) -> bool:
    """Whether a key is of the kind that a header names, for signatures, and the one that it names."""
    if key.get("kty") not in _KINDS or key.get("use", "sig") != "sig":
        return False
    if key.get("alg", header["alg"]) != header["alg"]:
        return False
    return header.get("kid") is None or key.get("kid") == header["kid"]


def _public(key: Mapping[str, Any]) -> dict[str, Any]:
    return {name: key[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in key}


def _header(token: str) -> Mapping[str, Any]:
    from joserfc.jws import extract_compact  # noqa: PLC0415 - loaded at the first sign-in

    try:
        found: Mapping[str, Any] = extract_compact(token.encode()).headers()
    except Exception:  # noqa: BLE001 - whatever is wrong with a stranger's text, it is no token
        return {}
    return found


def _user_info(send: Send, metadata: Metadata, answer: Mapping[str, Any], subject: str) -> Mapping[str, Any]:
    token = answer.get("access_token")
    if not metadata.userinfo_url or not isinstance(token, str):
        return {}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    said = fetch_json(send, HttpRequest("GET", metadata.userinfo_url, headers, None, TIMEOUT_S, MAX_BYTES))
    if said.get("sub") != subject:
        raise Refused(_("The provider's answer is about somebody else."), code="sign_in.subject")
    return said


def _token_request(client: Client, metadata: Metadata, asked: Asked, code: str) -> HttpRequest:
    from authlib.oauth2.auth import ClientAuth, encode_client_secret_basic  # noqa: PLC0415 - 9 MiB that few need
    from authlib.oauth2.rfc6749.parameters import prepare_token_request  # noqa: PLC0415 - 9 MiB that few need

    body = prepare_token_request(
        "authorization_code", "", code=code, redirect_uri=client.redirect_uri, code_verifier=asked.verifier
    )
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if client.secret and not metadata.secret_in_body:
        # Both form-encoded first, as RFC 6749 says (2.3.1) and Authlib leaves out.
        auth = ClientAuth(quote(client.client_id, safe=""), quote(client.secret, safe=""))
        _url, headers, body = encode_client_secret_basic(auth, "POST", metadata.token_url, headers, body)
    else:
        auth = ClientAuth(client.client_id, client.secret, "client_secret_post" if client.secret else "none")
        _url, headers, body = auth.prepare("POST", metadata.token_url, headers, body)
    return HttpRequest("POST", metadata.token_url, headers, body.encode(), TIMEOUT_S, MAX_BYTES)
