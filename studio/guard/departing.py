"""The part of guard when somebody leaves: elevated access, policies, proofs that runs wait for. Implements `Part`."""

from collections.abc import Mapping

from pydantic import ValidationError
from sqlalchemy import func, select

from studio.contract.leaving import NAMES, Fate, Holding, Leave, fate, renamed
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import eligibility
from studio.guard.elevation.outcomes import OPEN
from studio.guard.models import GuardElevation, GuardEligibility, GuardPolicy
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.service import passing

_SAID = "who asked, agreed or proved it stays said"


class GuardPart:
    """Rights that were lent, and what waits for this person's proof."""

    name = "guard"
    columns: Mapping[str, str] = {
        "guard_eligibility.user_id": "withdrawn",
        "guard_eligibility.approvers": "the heir agrees, or the name goes",
        "guard_eligibility.created_by": _SAID,
        "guard_elevation.user_id": "ended",
        "guard_policy.rule": "names the heir, or loses the name",
        "guard_pass.user_id": "refused, so that its run goes on",
        "guard_pass.agreed_by": _SAID,
        "guard_hold.asked_by": "decided by others still; done by whoever asks for it anew",
        "step_up.user_id": "ends with its session",
        "guard_exception.user_id": "good for minutes, for its own person alone",
        "protected_setting.made_by": _SAID,
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Eligibilities, elevations, policies that name them, proofs."""
        who = leave.who.id
        own = [row for row in eligibility.in_force(uow) if row.user_id == who]
        lent = select(func.count()).select_from(GuardElevation)
        lent = lent.where(GuardElevation.user_id == who, GuardElevation.state.in_([one.value for one in OPEN]))
        named = self._naming(uow, leave)
        names = tuple(one.name for one in named[:NAMES])
        found = [
            Holding("eligibilities", len(own), Fate.ENDED, tuple(one.role for one in own[:NAMES])),
            Holding("elevations", uow.session.scalar(lent) or 0, Fate.ENDED),
            Holding("agreeing", len(self._agreeing(uow, leave)), fate(leave)),
            Holding("protection", len(named), fate(leave), names, self._lacking(named, leave)),
            Holding("proofs", passing.count_of_person(uow, who), Fate.ENDED),
        ]
        return [one for one in found if one.count]

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Withdraw and end, each with its event."""
        for row in eligibility.in_force(uow):
            if row.user_id == leave.who.id:
                eligibility.withdraw(uow, row.id)
        for row in self._agreeing(uow, leave):
            eligibility.replace_approvers(uow, row, renamed(row.approvers, leave))
        for policy in self._naming(uow, leave):
            fields = PolicyFields.model_validate(renamed(policy.rule, leave))
            policies.change(uow, policy.id, policies.PolicySave(policy.target, policy.name, fields))
        for one in passing.of_person(uow, leave.who.id):
            passing.refuse(uow, one)

    @staticmethod
    def _agreeing(uow: UnitOfWork, leave: Leave) -> list[GuardEligibility]:
        """Eligibilities of others to which they would be asked to agree."""
        standing = [row for row in eligibility.in_force(uow) if row.user_id != leave.who.id]
        return [row for row in standing if renamed(row.approvers, leave) != row.approvers]

    @staticmethod
    def _naming(uow: UnitOfWork, leave: Leave) -> list[GuardPolicy]:
        live = [row for row in policies.every(uow) if row.retired_at is None]
        return [row for row in live if renamed(row.rule, leave) != row.rule]

    @staticmethod
    def _lacking(named: list[GuardPolicy], leave: Leave) -> str:
        for row in named:
            try:
                PolicyFields.model_validate(renamed(row.rule, leave))
            except ValidationError:
                return _("The policy %(name)s names nobody else: choose who takes over.", name=row.name)
        return ""
