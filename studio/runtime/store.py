"""The workspace's small key-value table: `contract.ports.Store` on rows."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, or_
from sqlalchemy.dialects import postgresql, sqlite

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import KvEntry


class KvStore:
    """Entries end by themselves: one past its time counts as absent, whether or not it is swept yet."""

    def get(self, uow: UnitOfWork, table: str, key: str) -> Any:
        """The value, or None."""
        entry = _entry(uow, table, key)
        return entry.value if entry is not None and _is_live(entry, uow.now) else None

    def put(self, uow: UnitOfWork, table: str, key: str, value: Any, *, ttl_s: float | None = None) -> None:
        """Write a value; None takes the entry away."""
        if value is None:
            entry = _entry(uow, table, key)
            if entry is not None:
                uow.session.delete(entry)
                uow.session.flush()
            return
        fresh = {"value": value, "expires_at": _end(uow, ttl_s), "claimed_by": None, "updated_at": uow.now}
        write = _insert(uow, table, key, fresh)
        uow.session.execute(write.on_conflict_do_update(index_elements=_KEY, set_=fresh), execution_options=_ANEW)

    def first(self, uow: UnitOfWork, table: str, key: str, *, ttl_s: float | None, by: str) -> bool:
        """Claim a key: one statement, so that of two runs at once one is first.

        Whoever holds it may claim again, which does not make it last longer.
        """
        ended = KvEntry.expires_at <= uow.now
        fresh = {"value": True, "expires_at": _end(uow, ttl_s), "claimed_by": by, "updated_at": uow.now}
        claim = (
            _insert(uow, table, key, fresh)
            .on_conflict_do_update(
                index_elements=_KEY,
                set_={**fresh, "expires_at": case((ended, fresh["expires_at"]), else_=KvEntry.expires_at)},
                where=or_(ended, KvEntry.claimed_by == by),
            )
            .returning(KvEntry.key)
        )
        return uow.session.execute(claim, execution_options=_ANEW).scalar() is not None


_KEY = ["workspace_id", "table", "key"]
_ANEW = {"populate_existing": True}


def _entry(uow: UnitOfWork, table: str, key: str) -> KvEntry | None:
    return uow.session.get(KvEntry, (uow.workspace, table, key), populate_existing=True)


def _is_live(entry: KvEntry, now: datetime) -> bool:
    return entry.expires_at is None or entry.expires_at > now


def _end(uow: UnitOfWork, ttl_s: float | None) -> datetime | None:
    return uow.now + timedelta(seconds=ttl_s) if ttl_s is not None else None


def _insert(uow: UnitOfWork, table: str, key: str, fresh: dict[str, Any]) -> Any:
    """The insert of this database's dialect; both spell ON CONFLICT alike."""
    dialect: Any = sqlite if uow.session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(KvEntry).values(workspace_id=uow.workspace, table=table, key=key, **fresh)
