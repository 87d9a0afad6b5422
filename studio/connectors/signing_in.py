"""The usual ways to put credentials into a request, for definitions to name."""

from base64 import b64encode

from studio.connectors.definition import Apply, Auth, Credentials, Field, OAuth
from studio.connectors.outcomes import AuthKind
from studio.connectors.wire import Outgoing
from studio.core.i18n import marked


def api_key(
    *,
    header: str = "authorization",
    prefix: str = "",
    query: str = "",
    title: str = marked("API key"),
    key: str = "api_key",
    help_text: str = "",
) -> Auth:
    """One secret in a header, or in the query where the provider knows no better."""

    def apply(request: Outgoing, credentials: Credentials) -> None:
        if query:
            request.query.append((query, credentials["api_key"]))
        else:
            request.headers[header.lower()] = prefix + credentials["api_key"]

    asked = Field(name="api_key", title=title, help=help_text, kind="secret")
    return Auth(key=key, title=title, kind=AuthKind.API_KEY, fields=(asked,), apply=apply)


def bearer(*, title: str = marked("Access token"), key: str = "bearer", help_text: str = "") -> Auth:
    """A token that somebody copied from the provider."""

    def apply(request: Outgoing, credentials: Credentials) -> None:
        request.headers["authorization"] = f"Bearer {credentials['token']}"

    asked = Field(name="token", title=title, help=help_text, kind="secret")
    return Auth(key=key, title=title, kind=AuthKind.BEARER, fields=(asked,), apply=apply)


def basic(*, key: str = "basic", title: str = marked("User name and password")) -> Auth:
    """User name and password with each request."""

    def apply(request: Outgoing, credentials: Credentials) -> None:
        pair = f"{credentials['user']}:{credentials.get('password', '')}".encode()
        request.headers["authorization"] = f"Basic {b64encode(pair).decode()}"

    fields = (
        Field(name="user", title=marked("User name")),
        Field(name="password", title=marked("Password"), kind="secret", required=False),
    )
    return Auth(key=key, title=title, kind=AuthKind.BASIC, fields=fields, apply=apply)


def signed(apply: Apply, *, fields: tuple[Field, ...], key: str = "signed", title: str = marked("Signing key")) -> Auth:
    """Each request is signed; `apply` sees it whole."""
    return Auth(key=key, title=title, kind=AuthKind.SIGNED, fields=fields, apply=apply)


def oauth_code(
    oauth: OAuth,
    *,
    key: str = "oauth",
    title: str = marked("Sign in at the provider"),
    settings: tuple[Field, ...] = (),
) -> Auth:
    """Somebody signs in at the provider's own page; Studio never sees their password."""
    kind = AuthKind.OAUTH_CODE
    return Auth(key=key, title=title, kind=kind, fields=_CLIENT, settings=settings, apply=token, oauth=oauth)


def client_credentials(
    oauth: OAuth, *, key: str = "client", title: str = marked("Client id and secret"), settings: tuple[Field, ...] = ()
) -> Auth:
    """A program's own account; its token is fetched with id and secret."""
    kind = AuthKind.CLIENT_CREDENTIALS
    return Auth(key=key, title=title, kind=kind, fields=_CLIENT, settings=settings, apply=token, oauth=oauth)


def nothing() -> Auth:
    """For what anybody may call."""
    return Auth(key="none", title=marked("No sign-in"), kind=AuthKind.NONE, apply=lambda _request, _credentials: None)


def token(request: Outgoing, credentials: Credentials) -> None:
    """The access token of an OAuth provider."""
    request.headers["authorization"] = f"Bearer {credentials['access_token']}"


_CLIENT = (
    Field(name="client_id", title=marked("Client id"), help=marked("Of the app that you made at the provider.")),
    Field(name="client_secret", title=marked("Client secret"), kind="secret", required=False),
)
