"""What a policy would have asked for, had it held for the last 30 days: read off the trail, nothing is changed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from studio.audit import listing
from studio.contract.protecting import Requirement, registry
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardHold, ProtectedSetting
from studio.guard.policies import policy
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.policy import Held
from studio.guard.settings.kinds import KINDS

SINCE = timedelta(days=30)
MOST = 1_000
"""Actions that are looked at, newest first."""


@dataclass(frozen=True, slots=True)
class Past:
    """Something that was done, or asked for."""

    at: datetime
    by: str
    role: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Simulated:
    """One of them, and what it would have been asked for."""

    past: Past
    requirement: Requirement


@dataclass(frozen=True, slots=True)
class Simulation:
    """All of them."""

    looked_at: int
    asked: tuple[Simulated, ...]
    """Those for which it would have held, newest first."""
    known: bool
    """False: nothing that Studio keeps tells of such actions."""


_Facts = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _named(name: str) -> _Facts:
    return lambda event: {name: (event.get("targets") or [{}])[0].get("name") or ""}


def _token(event: Mapping[str, Any]) -> Mapping[str, Any]:
    scopes = str((event.get("metadata") or {}).get("scopes") or "")
    return {**_named("name")(event), "scopes": scopes.replace(",", " ")}


def _exported(_event: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"what": "audit trail"}


_EVENTS: Mapping[str, Mapping[str, _Facts]] = {
    "api_token.rotate": {"token.created": _token, "token.revoked": _token},
    "secret.change": {name: _named("name") for name in ("secret.created", "secret.updated", "secret.deleted")},
    "data.export": {"audit.exported": _exported},
    "workflow.publish": {"workflow.published": _named("workflow")},
}
"""Audit events that tell of a target's acts, and what they tell. A fact that they do not tell holds, as everywhere."""


def simulate(uow: UnitOfWork, target: str, fields: PolicyFields) -> Simulation:
    """Compare a policy, stored or not, with what happened."""
    found = _past(uow, target)
    held = Held("", "", 0, target, fields.above, fields.condition, fields.requirement())
    known = registry().get(target)
    asked = [
        Simulated(one, held.requirement)
        for one in found
        if policy.holds(held, known, one.facts, {"type": "user", "role": one.role, "name": one.by})
    ]
    return Simulation(len(found), tuple(asked), target in _EVENTS or bool(found))


def _past(uow: UnitOfWork, target: str) -> list[Past]:
    since = uow.now - SINCE
    holds = select(GuardHold).where(GuardHold.target == target, GuardHold.created_at >= since)
    found = [
        Past(row.created_at, row.asked_by_name, "", row.facts)
        for row in uow.session.scalars(holds.order_by(GuardHold.id.desc()).limit(MOST))
    ]
    for kind in KINDS.values():
        if kind.target == target:
            rows = select(ProtectedSetting).where(ProtectedSetting.kind == kind.kind, ProtectedSetting.made_at >= since)
            found += [
                Past(row.made_at, row.made_by_name, "", kind.model_validate(row.body).facts({}))
                for row in uow.session.scalars(rows.where(ProtectedSetting.hold_id.is_(None)).limit(MOST))
            ]
    for action, facts in _EVENTS.get(target, {}).items():
        events = listing.page(uow, listing.Filter(action=action, since=since), limit=MOST).events
        found += [_event(one, facts(one)) for one in events]
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST]


def _event(event: Mapping[str, Any], facts: Mapping[str, Any]) -> Past:
    actor = event.get("actor") or {}
    return Past(datetime.fromisoformat(str(event["occurred_at"])), str(actor.get("name") or ""), "", facts)
