"""Accounts at other systems."""

from studio.audit.registry import Action, Metadata


class Of(Metadata):
    connector: str
    environment: str


class Connected(Of):
    account: str
    """The provider's id, as text; empty: it names none."""
    again: bool
    """It had been connected before."""


class Broken(Of):
    code: str


class Disconnected(Of):
    revoked: bool
    """The provider is asked to end its token."""


class OfSync(Of):
    stream: str
    scope: str
    """The provider's id of a channel, store or warehouse; empty: the whole account."""


class SyncChanged(OfSync):
    do: str
    """`now`, `pause`, `resume`, `disable`, `enable`, `backfill`, `every`."""


class SyncOff(OfSync):
    code: str


class LinkMade(Of):
    hours: int
    """How long the link works."""


class HookOf(Of):
    scope: str
    """The channel or store, by the provider's id; empty: the account."""
    topics: str
    """In the provider's words, one after the other."""


class HookBroken(Broken):
    scope: str
    """The channel or store, by the provider's id; empty: the account."""


CREATED = Action(
    "connection.created",
    "Somebody began to connect another system.",
    sentence="{actor} set up the connection {target} to {connector}",
    metadata=Of,
    example={"connector": "vendure", "environment": "production"},
    severity="notice",
)
UPDATED = Action(
    "connection.updated",
    "Somebody changed a connection's name or settings.",
    sentence="{actor} changed the connection {target}",
    metadata=Of,
    example={"connector": "vendure", "environment": "production"},
    severity="notice",
)
CONNECTED = Action(
    "connection.connected",
    "A provider has taken the credentials of a connection.",
    sentence="{actor} connected {target} to the account {account}",
    metadata=Connected,
    example={"connector": "vendure", "environment": "production", "account": "1", "again": False},
    severity="warning",
)
LOST = Action(
    "connection.lost",
    "A provider no longer takes a connection's credentials; runs that meet it wait.",
    sentence="The connection {target} has to be connected again",
    metadata=Broken,
    example={"connector": "vendure", "environment": "production", "code": "oauth.invalid_grant"},
    severity="warning",
)
PAUSED = Action(
    "connection.paused",
    "Somebody holds a connection: nothing is called by it until it goes on.",
    sentence="{actor} paused the connection {target}",
    metadata=Of,
    example={"connector": "vendure", "environment": "production"},
    severity="warning",
)
RESUMED = Action(
    "connection.resumed",
    "Somebody lets a connection go on.",
    sentence="{actor} resumed the connection {target}",
    metadata=Of,
    example={"connector": "vendure", "environment": "production"},
    severity="notice",
)
DISCONNECTED = Action(
    "connection.disconnected",
    "Somebody disconnected another system: its credentials are wiped.",
    sentence="{actor} disconnected {target}",
    metadata=Disconnected,
    example={"connector": "vendure", "environment": "production", "revoked": True},
    severity="warning",
)
NOT_REVOKED = Action(
    "connection.not_revoked",
    "A provider would not end the token of a connection that was disconnected; Studio has wiped its own copy.",
    sentence="The token of the connection {target} was not ended by its provider",
    metadata=Broken,
    example={"connector": "vendure", "environment": "production", "code": "http.timeout"},
    severity="warning",
)
REFUSED = Action(
    "connection.refused",
    "A sign-in to another system was refused; nothing was changed.",
    sentence="A sign-in of {actor} for the connection {target} was refused",
    metadata=Broken,
    example={"connector": "vendure", "environment": "production", "code": "connection.other_account"},
    severity="warning",
)
LINK_MADE = Action(
    "connection.link_made",
    "Somebody made a link by which an outsider may sign in to another system once.",
    sentence="{actor} made a link to connect {target}",
    metadata=LinkMade,
    example={"connector": "vendure", "environment": "production", "hours": 24},
    severity="warning",
)
HOOK_REGISTERED = Action(
    "connection.hook_registered",
    "Studio has registered a webhook at a provider, since a published workflow listens for what happens there.",
    sentence="A webhook was registered at {target}",
    metadata=HookOf,
    example={"connector": "vendure", "environment": "production", "scope": "", "topics": "order.created, order.paid"},
    severity="notice",
)
HOOK_MISSING = Action(
    "connection.hook_missing",
    "A provider no longer had a webhook that Studio had registered, or had switched it off. Studio registers it again.",
    sentence="The webhook at {target} was gone and is registered again",
    metadata=HookOf,
    example={"connector": "shopify", "environment": "production", "scope": "", "topics": "orders/create, orders/paid"},
    severity="warning",
)
HOOK_REMOVED = Action(
    "connection.hook_removed",
    "Studio has removed a webhook at a provider: no published workflow listens any longer.",
    sentence="A webhook was removed at {target}",
    metadata=HookOf,
    example={"connector": "vendure", "environment": "production", "scope": "", "topics": "order.created, order.paid"},
    severity="notice",
)
HOOK_FAILED = Action(
    "connection.hook_failed",
    "A provider would not register or remove a webhook.",
    sentence="The webhook at {target} could not be registered or removed",
    metadata=HookBroken,
    example={"connector": "vendure", "environment": "production", "code": "http.timeout", "scope": ""},
    severity="warning",
)
SYNC_STARTED = Action(
    "connection.sync_started",
    "Somebody has records of a connection copied and kept like the provider's.",
    sentence="{actor} began to sync {stream} of {target}",
    metadata=OfSync,
    example={"connector": "vendure", "environment": "production", "stream": "orders", "scope": ""},
    severity="notice",
)
SYNC_CHANGED = Action(
    "connection.sync_changed",
    "Somebody paused, resumed, hurried or changed a sync, or has it read records again.",
    sentence="{actor} changed the sync of {stream} of {target}: {do}",
    metadata=SyncChanged,
    example={"connector": "vendure", "environment": "production", "stream": "orders", "scope": "", "do": "pause"},
    severity="notice",
)
SYNC_OFF = Action(
    "connection.sync_switched_off",
    "A sync has failed so often and so long that Studio reads it no more until somebody switches it on.",
    sentence="The sync of {stream} of {target} was switched off",
    metadata=SyncOff,
    example={
        "connector": "vendure",
        "environment": "production",
        "stream": "orders",
        "scope": "",
        "code": "http.status_500",
    },
    severity="warning",
)
