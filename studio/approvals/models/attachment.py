"""Files that hang on a request, a decision or a comment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class Attachment(Tenant, Model):
    """One file and where it hangs. Stays, with its name and hash, when the file itself is let go."""

    __tablename__ = "approval_attachment"
    __table_args__ = (Index("ix_approval_attachment_request_id", "request_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    file_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: it was let go with the workspace's retention."""
    vote_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The decision that it was handed in with."""
    comment_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The comment that it was handed in with. Neither of the two: it is part of what is asked."""
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    by_user_id: Mapped[UUID | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime())

    @property
    def is_image(self) -> bool:
        """It was decoded and written anew, so that a page may show it."""
        return self.media_type.startswith("image/")
