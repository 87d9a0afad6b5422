"""Claims runs in batches and carries them on. Called by Dramatiq actors alone.

Three ways a boundary is written: many runs in one commit (memory only), one run in a unit as studio_app (LOCAL
effects, and ends that need services), and the intent of an outside effect before it is performed with no transaction
open.
"""

import math
import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from studio.contract.node import Effect
from studio.contract.ports import Ports
from studio.contract.results import Fail, Outcome
from studio.core import clock
from studio.core.actor import Actor, ActorType, Origin
from studio.core.clashes import TRIES, is_clash, is_outage, pause
from studio.core.errors import StudioError, Unavailable
from studio.core.faults import fault_point
from studio.core.i18n import gettext
from studio.core.metrics import RUNS_FINISHED, STEP_SECONDS
from studio.core.targets import Targets, Ticket
from studio.core.targets.registry import NOTHING
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.compiled import Compiled
from studio.runtime.engine import isolation, outgoing, strangers
from studio.runtime.engine.answers import Ended
from studio.runtime.engine.leases import Leases
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.engine.machine.simulation import Simulated
from studio.runtime.engine.returning import Returns
from studio.runtime.engine.strangers import Strangers
from studio.runtime.engine.turns import BATCH, Calls, more_wait, next_size
from studio.runtime.engine.writer import Writer
from studio.runtime.ledger.payloads import Unstorable
from studio.runtime.ledger.port import Flush, Ledger
from studio.runtime.ledger.rows import Recorded, RunRow
from studio.runtime.outcomes import ENDED, STUCK, Lane, Mode, RunState

log = structlog.get_logger()

BUSY = 8
"""Runs in a batch from which on more are known to be coming."""
GATHER_S = 0.01
"""How long more are then waited for: ten runs cost a batch what forty do. Nobody waits while it is calm."""
DRAIN_S = 0.5
"""Longest one actor call drains, and one batch is carried, so that nothing behind it starves."""
OVER = ENDED | STUCK
"""States in which a caller need not wait any longer."""
TROUBLE = (RunState.FAILED, RunState.NEEDS_REVIEW)
"""Ends that somebody has to hear of."""


class FenceLost(Exception):
    """Another worker holds the run now: what this one did in memory is void."""


@dataclass
class Endings:
    """What other parts hear of a run's end: in its transaction, or after it (`finished`)."""

    failed: list[Callable[[UnitOfWork, RunRow, Compiled], None]] = field(default_factory=list)
    withdraw: dict[str, Callable[[UnitOfWork, UUID, str], None]] = field(default_factory=dict)
    """By wait kind: end what the run waited for."""
    called: Callable[[UnitOfWork, RunRow, Any], None] = lambda _uow, _run, _output: None
    """A run has ended that another one has called and waits for; with what its last step gave."""
    finished: Callable[[Sequence[Ended]], None] = lambda _ended: None
    """Runs that somebody waits for on the line."""


