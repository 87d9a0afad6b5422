"""By whose days a workspace's runs are counted: its time zone, noted with the moment from which on it counts.

The sweeper alone writes it, always for a midnight to come: by what days a run is counted never changes afterwards.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from studio.accounts.models import Workspace
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import zones
from studio.runtime.insights.days import EVER, Days, Since, changed
from studio.runtime.models import TallyZone

log = structlog.get_logger()


def days_of(uow: UnitOfWork) -> tuple[Days, str]:
    """Of the workspace, and the zone that it has now: its days may be still to come."""
    here = select(Workspace.time_zone, TallyZone.since, TallyZone.zone)
    here = here.outerjoin(TallyZone, TallyZone.workspace_id == Workspace.id).where(Workspace.id == uow.workspace)
    rows = uow.session.execute(here.order_by(TallyZone.since)).all()
    wanted = _known(rows[0].time_zone)
    return Days([Since(row.since, row.zone) for row in rows if row.zone] or [Since(EVER, wanted)]), wanted


def counted_by(session: Session, wanted: AbstractSet[UUID]) -> dict[UUID, Days]:
    """Of workspaces, by id. A workspace of whose runs none was counted so far has its zone from ever."""
    found: dict[UUID, list[Since]] = {}
    columns = select(Workspace.id, Workspace.time_zone, TallyZone.since, TallyZone.zone)
    columns = columns.outerjoin(TallyZone, TallyZone.workspace_id == Workspace.id).order_by(TallyZone.since)
    for row in session.execute(columns.where(Workspace.id.in_(wanted))):
        if row.zone is None:
            first = Since(EVER, _known(row.time_zone))
            session.add(TallyZone(workspace_id=row.id, **first._asdict()))
            found[row.id] = [first]
        else:
            found.setdefault(row.id, []).append(Since(row.since, row.zone))
    return {one: Days(found.get(one) or [Since(EVER, "UTC")]) for one in wanted}


def note_changes(session: Session, now: datetime) -> int:
    """Of zones of workspaces, from their next midnight on; how many there were."""
    later = aliased(TallyZone)
    newer = select(later.since).where(later.workspace_id == TallyZone.workspace_id, later.since > TallyZone.since)
    latest = select(Workspace.id, Workspace.time_zone).join(TallyZone, TallyZone.workspace_id == Workspace.id)
    others = latest.where(~newer.exists(), TallyZone.zone != Workspace.time_zone)
    wanted = {row.id: _known(row.time_zone) for row in session.execute(others)}
    if not wanted:
        return 0
    known: dict[UUID, list[Since]] = {}
    kept = select(TallyZone).where(TallyZone.workspace_id.in_(wanted)).order_by(TallyZone.since)
    for row in session.scalars(kept):
        known.setdefault(row.workspace_id, []).append(Since(row.since, row.zone))
        if row.since > now:
            session.delete(row)
    session.flush()
    for workspace_id, zone in wanted.items():
        for one in changed(known[workspace_id], zone, now):
            if one.since > now:
                session.add(TallyZone(workspace_id=workspace_id, **one._asdict()))
    return len(wanted)


def forget(session: Session, before: datetime) -> None:
    """Zones that another one had followed by then."""
    later = aliased(TallyZone)
    followed = select(later.since).where(
        later.workspace_id == TallyZone.workspace_id, later.since > TallyZone.since, later.since <= before
    )
    session.execute(delete(TallyZone).where(followed.exists()).execution_options(synchronize_session=False))


def _known(name: str) -> str:
    """UTC instead of a zone that this machine does not know: one workspace must not keep all from being counted."""
    try:
        return zones.zone(name).key
    except ValueError:
        log.warning("insights.unknown_zone", zone=name)
        return "UTC"
