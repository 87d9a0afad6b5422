"""A boundary that needs services of its workspace: one run in a unit of its own, as studio_app."""

from studio.contract.node import Effect
from studio.contract.results import Fail
from studio.core.faults import fault_point
from studio.core.metrics import STEP_SECONDS
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.engine.execution import outgoing
from studio.runtime.engine.execution.acting import Acting, actor_of
from studio.runtime.engine.execution.claims import Claims
from studio.runtime.engine.execution.ends import Ends
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.outcomes import Lane


class LocalBoundary:
    """LOCAL effects, and ends that others hear of."""

    def __init__(self, database: Database, claims: Claims, ends: Ends, acting: Acting) -> None:
        self._database, self._claims, self._ends, self._acting = database, claims, ends, acting

    def carry(self, machine: Machine) -> None:
        """Perform a LOCAL effect, go on in memory, and commit all of it with the run's rows. Raises FenceLost."""
        with self._database.unit(machine.run.workspace_id, actor_of(machine)) as unit:
            if machine.calls and self._acting.halted(unit, machine):
                self._claims.write_in(unit.session, machine, outgoing.park(machine))
                return
            if machine.calls:
                self._perform(unit, machine, machine.calls.popleft())
            self._ends.withdraw(unit, machine)
            self._write(unit, machine)
            self._ends.tell_caller(unit, machine)
            fault_point("local.before_commit")
        fault_point("local.after_commit")
        self._ends.announce([machine])

    def _perform(self, unit: UnitOfWork, machine: Machine, call: Call) -> None:
        """What a step has done that fails is taken back; its failure is kept."""
        savepoint = unit.session.begin_nested()
        with STEP_SECONDS.labels("local").time():
            outcome = self._acting.local(unit, machine, call) or machine.perform(call, unit)
        if isinstance(outcome, Fail):
            savepoint.rollback()
            unit.collected.clear()
        else:
            savepoint.commit()
        machine.heard(call, outcome)
        if not machine.pause:
            machine.advance()

    def _write(self, unit: UnitOfWork, machine: Machine) -> None:
        calls_out = bool(machine.calls) and machine.calls[0].type.effect is Effect.OUTSIDE
        flush = machine.hand_over() if calls_out and machine.run.lane != Lane.EFFECT else machine.take()
        self._claims.write_in(unit.session, machine, flush)
