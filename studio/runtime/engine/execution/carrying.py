"""Machines are carried from boundary to boundary. Three ways a boundary is written: see together, local and outside."""

import math

import structlog
from sqlalchemy.exc import DBAPIError

from studio.contract.node import Effect
from studio.core import clock
from studio.core.errors import Unavailable
from studio.runtime.engine.execution.claims import Claims, FenceLost, held
from studio.runtime.engine.execution.ends import needs_unit
from studio.runtime.engine.execution.local import LocalBoundary
from studio.runtime.engine.execution.outside import OutsideBoundary
from studio.runtime.engine.execution.repeating import Repeating
from studio.runtime.engine.execution.together import Together
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.payloads import Unstorable
from studio.runtime.ledger.port import Flush
from studio.runtime.outcomes import Lane, RunState

log = structlog.get_logger()


class Carrying:
    """Takes a batch of runs through all their boundaries."""

    def __init__(
        self, claims: Claims, together: Together, local: LocalBoundary, outside: OutsideBoundary, repeating: Repeating
    ) -> None:
        self._claims, self._repeating = claims, repeating
        self._together, self._local, self._outside = together, local, outside

    def carry(self, machines: list[Machine], until: float = math.inf) -> list[Machine]:
        """Returns those that are at a written boundary when time is up."""
        left = list[Machine]()
        while machines:
            together, again = list[tuple[Machine, Flush]](), list[Machine]()
            for machine in machines:
                if clock.monotonic() >= until and machine.tries == 1:
                    left.append(machine)
                    continue
                try:
                    machine.advance()
                except Exception:  # its neighbours go on; its own lease runs out, and in the end it is set aside
                    log.exception("run_not_carried", run_id=str(machine.run.id))
                    continue
                if _alone(machine):
                    again.extend(self._carry_alone(machine))
                elif machine.calls and machine.run.lane != Lane.EFFECT:
                    together.append((machine, machine.hand_over()))
                else:
                    together.append((machine, machine.take()))
            again.extend(self._together.flush(together))
            machines = again
        return left

    def _carry_alone(self, machine: Machine) -> list[Machine]:
        """Returns the run where it goes on in memory."""
        structlog.contextvars.bind_contextvars(run_id=str(machine.run.id))
        try:
            if machine.calls and machine.calls[0].type.effect is Effect.OUTSIDE:
                self._outside.carry(machine)
            else:
                self._local.carry(machine)
        except FenceLost:
            log.info("fence_lost")
            return []
        except (DBAPIError, Unstorable) as error:
            return self._repeating.anew(machine, error)
        except Unavailable as error:  # what it has to tell, only a newer Studio can: nothing of it is written
            log.warning("run_put_back", error=error.message)
            self._claims.put_back(held([machine.run]))
            return []
        finally:
            structlog.contextvars.unbind_contextvars("run_id")
        # As it was written: handed over, it is somebody else's.
        return [machine] if machine.run.state == RunState.RUNNING else []


def _alone(machine: Machine) -> bool:
    """Whether this boundary needs services of its workspace, or performs an outside effect here."""
    if machine.calls:
        return machine.calls[0].type.effect is Effect.LOCAL or machine.run.lane == Lane.EFFECT
    return needs_unit(machine)
