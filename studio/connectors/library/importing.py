"""A document comes in: the first time, or as a new version of one that is there."""

import hashlib
import re
from dataclasses import asdict
from uuid import UUID

import orjson
from sqlalchemy import delete, func, insert, select

from studio import audit
from studio.connectors.library import looking
from studio.connectors.models import ConnectorDocument, ConnectorOperation
from studio.connectors.openapi.document.reading import read
from studio.connectors.openapi.operations.changes import Change, changes
from studio.connectors.openapi.operations.describing import describe
from studio.connectors.openapi.operations.operation import Described, Operation
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork

MOST = 50
"""Documents of one workspace."""
KEPT = 5
"""Versions of one document; older ones go."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,59}\Z")
_SHOWN = 200
"""Changes and operations left out that are kept with a version."""


def described(content: bytes | str, source: str = "") -> Described:
    """What a document would give, for a look before it is imported. Raises InvalidInput; takes seconds at most."""
    return describe(read(content), source)


def keep(
    uow: UnitOfWork, found: Described, content: bytes | str, *, name: str = "", source: str = ""
) -> ConnectorDocument:
    """Import what described() gave. `name`: of a document that is there, or of a new one; empty: made of its title.

    The same text again gives the version that is there. Raises InvalidInput, Conflict.
    """
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    digest = hashlib.sha256(raw).hexdigest()
    one_at_a_time(uow, "api_description")
    name = _named(uow, name, found.title)
    before = looking.newest(uow, name)
    if before is not None and before.digest == digest:
        return before
    if before is None and (uow.session.scalar(select(func.count(ConnectorDocument.name.distinct()))) or 0) >= MOST:
        words = _("A workspace has at most %(most)s API descriptions.", most=MOST)
        raise Conflict(words, code="openapi.too_many_documents")
    differs = changes(looking.all_of(uow, before), found.operations) if before is not None else []
    row = ConnectorDocument(
        id=ids.new_id(), workspace_id=uow.workspace, name=name, version=before.version + 1 if before else 1,
        title=found.title, api_version=found.version, help=found.help, base_url=found.base_url,
        ways=[asdict(one) for one in found.ways], left_out=[asdict(one) for one in found.left_out[:_SHOWN]],
        changes=[asdict(one) for one in differs[:_SHOWN]], operations=len(found.operations), source=source[:2_000],
        digest=digest, size=len(raw), created_at=uow.now, created_by=uow.actor.user_id,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    uow.session.execute(
        insert(ConnectorOperation),
        [_stored(uow.workspace, row.id, position, one) for position, one in enumerate(found.operations)],
    )
    _forget_old(uow, name, row.version)
    _record(uow, row, differs)
    return row


def _stored(workspace_id: UUID, document_id: UUID, position: int, one: Operation) -> dict[str, object]:
    words = f"{one.title} {one.key} {one.tag} {one.path}".casefold()
    return {
        "workspace_id": workspace_id, "document_id": document_id, "key": one.key, "position": position,
        "tag": one.tag, "title": one.title, "method": one.method, "path": one.path[:1_000], "help": one.help,
        "deprecated": one.deprecated, "words": words, "compiled": orjson.dumps(one.as_json()).decode(),
    }  # fmt: skip


def _named(uow: UnitOfWork, wanted: str, title: str) -> str:
    if wanted:
        if not _NAME.match(wanted):
            words = _("A name begins with a letter and holds small letters, digits and “-”, at most 60.")
            raise InvalidInput(words, code="openapi.name", field="name")
        return wanted
    stem = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:50].strip("-")
    stem = stem if stem and stem[0].isalpha() else f"api-{stem}".rstrip("-")
    query = select(ConnectorDocument.name).where(ConnectorDocument.name.startswith(stem))
    taken = set(uow.session.scalars(query))
    return stem if stem not in taken else next(f"{stem}-{n}" for n in range(2, MOST + 3) if f"{stem}-{n}" not in taken)


def _forget_old(uow: UnitOfWork, name: str, version: int) -> None:
    query = select(ConnectorDocument.id).where(ConnectorDocument.name == name)
    old = list(uow.session.scalars(query.where(ConnectorDocument.version <= version - KEPT)))
    if old:
        uow.session.execute(delete(ConnectorOperation).where(ConnectorOperation.document_id.in_(old)))
        uow.session.execute(delete(ConnectorDocument).where(ConnectorDocument.id.in_(old)))


def _record(uow: UnitOfWork, row: ConnectorDocument, differs: list[Change]) -> None:
    count = {kind: sum(one.kind == kind for one in differs) for kind in ("added", "removed", "changed")}
    audit.record(
        uow,
        "connector_document.imported",
        targets=[audit.Target("connector_document", str(row.id), row.title)],
        metadata={"name": row.name, "version": row.version, "operations": row.operations, **count},
    )
