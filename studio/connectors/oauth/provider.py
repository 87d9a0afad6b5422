"""From a definition and a connection's settings to the app at its provider."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from studio.connectors.definition import Auth, OAuth
from studio.connectors.errors import ApiError
from studio.connectors.oauth.protocol import Client
from studio.connectors.outcomes import AuthKind
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

KINDS = frozenset({AuthKind.OAUTH_CODE, AuthKind.CLIENT_CREDENTIALS})


def client_of(auth: Auth, settings: Mapping[str, Any], credentials: Mapping[str, str]) -> Client:
    """The app, with whole addresses. Raises InvalidInput where the way to sign in is no OAuth."""
    oauth = auth.oauth
    if oauth is None or auth.kind not in KINDS:
        raise InvalidInput(_("This connection does not sign in at its provider."), code="oauth.none", field="auth")
    return Client(
        client_id=credentials.get("client_id", ""),
        client_secret=credentials.get("client_secret", ""),
        issuer=_filled(oauth.issuer, settings),
        authorize_url=_filled(oauth.authorize_url, settings),
        token_url=_filled(oauth.token_url, settings),
        revoke_url=_filled(oauth.revoke_url, settings),
        scopes=scopes_of(oauth, settings),
        separator=oauth.separator,
        pkce=oauth.pkce,
        client_auth=oauth.client_auth,
        extra=oauth.extra,
    )


def scopes_of(oauth: OAuth, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What is asked for; a setting may name several."""
    return tuple(dict.fromkeys(part for scope in oauth.scopes for part in re.split(r"[\s,]+", _filled(scope, settings))
                               if part))  # fmt: skip


def hosts_of(client: Client) -> tuple[str, ...]:
    """Where the app's secret and the tokens are sent to be refreshed and ended."""
    named = (urlsplit(url).netloc.lower() for url in (client.token_url, client.revoke_url) if url)
    return tuple(dict.fromkeys(host for host in named if host))


def check_hosts(client: Client, bound: tuple[str, ...]) -> None:
    """Raise ApiError where the settings by now lead to a host that these credentials were never meant for."""
    other = next((host for host in hosts_of(client) if host not in bound), None)
    if other is not None:
        words = _("The credentials may not be sent to %(host)s. Sign in again to allow it.", host=other[:200])
        raise ApiError(words, code="connection.other_host")


def _filled(template: str, settings: Mapping[str, Any]) -> str:
    """An address or scope with the settings it names; one that is not set is empty."""
    return template.format_map(defaultdict(str, {name: str(value) for name, value in settings.items()}))
