"""What connections can be, in words that are stored."""

from enum import StrEnum


class Status(StrEnum):
    """Whether a connection may be used. Says nothing of how well it works: that is its health."""

    DRAFT = "draft"
    """Begun, never signed in."""
    PENDING_AUTH = "pending_auth"
    """Somebody is asked to sign in at the provider."""
    NEEDS_CONFIG = "needs_config"
    """Signed in; a setting is still missing."""
    ACTIVE = "active"
    PAUSED = "paused"
    """Somebody holds it: nothing is called until they let it go on."""
    REAUTH_REQUIRED = "reauth_required"
    """The provider no longer takes its credentials: somebody has to sign in again."""
    DISCONNECTED = "disconnected"
    """Its secrets are wiped; history keeps its name."""


class Health(StrEnum):
    """How calls have gone lately."""

    UNKNOWN = "unknown"
    HEALTHY = "healthy"
    DEGRADED = "degraded"


class Event(StrEnum):
    """What moves a connection's status."""

    BEGIN = "begin"
    """Somebody goes to sign in, for the first time or again."""
    GIVE_UP = "give_up"
    """The sign-in ran out or was denied."""
    AUTHORIZED = "authorized"
    """The provider takes the credentials, and nothing else is missing."""
    AUTHORIZED_UNFINISHED = "authorized_unfinished"
    """The provider takes the credentials; a setting is missing."""
    CONFIGURED = "configured"
    PAUSE = "pause"
    RESUME = "resume"
    LOST = "lost"
    """Refused for good: revoked, expired, a scope gone, or too many strikes."""
    DISCONNECT = "disconnect"


class ScopeKind(StrEnum):
    """Parts of an account that are told apart: cursors, limits and steps hang on them."""

    CHANNEL = "channel"
    STORE = "store"
    WAREHOUSE = "warehouse"


class Deletions(StrEnum):
    """How it is found that a record of a stream is gone."""

    TOMBSTONES = "tombstones"
    """Pages name what was deleted."""
    FULL_LISTING = "full_listing"
    """Pages do not: every now and then everything is read from the start, and what was not seen is gone."""
    NEVER = "never"
    """Nothing is ever deleted there."""


class Environment(StrEnum):
    """Whether real customers are behind it."""

    PRODUCTION = "production"
    TEST = "test"


class AuthKind(StrEnum):
    """How requests prove whose they are."""

    NONE = "none"
    API_KEY = "api_key"
    BASIC = "basic"
    BEARER = "bearer"
    OAUTH_CODE = "oauth_code"
    """Authorization code with PKCE."""
    CLIENT_CREDENTIALS = "client_credentials"
    SIGNED = "signed"
    """Each request is signed with a shared secret."""


class ProvedBy(StrEnum):
    """What shows that an action does what it says."""

    VENDURE = "vendure"
    """Tests against a real Vendure server."""
    CONTRACT = "contract"
    """Tests against the provider's published contract alone."""
