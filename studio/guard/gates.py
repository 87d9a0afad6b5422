"""This package, as packages below and beside see it."""

from typing import Any

from studio.accounts.factors import checking
from studio.accounts.outcomes import Strength
from studio.contract.gates import Act
from studio.core.unit_of_work import UnitOfWork
from studio.guard import policy
from studio.guard.service import enforcing, step_up


class GuardGates:
    """Implements `studio.contract.gates.Gates`."""

    def require_sudo(self, uow: UnitOfWork) -> None:
        """Go on where this session has lately proved who it is. Raises StepUpNeeded."""
        step_up.require_sudo(uow)

    def require_proof(self, uow: UnitOfWork, action: str, payload: Any, what: str) -> None:
        """Go on where this session has proved who it is for just this. Raises StepUpNeeded.

        Whoever has a second factor proves it by that; 5 minutes are as long as it is good.
        """
        user_id = uow.actor.user_id
        demand = policy.usual_demand(checking.of(uow, user_id).strongest if user_id else Strength.PASSWORD)
        step_up.require(uow, action, payload, demand, what)

    def require(self, uow: UnitOfWork, act: Act) -> None:
        """Go on where all is there that the policies in force ask for. Raises StepUpNeeded, ApprovalNeeded, Frozen."""
        enforcing.require(uow, act)
