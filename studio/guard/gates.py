"""This package, as packages below see it."""

from studio.core.unit_of_work import UnitOfWork
from studio.guard.service import step_up


class GuardGates:
    """Implements `studio.contract.gates.Gates`."""

    def require_sudo(self, uow: UnitOfWork) -> None:
        """Go on where this session has lately proved who it is. Raises StepUpNeeded."""
        step_up.require_sudo(uow)
