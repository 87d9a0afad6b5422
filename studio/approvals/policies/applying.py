"""Applying an edited policy to what was asked by an earlier version of it: a plan that writes nothing, then the change.

Who decides, and how many of them, is then as if it were asked now: groups and schedules are looked up anew. Stages that
have agreed stay agreed. Deadlines and escalation stay as they were when it was asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import applying, items, people
from studio.approvals import rule as rules
from studio.approvals.applying import Applied
from studio.approvals.models import ApprovalPolicy, Request
from studio.approvals.nodes import deciders
from studio.approvals.nodes.fields.governing import PolicyRule, restored
from studio.approvals.options import restored as options_of
from studio.approvals.outcomes import Outcome
from studio.approvals.policies import service as policies
from studio.approvals.policy import Requester
from studio.approvals.rule import Rule
from studio.approvals.service import reruling, resolving, rows
from studio.approvals.service.reruling import BATCH, Cause, Change
from studio.approvals.service.resolving import Resolved
from studio.contract.approving import ApprovalRule
from studio.core.errors import Conflict, InvalidInput
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

CHANGED = "policy_changed"
"""Why a vote no longer counts."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do to the next requests."""

    policy: ApprovalPolicy
    changes: tuple[Change, ...]
    more: bool
    """There are others behind these."""

    @property
    def able(self) -> list[Change]:
        """Those that can be changed."""
        return [one for one in self.changes if not one.refused]


def plan(uow: UnitOfWork, policy_id: UUID) -> Plan:
    """Which open requests would change, and how. Nothing is written."""
    now = _Now(uow, policies.get(uow, policy_id))
    earlier = Request.policy_version.is_(None) | (Request.policy_version < now.policy.version)
    query = select(Request).where(Request.policy_id == policy_id, Request.closed_at.is_(None), earlier)
    found: list[Change] = []
    for request in uow.session.scalars(query.order_by(Request.id).execution_options(yield_per=500)):
        change = now.change(request)
        found += [change] if change is not None else []
        if len(found) > BATCH:
            break
    return Plan(now.policy, tuple(found[:BATCH]), len(found) > BATCH)


def apply(uow: UnitOfWork, policy_id: UUID, version: int, request_ids: Iterable[UUID]) -> list[Change]:
    """Do it to those of the requests that still can be changed, at most BATCH; what each of them got.

    Raises Conflict where the policy is no longer the version that was shown.
    """
    query = select(ApprovalPolicy).where(ApprovalPolicy.id == policy_id).with_for_update()
    uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    now = _Now(uow, policies.get(uow, policy_id))
    if version != now.policy.version:
        said = _("The policy was changed since you opened this page. Nothing was applied.")
        raise Conflict(said, code="policy_changed")
    done = []
    for request_id in sorted(set(request_ids))[:BATCH]:
        request = rows.locked(uow, request_id)
        if request.policy_id != policy_id:
            raise rows.missing(request_id)
        change = now.change(request)
        if change is not None:
            done.append(change)
            if not change.refused:
                now.carry_out(request)
    fault_point("apply.before_commit")
    return done


@dataclass(slots=True)
class _Now:
    """A policy as it is, and whom it would ask now: by who is barred, since that is what differs between requests."""

    uow: UnitOfWork
    policy: ApprovalPolicy
    _known: dict[tuple[Requester, ...], Resolved | InvalidInput] = field(default_factory=dict)

    @property
    def rule(self) -> PolicyRule:
        """Its fields."""
        return restored(self.policy.rule)

    def change(self, request: Request) -> Change | None:
        """What applying it would do to a request; None: nothing."""
        known = rules.from_json(request.rule)
        found = self._resolved(rows.barred(self.uow, request))
        if isinstance(found, InvalidInput):
            return reruling.change(self.uow, request, Applied(known), found.message)
        return reruling.change(self.uow, request, self._applied(request, known, found), self._why_not(request, found))

    def carry_out(self, request: Request) -> None:
        """Do it."""
        found = self._resolved(rows.barred(self.uow, request))
        assert not isinstance(found, InvalidInput)  # noqa: S101 - the caller has looked
        applied = self._applied(request, rules.from_json(request.rule), found)
        request.policy_version = self.policy.version
        reruling.carry_out(self.uow, request, applied, self._cause(request, found))

    def _resolved(self, barred: Sequence[Requester]) -> Resolved | InvalidInput:
        key = tuple(barred)
        if key not in self._known:
            rule = self.rule
            wanted = ApprovalRule(deciders.stages_of(rule), [role.value for role in rule.exclude_roles])
            try:
                self._known[key] = resolving.resolve_rule(self.uow, wanted, barred, rule.fallback)
            except InvalidInput as error:
                self._known[key] = error
        return self._known[key]

    def _applied(self, request: Request, known: Rule, found: Resolved) -> Applied:
        holders = {one.user_id for one in rows.assignments(self.uow, request) if one.stage >= request.stage}
        seated = people.by_ids(self.uow, holders)
        lost = found.rule.exclude_roles - known.exclude_roles
        out = frozenset(one.id for one in seated.values() if one.role in lost)
        return applying.replaced(known, found.rule, request.stage, out)

    def _why_not(self, request: Request, found: Resolved) -> str:
        """What makes the policy no rule for this request."""
        if rules.ADDED in request.rule:
            return str(_("Its run has asked a further stage since: those of the policy have agreed."))
        if self.rule.bar_publisher and request.editor_id is None:
            return str(_("It was asked while whoever published the workflow could decide, and does not know who did."))
        several = len(found.rule.stages) > 1 or len(found.rule.stages[0].parts) > 1
        approving = any(one.outcome is Outcome.APPROVED for one in options_of(request.options))
        return items.alone() if request.items and (several or approving) else ""

    def _cause(self, request: Request, found: Resolved) -> Cause:
        name = self.policy.name
        whys = [{one.user_id: dict(one.why) for one in asked} for asked in found.asked]
        told = _(
            "“%(title)s” is no longer yours to decide: the policy “%(name)s”, which says who decides, was changed, and "
            "what was open was brought in line with it.",
            title=request.title, name=name,
        )  # fmt: skip
        return Cause(
            action="approval.policy_applied",
            facts={"policy": name, "version": self.policy.version},
            why=lambda stage, who: whys[stage][who],
            void=CHANGED,
            reason=str(_("Counted again, since the policy “%(name)s” was changed.", name=name)),
            told=str(told),
        )
