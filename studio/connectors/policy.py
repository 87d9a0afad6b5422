"""Which way a connection's status goes. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from studio.connectors.outcomes import Event, Status

KEEP_ALIVE = timedelta(days=1)
"""A connection that nobody uses is tried this often: grants die of disuse, and somebody should hear it first."""
_NEXT: Mapping[tuple[Status, Event], Status] = {
    (Status.DRAFT, Event.BEGIN): Status.PENDING_AUTH,
    (Status.PENDING_AUTH, Event.BEGIN): Status.PENDING_AUTH,
    (Status.REAUTH_REQUIRED, Event.BEGIN): Status.PENDING_AUTH,
    (Status.PENDING_AUTH, Event.AUTHORIZED): Status.ACTIVE,
    (Status.PENDING_AUTH, Event.AUTHORIZED_UNFINISHED): Status.NEEDS_CONFIG,
    (Status.NEEDS_CONFIG, Event.CONFIGURED): Status.ACTIVE,
    (Status.ACTIVE, Event.PAUSE): Status.PAUSED,
    (Status.PAUSED, Event.RESUME): Status.ACTIVE,
    (Status.ACTIVE, Event.LOST): Status.REAUTH_REQUIRED,
    (Status.PAUSED, Event.LOST): Status.REAUTH_REQUIRED,
    (Status.NEEDS_CONFIG, Event.LOST): Status.REAUTH_REQUIRED,
    # Whoever signs in again while all is well replaces the credentials and disturbs nothing.
    (Status.ACTIVE, Event.BEGIN): Status.ACTIVE,
    (Status.ACTIVE, Event.AUTHORIZED): Status.ACTIVE,
    (Status.ACTIVE, Event.AUTHORIZED_UNFINISHED): Status.NEEDS_CONFIG,
    (Status.ACTIVE, Event.GIVE_UP): Status.ACTIVE,
    (Status.PAUSED, Event.BEGIN): Status.PAUSED,
    (Status.PAUSED, Event.AUTHORIZED): Status.PAUSED,
    (Status.PAUSED, Event.GIVE_UP): Status.PAUSED,
    (Status.NEEDS_CONFIG, Event.BEGIN): Status.NEEDS_CONFIG,
    (Status.NEEDS_CONFIG, Event.AUTHORIZED): Status.ACTIVE,
    (Status.NEEDS_CONFIG, Event.AUTHORIZED_UNFINISHED): Status.NEEDS_CONFIG,
    (Status.NEEDS_CONFIG, Event.GIVE_UP): Status.NEEDS_CONFIG,
    # A sign-in may be lost a second time, and is then only lost.
    (Status.REAUTH_REQUIRED, Event.LOST): Status.REAUTH_REQUIRED,
    (Status.PENDING_AUTH, Event.LOST): Status.PENDING_AUTH,
    **{(status, Event.DISCONNECT): Status.DISCONNECTED for status in Status if status is not Status.DISCONNECTED},
}
USABLE = frozenset({Status.ACTIVE})
"""Calls go out."""
HELD = frozenset({Status.REAUTH_REQUIRED, Status.PENDING_AUTH, Status.PAUSED, Status.NEEDS_CONFIG})
"""Runs that meet it wait: somebody will mend it, or let it go on."""


def following(status: Status, event: Event, *, was_connected: bool) -> Status | None:
    """The status after an event; None: the event does not fit.

    `was_connected`: it has been signed in before, so a sign-in that comes to nothing leaves it as it was found.
    """
    if (status, event) == (Status.PENDING_AUTH, Event.GIVE_UP):
        return Status.REAUTH_REQUIRED if was_connected else Status.DRAFT
    return _NEXT.get((status, event))
