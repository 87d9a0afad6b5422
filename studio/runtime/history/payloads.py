"""What a run's steps got and gave, as rows keep it: large values in a table of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.ledger.payloads import blob_of, size_of
from studio.runtime.models import IN_ORDER, Blob, Step

AT_ONCE = 50
"""Steps in memory at once."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One step's two values."""

    input: Any
    output: Any


def payload(uow: UnitOfWork, value: Any) -> Any:
    """A step's value, fetched from its own table where it is large."""
    blob_id = blob_of(value)
    if blob_id is None:
        return value
    found = uow.session.get(Blob, blob_id)
    return found.data if found is not None else None


def exchanges(uow: UnitOfWork, run_id: UUID, most_bytes: int) -> dict[UUID, Exchange]:
    """By step, in the order in which they began, until `most_bytes` of JSON are reached: the rest is left out."""
    columns = select(Step.id, Step.input, Step.output).where(Step.run_id == run_id).order_by(*IN_ORDER)
    found, left = dict[UUID, Exchange](), most_bytes
    with uow.session.execute(columns.execution_options(yield_per=AT_ONCE)) as rows:
        for part in rows.partitions():
            fitting = list[Row[UUID, Any, Any]]()
            for row in part:
                left -= _bytes(row.input) + _bytes(row.output)
                if left < 0:
                    return found | _whole(uow, fitting)
                fitting.append(row)
            found |= _whole(uow, fitting)
    return found


def _bytes(value: Any) -> int:
    return size_of(value) if blob_of(value) is not None else len(orjson.dumps(value))


def _whole(uow: UnitOfWork, rows: Sequence[Row[UUID, Any, Any]]) -> dict[UUID, Exchange]:
    wanted = [blob_id for row in rows if (blob_id := blob_of(row.output)) is not None]
    blobs: dict[UUID, Any] = {}
    if wanted:
        blobs = {row.id: row.data for row in uow.session.execute(select(Blob.id, Blob.data).where(Blob.id.in_(wanted)))}
    return {
        row.id: Exchange(row.input, row.output if (blob_id := blob_of(row.output)) is None else blobs.get(blob_id))
        for row in rows
    }
