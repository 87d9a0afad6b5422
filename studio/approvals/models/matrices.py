"""Matrices: who decides by what a request is about, by a name that many workflows may use."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class ApprovalMatrix(Tenant, Model):
    """A matrix with its draft. What asks by it asks by the version that is published."""

    __tablename__ = "approval_matrix"
    __table_args__ = (UniqueConstraint("workspace_id", "name_key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case: workflows name matrices by it."""
    draft: Mapped[dict[str, Any]] = mapped_column(Json)
    """As it is edited; see `matrices/document.py`."""
    revision: Mapped[int] = mapped_column(Integer)
    """Grows with each edit of the draft, from 1."""
    version: Mapped[int] = mapped_column(Integer)
    """The version that is published; 0: none yet."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[str] = mapped_column(String(200))
    """Name of who edited the draft last."""


class MatrixVersion(Tenant, Model):
    """A published version. It never changes."""

    __tablename__ = "approval_matrix_version"
    __table_args__ = (UniqueConstraint("matrix_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    matrix_id: Mapped[UUID] = mapped_column(ForeignKey("approval_matrix.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    """From 1."""
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    """See `matrices/document.py`."""
    note: Mapped[str] = mapped_column(Text)
    """Why, by whoever published it; may be empty."""
    published_at: Mapped[datetime] = mapped_column(UtcDateTime())
    published_by: Mapped[str] = mapped_column(String(200))
    """Name of who published it."""
