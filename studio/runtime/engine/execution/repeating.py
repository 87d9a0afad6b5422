"""A boundary that could not be written begins again at what the ledger has: memory no longer matches the rows."""

from collections.abc import Callable

import structlog
from sqlalchemy.exc import DBAPIError

from studio.core.clashes import TRIES, is_clash, is_outage, pause
from studio.runtime.engine.execution.claims import held
from studio.runtime.engine.execution.returning import Returns
from studio.runtime.engine.execution.taking_up import TakingUp
from studio.runtime.engine.machine.machine import Machine

log = structlog.get_logger()


class Repeating:
    """Says for each run whether to begin again here."""

    def __init__(self, taking_up: TakingUp, returns: Returns, hint: Callable[[str, int], None]) -> None:
        self._taking_up, self._returns, self._hint = taking_up, returns, hint

    def anew(self, machine: Machine, error: Exception) -> list[Machine]:
        """The run, begun again; nothing, where that is no use."""
        run = machine.run
        if isinstance(error, DBAPIError) and is_outage(error):
            log.error("boundary_lost", run_id=str(run.id), error=str(error))
            self._returns.give(held([run]), error)
            self._hint(machine.lane, 1)
            return []
        if machine.tries >= TRIES:
            log.error("boundary_given_up", run_id=str(run.id), error=str(error))
            return []
        log.warning("boundary_repeated", run_id=str(run.id), tries=machine.tries, error=str(error))
        if is_clash(error):
            pause(machine.tries)
        return [self._taking_up.again(machine, careful=machine.careful or not is_clash(error))]
