"""What a workspace protects, kept in memory while its revision stands: read once a unit of work, then compared."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardPolicy, GuardRevision, GuardTarget
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.policy import Held

_KEPT = 1_000
"""Workspaces whose policies a process keeps."""
_READ, _CHANGED = "studio.guard.catalogue", "studio.guard.changed"


@dataclass(frozen=True, slots=True)
class Own:
    """Something that the workspace protects itself."""

    key: str
    title: str
    node_type: str
    condition: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Policies in force by target, and the workspace's own targets by node type."""

    revision: int
    policies: dict[str, tuple[Held, ...]]
    own: dict[str, tuple[Own, ...]]

    @property
    def empty(self) -> bool:
        """Whether the workspace has set nothing."""
        return not self.policies and not self.own


_lock = Lock()
_cache: OrderedDict[UUID, Catalogue] = OrderedDict()


def of(uow: UnitOfWork) -> Catalogue:
    """What holds in this unit's workspace. One small query a unit; the rest is memory while nothing changes."""
    found = uow.session.info.get(_READ)
    if isinstance(found, Catalogue):
        return found
    revision = uow.session.scalar(select(GuardRevision.number)) or 0
    with _lock:
        known = _cache.get(uow.workspace)
    if known is None or known.revision != revision or uow.session.info.get(_CHANGED):
        known = _load(uow, revision)
        if not uow.session.info.get(_CHANGED):
            _keep(uow.workspace, known)
    uow.session.info[_READ] = known
    return known


def changed(uow: UnitOfWork) -> None:
    """Say that policies or targets have changed: whoever looks after this unit's commit reads them anew."""
    row = uow.session.scalars(select(GuardRevision).with_for_update()).one_or_none()
    if row is None:
        uow.session.add(GuardRevision(number=1))
    else:
        row.number += 1
    uow.session.flush()
    uow.session.info.pop(_READ, None)
    uow.session.info[_CHANGED] = True


def held(row: GuardPolicy) -> Held:
    """A policy's row, as it is compared with actions."""
    fields = PolicyFields.model_validate(row.rule)
    return Held(str(row.id), row.name, row.version, row.target, fields.above, fields.condition, fields.requirement())


def _load(uow: UnitOfWork, revision: int) -> Catalogue:
    policies: dict[str, tuple[Held, ...]] = {}
    for row in uow.session.scalars(
        select(GuardPolicy).where(GuardPolicy.retired_at.is_(None)).order_by(GuardPolicy.id)
    ):
        policies[row.target] = (*policies.get(row.target, ()), held(row))
    own: dict[str, tuple[Own, ...]] = {}
    for one in uow.session.scalars(
        select(GuardTarget).where(GuardTarget.retired_at.is_(None)).order_by(GuardTarget.id)
    ):
        own[one.node_type] = (*own.get(one.node_type, ()), Own(one.key, one.title, one.node_type, one.condition))
    return Catalogue(revision, policies, own)


def _keep(workspace_id: UUID, found: Catalogue) -> None:
    with _lock:
        _cache[workspace_id] = found
        _cache.move_to_end(workspace_id)
        while len(_cache) > _KEPT:
            _cache.popitem(last=False)
