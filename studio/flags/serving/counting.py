"""What was counted is written before it is acknowledged: a report that was taken is never lost with a process.

Libraries report once a minute, all flags of an hour in one body, and each report is three statements, however many
flags it names. Collecting reports in memory would save little and lose what a process had collected when it dies.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from studio.core.errors import Unavailable
from studio.core.i18n import gettext as _
from studio.core.inserting import insert_all
from studio.core.unit_of_work import Database, UnitOfWork
from studio.flags.models import FlagApplication, FlagUsage
from studio.flags.serving.reporting import Count

MOST_AT_ONCE = 6
"""Reports that one process writes at a time."""
WAIT_S = 2.0
MOST_APPLICATIONS = 200
"""Of one environment. Frontend keys can be read by anybody, who may then send any name."""
OTHERS = "others"
MOST_VARIANTS = 200
"""Names of variants kept of one flag, hour and program."""
SEEN_EVERY = timedelta(minutes=10)
KEPT_DAYS = 180
_FORGOTTEN_AT_ONCE = 5_000


class Counting:
    """Writes of one process."""

    def __init__(self, database: Database) -> None:
        self._database, self._room = database, BoundedSemaphore(MOST_AT_ONCE)

    @contextmanager
    def unit(self, workspace_id: UUID) -> Iterator[UnitOfWork]:
        """A transaction of its own. Raises Unavailable where too many are writing already."""
        if not self._room.acquire(timeout=WAIT_S):
            raise Unavailable(_("More is being reported than can be written now. Nothing was counted; send it again."))
        try:
            with self._database.unit(workspace_id) as uow:
                yield uow
        finally:
            self._room.release()


def seen(uow: UnitOfWork, environment_id: UUID, name: str, sdk: str) -> str:
    """Note that a program has spoken, and give the name under which it counts."""
    row = select(FlagApplication).where(FlagApplication.environment_id == environment_id, FlagApplication.name == name)
    found = uow.session.scalar(row)
    if found is not None:
        if uow.now - found.seen_at > SEEN_EVERY or (sdk and sdk != found.sdk):
            found.seen_at, found.sdk = uow.now, sdk or found.sdk
        return name
    if name != OTHERS and _full(uow, environment_id):
        return seen(uow, environment_id, OTHERS, "")
    _insert_application(uow, environment_id, name, sdk)
    return name


def add(
    uow: UnitOfWork, environment_id: UUID, hour: datetime, application: str, counts: Iterable[tuple[UUID, Count]]
) -> None:
    """Add to what was counted in an hour. Rows are locked in one order, so that two reports never wait crosswise."""
    told = dict(sorted(counts, key=lambda one: one[0]))
    if not told:
        return
    begin = {"environment_id": environment_id, "hour": hour, "application": application}
    empty = {"workspace_id": uow.workspace, "yes": 0, "no": 0, "variants": {}}
    insert_all(uow.session, FlagUsage, [{"flag_id": one, **begin, **empty} for one in told], unless_there=True)
    rows = (
        select(FlagUsage)
        .where(
            FlagUsage.flag_id.in_(told), FlagUsage.environment_id == environment_id, FlagUsage.hour == hour,
            FlagUsage.application == application,
        )
        .order_by(FlagUsage.flag_id)
        .with_for_update()
    )  # fmt: skip
    for row in uow.session.scalars(rows).all():
        one = told[row.flag_id]
        row.yes, row.no = row.yes + one.yes, row.no + one.no
        if one.variants:
            row.variants = _added(row.variants, one.variants)


def forget(uow: UnitOfWork) -> None:
    """Forget what was counted long ago, and programs that have been silent as long; the next purge goes on."""
    before = uow.now - timedelta(days=KEPT_DAYS)
    oldest = select(FlagUsage.hour).where(FlagUsage.hour < before).order_by(FlagUsage.hour).limit(1)
    hour = uow.session.scalar(oldest)
    while hour is not None and hour < before:
        uow.session.execute(delete(FlagUsage).where(FlagUsage.hour == hour))
        hour = uow.session.scalar(oldest)
    silent = select(FlagApplication.id).where(FlagApplication.seen_at < before).limit(_FORGOTTEN_AT_ONCE)
    uow.session.execute(delete(FlagApplication).where(FlagApplication.id.in_(silent)))


def _added(before: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, int]:
    found = dict(before)
    for name, count in more.items():
        if name in found or len(found) < MOST_VARIANTS:
            found[name] = found.get(name, 0) + count
    return found


def _full(uow: UnitOfWork, environment_id: UUID) -> bool:
    query = select(func.count()).where(FlagApplication.environment_id == environment_id)
    return (uow.session.scalar(query) or 0) >= MOST_APPLICATIONS


def _insert_application(uow: UnitOfWork, environment_id: UUID, name: str, sdk: str) -> None:
    """Two of a program's instances may speak for the first time at once."""
    row = {
        "workspace_id": uow.workspace, "environment_id": environment_id, "name": name, "sdk": sdk, "seen_at": uow.now,
    }  # fmt: skip
    insert_all(uow.session, FlagApplication, [row], unless_there=True)
