"""One turn of working off: whatever is due in a workspace, in one transaction.

Each request has a timer of its own, and whichever come first do the work of all that are due: thousands that were due
while no worker ran cost a few turns, not thousands. What is due is judged by the rows under the requests' locks
and by the database's time, so a timer that is late, comes twice, or at the same time as another, finds nothing to do.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from studio import audit
from studio.approvals import trail
from studio.approvals.clock.delays import moved
from studio.approvals.escalating import last_words, turns
from studio.approvals.escalating.effects import Effects, set_plan
from studio.approvals.escalating.reading import Batch, Due, read
from studio.approvals.escalation import How, Level, Mode
from studio.approvals.held import hold
from studio.approvals.levels import Chosen, choose
from studio.approvals.models import Turn
from studio.approvals.service import delegating, fallback, staging, timers
from studio.approvals.together import together
from studio.core import outbox
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

BATCH = 500
"""Requests of one turn: their locks are held until its commit, a fraction of a second."""


def work_off(uow: UnitOfWork, payloads: Sequence[dict[str, Any]]) -> None:
    """Do what is due of the requests whose timers these are and of more, BATCH at most; the rest has its own timers."""
    own = [UUID(payload["request_id"]) for payload in payloads if "request_id" in payload]
    batch = read(uow, BATCH, own)
    if batch.due:  # under the requests' locks, as everybody does it: else two who take them back wait for one another
        outbox.cancel_all(uow, [timers.key(one.id, one.jobs) for one in batch.due])
    if batch.overdue:
        set_plan(uow, batch.overdue, next_at=None)
    _Turn(uow, batch).work()
    fault_point("escalate.before_commit")
    uow.after_commit(lambda: fault_point("escalate.after_commit"))


class _Turn:
    """One batch on its way."""

    def __init__(self, uow: UnitOfWork, batch: Batch) -> None:
        self._uow, self._batch = uow, batch
        self._effects = Effects()
        self._asked: dict[UUID, list[tuple[UUID, UUID]]] = {}
        """New shares with their people, by request."""
        self._counted: list[UUID] = []
        """Requests that may have too few people left, or enough again."""

    def work(self) -> None:
        steps = [one for one in self._batch.due if one.acknowledged_by is None]
        levels = [(one, one.plan.level(one.step)) for one in steps]
        held = turns.lock(self._uow, (level.turn for _one, level in levels if level is not None and level.turn))
        for one in self._batch.due:
            if one.acknowledged_by is not None:
                self._return(one)
        for one, level in levels:
            if level is not None:
                self._step(one, level, held.get(level.turn))
        self._effects.write(self._uow)
        self._follow()
        last_words.say(self._uow, [one for one, level in levels if level is None])

    def _return(self, one: Due) -> None:
        """Whoever was on it has not decided: it goes on with the time that was left."""
        uow, plan = self._uow, one.plan
        next_at = uow.now
        if one.held is not None:
            next_at = moved(self._batch.hours(uow, plan.delay(one.step)), *one.held, uow.now)
        self._effects.move(one, one.step, next_at, one.fallback_stage)
        if one.acknowledged_share is not None:
            self._effects.remind(uow, one.acknowledged_share)
        self._record("approval.acknowledgement_ended", one)

    def _step(self, one: Due, level: Level, turn: Turn | None) -> None:
        batch, plan = self._batch, one.plan
        chosen = self._choose(one, level, turn)
        kind, stage = "escalated", one.fallback_stage
        if not chosen.anybody and stage != one.stage:
            wanted = batch.behind(plan.fallback)
            chosen = choose(wanted, Mode.EVERYONE, How.ADD, one.shares, lambda user_id: batch.may(one, user_id))
            kind, stage = fallback.WHY, one.stage if chosen.anybody else stage
        self._effects.away += chosen.away
        why = self._why(one, level, kind)
        made = [(self._effects.ask(self._uow, one, user_id, why), user_id) for user_id in chosen.asked]
        for share_id in chosen.reminded:
            self._effects.remind(self._uow, share_id)
        self._asked[one.id] = made
        self._effects.move(one, one.step + 1, batch.next_at(self._uow, plan, one.step + 1), stage)
        if one.stuck or not one.rule.plain or not chosen.anybody:
            self._counted.append(one.id)
        loop, index = divmod(one.step, len(plan.levels))
        self._record(
            "approval.escalated" if kind == "escalated" else "approval.fallback_asked",
            one,
            level=index + 1,
            loop=loop + 1 if plan.loops else None,
            to=[batch.seated[user_id].email for user_id in chosen.asked] or None,
            reminded=len(chosen.reminded) or None,
            replaced=len(chosen.away) or None,
        )

    def _choose(self, one: Due, level: Level, turn: Turn | None) -> Chosen:
        chosen = choose(
            self._batch.behind(level.targets),
            level.mode,
            level.how,
            one.shares,
            lambda user_id: self._batch.may(one, user_id),
            turns.taken(turn),
        )
        if turn is not None and chosen.anybody:
            holders = {share.id: share.user_id for share in one.shares}
            turns.take(turn, chosen.asked[0] if chosen.asked else holders[chosen.reminded[0]])
        return chosen

    def _why(self, one: Due, level: Level, kind: str) -> dict[str, str]:
        """Why somebody is asked, and who was asked before."""
        plan = one.plan
        if kind == fallback.WHY:
            return {"kind": kind, "name": fallback.names(plan.fallback)}
        before = plan.level(one.step - 1) if one.step else None
        first = ", ".join(name.name for part in one.rule.stages[one.stage].parts for name in part.names)
        names = fallback.names(before.targets) if before is not None else first
        return {"kind": kind, "name": names, "how": level.how.value, "level": str(one.step % len(plan.levels) + 1)}

    def _follow(self) -> None:
        """Whoever stands in for somebody who was asked and is away is asked as well; and whether enough are left."""
        uow, away = self._uow, delegating.away(self._uow)
        represented = {
            request_id: {share_id for share_id, user_id in made if user_id in away}
            for request_id, made in self._asked.items()
            if any(user_id in away for _share_id, user_id in made)
        }
        concerned = {*represented, *self._counted}
        if not concerned:
            return
        with hold(uow, concerned) as held, together(uow):
            delegating.extend_all(
                uow,
                [
                    (held[one].request, [share for share in held[one].shares if share.id in shares])
                    for one, shares in represented.items()
                ],
            )
            for request_id in self._counted:
                staging.recount(uow, held[request_id].request)

    def _record(self, action: str, one: Due, **said: Any) -> None:
        target = audit.Target("approval", one.id, one.title, personal=True)
        audit.record(self._uow, action, targets=[target], metadata=said)
        if one.in_slack:
            trail.follow_in_slack(self._uow, one.id)
