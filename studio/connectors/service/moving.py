"""The one way in which a connection's status changes."""

from collections.abc import Callable

from studio.connectors import policy
from studio.connectors.models import Connection
from studio.connectors.outcomes import Event, Status
from studio.connectors.service import waiting
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

Watcher = Callable[[UnitOfWork, Connection, Event], None]
_watchers: dict[str, Watcher] = {}


def watch(name: str, told: Watcher) -> None:
    """Have somebody told of each move, in its transaction. Called at the start of every process."""
    _watchers[name] = told


def move(uow: UnitOfWork, row: Connection, event: Event) -> Status:
    """Follow an event, under the row's lock; runs that waited go on where it can be used now, or never will be.

    Raises Conflict where the event does not fit.
    """
    uow.session.flush()
    uow.session.refresh(row, with_for_update=True)
    after = policy.following(row.state, event, was_connected=row.connected_at is not None)
    if after is None:
        words = _("“%(title)s” is %(status)s, so this cannot be done now. Reload the page.",
                  title=row.title, status=row.status.replace("_", " "))  # fmt: skip
        raise Conflict(words, code="connection.status")
    row.status, row.updated_at = after.value, uow.now
    uow.session.flush()
    if after in (Status.ACTIVE, Status.DISCONNECTED):
        waiting.wake(uow, row.id)
    for told in _watchers.values():
        told(uow, row, event)
    return after
