"""Claimed runs become machines: those of versions that this worker knows, at what the ledger has of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from studio.contract.ports import Ports
from studio.core import clock
from studio.runtime.compiled import Compiled
from studio.runtime.engine.execution import strangers
from studio.runtime.engine.execution.claims import Claims, held
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.engine.machine.simulation import Simulated
from studio.runtime.ledger.port import Flush
from studio.runtime.ledger.rows import Recorded, RunRow
from studio.runtime.outcomes import Mode, RunState

log = structlog.get_logger()


class TakingUp:
    """One per process: it remembers the versions that were strange to it."""

    def __init__(self, claims: Claims, versions: Callable[[UUID, UUID], Compiled], ports: Ports) -> None:
        """`versions(workspace_id, version_id)` gives compiled versions, or raises."""
        self._claims, self._versions, self._ports = claims, versions, ports
        self._strangers = strangers.Strangers()

    def machines(self, runs: list[RunRow], now: datetime) -> list[Machine]:
        """Those that can be carried here; the others are put back or set aside."""
        familiar = self._familiar(runs)
        known = [run.id for run in familiar if not run.fresh]
        recorded = self._claims.recorded(known) if known else {}
        machines = []
        for run in familiar:
            try:
                machines.append(self._machine(run, now, recorded.get(run.id)))
            except DBAPIError:
                raise
            except Exception:  # its neighbours go on; its own lease runs out, and after three times it is set aside
                log.exception("run_not_taken_up", run_id=str(run.id))
        return machines

    def again(self, machine: Machine, *, careful: bool) -> Machine:
        """The same run at what the ledger has of it now; it remembers the calls that it has made meanwhile."""
        run = machine.run
        run.state, run.lane = RunState.RUNNING, machine.lane
        run.error = run.waiting_for = run.finished_at = None
        recorded = self._claims.recorded([run.id])[run.id]
        again = self._machine(run, machine.now, recorded, careful=careful, performed=frozenset(machine.performed))
        again.tries = machine.tries + 1
        return again

    def _machine(self, run: RunRow, now: datetime, recorded: Recorded | None, **again: Any) -> Machine:
        compiled = self._versions(run.workspace_id, run.version_id)
        begun = recorded if recorded is not None and recorded.steps else None
        simulation = None if run.mode == Mode.LIVE else Simulated()
        return Machine(run, compiled, now, self._ports, begun, simulation, **again)

    def _familiar(self, runs: list[RunRow]) -> list[RunRow]:
        """Those whose version this worker can run. A newer one may know the others: see strangers."""
        strange = dict[UUID, str]()
        for run in {run.version_id: run for run in runs}.values():
            try:
                self._versions(run.workspace_id, run.version_id)
            except DBAPIError:
                raise
            except Exception as error:  # its neighbours go on
                strange[run.version_id] = getattr(error, "message", "") or type(error).__name__
                if self._strangers.is_new(run.version_id):
                    log.exception("version_unknown_here", version_id=str(run.version_id))
        if not strange:
            return runs
        self._refuse([run for run in runs if run.version_id in strange], strange)
        return [run for run in runs if run.version_id not in strange]

    def _refuse(self, runs: list[RunRow], reasons: dict[UUID, str]) -> None:
        over = {version_id for version_id in reasons if self._strangers.met(version_id)}
        aside = [run for run in runs if run.version_id in over]
        for run in aside:
            run.state, run.error = RunState.QUARANTINED, strangers.unknown_here(reasons[run.version_id])
            run.finished_at = clock.local_now()
        if aside:
            self._claims.write_all([Flush(run, [], []) for run in aside])
        self._claims.put_back(held(run for run in runs if run.version_id not in over), strangers.pause())
