"""Tables of the gallery: a workspace's own templates, and what workflows made of templates began as."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class GalleryTemplate(Tenant, Model):
    """A template of a workspace; what it says is in its versions."""

    __tablename__ = "gallery_template"
    __table_args__ = (Index("ix_gallery_template_shown", "workspace_id", "archived_at"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    """Of its newest version."""
    number: Mapped[int] = mapped_column(Integer)
    """Of its newest version: 1, 2, 3, …"""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set: nobody is offered it; workflows made of it stay as they are."""


class GalleryTemplateVersion(Tenant, Model):
    """One version of a template. Never changes."""

    __tablename__ = "gallery_template_version"

    template_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("gallery_template.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON())
    """kept.content.Content, as a file holds it. Text, not jsonb, as versions of workflows are."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What is new in it, for whoever uses an older one."""
    made_by_name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class TemplateUse(Tenant, Model):
    """Which template a workflow follows, and what it was at that version: what an update is compared with."""

    __tablename__ = "template_use"

    workflow_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("workflow.id"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(80))
    revision: Mapped[str] = mapped_column(String(64))
    """The version's hash; another one at the template means that there is something new."""
    number: Mapped[int | None] = mapped_column(Integer)
    """The version's number; None: a template of Studio's own, which has none."""
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    """By the question's key, as the wizard reads them."""
    document: Mapped[dict[str, Any]] = mapped_column(JSON())
    """What the template made of them."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
