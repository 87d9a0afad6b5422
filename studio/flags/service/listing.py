"""The workspace's flags, newest first, in keyset pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from studio.contract import references
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSetting, FlagUsage
from studio.flags.outcomes import EnvironmentKind
from studio.flags.service import environments, states
from studio.flags.service.archiving import KIND
from studio.flags.service.sharing import largest_share
from studio.flags.service.staleness import ONE_SIDED, Stale, Usage, stale


@dataclass(frozen=True, slots=True)
class Filters:
    """Which flags; what is empty narrows nothing."""

    text: str = ""
    """In its key or description, large or small letters."""
    kind: str = ""
    purpose: str = ""
    environment: str = ""
    """Name of the one that `state` is about."""
    state: str = ""
    """`on` or `off` in that environment; without one: in any, in none."""
    stale: bool = False
    """Those alone that have probably outlived their purpose."""
    archived: bool = False
    """The archived ones instead of the others."""


@dataclass(frozen=True, slots=True)
class Held:
    """What holds of a flag in one environment."""

    enabled: bool
    percent: float
    """The largest share that gets it, 0 to 100."""
    strategies: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    row: Flag
    held: Mapping[UUID, Held]
    """By the environment's id; one that is not there has it off."""
    stale: Stale | None
    workflows: Sequence[str]
    """Names of those that ask for it or set it."""


def page(
    uow: UnitOfWork, filters: Filters | None = None, *, before: UUID | None = None, limit: int = 50
) -> tuple[list[Listed], UUID | None]:
    """One page and the cursor of the next. Six statements, however many flags there are."""
    wanted = filters or Filters()
    query = _filtered(wanted)
    reasons: dict[UUID, Stale] | None = None
    if wanted.stale:
        reasons = stale_of(uow)
        query = query.where(Flag.id.in_(reasons))
    if before is not None:
        query = query.where(Flag.id < before)
    found = uow.session.scalars(query.order_by(Flag.id.desc()).limit(limit + 1)).all()
    rows, more = found[:limit], len(found) > limit
    reasons = stale_of(uow, [row.id for row in rows]) if reasons is None else reasons
    held, names = _held(uow, [row.id for row in rows]), references.users_of_all(uow, KIND) if rows else {}
    lines = [Listed(row, held.get(row.id, {}), reasons.get(row.id), names.get(row.key.casefold(), ())) for row in rows]
    return lines, rows[-1].id if more else None


def stale_of(uow: UnitOfWork, ids: Sequence[UUID] | None = None) -> dict[UUID, Stale]:
    """Which flags are potentially stale, and why; `ids`: of these alone. Archived ones never are."""
    query = select(Flag.id, Flag.purpose, Flag.created_at, Flag.changed_at).where(Flag.archived_at.is_(None))
    if ids is not None:
        query = query.where(Flag.id.in_(ids))
    answers = _usage(uow, ids)
    found = {
        row.id: stale(row.purpose, row.created_at, row.changed_at, answers.get(row.id), uow.now)
        for row in uow.session.execute(query)
    }
    return {key: reason for key, reason in found.items() if reason is not None}


def choices(uow: UnitOfWork) -> Sequence[Flag]:
    """Those that a step may name, by key."""
    return uow.session.scalars(select(Flag).where(Flag.archived_at.is_(None)).order_by(Flag.key)).all()


def _filtered(wanted: Filters) -> Select[Flag]:
    query = select(Flag).where(Flag.archived_at.is_not(None) if wanted.archived else Flag.archived_at.is_(None))
    text = wanted.text.strip()
    if text:
        query = query.where(
            Flag.key.icontains(text, autoescape=True) | Flag.description.icontains(text, autoescape=True)
        )
    if wanted.kind:
        query = query.where(Flag.kind == wanted.kind)
    if wanted.purpose:
        query = query.where(Flag.purpose == wanted.purpose)
    if wanted.state:
        on = select(FlagSetting.flag_id).join(FlagEnvironment, FlagEnvironment.id == FlagSetting.environment_id)
        on = on.where(FlagSetting.enabled, FlagEnvironment.retired_at.is_(None))
        if wanted.environment:
            on = on.where(FlagEnvironment.name == wanted.environment)
        query = query.where(Flag.id.in_(on) if wanted.state == "on" else Flag.id.not_in(on))
    return query


def _held(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Held]]:
    found: dict[UUID, dict[UUID, Held]] = {}
    for row in uow.session.scalars(select(FlagSetting).where(FlagSetting.flag_id.in_(ids))):
        share = largest_share(states.of_setting(row))
        found.setdefault(row.flag_id, {})[row.environment_id] = Held(row.enabled, share, row.strategies)
    return found


def _usage(uow: UnitOfWork, ids: Sequence[UUID] | None) -> dict[UUID, Usage]:
    """What was answered lately in production, by flag."""
    real = [one.id for one in environments.listed(uow) if one.kind == EnvironmentKind.PRODUCTION]
    of = [FlagUsage.environment_id.in_(real)]
    if ids is not None:
        of.append(FlagUsage.flag_id.in_(ids))
    first = select(FlagUsage.flag_id, func.min(FlagUsage.hour)).where(*of).group_by(FlagUsage.flag_id)
    since = {row[0]: row[1] for row in uow.session.execute(first)}
    sums = select(FlagUsage.flag_id, func.sum(FlagUsage.yes), func.sum(FlagUsage.no))
    sums = sums.where(*of, FlagUsage.hour >= uow.now - ONE_SIDED).group_by(FlagUsage.flag_id)
    return {row[0]: Usage(int(row[1]), int(row[2]), since[row[0]]) for row in uow.session.execute(sums)}
