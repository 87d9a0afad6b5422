"""Approval policies."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import policies as shapes
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.open_changes import OpenApply, OpenChanges, change_view
from studio.api.v1.shapes.policies import DryRunLine, DryRunPerson, DryRunProblem, DryRunView, PolicyUse, PolicyView
from studio.approvals.models import ApprovalPolicy
from studio.approvals.nodes.fields.governing import PolicyRule, restored
from studio.approvals.policies import applying, dry_run
from studio.approvals.policies import service as policies
from studio.approvals.policies.dry_run import Who
from studio.approvals.policies.service import PolicySave
from studio.core.unit_of_work import UnitOfWork

TAG = "Approval policies"
ONE = "/approval-policies/<uuid:policy_id>"


@operation("GET", "/approval-policies", tag=TAG, needs="policy.read", query=Paged, answer=ListOf[PolicyView])
def list_approval_policies(uow: UnitOfWork, query: Paged) -> ListOf[PolicyView]:
    """The policies, oldest first."""
    page, after = cut(policies.every(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[PolicyView](data=[_view(row) for row in page], next_cursor=after)


@operation("POST", "/approval-policies", tag=TAG, needs="policy.manage", body=shapes.PolicySave, answer=PolicyView,
           status=201, conflicts=True)  # fmt: skip
def create_approval_policy(uow: UnitOfWork, body: shapes.PolicySave) -> PolicyView:
    """Make a policy. `version` says nothing here."""
    return _view(policies.create(uow, PolicySave(body.name, body.rule)))


@operation("GET", ONE, tag=TAG, needs="policy.read", answer=PolicyView)
def get_approval_policy(uow: UnitOfWork, policy_id: UUID) -> PolicyView:
    """One policy."""
    return _view(policies.get(uow, policy_id))


@operation("PUT", ONE, tag=TAG, needs="policy.manage", body=shapes.PolicySave, answer=PolicyView, conflicts=True)
def replace_approval_policy(uow: UnitOfWork, policy_id: UUID, body: shapes.PolicySave) -> PolicyView:
    """Edit a policy. Requests that are open keep the rule that they were asked by, until it is applied to them."""
    return _view(policies.change(uow, policy_id, PolicySave(body.name, body.rule), body.version))


@operation("DELETE", ONE, tag=TAG, needs="policy.manage", conflicts=True)
def delete_approval_policy(uow: UnitOfWork, policy_id: UUID) -> None:
    """Delete a policy that no workflow names."""
    policies.remove(uow, policy_id)


@operation("GET", f"{ONE}/uses", tag=TAG, needs="policy.read", answer=PolicyUse)
def get_approval_policy_uses(uow: UnitOfWork, policy_id: UUID) -> PolicyUse:
    """Which workflows name it: as long as there are some, it keeps its name and cannot be deleted."""
    return PolicyUse(workflows=policies.used_by(uow, policies.get(uow, policy_id)))


@operation("GET", f"{ONE}/open-changes", tag=TAG, needs="policy.manage", answer=OpenChanges)
def get_policy_open_changes(uow: UnitOfWork, policy_id: UUID) -> OpenChanges:
    """Which open requests would change if they followed the policy as it is now. Nothing is written; at most 50.

    Deadlines and escalation stay as they were when it was asked.
    """
    plan = applying.plan(uow, policy_id)
    data = [change_view(one) for one in plan.changes]
    return OpenChanges(shown=str(plan.policy.version), data=data, more=plan.more)


@operation("POST", f"{ONE}/open-changes", tag=TAG, needs="policy.manage", body=OpenApply, answer=OpenChanges,
           conflicts=True)  # fmt: skip
def apply_policy_to_open(uow: UnitOfWork, policy_id: UUID, body: OpenApply) -> OpenChanges:
    """Let open requests follow the policy: what each of them got. Those that cannot be changed stay as they are."""
    version = int(body.shown) if body.shown.isdecimal() else 0
    done = applying.apply(uow, policy_id, version, body.requests)
    return OpenChanges(shown=body.shown, data=[change_view(one) for one in done], more=False)


@operation("GET", f"{ONE}/dry-run", tag=TAG, needs="policy.read", query=shapes.DryRunQuery, answer=DryRunView)
def dry_run_approval_policy(uow: UnitOfWork, policy_id: UUID, query: shapes.DryRunQuery) -> DryRunView:
    """Who would be asked by it, when it would escalate, and to whom, if nobody answered. Nobody is asked."""
    return _dry_run(uow, restored(policies.get(uow, policy_id).rule), query.at, query.requester)


@operation("POST", "/approval-dry-runs", tag=TAG, needs="policy.read", body=shapes.DryRunOf, answer=DryRunView,
           keyed=False)  # fmt: skip
def dry_run_approval_rule(uow: UnitOfWork, body: shapes.DryRunOf) -> DryRunView:
    """The same for a rule that no policy has: an approval step's own fields, or a policy before it is saved."""
    return _dry_run(uow, body.rule, body.at, body.requester)


def _dry_run(uow: UnitOfWork, rule: PolicyRule, at: datetime | None, requester: str | None) -> DryRunView:
    found = dry_run.run(uow, rule, at.astimezone(UTC) if at else None, requester)
    return DryRunView(
        at=found.at,
        due_at=found.ends.due_at,
        problems=[DryRunProblem(path=one.path, code=one.code, message=one.message) for one in found.problems],
        timeline=[
            DryRunLine(
                kind=line.moment.kind, at=line.moment.at, stage=line.moment.stage + 1,
                level=line.moment.entry.number or None if line.moment.entry else None,
                round=line.moment.entry.loop + 1 if line.moment.entry and line.moment.entry.level else None,
                last_word=line.moment.entry.then if line.moment.entry else None,
                people=_whoever(line.people), reminded=_whoever(line.reminded), gone=_whoever(line.gone),
                fallback=line.fallback,
            )
            for line in found.lines
        ],
        fallback=_whoever(found.fallback),
    )  # fmt: skip


def _whoever(people: Iterable[Who]) -> list[DryRunPerson]:
    return [
        DryRunPerson(
            user_id=one.id, name=one.name, through=one.through or None, stands_in_for=one.stands_in_for or None
        )
        for one in people
    ]


def _view(row: ApprovalPolicy) -> PolicyView:
    return PolicyView(
        id=row.id, name=row.name, version=row.version, rule=restored(row.rule), changed_at=row.changed_at,
        changed_by=row.changed_by,
    )  # fmt: skip
