"""record(): what every service calls. It validates, redacts and collects; the finisher writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from studio.audit import personal
from studio.audit.envelope import actor_part, context_part, plain, short
from studio.audit.personal import Aside
from studio.audit.redaction import redact
from studio.audit.registry import Action, action_named
from studio.core.unit_of_work import UnitOfWork

COLLECTED = "audit"

Outcome = Literal["success", "failure", "denied"]


@dataclass(frozen=True, slots=True)
class Target:
    """What an action was done to."""

    type: str
    id: str | UUID
    name: str | None = None
    """As people read it; the first target's name stands in the event's sentence."""
    scope: Mapping[str, str] = field(default_factory=dict)
    """Channel, store or warehouse, where it has one."""
    personal: bool = False
    """The name tells of a person: a member's, or what a run calls its customer. It can be erased."""

    @property
    def subject(self) -> str:
        """What an erasure calls it."""
        return personal.subject_of(self.type, self.id)

    def part(self) -> dict[str, Any]:
        """Its place in the envelope."""
        name = short(self.name) if self.name is not None else None
        return {"type": self.type, "id": short(str(self.id)), "name": name, "scope": plain(self.scope)}


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after. `redacted` changes show that they happened, not their values."""

    path: str
    before: Any = None
    after: Any = None
    redacted: bool = False
    personal: bool = False
    """Its values tell of people. They can be erased."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that waits for its unit's end."""

    workspace_id: UUID
    occurred_at: datetime
    parts: Mapping[str, Any]
    """The envelope without ids, place in the chain and hashes."""
    asides: tuple[Aside, ...] = ()
    """What it says of people."""
    id: UUID | None = None
    """Where somebody has to know it before it is stored."""


def record(
    uow: UnitOfWork,
    action: Action | str,
    *,
    targets: Sequence[Target],
    changes: Sequence[Change] | Mapping[str, tuple[Any, Any]] = (),
    metadata: Mapping[str, Any] | None = None,
    outcome: Outcome = "success",
    reason: str | None = None,
    code: str | None = None,
    occurred_at: datetime | None = None,
    workspace_id: UUID | None = None,
    event_id: UUID | None = None,
) -> None:
    """Note what was done; it is stored when the unit commits, or not at all.

    `changes` may be a mapping from path to (before, after). Lists in `metadata` become one text.
    `workspace_id` is for units across workspaces alone; `event_id` for whoever follows just this event.
    Raises Undeclared, or pydantic's ValidationError where the metadata do not fit the action's schema:
    both are defects.
    """
    entry = action if isinstance(action, Action) else action_named(action)
    flat = {name: _flat(value) for name, value in (metadata or {}).items()}
    facts = entry.metadata.model_validate(flat).model_dump(mode="json", exclude_none=True)
    if isinstance(changes, Mapping):
        changes = [Change(path, *pair) for path, pair in changes.items()]
    found = redact(entry, facts, [_part_of(change) for change in changes])
    parts: dict[str, Any] = {
        "action": str(entry),
        "action_version": entry.version,
        "outcome": {
            "result": outcome,
            "code": code,
            "reason": short(reason) if reason is not None else None,
        },
        "severity": entry.severity,
        "actor": actor_part(uow.actor),
        "targets": [target.part() for target in targets],
        "context": context_part(uow.actor),
        **found,
    }
    asides = personal.set_aside(parts, _subjects(uow, entry, facts, targets, changes))
    draft = Draft(workspace_id or uow.workspace, occurred_at or uow.now, parts, asides, event_id)
    uow.collected.setdefault(COLLECTED, []).append(draft)


def _subjects(
    uow: UnitOfWork, entry: Action, facts: Mapping[str, Any], targets: Sequence[Target], changes: Sequence[Change]
) -> dict[str, str]:
    """Paths of what the event says of people, with whose it is. What is told beside a target counts as about it."""
    subjects = personal.of_actor(uow.actor)
    subjects |= {f"targets.{at}.name": target.subject for at, target in enumerate(targets) if target.personal}
    about = targets[0].subject if targets else personal.subject_of("user", uow.actor.user_id or uow.actor.id)
    for at, change in enumerate(changes):
        if change.personal:
            subjects |= {f"changes.{at}.from": about, f"changes.{at}.to": about}
    named = (rule.path for rule in entry.redactions if rule.mode == personal.MODE)
    return subjects | {path: about for path in named if path.partition(".")[2] in facts}


def _flat(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    return value if value is None or isinstance(value, str | int | float) else plain(value)


def _part_of(change: Change) -> dict[str, Any]:
    """A change's place in the envelope, before redaction."""
    return {
        "path": change.path,
        "from": plain(change.before),
        "to": plain(change.after),
        "redacted": change.redacted,
    }


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The fields of two flat mappings that differ, in the order of the later one."""
    names = [*after, *(name for name in before if name not in after)]
    return tuple(
        Change(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )
