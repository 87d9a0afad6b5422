"""Imported API descriptions: what is kept of a document, one row a version and one an operation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class ConnectorDocument(Tenant, Model):
    """One version of an imported document. The newest one of a name is what connections use."""

    __tablename__ = "connector_document"
    __table_args__ = (UniqueConstraint("workspace_id", "name", "version"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    """What connections name it by; never changes."""
    version: Mapped[int] = mapped_column(Integer())
    """Ours, counted from 1."""
    title: Mapped[str] = mapped_column(String(120))
    api_version: Mapped[str] = mapped_column(String(40))
    """As the document says."""
    help: Mapped[str] = mapped_column(Text())
    base_url: Mapped[str] = mapped_column(String(500))
    """Where the API lives; empty: the document does not say."""
    ways: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """How one signs in, as `openapi.operations.operation.Way`."""
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Operations that cannot be offered: where, code, words."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Against the version before: kind, key, title, words, breaking."""
    operations: Mapped[int] = mapped_column(Integer())
    """How many there are."""
    source: Mapped[str] = mapped_column(String(2000))
    """The address it was read from; empty: it was pasted."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of its text."""
    size: Mapped[int] = mapped_column(Integer())
    """Bytes."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())


class ConnectorOperation(Tenant, Model):
    """One operation of one version. Lists and searches read no `compiled`."""

    __tablename__ = "connector_operation"
    __table_args__ = (Index("ix_connector_operation_position", "document_id", "position"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("connector_document.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    position: Mapped[int] = mapped_column(Integer())
    tag: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(120))
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(1000))
    help: Mapped[str] = mapped_column(Text())
    deprecated: Mapped[bool] = mapped_column()
    words: Mapped[str] = mapped_column(Text())
    """What a search looks in, in small letters."""
    compiled: Mapped[str] = mapped_column(Text())
    """JSON of the whole operation; a text, since the order of a form's fields is part of it."""
