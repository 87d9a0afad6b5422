"""How a document says that one signs in."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.openapi.document.following import Document, listed, mapping, text
from studio.connectors.openapi.operations.operation import Way
from studio.connectors.openapi.operations.servers import is_address
from studio.connectors.openapi.operations.wording import from_name, sentence
from studio.connectors.openapi.refusing import Unreadable
from studio.core.i18n import gettext as _

_MOST = 20


def ways(document: Document) -> list[Way]:
    """Every way to sign in that the document names; one that Studio does not know says why."""
    schemes = mapping(mapping(document.tree.get("components")).get("securitySchemes"))
    found: list[Way] = []
    for raw_key, raw in list(schemes.items())[:_MOST]:
        key = text(raw_key, 80)
        try:
            scheme, _reference = document.followed(raw)
        except Unreadable:
            continue
        if key and scheme:
            found.extend(_of(key, scheme))
    return found


def needed(raw: Any) -> tuple[tuple[str, ...], ...]:
    """The ways that do, each a list of what it takes together; an empty one: it goes without signing in."""
    return tuple(
        tuple(sorted(text(name, 80) for name in mapping(one)))[:5] for one in listed(raw)[:10] if isinstance(one, dict)
    )


def _of(key: str, scheme: Mapping[str, Any]) -> list[Way]:
    title, words = from_name(key), sentence(scheme.get("description"))
    kind = text(scheme.get("type"), 40).lower()
    if kind == "apikey":
        return [_api_key(key, title, words, scheme)]
    if kind == "http":
        said = text(scheme.get("scheme"), 40).lower()
        if said in ("basic", "bearer"):
            return [Way(key=key, title=title, help=words, kind=said)]
        return [
            Way(key=key, title=title, help=words, kind="none", unknown=_("HTTP %(scheme)s is not known.", scheme=said))
        ]
    if kind == "oauth2":
        return _oauth(key, title, words, mapping(scheme.get("flows")))
    unknown = _("“%(kind)s” is not known here.", kind=text(scheme.get("type"), 40))
    return [Way(key=key, title=title, help=words, kind="none", unknown=unknown)]


def _api_key(key: str, title: str, words: str, scheme: Mapping[str, Any]) -> Way:
    name, place = text(scheme.get("name"), 100), scheme.get("in")
    if not name.isascii() or not name.isprintable() or not name or place not in ("header", "query", "cookie"):
        unknown = _("It does not say in which header or parameter its key stands.")
        return Way(key=key, title=title, help=words, kind="none", unknown=unknown)
    return Way(key=key, title=title, help=words, kind="api_key", place=str(place), name=name)


def _oauth(key: str, title: str, words: str, flows: Mapping[str, Any]) -> list[Way]:
    found: list[Way] = []
    for flow, kind in (("authorizationCode", "oauth_code"), ("clientCredentials", "client_credentials")):
        said = mapping(flows.get(flow))
        token, authorize = text(said.get("tokenUrl"), 500), text(said.get("authorizationUrl"), 500)
        if not said or not is_address(token) or (kind == "oauth_code" and not is_address(authorize)):
            continue
        scopes = {
            text(name, 200): sentence(about, 200) for name, about in list(mapping(said.get("scopes")).items())[:300]
        }
        found.append(
            Way(
                key=key, title=title, help=words, kind=kind, token_url=token,
                authorize_url=authorize if kind == "oauth_code" else "", scopes=scopes,
            )
        )  # fmt: skip
    if found:
        return found
    unknown = _("Of OAuth 2, Studio knows the authorization code and client credentials with absolute addresses.")
    return [Way(key=key, title=title, help=words, kind="none", unknown=unknown)]
