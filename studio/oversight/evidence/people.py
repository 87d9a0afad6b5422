"""Who people are in a pack: names and addresses, or that they were erased on request."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.approvals import people
from studio.audit.models import AuditEvent, AuditTarget
from studio.audit.personal import ERASED, subject_of
from studio.audit.taxonomy.audit import PERSONAL_ERASED
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Erasures:
    """Of whom and of what the trail was made to forget the words."""

    subjects: frozenset[str]

    def of(self, kind: str, id_: object) -> bool:
        """Whether what is said of it shows as erased."""
        return subject_of(kind, id_) in self.subjects

    def said(self, kind: str, id_: object, value: Any) -> Any:
        """What is said of it, or that it was erased."""
        return ERASED if value not in (None, "", [], {}) and self.of(kind, id_) else value


def erasures(uow: UnitOfWork) -> Erasures:
    """All of the workspace's: there are few."""
    of_event = AuditTarget.event_id == AuditEvent.id
    query = select(AuditTarget.type, AuditTarget.target_id).join(AuditEvent, of_event)
    rows = uow.session.execute(query.where(AuditEvent.action == PERSONAL_ERASED))
    return Erasures(frozenset(subject_of(row.type, row.target_id) for row in rows))


class Names:
    """People of a batch, read together."""

    def __init__(self, uow: UnitOfWork, ids: Iterable[UUID | None], erased: Erasures) -> None:
        self._people = people.by_ids(uow, {one for one in ids if one is not None})
        self._erased = erased

    def person(self, user_id: UUID | None, name: str | None = None, email: str | None = None) -> dict[str, Any] | None:
        """Somebody as a pack tells it; `name` and `email` as they were at that time, where that is known."""
        if user_id is None:
            return {"id": None, "name": name, "email": email} if name or email else None
        now = self._people.get(user_id)
        found = {"name": name or (now.name if now else None), "email": email or (now.email if now else None)}
        return {"id": str(user_id), **{key: self._erased.said("user", user_id, one) for key, one in found.items()}}

    def text(self, user_id: UUID | None, text: str | None) -> str | None:
        """What somebody wrote."""
        said: str | None = self._erased.said("user", user_id, text) if user_id else text
        return said
