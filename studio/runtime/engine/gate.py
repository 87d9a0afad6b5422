"""The gatekeeper: lets limited runs through to the workers when their workflow's and their workspace's limits permit.

Nothing is counted up or down anywhere: what is going on is read from the runs themselves under a lock of the workspace,
so a crash leaves no place taken. Called by hints, after a limited run was accepted, ended or woken, and by every sweep.
"""

import threading
from collections.abc import Callable, Mapping
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.faults import fault_point
from studio.core.locking import lock
from studio.core.unit_of_work import Database
from studio.runtime.engine.writer import Writer
from studio.runtime.flow import rows
from studio.runtime.flow.control import Control
from studio.runtime.flow.policy import AHEAD, WHOLE, Candidate, Going, Limits, Passed, Stream, admit
from studio.runtime.outcomes import Lane

log = structlog.get_logger()

PAGE = 500
"""Keys of one workflow that one turn looks at. The next turn goes on behind them."""
APART = 20
"""Keys of which more than the oldest run is looked at in one turn."""
TURNS_S = 0.3
"""Longest one look takes turns, so that nothing behind it starves."""
REST_S = 0.25
"""Pause after a look through several pages of keys that let nobody through: each event would ask for it again."""
LANES = (Lane.BACK, Lane.GATE)


class Gatekeeper:
    """One per process; the workspace's lock makes them one at a time."""

    def __init__(
        self, database: Database, writer: Writer, hint: Callable[[str], None], replace: Callable[[UUID, UUID], None]
    ) -> None:
        """`hint(lane)` asks for a look. `replace(workspace_id, workflow_id)` cancels runs that have a newer one."""
        self._database, self._writer, self._hint, self._replace = database, writer, hint, replace
        self._after: dict[tuple[UUID, Lane], str] = {}
        """Where the next turn goes on, of workflows with more keys than a page."""
        self._looking, self._again = threading.Lock(), False
        self._rest_until = 0.0

    def look(self) -> int:
        """Let through what may pass now. Returns how many did."""
        self._again = True
        total = 0
        if clock.monotonic() < self._rest_until:
            return total  # the sweeper comes round
        while self._again and self._looking.acquire(blocking=False):
            try:
                self._again = False
                total += self._turns()
            finally:
                self._looking.release()
        return total

    def _turns(self) -> int:
        until, total, turns = clock.monotonic() + TURNS_S, 0, 0
        while True:
            passed, more = self._turn()
            total, turns = total + passed, turns + 1
            if passed:
                self._hint(Lane.MAIN)
            if not (passed or more) or clock.monotonic() >= until:
                break
        if total == 0 and (turns > 1 or more):
            self._rest_until = clock.monotonic() + REST_S
        elif passed or more:
            self._hint(Lane.GATE)
        return total

    def _turn(self) -> tuple[int, bool]:
        """One page of each workflow: how many passed, and whether there are further pages."""
        with self._database.across(read_only=True) as unit:
            found = rows.at_the_gate(unit.session)
        passed, more = 0, False
        for workspace_id, workflows in found.items():
            for workflow_id, control in workflows.items():
                if control is not None and control.replaces:
                    self._replace(workspace_id, workflow_id)
            through, further = self._pass(workspace_id, workflows)
            passed, more = passed + through, more or further
        here = {workflow_id for workflows in found.values() for workflow_id in workflows}
        self._after = {place: key for place, key in self._after.items() if place[0] in here}
        return passed, more

    def _pass(self, workspace_id: UUID, workflows: Mapping[UUID, Control | None]) -> tuple[int, bool]:
        def take(session: Session) -> tuple[int, bool]:
            turn = _Turn(session, workspace_id, workflows, self._after)
            return len(turn.take()), turn.more

        found = self._writer.run(take)
        fault_point("gate.after_commit")
        return found


