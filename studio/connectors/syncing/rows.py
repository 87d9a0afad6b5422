"""Records in the database: a page in three statements, however many records it has."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, ColumnElement, Text, any_, cast, select, text, update
from sqlalchemy.dialects import sqlite

from studio.connectors.models import ConnectionRecord
from studio.connectors.syncing.telling_apart import Given, Known
from studio.core.unit_of_work import UnitOfWork

SWEPT_AT_ONCE = 1_000
_UPSERT = text(
    "insert into connection_record"
    " (sync_id, external_id, workspace_id, hash, data, generation, changed_at, deleted_at)"
    " select :sync_id, external_id, :workspace_id, hash, data, :generation, :now, null"
    " from json_to_recordset(cast(:rows as json)) as given(external_id text, hash text, data jsonb)"
    " on conflict (sync_id, external_id) do update set hash = excluded.hash, data = excluded.data,"
    " generation = excluded.generation, changed_at = excluded.changed_at, deleted_at = null"
)


def known(uow: UnitOfWork, sync_id: UUID, external_ids: Collection[str]) -> Mapping[str, Known]:
    """What is kept of these."""
    query = select(ConnectionRecord.external_id, ConnectionRecord.hash, ConnectionRecord.deleted_at)
    mine = ConnectionRecord.sync_id == sync_id, _one_of(uow, external_ids)
    rows = uow.session.execute(query.where(*mine)) if external_ids else ()
    return {row.external_id: Known(row.hash, row.deleted_at is not None) for row in rows}


def write(uow: UnitOfWork, sync_id: UUID, generation: int, found: Sequence[Given]) -> None:
    """Keep records that are new or have changed."""
    if not found:
        return
    common: dict[str, Any] = {
        "sync_id": sync_id, "workspace_id": uow.workspace, "generation": generation,
    }  # fmt: skip
    if uow.session.get_bind().dialect.name == "postgresql":
        rows = [{"external_id": one.external_id, "hash": one.hash, "data": orjson.Fragment(one.json)} for one in found]
        uow.session.execute(_UPSERT, {**common, "now": uow.now, "rows": orjson.dumps(rows).decode()})
        return
    insert = sqlite.insert(ConnectionRecord)
    names = ("hash", "data", "generation", "changed_at", "deleted_at")
    upsert = insert.on_conflict_do_update(
        index_elements=["sync_id", "external_id"], set_={name: insert.excluded[name] for name in names}
    )
    common |= {"changed_at": uow.now, "deleted_at": None}
    uow.session.connection().execute(
        upsert, [{**common, "external_id": one.external_id, "hash": one.hash, "data": one.data} for one in found]
    )


def see(uow: UnitOfWork, sync_id: UUID, generation: int, external_ids: Sequence[str]) -> None:
    """A whole listing has named these, and they have not changed."""
    if external_ids:
        mine = ConnectionRecord.sync_id == sync_id, _one_of(uow, external_ids)
        seen = update(ConnectionRecord).where(*mine, ConnectionRecord.generation != generation)
        uow.session.execute(seen.values(generation=generation).execution_options(synchronize_session=False))


def end(uow: UnitOfWork, sync_id: UUID, external_ids: Sequence[str]) -> None:
    """These are gone; their data stay as they last were."""
    if external_ids:
        mine = ConnectionRecord.sync_id == sync_id, _one_of(uow, external_ids)
        gone = update(ConnectionRecord).where(*mine).values(deleted_at=uow.now, changed_at=uow.now)
        uow.session.execute(gone.execution_options(synchronize_session=False))


def unseen(uow: UnitOfWork, sync_id: UUID, generation: int, after: str) -> Mapping[str, Mapping[str, Any]]:
    """Records behind an id that a whole listing has not named, in the order of their ids."""
    query = select(ConnectionRecord.external_id, ConnectionRecord.data).where(
        ConnectionRecord.sync_id == sync_id,
        ConnectionRecord.external_id > after,
        ConnectionRecord.generation < generation,
        ConnectionRecord.deleted_at.is_(None),
    )
    rows = uow.session.execute(query.order_by(ConnectionRecord.external_id).limit(SWEPT_AT_ONCE))
    return {row.external_id: row.data for row in rows}


def data_of(uow: UnitOfWork, sync_id: UUID, external_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """What records held, by id."""
    query = select(ConnectionRecord.external_id, ConnectionRecord.data)
    mine = ConnectionRecord.sync_id == sync_id, _one_of(uow, external_ids)
    rows = uow.session.execute(query.where(*mine)) if external_ids else ()
    return {row.external_id: row.data for row in rows}


def _one_of(uow: UnitOfWork, external_ids: Collection[str]) -> ColumnElement[bool]:
    """On PostgreSQL one parameter however many they are, so that there is one statement to parse, plan and keep."""
    if uow.session.get_bind().dialect.name == "postgresql":
        return ConnectionRecord.external_id == any_(cast(list(external_ids), ARRAY(Text)))
    return ConnectionRecord.external_id.in_(external_ids)
