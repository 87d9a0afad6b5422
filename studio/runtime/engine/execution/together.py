"""A boundary in memory only: many runs in one commit."""

from collections.abc import Sequence

import structlog
from sqlalchemy.exc import DBAPIError

from studio.core.clashes import is_outage
from studio.core.faults import fault_point
from studio.runtime.engine.execution.claims import Claims
from studio.runtime.engine.execution.ends import Ends
from studio.runtime.engine.execution.repeating import Repeating
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.payloads import Unstorable
from studio.runtime.ledger.port import Flush
from studio.runtime.outcomes import RunState

log = structlog.get_logger()


class Together:
    """Writes what has gathered in one round of a batch."""

    def __init__(self, claims: Claims, ends: Ends, repeating: Repeating) -> None:
        self._claims, self._ends, self._repeating = claims, ends, repeating

    def flush(self, together: Sequence[tuple[Machine, Flush]]) -> list[Machine]:
        """One commit for all. Where the database refuses it, each by itself. Returns those that go on."""
        if not together:
            return []
        flushes = [flush for _, flush in together]
        states = {machine.run.id: machine.run.state for machine, _ in together}
        try:
            ours = self._claims.write_all(flushes)
        except (DBAPIError, Unstorable) as error:
            if isinstance(error, DBAPIError) and is_outage(error):
                raise
            if len(together) == 1:
                return self._repeating.anew(together[0][0], error)
            log.warning("flushed_apart", runs=len(together), error=str(error))
            return [again for one in together for again in self.flush([one])]
        fault_point("flush.after_commit")
        for machine, flush in together:
            machine.memory.mark_written(flush.steps, flush.waits)
        written = [machine for machine, _ in together if machine.run.id in ours]
        self._ends.announce(written)
        return [machine for machine in written if states[machine.run.id] == RunState.RUNNING]
