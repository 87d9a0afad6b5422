"""Events that come twice: the first under a key starts a run, the others are repeats of it."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import EventDedup


@dataclass(frozen=True, slots=True)
class Once:
    """A key that starts one run of a trigger for so long."""

    key: str
    seconds: float


def first_run(uow: UnitOfWork, subscription_id: UUID, once: Once) -> UUID | None:
    """The run that the key has started; None: none within its time."""
    known = select(EventDedup.run_id).where(
        EventDedup.subscription_id == subscription_id, EventDedup.key == once.key, EventDedup.expires_at >= uow.now
    )
    return uow.session.execute(known).scalar()


def claim(uow: UnitOfWork, subscription_id: UUID, once: Once, event_id: UUID, run_id: UUID) -> bool:
    """Take the key for this event. False: another one was faster."""
    insert = sqlite_insert if uow.session.get_bind().dialect.name == "sqlite" else pg_insert
    values = {"event_id": event_id, "run_id": run_id, "expires_at": uow.now + timedelta(seconds=once.seconds)}
    claimed = (
        insert(EventDedup)
        .values(workspace_id=uow.workspace, subscription_id=subscription_id, key=once.key, **values)
        .on_conflict_do_update(
            index_elements=["subscription_id", "key"], set_=values, where=EventDedup.expires_at < uow.now
        )
        .returning(EventDedup.event_id)
    )
    return uow.session.execute(claimed).scalar() is not None
