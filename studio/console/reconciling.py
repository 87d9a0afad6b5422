"""`studio reconcile`: what may have happened between a backup and its return, in lines."""

import socket
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import func, select

from studio.accounts.models import Workspace
from studio.core import db, migrate
from studio.core.errors import StudioError
from studio.core.models import OutboxRow
from studio.core.settings import Settings
from studio.core.unit_of_work import Database
from studio.runtime.engine.versions import Versions
from studio.runtime.service import reconciling
from studio.runtime.service.reconciling import Doubt


class ReconcileError(StudioError):
    """It cannot be told now; the message says what to do before."""

    code = "reconcile"


def fence(settings: Settings) -> None:
    """See runtime.service.reconciling. Studio must not run."""
    engine = db.open_engine(settings.migrate_url)
    try:
        with engine.begin() as connection:
            reconciling.fence(connection)
    finally:
        engine.dispose()


def lines(settings: Settings) -> Iterator[str]:
    """What a person reads: the calls, those first that nobody may repeat unseen. Raises ReconcileError."""
    if not migrate.is_current(settings):
        raise ReconcileError("The database is not of this Studio's schema yet. Run `studio migrate` first.")
    engines = db.open_engine(settings.database_url), db.open_engine(settings.engine_url)
    try:
        database = Database(*engines)
        found = list(_doubts(database))
        blind = [doubt for doubt in found if doubt.key is None]
        yield f"{len({doubt.run_id for doubt in found})} runs under way may have called out since the backup was made."
        if blind:
            yield "\nNo key makes a repeat of these safe. Look at their targets, then decide on each run's page:"
            yield from (_line(settings, doubt) for doubt in blind)
        if len(blind) < len(found):
            yield "\nThese are repeated under their key, so their targets do them once:"
            yield from (f"{_line(settings, doubt)}, key {doubt.key}" for doubt in found if doubt.key is not None)
        yield f"\n{_unsent(database)} mails and other jobs wait to be sent; one that went out already is sent again."
    finally:
        for engine in engines:
            engine.dispose()


def is_running(settings: Settings) -> bool:
    """Whether something answers where Studio would."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((settings.host, settings.port)) == 0


def _doubts(database: Database) -> Iterator[Doubt]:
    versions = Versions(database)
    for workspace_id in _workspaces(database):
        with database.unit(workspace_id, read_only=True) as unit:
            yield from reconciling.doubts(unit, versions)


def _workspaces(database: Database) -> list[UUID]:
    with database.unit(read_only=True) as unit:
        return list(unit.session.scalars(select(Workspace.id).order_by(Workspace.id)))


def _unsent(database: Database) -> int:
    with database.across(read_only=True) as unit:
        left = select(func.count()).select_from(OutboxRow).where(OutboxRow.state.in_(("queued", "running")))
        return unit.session.scalar(left) or 0


def _line(settings: Settings, doubt: Doubt) -> str:
    what = "was about to be called, or was" if doubt.begun else "comes later"
    name = f"{doubt.workflow} · {doubt.title}" if doubt.title else doubt.workflow
    return f"  {settings.public_url}/runs/{doubt.run_id}  {name}: “{doubt.step}” {what}"
