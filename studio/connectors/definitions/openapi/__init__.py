"""Any API that has an OpenAPI 3 description: its operations are the actions."""

from collections.abc import Mapping
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definition import Account, Auth, Connector, Credentials, Field
from studio.connectors.definitions.http import CONNECTOR as HTTP
from studio.connectors.library.acting import DOCUMENT, Operations
from studio.connectors.library.beginning import begun
from studio.connectors.outcomes import AuthKind
from studio.connectors.wire import Outgoing
from studio.core.i18n import marked


def _in_query(request: Outgoing, credentials: Credentials) -> None:
    request.query.append((credentials["parameter"], credentials["api_key"]))


def _base_url(settings: Mapping[str, Any]) -> str:
    return str(settings.get("base_url", "")).rstrip("/")


def _probe(api: Api) -> Account:
    path = str(api.settings.get("check_path") or "")
    if path:
        api.call("GET", path if path.startswith("/") else f"/{path}")
    return Account(None, str(api.settings["base_url"]))


CONNECTOR = Connector(
    key="openapi",
    title=marked("API by its description"),
    description=marked("Any system with an OpenAPI 3 description: each operation becomes an action with a form."),
    icon="plug",
    settings=(
        Field(name=DOCUMENT, title=marked("API description"), example="shop-api",
              help=marked("Name of an imported description; import it under “API descriptions” first.")),
        Field(name="base_url", title=marked("Address"), kind="url", example="https://api.example.com/v2",
              help=marked("Where the API lives; its description shows it. Credentials go there and nowhere else.")),
        Field(name="check_path", title=marked("Path to check"), required=False, example="/me",
              help=marked("Studio reads it to see whether the sign-in works. Empty: nothing is checked.")),
    ),
    auths=(
        *HTTP.auths,
        Auth(
            key="query_key", title=marked("API key in the address"), kind=AuthKind.API_KEY, apply=_in_query,
            fields=(
                Field(name="parameter", title=marked("Parameter"), example="api_key"),
                Field(name="api_key", title=marked("API key"), kind="secret"),
            ),
        ),
    ),
    base_url=_base_url,
    probe=_probe,
    dynamic=Operations(),
    begun=begun,
)  # fmt: skip