class _Turn:
    """One workspace's turn, in one transaction."""

    def __init__(
        self,
        session: Session,
        workspace_id: UUID,
        workflows: Mapping[UUID, Control | None],
        after: dict[tuple[UUID, Lane], str],
    ) -> None:
        self.session, self.workspace_id, self.workflows, self.after = session, workspace_id, workflows, after
        self.limits = {workflow_id: _limits(control) for workflow_id, control in workflows.items()}
        self.going = Going()
        self.more = False
        """There are further pages of keys."""

    def take(self) -> list[Passed]:
        """Everything is read again behind the lock: another gatekeeper may have been here."""
        lock(self.session, f"gate|{self.workspace_id}")
        now = clock.database_now(self.session)
        workspace = rows.workspace_limits(self.session, self.workspace_id)
        if workspace.at_once is not None:
            count = rows.executing_in(self.session, self.workspace_id, workspace.at_once)
            if count >= workspace.at_once:
                return []
            self.going.executing[WHOLE] = count
        waiting = [one for workflow_id in self.workflows for one in self._waiting(workflow_id)]
        self.going.tats = rows.tats(self.session, self.workspace_id, self._streams(waiting))
        before = dict(self.going.tats)
        passed = admit(waiting, self.limits, workspace, self.going, now)
        rows.let_pass(self.session, passed)
        moved = {stream: tat for stream, tat in self.going.tats.items() if before.get(stream) != tat}
        rows.keep(self.session, self.workspace_id, moved)
        fault_point("gate.before_commit")
        return passed

    def _waiting(self, workflow_id: UUID) -> list[Candidate]:
        """A page of each lane, with what is going on of its keys."""
        limit, found = self.limits[workflow_id], list[Candidate]()
        if self._full(workflow_id):
            return []
        for lane in LANES:
            found += self._page(workflow_id, lane)
        if limit.ordered:
            keys = {one.order_key for one in found if one.order_key is not None and not one.back}
            self.going.busy |= {(workflow_id, key) for key in rows.busy(self.session, workflow_id, keys)}
        if limit.at_once is not None:
            self._count(workflow_id, {one.place_key or "" for one in found})
        return found

    def _full(self, workflow_id: UUID) -> bool:
        """Whether no run at all may pass, since all share the places and those are taken."""
        control = self.workflows[workflow_id]
        if control is None or control.at_once is None or control.at_once["key"].strip():
            return False
        self._count(workflow_id, {""})
        limit: int = control.at_once["limit"]
        return self.going.executing.get((workflow_id, ""), 0) >= limit

    def _count(self, workflow_id: UUID, keys: set[str]) -> None:
        counted = rows.executing(self.session, self.workspace_id, workflow_id, keys)
        self.going.executing.update({(workflow_id, key): count for key, count in counted.items()})

    def _page(self, workflow_id: UUID, lane: Lane) -> list[Candidate]:
        heads = rows.heads(self.session, workflow_id, lane, self.after.get((workflow_id, lane), ""), PAGE)
        if len(heads) == PAGE:
            self.after[workflow_id, lane], self.more = heads[-1].gate_key, True
        else:
            self.after.pop((workflow_id, lane), None)
        if len(heads) > APART:
            return rows.candidates(self.session, [head.run_id for head in heads])
        most = _most(self.limits[workflow_id])
        return [
            one for head in heads for one in rows.behind(self.session, workflow_id, lane, head.gate_key, most)
        ]  # fmt: skip

    def _streams(self, waiting: list[Candidate]) -> set[Stream]:
        return {WHOLE} | {(one.workflow_id, one.rate_key) for one in waiting if one.rate_key is not None}


def _limits(control: Control | None) -> Limits:
    if control is None:
        return Limits()
    at_once = control.at_once["limit"] if control.at_once is not None else None
    return Limits(at_once, control.pace, ordered=control.one is not None)


def _most(limit: Limits) -> int:
    """Runs of one key of which more could not pass in one turn anyway."""
    if limit.ordered:
        return 1
    paced = int(AHEAD / limit.pace.interval) + 2 if limit.pace is not None else PAGE
    return min(PAGE, paced, limit.at_once or PAGE)
