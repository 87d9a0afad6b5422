"""What a reviewer sees of a seat: looked up for a page of them at a time, and kept with the answer."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from studio.accounts.models import ApiToken, Seat, User, UserSession
from studio.approvals.models import ApproverGroup, Assignment, GroupMember
from studio.approvals.outcomes import LIVE, AssignmentState
from studio.approvals.service.listing import written_out
from studio.audit.models import AuditEvent, AuditTarget
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Facts:
    """One seat, as it is now or was when it was answered about."""

    since: datetime | None = None
    """When the seat was given."""
    invited_by: UUID | None = None
    """None: nobody of Studio, such as an operator."""
    last_sign_in: datetime | None = None
    """None: never, as far as the audit trail goes back."""
    last_decision: datetime | None = None
    """When the latest approval was decided."""
    open_approvals: int = 0
    groups: tuple[str, ...] = ()
    tokens: int = 0
    """API tokens that work."""

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {name: _written(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Facts":
        """The reverse of to_json()."""
        moments = ("since", "last_sign_in", "last_decision")
        read = {name: datetime.fromisoformat(kept[name]) if kept[name] else None for name in moments}
        return cls(
            **read,
            invited_by=parse_id(kept["invited_by"] or ""),
            open_approvals=kept["open_approvals"],
            groups=tuple(kept["groups"]),
            tokens=kept["tokens"],
        )


def of(uow: UnitOfWork, user_ids: Iterable[UUID]) -> dict[UUID, Facts]:
    """What is known now of some people's seats here."""
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        return {}
    since = dict(_pairs(uow, select(Seat.user_id, Seat.created_at).where(Seat.user_id.in_(wanted))))
    signed_in, invited = _sign_ins(uow, wanted), inviters(uow, wanted)
    decided, open_now = _decided(uow, wanted), _open(uow, wanted)
    groups, tokens = _groups(uow, wanted), _tokens(uow, wanted)
    return {
        one: Facts(
            since=since.get(one),
            invited_by=invited.get(one),
            last_sign_in=signed_in.get(one),
            last_decision=decided.get(one),
            open_approvals=open_now.get(one, 0),
            groups=tuple(groups.get(one, ())),
            tokens=tokens.get(one, 0),
        )
        for one in wanted
    }


def inviters(uow: UnitOfWork, user_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Who gave people their seats, where it was a person; the audit trail knows."""
    keys = [str(one) for one in user_ids]
    query = (
        select(AuditTarget.target_id, AuditEvent.actor_id)
        .join(AuditEvent, AuditEvent.id == AuditTarget.event_id)
        .where(AuditTarget.type == "user", AuditTarget.target_id.in_(keys), AuditEvent.action == "member.created")
        .order_by(AuditEvent.seq)
    )
    found = {UUID(target): parse_id(actor) for target, actor in uow.session.execute(query)}
    people = set(uow.session.scalars(select(User.id).where(User.id.in_([one for one in found.values() if one]))))
    return {target: actor for target, actor in found.items() if actor in people}


def _sign_ins(uow: UnitOfWork, wanted: list[UUID]) -> dict[UUID, datetime]:
    """By the trail, which forgets nothing, and by sessions, which know those that mails' links began."""
    signed_in = select(AuditEvent.actor_id, func.max(AuditEvent.occurred_at)).where(
        AuditEvent.action == "session.signed_in", AuditEvent.actor_id.in_([str(one) for one in wanted])
    )
    found = {UUID(actor): at for actor, at in uow.session.execute(signed_in.group_by(AuditEvent.actor_id))}
    seen = select(UserSession.user_id, func.max(UserSession.created_at)).where(
        UserSession.user_id.in_(wanted), UserSession.workspace_id == uow.workspace
    )
    for user_id, at in _pairs(uow, seen.group_by(UserSession.user_id)):
        found[user_id] = max(at, found.get(user_id, at))
    return found


def _decided(uow: UnitOfWork, wanted: list[UUID]) -> dict[UUID, datetime]:
    """Each person's latest, from the end of an index: nobody's whole history is read."""
    latest = (
        select(Assignment.closed_at)
        .where(Assignment.user_id == Seat.user_id, Assignment.workspace_id == Seat.workspace_id)
        .where(Assignment.closed_at.is_not(None), Assignment.state == AssignmentState.DECIDED)
        .order_by(Assignment.closed_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = _pairs(uow, select(Seat.user_id, latest).where(Seat.user_id.in_(wanted)))
    return {user_id: at for user_id, at in found if at is not None}


def _open(uow: UnitOfWork, wanted: list[UUID]) -> dict[UUID, int]:
    live = Assignment.state.in_([written_out(state) for state in LIVE]), Assignment.user_id.in_(wanted)
    return dict(_pairs(uow, select(Assignment.user_id, func.count()).where(*live).group_by(Assignment.user_id)))


def _groups(uow: UnitOfWork, wanted: list[UUID]) -> dict[UUID, list[str]]:
    query = (
        select(GroupMember.user_id, ApproverGroup.name)
        .join(ApproverGroup, ApproverGroup.id == GroupMember.group_id)
        .where(GroupMember.user_id.in_(wanted))
        .order_by(ApproverGroup.name_key)
    )
    found: dict[UUID, list[str]] = {}
    for user_id, name in _pairs(uow, query):
        found.setdefault(user_id, []).append(name)
    return found


def _tokens(uow: UnitOfWork, wanted: list[UUID]) -> dict[UUID, int]:
    works = ApiToken.user_id.in_(wanted), ApiToken.revoked_at.is_(None)
    return dict(_pairs(uow, select(ApiToken.user_id, func.count()).where(*works).group_by(ApiToken.user_id)))


def _pairs(uow: UnitOfWork, query: Any) -> list[tuple[UUID, Any]]:
    return [(row[0], row[1]) for row in uow.session.execute(query)]


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else list(value) if isinstance(value, tuple) else value
