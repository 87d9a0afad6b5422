"""What is written with every change: the version, the audit event; and who is told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from studio import audit
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagSegment, FlagSegmentVersion, FlagVersion

Watcher = Callable[[UnitOfWork, Flag, FlagEnvironment | None, FlagVersion, Mapping[str, Any]], None]
"""Told of a version and of the state before it; no environment: the flag itself was changed."""
_watchers: dict[str, Watcher] = {}
_SHOWN = 2_000
"""Characters of one value in the audit trail; the version keeps all of it."""


def watch(name: str, told: Watcher) -> None:
    """Have somebody told of each change, in its transaction. Called at the start of every process."""
    _watchers[name] = told


def version(
    uow: UnitOfWork,
    row: Flag,
    place: FlagEnvironment | None,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    note: str,
    action: str,
    restored: int | None = None,
) -> FlagVersion:
    """Write the next version of a locked flag, the audit event, and tell whoever listens."""
    row.version += 1
    row.changed_at = uow.now
    made = FlagVersion(
        id=ids.new_id(), workspace_id=uow.workspace, flag_id=row.id,
        environment_id=place.id if place is not None else None, number=row.version, state=dict(after),
        changes=[dict(one) for one in changes], note=note, restored=restored, cause=uow.actor.name[:200],
        user_id=uow.actor.user_id, run_id=run_of(uow), at=uow.now,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    facts: dict[str, Any] = {"version": made.number}
    if place is not None:
        facts |= {"environment": place.name, "enabled": bool(after["enabled"])}
    if restored is not None:
        facts["restored"] = restored
    audit.record(uow, action, targets=[audit.Target("flag", str(row.id), row.key)], changes=told(changes),
                 metadata=facts, reason=note or None)  # fmt: skip
    for hear in _watchers.values():
        hear(uow, row, place, made, before)
    return made


def segment_version(
    uow: UnitOfWork, row: FlagSegment, *, after: Mapping[str, Any], changes: Sequence[Mapping[str, Any]], note: str,
    action: str, restored: int | None = None,
) -> FlagSegmentVersion:  # fmt: skip
    """Write the next version of a locked segment, and the audit event."""
    row.version += 1
    row.changed_at, row.changed_by = uow.now, uow.actor.name[:200]
    made = FlagSegmentVersion(
        id=ids.new_id(), workspace_id=uow.workspace, segment_id=row.id, number=row.version, state=dict(after),
        changes=[dict(one) for one in changes], note=note, restored=restored, cause=uow.actor.name[:200],
        user_id=uow.actor.user_id, run_id=run_of(uow), at=uow.now,
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    facts = {"version": made.number} | ({"restored": restored} if restored is not None else {})
    audit.record(uow, action, targets=[audit.Target("flag_segment", str(row.id), row.name)], changes=told(changes),
                 metadata=facts, reason=note or None)  # fmt: skip
    return made


def run_of(uow: UnitOfWork) -> UUID | None:
    """The run whose step acts; None: no step does."""
    return ids.parse_id(uow.actor.origin.run_id or "")


def told(changes: Sequence[Mapping[str, Any]]) -> list[audit.Change]:
    """The diff for the audit trail. Who is targeted may name customers: such values lie beside the chain."""
    return [
        audit.Change(one["field"], _short(one["before"]), _short(one["after"]), personal=_tells_of_people(one["field"]))
        for one in changes
    ]


def _tells_of_people(field: str) -> bool:
    return field.startswith(("strategies", "constraints"))


def _short(value: Any) -> Any:
    words = str(value)
    return value if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
