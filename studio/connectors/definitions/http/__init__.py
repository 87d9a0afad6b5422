"""Any HTTP API: an address, a way to sign in, and the node “Request by a connection”."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definition import Account, Auth, Connector, Credentials, Field, OAuth
from studio.connectors.outcomes import AuthKind
from studio.connectors.signing_in import basic, bearer, client_credentials, nothing, oauth_code
from studio.connectors.wire import Outgoing
from studio.core.i18n import marked

_TOKEN = Field(
    name="token_url", title=marked("Token address"), kind="url", example="https://api.example.com/oauth/token"
)
_SCOPES = Field(
    name="scopes", title=marked("Scopes"), help=marked("Separated by blanks."), required=False, example="orders.read"
)
_AUTHORIZE = Field(
    name="authorize_url", title=marked("Sign-in address"), kind="url", example="https://api.example.com/oauth/authorize"
)
_REVOKE = Field(name="revoke_url", title=marked("Revocation address"), kind="url", required=False)

_SIGN_IN = OAuth(
    authorize_url="{authorize_url}",
    token_url="{token_url}",  # noqa: S106 - the name of a setting
    revoke_url="{revoke_url}",
    scopes=("{scopes}",),
)


def _base_url(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url", "")).rstrip("/")


def _named_key(request: Outgoing, credentials: Credentials) -> None:
    request.headers[credentials["header"].lower()] = credentials["api_key"]


def _probe(api: Api) -> Account:
    path = str(api.settings.get("check_path") or "")
    if path:
        api.call("GET", path if path.startswith("/") else f"/{path}")
    return Account(None, str(api.settings["base_url"]))


CONNECTOR = Connector(
    key="http",
    title=marked("HTTP API"),
    description=marked("Any system with an HTTP API: you name its address and how to sign in."),
    icon="http",
    settings=(
        Field(name="base_url", title=marked("Address"), kind="url", example="https://api.example.com/v1",
              help=marked("Where all paths of steps begin.")),
        Field(name="check_path", title=marked("Path to check"), required=False, example="/me",
              help=marked("Studio reads it to see whether the sign-in works. Empty: nothing is checked.")),
    ),
    auths=(
        Auth(
            key="api_key", title=marked("API key"), kind=AuthKind.API_KEY, apply=_named_key,
            fields=(
                Field(name="header", title=marked("Header"), example="X-Api-Key"),
                Field(name="api_key", title=marked("API key"), kind="secret"),
            ),
        ),
        bearer(),
        basic(),
        oauth_code(_SIGN_IN, settings=(_AUTHORIZE, _TOKEN, _REVOKE, _SCOPES)),
        client_credentials(_SIGN_IN, settings=(_TOKEN, _SCOPES)),
        nothing(),
    ),
    base_url=_base_url,
    probe=_probe,
)  # fmt: skip
