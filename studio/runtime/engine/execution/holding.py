"""Claimed runs are held while they are carried: their leases are renewed, and what breaks is given back."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from studio.core.clashes import is_outage
from studio.core.errors import Unavailable
from studio.core.faults import fault_point
from studio.runtime.engine.execution.claims import held
from studio.runtime.engine.execution.leases import Leases
from studio.runtime.engine.execution.returning import Returns
from studio.runtime.engine.execution.taking_up import TakingUp
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.rows import RunRow


class Holding:
    """From the claim to the last boundary."""

    def __init__(self, leases: Leases, taking_up: TakingUp, returns: Returns) -> None:
        self._leases, self._taking_up, self._returns = leases, taking_up, returns

    def carry(self, now: datetime, runs: list[RunRow], carry: Callable[[list[Machine]], object]) -> None:
        """Take runs up that were claimed at `now`, and let `carry` have them under their leases."""
        if not runs:
            return
        fault_point("claim.after_commit")
        ours = held(runs)
        self._leases.hold(ours)
        try:
            carry(self._taking_up.machines(runs, now))
        except (SQLAlchemyError, Unavailable) as error:
            if is_outage(error) or isinstance(error, Unavailable):
                self._returns.give(ours, error)
            raise
        finally:
            self._leases.let_go(ours)
