"""Looking documents and their operations up, without reading what is not asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import func, select

from studio.connectors.models import ConnectorDocument, ConnectorOperation
from studio.connectors.openapi.operations.operation import Operation
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Listed:
    """An operation as lists show it."""

    key: str
    title: str
    help: str
    tag: str
    method: str
    path: str
    deprecated: bool


def documents(uow: UnitOfWork) -> list[ConnectorDocument]:
    """The newest version of each, by title."""
    newest_of = select(ConnectorDocument.name, func.max(ConnectorDocument.version)).group_by(ConnectorDocument.name)
    versions = {name: version for name, version in uow.session.execute(newest_of)}  # noqa: C416 - rows are no pairs
    rows = uow.session.scalars(select(ConnectorDocument).order_by(ConnectorDocument.title, ConnectorDocument.name))
    return [row for row in rows if versions.get(row.name) == row.version]


def newest(uow: UnitOfWork, name: str) -> ConnectorDocument | None:
    """The version that connections use; None: there is no such document."""
    query = select(ConnectorDocument).where(ConnectorDocument.name == name)
    return uow.session.scalar(query.order_by(ConnectorDocument.version.desc()).limit(1))


def listed(uow: UnitOfWork, document: ConnectorDocument, search: str = "", limit: int = 200) -> Sequence[Listed]:
    """Its operations whose names hold all words of `search`, in the document's order."""
    row = ConnectorOperation
    query = select(row.key, row.title, row.help, row.tag, row.method, row.path, row.deprecated)
    query = query.where(row.document_id == document.id)
    for word in search.casefold().split()[:8]:
        query = query.where(row.words.contains(word[:60], autoescape=True))
    return [Listed(*found) for found in uow.session.execute(query.order_by(row.position).limit(limit))]


def operation(uow: UnitOfWork, name: str, key: str) -> Operation | None:
    """One operation of the newest version of a document; None: it has no such one (any more)."""
    document = newest(uow, name)
    if document is None:
        return None
    row = ConnectorOperation
    query = select(row.compiled).where(row.document_id == document.id, row.key == key)
    compiled = uow.session.scalar(query)
    return Operation.from_json(orjson.loads(compiled)) if compiled is not None else None


def all_of(uow: UnitOfWork, document: ConnectorDocument) -> list[Operation]:
    """All of them, whole: for comparing two versions."""
    row = ConnectorOperation
    query = select(row.compiled).where(row.document_id == document.id).order_by(row.position)
    return [Operation.from_json(orjson.loads(compiled)) for compiled in uow.session.scalars(query)]
