"""A sign-in provider in memory, whose every answer a test may spoil. Stands where the house's way out would."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from studio.core import rng
from studio.core.http import HttpError, HttpRequest, HttpResponse

ISSUER = "https://id.northstar.example"


@dataclass
class FakeProvider:
    """Implements what `Door.send` is."""

    now: float
    """Seconds since 1970: what its tokens count from."""
    issuer: str = ISSUER
    client_id: str = "studio"
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    claims: dict[str, Any] = field(default_factory=dict)
    """What the next id token says beside, or instead of, the usual; None leaves one out."""
    info: dict[str, Any] = field(default_factory=dict)
    """What the user info says, beside the subject."""
    header: dict[str, Any] = field(default_factory=dict)
    signing: Any = None
    """Another key than the one it shows."""
    unsigned: bool = False
    """Its next token names no algorithm and has no signature."""
    down: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    seen: list[HttpRequest] = field(default_factory=list)
    asked: Mapping[str, str] = field(default_factory=dict)
    """What the browser was last sent with."""

    def send(self, request: HttpRequest) -> HttpResponse:
        self.seen.append(request)
        if self.down:
            raise HttpError("No connection to the other system.", code="http.connect", seen=False, retryable=True)
        path = urlsplit(request.url).path
        known = {
            "/.well-known/openid-configuration": self._metadata, "/jwks": self._keys, "/token": self._token,
            "/me": lambda: {"sub": self._said().get("sub"), **self.info},
        }  # fmt: skip
        if path not in known:
            return HttpResponse(404, {}, b"{}", 0.01)
        found = known[path]()
        return HttpResponse(200, {}, orjson.dumps(found), 0.01)

    def back(self, address: str, who: str, **claims: Any) -> dict[str, str]:
        """Somebody signs in there: the query that the browser comes back with."""
        self.asked = dict(parse_qsl(urlsplit(address).query))
        self.claims = {"sub": who, "nonce": self.asked["nonce"], **claims}
        return {"state": self.asked["state"], "code": rng.token(), "iss": self.issuer}

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/me", "id_token_signing_alg_values_supported": ["ES256", "HS256"],
            "authorization_response_iss_parameter_supported": True, **self.metadata,
        }  # fmt: skip

    def _keys(self) -> Any:
        return KeySet([self.key]).as_dict(private=False)

    def _said(self) -> dict[str, Any]:
        usual = {"iss": self.issuer, "aud": self.client_id, "iat": int(self.now), "exp": int(self.now) + 300}
        return {name: value for name, value in {**usual, **self.claims}.items() if value is not None}

    def _token(self) -> dict[str, Any]:
        if self.unsigned:
            parts = [{"alg": "none", "kid": "one"}, self._said()]
            token = ".".join(urlsafe_b64encode(orjson.dumps(part)).decode().rstrip("=") for part in parts) + "."
            return {"id_token": token, "access_token": "of-no-matter", "token_type": "Bearer"}
        header = {"alg": "ES256", "kid": "one", **self.header}
        token = jwt.encode(header, self._said(), self.signing or self.key, algorithms=[header["alg"]])
        return {"id_token": token, "access_token": "of-no-matter", "token_type": "Bearer"}


def shared_key(text: str) -> Any:
    """For whoever signs with what both sides know."""
    return OctKey.import_key(text)
