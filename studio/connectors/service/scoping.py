"""The channels, stores and warehouses of an account, as the provider lists them."""

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select

from studio.connectors.definition import FoundScope
from studio.connectors.models import Connection, ConnectionScope
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork

MOST = 500
"""Parts of one account that are kept."""

Watcher = Callable[[UnitOfWork, Connection], None]
_watchers: dict[str, Watcher] = {}


def watch(name: str, told: Watcher) -> None:
    """Have somebody told where parts have come or gone. Called at the start of every process."""
    _watchers[name] = told


def keep(uow: UnitOfWork, row: Connection, found: Iterable[FoundScope]) -> None:
    """Write what is listed now: new ones come, names follow, what is gone is marked and keeps its cursors."""
    held = {(one.kind, one.external_id): one for one in of(uow, row, gone=True)}
    before = {key for key, one in held.items() if one.gone_at is None}
    for one in list(found)[:MOST]:
        known = held.pop((one.kind.value, one.external_id), None)
        if known is None:
            known = ConnectionScope(
                id=ids.new_id(), workspace_id=uow.workspace, connection_id=row.id, kind=one.kind.value,
                external_id=one.external_id[:200], name=one.name[:200], settings=dict(one.settings), created_at=uow.now,
            )  # fmt: skip
            uow.session.add(known)
        known.name, known.settings, known.gone_at = one.name[:200], dict(one.settings), None
    for missing in held.values():
        missing.gone_at = missing.gone_at or uow.now
    uow.session.flush()
    if before != {(one.kind, one.external_id) for one in of(uow, row)}:
        for told in _watchers.values():
            told(uow, row)


def of(uow: UnitOfWork, row: Connection, *, gone: bool = False) -> Sequence[ConnectionScope]:
    """Its parts by kind and name; `gone`: those as well that the provider no longer lists."""
    query = select(ConnectionScope).where(ConnectionScope.connection_id == row.id)
    if not gone:
        query = query.where(ConnectionScope.gone_at.is_(None))
    return uow.session.scalars(query.order_by(ConnectionScope.kind, ConnectionScope.name, ConnectionScope.id)).all()
