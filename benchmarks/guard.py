"""What a protected action costs before it happens: which policies hold for it, and what they ask for together."""

import time
from collections.abc import Callable, Mapping
from uuid import UUID

from benchmarks import proving, seeding, workloads
from benchmarks.figures import percentile, summary
from benchmarks.plan import Plan
from benchmarks.stack import stack
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import Database, UnitOfWork
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.guard.service import checking

POLICIES, CHECKS, FRESH = 20, 2_000, 200
_ACTOR = Actor(ActorType.SYSTEM, "bench", "Bench")


def check(store: str, plan: Plan) -> dict[str, float]:
    """Each round from a clean database."""
    return summary([_round(store, plan.count or CHECKS) for _ in range(plan.rounds)])


def proof(_store: str, plan: Plan) -> dict[str, float]:
    """The proof at publishing, in memory: no database takes part."""
    return summary([proving.measure() for _ in range(plan.rounds)])


WORKLOADS: Mapping[str, Callable[[str, Plan], dict[str, float]]] = {"check": check, "proof": proof}
USUAL = ("check", "proof")
POSTGRESQL_ONLY: tuple[str, ...] = ()


def _round(store: str, count: int) -> dict[str, float]:
    with stack(store) as running:
        seeded = seeding.seed(running.settings, workloads.approval(seeding.APPROVER), approver=True)
        with seeding.application(running.settings) as app:
            return _measured(app.extensions["studio_database"], seeded.workspace_id, count)


def _measured(database: Database, workspace_id: UUID, count: int) -> dict[str, float]:
    with database.unit(workspace_id, _ACTOR) as unit:
        for number in range(POLICIES):
            policies.create(unit, _policy(number))
    times: list[float] = []
    with database.unit(workspace_id, _ACTOR) as unit:
        _one(unit, 0)  # the first one of a unit reads whether anything has changed
        for number in range(count):
            began = time.perf_counter()
            _one(unit, number)
            times.append(time.perf_counter() - began)
    fresh: list[float] = []
    for number in range(FRESH):
        with database.unit(workspace_id, _ACTOR) as unit:
            unit.session.connection()
            began = time.perf_counter()
            _one(unit, number)
            fresh.append(time.perf_counter() - began)
    return {"check_ms": percentile(times, 0.95) * 1000, "check_first_ms": percentile(fresh, 0.95) * 1000}


def _one(unit: UnitOfWork, number: int) -> None:
    checking.check(unit, "refund.make", {"amount": f"{number}.00", "currency": "EUR", "order": str(number)})


def _policy(number: int) -> PolicySave:
    fields = PolicyFields.model_validate({
        "above": str(number * 50),
        "condition": "facts.currency == 'EUR' && actor.role != 'owner'" if number % 2 else "",
        "approvals": [{"approvers": [f"user:{seeding.APPROVER}"], "count": 1}],
    })  # fmt: skip
    return PolicySave("refund.make", f"Refunds {number}", fields)
