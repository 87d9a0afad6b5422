"""Sealed records are put under the master key that seals now, a batch a transaction, while everybody else works on.

A record's own key is wrapped anew and its content stays byte for byte, so it does not matter who reads it meanwhile.
Whatever is interrupted is begun again: records that are done are passed by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, bindparam, func, inspect, select

from studio.core.crypto import HEADER, CryptoError, Keyring, header_of, version_of
from studio.core.faults import fault_point
from studio.core.sealed import SealedColumn
from studio.core.unit_of_work import UnitOfWork

BATCH = 500
"""Records that one transaction holds at most."""
BATCH_BYTES = 8 << 20
"""The same in bytes: answers of the API may be large."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction has done."""

    rewrapped: int
    last: Any
    """The key of the last record that it looked at; None: there are no more."""
    closed: tuple[str, ...] = field(default=())
    """Keys of records that do not open: damaged, or sealed under a key that is gone."""


def counts(uow: UnitOfWork, column: SealedColumn) -> dict[int | None, int]:
    """How many records there are by version of their master key; None: what looks like none of ours."""
    head = _head(column)
    query = select(head, func.count()).select_from(column.model).where(column.sealed.is_not(None)).group_by(head)
    found: dict[int | None, int] = {}
    for start, number in uow.session.execute(query):
        version = _version_in(bytes(start))
        found[version] = found.get(version, 0) + number
    return found


def rewrap_batch(uow: UnitOfWork, keyring: Keyring, column: SealedColumn, after: Any, *, wait: bool) -> Batch:
    """Put the next records behind a key under the master key that seals now.

    Rows that somebody holds are passed by; with `wait` they are waited for, one a transaction, so that nobody waits for
    us who holds what we wait for.
    """
    keys = _next(uow, keyring, column, after, wait=wait)
    if not keys:
        return Batch(0, None)
    rows, closed = [], []
    others = [one for one in column.bound_to if one.key != column.key.key]
    query = select(column.key, column.sealed, *others)
    for row in uow.session.execute(query.where(column.key.in_(keys))):
        try:
            blob = keyring.rewrap(getattr(row, column.name), context=column.context_of(row))
        except CryptoError:
            closed.append(str(getattr(row, column.key.key)))
        else:
            rows.append({"of_row": getattr(row, column.key.key), "new_blob": blob, "new_version": version_of(blob)})
    _write(uow, column, rows)
    fault_point("keys.rewrap.before_commit")
    return Batch(len(rows), keys[-1], tuple(closed))


def _next(uow: UnitOfWork, keyring: Keyring, column: SealedColumn, after: Any, *, wait: bool) -> list[Any]:
    """Lock the next records that are under another key, as many as fit into a batch."""
    size = func.length(column.sealed)
    stale = _head(column) != bindparam(None, header_of(keyring.current), LargeBinary())
    query = select(column.key, size).where(column.sealed.is_not(None), stale).order_by(column.key)
    if after is not None:
        query = query.where(column.key > after)
    query = query.limit(1 if wait else BATCH).with_for_update(skip_locked=not wait, of=column.model)
    return list(_fitting(uow.session.execute(query)))


def _fitting(found: Any) -> Iterator[Any]:
    left = BATCH_BYTES
    for key, size in found:
        yield key
        left -= size
        if left <= 0:
            return


def _write(uow: UnitOfWork, column: SealedColumn, rows: list[dict[str, Any]]) -> None:
    """By Core: the rows are this unit's, which has read and locked them."""
    if not rows:
        return
    table = inspect(column.model).local_table
    values: dict[Any, Any] = {table.c[column.name]: bindparam("new_blob")}
    if column.version is not None:
        values[table.c[column.version]] = bindparam("new_version")
    statement = table.update().where(table.c[column.key.key] == bindparam("of_row")).values(values)
    uow.session.connection().execute(statement, rows)


def _head(column: SealedColumn) -> ColumnElement[bytes]:
    return func.substr(column.sealed, 1, HEADER, type_=LargeBinary())


def _version_in(head: bytes) -> int | None:
    version = int.from_bytes(head[1:], "big")
    return version if version and head == header_of(version) else None
