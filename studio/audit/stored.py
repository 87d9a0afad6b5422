"""Records as they lie in the tables, put together again with what lies beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Row, select, type_coerce
from sqlalchemy.types import NullType, TypeEngine

from studio.audit import personal
from studio.audit.models import AuditPersonal
from studio.audit.personal import Aside
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Stored:
    """One record with its hash and what is left of what it says of people."""

    body: str
    hash: str
    asides: Sequence[Aside] = ()

    def event(self) -> dict[str, Any]:
        """The event as people read it, names in their place."""
        event: dict[str, Any] = orjson.loads(self.body)
        return personal.resolved(event, {aside.path: aside.value for aside in self.asides}) | {"hash": self.hash}


def asides_of(uow: UnitOfWork, event_ids: Iterable[UUID]) -> dict[UUID, list[Aside]]:
    """What lies beside each event, by event; all in one query."""
    found: dict[UUID, list[Aside]] = {event_id: [] for event_id in event_ids}
    raw = found | {event_id.hex: asides for event_id, asides in found.items()}  # as PostgreSQL and SQLite hand them out
    table = AuditPersonal
    as_it_comes = cast("TypeEngine[UUID | str]", NullType())  # to make a UUID a row would cost more than the query
    owner = type_coerce(table.event_id, as_it_comes)
    query = select(owner, table.path, table.subject, table.salt, table.value, table.search).order_by(table.path)
    for row in uow.session.execute(query.where(table.event_id.in_(found))):
        raw[row[0]].append(Aside(*row[1:]))
    return found


def put_together(uow: UnitOfWork, rows: Sequence[Row[UUID, int, str, str]]) -> list[Stored]:
    """Rows of id, number, body and hash, as records."""
    beside = asides_of(uow, (row[0] for row in rows))
    return [Stored(body, hash_, beside[event_id]) for event_id, _seq, body, hash_ in rows]
