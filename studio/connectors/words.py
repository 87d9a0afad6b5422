"""What pages say of connections."""

from studio.connectors.definition import Connector
from studio.connectors.hooks.states import State, Verdict
from studio.connectors.models import Connection
from studio.connectors.outcomes import AuthKind, Environment, Health, ScopeKind, Status
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked, ngettext

STATUS = {
    Status.DRAFT: (marked("Not connected"), "warn"),
    Status.PENDING_AUTH: (marked("Signing in"), "wait"),
    Status.NEEDS_CONFIG: (marked("Setting missing"), "warn"),
    Status.ACTIVE: (marked("Connected"), "good"),
    Status.PAUSED: (marked("Paused"), ""),
    Status.REAUTH_REQUIRED: (marked("Connect again"), "bad"),
    Status.DISCONNECTED: (marked("Disconnected"), ""),
}
ENVIRONMENTS = {
    Environment.PRODUCTION: marked("Production: real customers are behind it"),
    Environment.TEST: marked("Test"),
}
SCOPES = {
    ScopeKind.CHANNEL: marked("Channel"),
    ScopeKind.STORE: marked("Store"),
    ScopeKind.WAREHOUSE: marked("Warehouse"),
}

HOOKS = {
    State.WANTED: (marked("Being registered"), "wait"),
    State.ACTIVE: (marked("Registered"), "good"),
    State.FAILED: (marked("Not registered"), "bad"),
    State.UNWANTED: (marked("Being removed"), "wait"),
    State.GONE: (marked("Removed"), ""),
}
DELIVERIES = {
    Verdict.STARTED: marked("somebody listened"),
    Verdict.FILTERED: marked("nobody listened"),
    Verdict.MALFORMED: marked("could not be read"),
}


PURPOSES = {
    "check": marked("Check"),
    "connect": marked("Signing in"),
    "keep_alive": marked("Daily check"),
    "webhooks": marked("Webhooks"),
}


def purpose(stored: str) -> str:
    """What a request was for: in words where Studio sent it by itself; a step's by its action's name."""
    kind, _colon, stream = stored.partition(":")
    if kind == "sync" and stream:
        return _("Copying %(stream)s", stream=stream.partition("@")[0])
    return _(PURPOSES[stored]) if stored in PURPOSES else stored


def state(row: Connection) -> tuple[str, str]:
    """Status and health in a word, and the chip's colour."""
    if row.state is Status.ACTIVE and row.health == Health.DEGRADED:
        return _("Troubled"), "warn"
    said, kind = STATUS[row.state]
    return _(said), kind


_ADVICE = {
    Status.PENDING_AUTH: marked("Somebody was sent to the provider to sign in. Begin again if they did not come back."),
    Status.DRAFT: marked("Sign in to finish it."),
    Status.NEEDS_CONFIG: marked("Fill in the setting that is missing."),
    Status.REAUTH_REQUIRED: marked("Connect it again: runs that need it will wait until then."),
}


def advice(row: Connection, waiting: int) -> str:
    """What to do now; empty where nothing is."""
    if waiting and row.state is Status.REAUTH_REQUIRED:
        said = ngettext("Connect it again: %(count)s run waits for it and goes on by itself.",
                        "Connect it again: %(count)s runs wait for it and go on by themselves.", waiting,
                        count=separated(waiting))  # fmt: skip
        return str(said)
    if waiting and row.state is Status.PAUSED:
        said = ngettext("%(count)s run waits until it is resumed.", "%(count)s runs wait until it is resumed.", waiting,
                        count=separated(waiting))  # fmt: skip
        return str(said)
    if row.state is Status.ACTIVE and row.health == Health.DEGRADED:
        return _("Studio goes on trying. Look at the other system if it stays so.")
    return _(_ADVICE[row.state]) if row.state in _ADVICE else ""


def by_browser(connector: Connector, auth: str) -> bool:
    """Whether one signs in at the provider's own page."""
    way = connector.auth(auth)
    return way is not None and way.kind is AuthKind.OAUTH_CODE
