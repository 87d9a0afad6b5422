"""Refusing deliveries before they are accepted, while Studio has more than it can do: never after.

Two reasons: what queues for this process's commits would not be through in time, or more runs wait in the database than
the installation is set up for. The second sheds those workspaces first whose runs they are.
"""

import threading
from collections.abc import Callable, Mapping
from uuid import UUID

import structlog
from sqlalchemy import Integer, Uuid, text

from studio.core import clock
from studio.core.errors import Unavailable
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database

log = structlog.get_logger()

SOON_S = 5.0
"""A commit that is expected later than this is not waited for."""
LOOK_EVERY_S = 5.0
"""How old a count of the backlog may be."""
REST = 50
"""So many times as long as a count took nothing is counted: a large backlog is not made worse by counting it."""
COME_BACK_S = 15
"""When a sender may try again whose workspace has too many runs waiting."""

_COUNT = text("""
select workspace_id, count(*) as runs from (
  select workspace_id from run where state = 'queued' limit :most
) waiting group by workspace_id
""").columns(workspace_id=Uuid(), runs=Integer())


def expected_wait(depth: int, group: int, group_s: float, under_way_s: float | None) -> float:
    """Seconds until what comes now would be committed.

    `depth` entries wait, up to `group` are committed at once, which takes `group_s`; one such commit has been under way
    for `under_way_s` (None: none is). One that takes longer than usual is expected to take as long again.
    """
    if under_way_s is None:
        return (depth // group) * group_s
    rest = under_way_s if under_way_s > group_s else group_s - under_way_s
    return rest + (depth // group + 1) * group_s


def has_too_many(waiting: Mapping[UUID, int], workspace_id: UUID, most: int) -> bool:
    """Whether a workspace may start nothing more: beyond `most` in all those over their share, at twice that nobody."""
    total = sum(waiting.values())
    if total <= most:
        return False
    return total >= 2 * most or waiting.get(workspace_id, 0) > most // len(waiting)


class Shedding:
    """One per process."""

    def __init__(self, database: Database, most: int, wait_s: Callable[[], float]) -> None:
        """`most`: runs that may wait in all; `wait_s()`: how long a commit is expected to take now."""
        self._database, self._most, self._wait_s = database, most, wait_s
        self._waiting: Mapping[UUID, int] = {}
        self._next = 0.0
        self._looking = threading.Lock()
        self._stopped = False

    def check(self, workspace_id: UUID) -> None:
        """Raise Unavailable where a start of this workspace is to come later. Asks no database."""
        if self._wait_s() > SOON_S:
            raise Unavailable(
                _("More is being delivered than Studio can write in time. Nothing was started; send it again later."),
                code="overloaded.writing",
            )
        due = clock.monotonic() >= self._next and not self._stopped
        if due and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look_and_release, name="backlog", daemon=True).start()
        if has_too_many(self._waiting, workspace_id, self._most):
            error = Unavailable(
                _("Too many runs are waiting to be worked off. Nothing was started; send it again later."),
                code="overloaded.backlog",
            )
            error.retry_after_s = COME_BACK_S
            raise error

    def stop(self, patience_s: float = 5.0) -> None:
        """Count no more, and wait for a count under way: its connection must not outlive the process's pools."""
        self._stopped = True
        if self._looking.acquire(timeout=patience_s):
            self._looking.release()

    def look(self) -> None:
        """Count what waits, to twice what may."""
        began = clock.monotonic()
        try:
            with self._database.across(read_only=True) as unit:
                found = unit.session.execute(_COUNT, {"most": 2 * self._most})
                self._waiting = {row.workspace_id: row.runs for row in found}
        finally:
            now = clock.monotonic()
            self._next = now + max(LOOK_EVERY_S, REST * (now - began))

    def _look_and_release(self) -> None:
        try:
            self.look()
        except Exception:  # the database is away: deliveries will say so themselves
            log.warning("backlog_not_counted", exc_info=True)
        finally:
            self._looking.release()