class Executor:
    """One per process."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        writer: Writer,
        versions: Callable[[UUID, UUID], Compiled],
        ports: Ports,
        endings: Endings,
        targets: Targets,
        *,
        holder: str,
        lease_s: float,
        hint: Callable[[str, int], None],
        calls: int = 8,
    ) -> None:
        """`versions(workspace_id, version_id)` gives compiled versions; `hint(lane, count)` asks for more looks.

        `calls`: how many runs of one workspace may be calling out at once.
        """
        self._database, self._ledger, self._writer = database, ledger, writer
        self._versions, self._ports, self._endings = versions, ports, endings
        self._targets, self._holder, self._lease_s, self._hint = targets, holder, lease_s, hint
        self._gather = threading.Event()
        self._strangers = Strangers()
        self._calls, self._size, self._gate = Calls(calls), BATCH, isolation.Gate()
        self._returns = Returns(
            lambda held: self._writer.run_single(lambda session: ledger.lose(session, held)),
            lambda held: self._writer.run_single(lambda session: ledger.put_back(session, held, 0.0)),
        )
        self.leases = Leases(self._renew, lease_s, self._returns.retry)

    def stop(self) -> None:
        """Renew nothing any more, and hand over at once what is still held: the process is about to end."""
        self.leases.stop()
        if not self.leases.held():
            return
        try:
            freed = self._writer.run_single(
                lambda session: self._ledger.release_holder(session, self._holder, dead=False)
            )
            log.warning("leases_handed_over", runs=freed)
        except (DBAPIError, StudioError):  # the database is away too: the leases run out by themselves
            log.exception("leases_not_handed_over")

    # -- draining -----------------------------------------------------------------------------------------------

    def drain(self, lane: str) -> int:
        """Run what is runnable, for DRAIN_S at most. Returns how many runs were claimed."""
        until, total, more = clock.monotonic() + DRAIN_S, 0, True
        while more:
            limit = self._size if lane == Lane.MAIN else 1
            claimed = self._batch(lane, limit)
            total += len(claimed)
            if clock.monotonic() >= until:
                if claimed:
                    self._hint(lane, 1)
                break
            sure = more_wait(claimed, limit)
            more = sure or len(claimed) >= BUSY
            if more and not sure:
                self._gather.wait(GATHER_S)
        return total

    def _batch(self, lane: str, limit: int) -> list[RunRow]:
        with self._gate.together():
            runs = self._look(lane, limit)
        if isolation.suspects(runs):
            self._one_by_one(lane)
        return runs

    def _one_by_one(self, lane: str) -> None:
        """Those whose workers died twice, each with nothing beside it: see engine.isolation."""
        with self._gate.alone() as alone:
            more = alone
            while more:
                more = bool(isolation.suspects(self._look(lane, 1, alone=True)))

    def _look(self, lane: str, limit: int, *, alone: bool = False) -> list[RunRow]:
        if lane == Lane.MAIN:
            now, runs = self._claim(lane, limit)
            begun = runs if alone else self._unsuspected(runs)
            self._held(now, begun, lambda machines: self._carry_in_time(machines, limit))
            return runs
        now, runs = self._calls.claim(lambda full: self._claim(lane, limit, full))
        try:
            self._held(now, runs if alone else self._unsuspected(runs), self._carry)
        finally:
            self._calls.let_go(runs)
        return runs

    def _unsuspected(self, runs: list[RunRow]) -> list[RunRow]:
        suspected = isolation.suspects(runs)
        if not suspected:
            return runs
        self._put_back(suspected)
        return [run for run in runs if run not in suspected]

    def _claim(self, lane: str, limit: int, full: Collection[UUID] = ()) -> tuple[datetime, list[RunRow]]:
        return self._writer.run_single(
            lambda session: self._ledger.claim(
                session, lane=lane, limit=limit, holder=self._holder, lease_s=self._lease_s, full=full
            )
        )

    def _held(self, now: datetime, runs: list[RunRow], carry: Callable[[list[Machine]], object]) -> None:
        """Carry runs while their leases are renewed."""
        if not runs:
            return
        fault_point("claim.after_commit")
        held = [(run.id, run.epoch) for run in runs]
        self.leases.hold(held)
        try:
            carry(self._machines(self._familiar(runs), now))
        except (SQLAlchemyError, Unavailable) as error:
            if is_outage(error) or isinstance(error, Unavailable):
                self._returns.give(held, error)
            raise
        finally:
            self.leases.let_go(held)

    def _familiar(self, runs: list[RunRow]) -> list[RunRow]:
        """Those whose version this worker can run. A newer one may know the others: see engine.strangers."""
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
        over = {version_id for version_id in strange if self._strangers.met(version_id)}
        aside = [run for run in runs if run.version_id in over]
        for run in aside:
            run.state, run.error = RunState.QUARANTINED, strangers.unknown_here(strange[run.version_id])
            run.finished_at = clock.local_now()
        if aside:
            self._writer.run_single(lambda session: self._ledger.flush(session, [Flush(run, [], []) for run in aside]))
        self._put_back([run for run in runs if run.version_id in strange and run.version_id not in over], delayed=True)
        return [run for run in runs if run.version_id not in strange]

    def _put_back(self, runs: list[RunRow], *, delayed: bool = False) -> None:
        held = [(run.id, run.epoch) for run in runs]
        pause = strangers.pause() if delayed else None
        if held:
            self._writer.run_single(lambda session: self._ledger.put_back(session, held, pause))

    def _machines(self, runs: list[RunRow], now: datetime) -> list[Machine]:
        known = [run.id for run in runs if not run.fresh]
        recorded = self._recorded(known) if known else {}
        machines = []
        for run in runs:
            try:
                found = recorded.get(run.id)
                machines.append(self._machine(run, now, found if found is not None and found.steps else None))
            except DBAPIError:
                raise
            except Exception:  # its neighbours go on; its own lease runs out, and after three times it is set aside
                log.exception("run_not_taken_up", run_id=str(run.id))
        return machines

    def _machine(self, run: RunRow, now: datetime, recorded: Recorded | None, **again: Any) -> Machine:
        compiled = self._versions(run.workspace_id, run.version_id)
        simulation = None if run.mode == Mode.LIVE else Simulated()
        return Machine(run, compiled, now, self._ports, recorded, simulation, **again)

    def _anew(self, machine: Machine, error: Exception) -> list[Machine]:
        """Begin again at what the ledger has: memory no longer matches the rows. Nothing, where that is no use."""
        if isinstance(error, DBAPIError) and is_outage(error):
            log.error("boundary_lost", run_id=str(machine.run.id), error=str(error))
            self._returns.give([(machine.run.id, machine.run.epoch)], error)
            self._hint(machine.lane, 1)
            return []
        if machine.tries >= TRIES:
            log.error("boundary_given_up", run_id=str(machine.run.id), error=str(error))
            return []
        log.warning("boundary_repeated", run_id=str(machine.run.id), tries=machine.tries, error=str(error))
        careful = machine.careful or not is_clash(error)
        if is_clash(error):
            pause(machine.tries)
        run = machine.run
        run.state, run.lane = RunState.RUNNING, machine.lane
        run.error = run.waiting_for = run.finished_at = None
        recorded = self._recorded([run.id])[run.id]
        again = self._machine(
            run, machine.now, recorded if recorded.steps else None, careful=careful,
            performed=frozenset(machine.performed),
        )  # fmt: skip
        again.tries = machine.tries + 1
        return [again]

    def _recorded(self, run_ids: list[UUID]) -> dict[UUID, Recorded]:
        return self._writer.run(lambda session: self._ledger.recorded(session, run_ids))

    # -- boundaries ---------------------------------------------------------------------------------------------

    def _carry_in_time(self, machines: list[Machine], limit: int) -> None:
        """Carry for DRAIN_S, and give back what is left: other workspaces' runs must not wait behind slow steps."""
        started = clock.monotonic()
        left = self._carry(machines, started + DRAIN_S)
        if left:
            self._put_back([machine.run for machine in left])
        self._size = next_size(limit, clock.monotonic() - started, DRAIN_S, cut=bool(left))

    def _carry(self, machines: list[Machine], until: float = math.inf) -> list[Machine]:
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
                except Exception:  # see _machines()
                    log.exception("run_not_carried", run_id=str(machine.run.id))
                    continue
                if self._alone(machine):
                    again.extend(self._carry_alone(machine))
                    continue
                if machine.calls and machine.run.lane != Lane.EFFECT:
                    together.append((machine, machine.hand_over()))
                else:
                    together.append((machine, machine.take()))
            again.extend(self._flush_together(together))
            machines = again
        return left

    def _alone(self, machine: Machine) -> bool:
        """Whether this boundary needs services of its workspace, or performs an outside effect here."""
        if machine.calls:
            return machine.calls[0].type.effect is Effect.LOCAL or machine.run.lane == Lane.EFFECT
        awaited = machine.run.parent_wait_id is not None and machine.state in ENDED
        return awaited or bool(machine.withdraw) or machine.ended in TROUBLE

    def _carry_alone(self, machine: Machine) -> list[Machine]:
        """Returns the run where it goes on in memory."""
        structlog.contextvars.bind_contextvars(run_id=str(machine.run.id))
        try:
            if machine.calls and machine.calls[0].type.effect is Effect.OUTSIDE:
                self._outside(machine)
            else:
                self._local(machine)
        except FenceLost:
            log.info("fence_lost")
            return []
        except (DBAPIError, Unstorable) as error:
            return self._anew(machine, error)
        except Unavailable as error:  # what it has to tell, only a newer Studio can: nothing of it is written
            log.warning("run_put_back", error=error.message)
            self._put_back([machine.run])
            return []
        finally:
            structlog.contextvars.unbind_contextvars("run_id")
        # As it was written: handed over, it is somebody else's.
        return [machine] if machine.run.state == RunState.RUNNING else []

    def _local(self, machine: Machine) -> None:
        """Perform LOCAL effects, go on in memory, and commit all of it with the run's rows in one unit."""
        with self._unit(machine) as unit:
            savepoint = unit.session.begin_nested()
            call = machine.calls.popleft() if machine.calls else None
            if call is not None:
                with STEP_SECONDS.labels("local").time():
                    outcome = machine.perform(call, unit)
                if isinstance(outcome, Fail):
                    savepoint.rollback()
                    unit.collected.clear()
                else:
                    savepoint.commit()
                machine.heard(call, outcome)
                if not machine.pause:
                    machine.advance()
            else:
                savepoint.commit()
            self._end_in(unit, machine)
            self._flush_in(unit.session, machine)
            self._tell_caller(unit, machine)
            fault_point("local.before_commit")
        fault_point("local.after_commit")
        self._announce([machine])

    def _outside(self, machine: Machine) -> None:
        """One call, if one of its calls may go out now; otherwise the run makes room for others."""
        match outgoing.choose(self._targets, machine):
            case outgoing.Go(index, ticket):
                outgoing.bring_forward(machine, index)
                self._call(machine, ticket)
            case outgoing.Hold(index, failure):
                call = outgoing.bring_forward(machine, index)
                machine.calls.popleft()
                machine.heard(call, failure)
            case outgoing.Later(delay_s):
                here = next((i for i, call in enumerate(machine.calls) if call.type.effect is Effect.LOCAL), None)
                if here is None:
                    self._write(machine, outgoing.put_back(machine, delay_s))
                else:
                    outgoing.bring_forward(machine, here)

    def _call(self, machine: Machine, ticket: Ticket | None) -> None:
        said = NOTHING
        try:
            said = outgoing.report(self._perform(machine))
        finally:
            if ticket is not None:
                self._targets.leave(ticket, said)

    def _perform(self, machine: Machine) -> Outcome:
        """The intent, and all that came before, is committed before the call goes out; its outcome at the next one."""
        machine.intend(machine.calls[0], machine.run.epoch)
        if any(machine.memory.unwritten()):
            fault_point("intent.before_commit")
            self._write(machine)
            fault_point("intent.after_commit")
        call = machine.calls.popleft()
        machine.performed.add(call.step.id)
        fault_point("effect.before_call")
        started = clock.monotonic()
        outcome = machine.perform(call, None)
        fault_point("effect.after_call")
        took = clock.monotonic() - started
        STEP_SECONDS.labels("outside").observe(took)
        machine.now = self._later(machine.now, took)
        machine.heard(call, outcome)
        if machine.state is RunState.RUNNING:  # what follows may have to begin anew, and must not call again for it
            self._write(machine)
            fault_point("effect.after_commit")
        return outcome

    def _later(self, before: datetime, took_s: float) -> datetime:
        """The database's time after a call. On SQLite that is this machine's, which may have been set meanwhile."""
        return clock.local_now() if self._database.dialect == "sqlite" else before + timedelta(seconds=took_s)

    def _write(self, machine: Machine, flush: Flush | None = None) -> None:
        flush = flush or machine.take()
        ours = self._writer.run_single(lambda session: self._ledger.flush(session, [flush]))
        if machine.run.id not in ours:
            raise FenceLost
        machine.memory.mark_written(flush.steps, flush.waits)

    def _flush_together(self, together: list[tuple[Machine, Flush]]) -> list[Machine]:
        """One commit for many runs. Returns those that go on."""
        if not together:
            return []
        flushes = [flush for _, flush in together]
        states = {machine.run.id: machine.run.state for machine, _ in together}
        try:
            ours = self._writer.run_single(lambda session: self._ledger.flush(session, flushes))
        except (DBAPIError, Unstorable) as error:
            if isinstance(error, DBAPIError) and is_outage(error):
                raise
            if len(together) == 1:
                return self._anew(together[0][0], error)
            log.warning("flushed_apart", runs=len(together), error=str(error))
            return [again for one in together for again in self._flush_together([one])]
        fault_point("flush.after_commit")
        for machine, flush in together:
            machine.memory.mark_written(flush.steps, flush.waits)
        written = [machine for machine, _ in together if machine.run.id in ours]
        self._announce(written)
        return [machine for machine in written if states[machine.run.id] == RunState.RUNNING]

    def _flush_in(self, session: Session, machine: Machine) -> None:
        flush = machine.take()
        if machine.calls and machine.calls[0].type.effect is Effect.OUTSIDE and machine.run.lane != Lane.EFFECT:
            flush = machine.hand_over()
        if machine.run.id not in self._ledger.flush(session, [flush]):
            raise FenceLost
        machine.memory.mark_written(flush.steps, flush.waits)

    def _end_in(self, unit: UnitOfWork, machine: Machine) -> None:
        """Withdraw what the run still waits for, and tell who wants to know that it failed."""
        for wait in machine.withdraw:
            machine.memory.close(wait)
            end = self._endings.withdraw.get(wait.kind)
            if end is not None:
                end(unit, wait.id, gettext("The run went on or ended without it."))
        machine.withdraw = []
        if machine.ended in TROUBLE and machine.run.mode == Mode.LIVE:
            for tell in self._endings.failed:
                tell(unit, machine.run, machine.compiled)

    def _tell_caller(self, unit: UnitOfWork, machine: Machine) -> None:
        """After its own row is locked: every caller is locked after what it has called."""
        run = machine.run
        if run.parent_wait_id is not None and run.state in ENDED:
            self._endings.called(unit, run, _ended(machine).output)

    def _unit(self, machine: Machine) -> AbstractContextManager[UnitOfWork]:
        run = machine.run
        actor = Actor(
            ActorType.WORKFLOW, str(run.workflow_id), machine.compiled.workflow_name, origin=Origin(run_id=str(run.id))
        )
        return self._database.unit(run.workspace_id, actor)

    def _announce(self, machines: list[Machine]) -> None:
        handed = sum(1 for machine in machines if machine.run.lane == Lane.EFFECT and machine.run.state == "queued")
        if handed:
            self._hint(Lane.EFFECT, handed)
        ended = Counter(machine.run.state for machine in machines if machine.run.finished_at is not None)
        for state, count in ended.items():
            RUNS_FINISHED.labels(state).inc(count)
        if any(machine.run.gate_key is not None and machine.run.state != RunState.RUNNING for machine in machines):
            self._hint(Lane.GATE, 1)  # a place is free, or a turn has come
        waited_for = [machine for machine in machines if machine.run.respond and machine.run.state in OVER]
        if waited_for:
            self._endings.finished([_ended(machine) for machine in waited_for])

    def _renew(self, held: list[tuple[UUID, int]]) -> None:
        self._writer.run_single(lambda session: self._ledger.renew(session, held, self._lease_s))


def _ended(machine: Machine) -> Ended:
    run, last = machine.run, machine.memory.newest
    return Ended(run.id, run.state, last.output if last else None, run.error)
