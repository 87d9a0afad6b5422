"""People as approvals see them: one row of a seat and its person, and whether it may decide now."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select

from studio.accounts.models import Seat, User, Workspace
from studio.accounts.outcomes import Role
from studio.accounts.permissions import allowed
from studio.approvals.mail_times import Preferences
from studio.core.unit_of_work import UnitOfWork

_KNOWN = "studio.approvals.people"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a seat, working or not, in this workspace."""

    id: UUID
    email: str
    name: str
    role: Role
    active: bool
    time_zone: str = "UTC"
    locale: str = "en"
    preferences: Preferences = field(default_factory=Preferences)

    acting_for: str = ""
    """Name of whom they stand in for at this moment."""
    elevated: frozenset[str] = frozenset()
    """What they are lent for a time, where they are who acts: enough to manage by, never to be asked."""

    @property
    def signature(self) -> str:
        """Under which name they decide: both, where they stand in for somebody."""
        both = _("%(name)s for %(owner)s", name=self.name, owner=self.acting_for)
        return both[:120] if self.acting_for else self.name

    @property
    def may_decide(self) -> bool:
        """Has a working seat whose role may decide."""
        return self.active and allowed("approval.decide", self.role)

    @property
    def may_manage(self) -> bool:
        """May hand on what others were asked."""
        return self.active and self._may("approval.manage")

    @property
    def may_bypass(self) -> bool:
        """May end a request without those who were asked, unless it is their own."""
        return self.active and self._may("approval.bypass")

    @property
    def sees_all(self) -> bool:
        """May read every request, asked or not."""
        return self.active and self._may("approval.read_all")

    def _may(self, permission: str) -> bool:
        return allowed(permission, self.role) or permission in self.elevated


def by_ids(uow: UnitOfWork, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """The people behind some ids; whoever has no seat here is missing."""
    wanted = set(ids)
    known: dict[UUID, Person | None] = uow.session.info.get(_KNOWN, {})
    unknown = wanted - known.keys()
    if unknown:
        known |= dict.fromkeys(unknown) | {p.id: p for p in _where(uow, User.id.in_(unknown))}
    return {one: person for one in wanted if (person := known[one]) is not None}


def by_id(uow: UnitOfWork, user_id: UUID | None) -> Person | None:
    """One person, or None without a seat here."""
    return None if user_id is None else by_ids(uow, [user_id]).get(user_id)


@contextmanager
def read_once(uow: UnitOfWork, ids: Iterable[UUID]) -> Iterator[None]:
    """Read some people together, and until the block ends nobody twice: for many decisions in one transaction."""
    uow.session.info[_KNOWN] = {}
    try:
        by_ids(uow, ids)
        yield
    finally:
        del uow.session.info[_KNOWN]


def by_refs(uow: UnitOfWork, ids: Iterable[UUID], emails: Iterable[str]) -> list[Person]:
    """The people behind ids and addresses together, in one query."""
    return _where(uow, or_(User.id.in_(set(ids)), User.email.in_(set(emails))))


def by_email(uow: UnitOfWork, email: str | None) -> Person | None:
    """One person by address, or None without a seat here."""
    found = _where(uow, User.email == email.strip().lower()) if email else []
    return found[0] if found else None


def deciders(uow: UnitOfWork) -> list[Person]:
    """Everybody who may decide now, by name: for choosing a new approver."""
    everybody = _where(uow, Seat.disabled_at.is_(None))
    return sorted((p for p in everybody if p.may_decide), key=lambda p: p.name.casefold())


def workspace_name(uow: UnitOfWork) -> str:
    """The name of this unit's workspace."""
    return uow.session.scalars(select(Workspace.name).where(Workspace.id == uow.workspace)).one()


def _where(uow: UnitOfWork, condition: ColumnElement[bool]) -> list[Person]:
    lent = uow.actor.elevation
    query = (
        select(Seat, User, Workspace)
        .join(User, User.id == Seat.user_id)
        .join(Workspace, Workspace.id == Seat.workspace_id)
        .where(condition)
    )
    return [
        Person(
            id=user.id,
            email=user.email,
            name=user.name,
            role=Role(seat.role),
            active=seat.disabled_at is None and user.disabled_at is None,
            time_zone=user.time_zone or workspace.time_zone,
            locale=user.locale or workspace.locale,
            preferences=Preferences(user.quiet_from, user.quiet_until, user.digest_at, user.completion_mails),
            elevated=lent.permissions if lent is not None and user.id == uow.actor.user_id else frozenset(),
        )
        for seat, user, workspace in uow.session.execute(query)
    ]
