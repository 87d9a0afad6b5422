"""Telling people of an alert: the next step of its plan, or the digest of quiet hours. Jobs, exactly once.

Mails leave under a key of alert, step and person, with the rows that say who was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.approvals import people
from studio.approvals.escalating import turns
from studio.approvals.escalation import How, Level, Mode, Target
from studio.approvals.letters import Letter
from studio.approvals.levels import choose
from studio.approvals.people import Person
from studio.approvals.service import plans, schedules
from studio.approvals.timetables import OnCallSchedule
from studio.contract.ports import Mailer
from studio.core import crypto, outbox
from studio.core.faults import fault_point
from studio.core.ids import new_id
from studio.core.speaking import speaking
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import course, letters, rows
from studio.oversight.alerts.tables import Alert, AlertTold

NEWS = "alert.news"


@dataclass(frozen=True, slots=True)
class Post:
    """Who carries the mail, and where its links lead."""

    mailer: Mailer
    public_url: str

    def register(self) -> None:
        """Take over the topics; called at the start of every process."""
        outbox.register(rows.STEP, self.step)
        outbox.register(rows.DIGEST, self.digest)
        outbox.register(NEWS, self.news)

    def step(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Tell the level that is due, or remind whoever put it off; nothing where somebody is on it by now."""
        row = rows.locked(uow, UUID(payload["alert_id"]))
        if rows.course_of(row).due(uow.now):
            for person, token in due(uow, row):
                self._mail(uow, row, person, token)
        fault_point("alert.step")

    def digest(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Quiet hours are over: each person gets one mail about all that was held back, also what is over by now."""
        until = datetime.fromisoformat(payload["until"])
        query = select(Alert).where(Alert.held_until == until).order_by(Alert.id).with_for_update()
        mine: dict[UUID, list[tuple[Alert, str]]] = {}
        seated: dict[UUID, Person] = {}
        for row in uow.session.scalars(query.execution_options(populate_existing=True)).all():
            for person, token in after_quiet(uow, row):
                seated[person.id] = person
                mine.setdefault(person.id, []).append((row, token))
        for user_id, held in mine.items():
            if len(held) == 1 and rows.is_going_on(held[0][0]):
                self._mail(uow, held[0][0], seated[user_id], held[0][1])
                continue
            with speaking(seated[user_id].locale):
                letter = letters.digest(uow, [(row, self._link(token)) for row, token in held], seated[user_id])
            self._send(uow, f"{rows.DIGEST}:{until.isoformat()}:{user_id}", seated[user_id], letter)
        fault_point("alert.digest")

    def news(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Tell those who were told that somebody is on it, or that it is over; each once."""
        row = rows.get(uow, UUID(payload["alert_id"]))
        ids = [UUID(one) for one in payload["to"]]
        for person in people.by_ids(uow, ids).values():
            if not person.active:
                continue
            with speaking(person.locale):
                letter = letters.news(uow, row, payload["what"], person, f"{self.public_url}/alerts/{row.id}")
            self._send(uow, f"{NEWS}:{payload['what']}:{row.id}:{payload['mark']}:{person.id}", person, letter)

    def _mail(self, uow: UnitOfWork, row: Alert, person: Person, token: str) -> None:
        with speaking(person.locale):
            letter = letters.alert(uow, row, person, self._link(token), self.public_url + rows.kind_of(row).path(row))
        self._send(uow, f"{rows.STEP}:{row.id}:{token[-12:]}:{person.id}", person, letter)

    def _send(self, uow: UnitOfWork, key: str, person: Person, letter: Letter) -> None:
        self.mailer.send(uow, key=key, to=[person.email], subject=letter.subject, text=letter.text, html=letter.html)

    def _link(self, token: str) -> str:
        return f"{self.public_url}/al/{token}"


def queue_news(uow: UnitOfWork, row: Alert, what: str, to: Sequence[UUID], mark: str = "") -> None:
    """Have people told what became of it, after this transaction."""
    if to:
        payload = {"alert_id": str(row.id), "what": what, "to": [str(one) for one in to], "mark": mark}
        outbox.enqueue(uow, NEWS, key=f"{NEWS}:{what}:{row.id}:{mark}", payload=payload)


def due(uow: UnitOfWork, row: Alert) -> list[tuple[Person, str]]:
    """Do what is due of an alert under its lock. Returns whom to mail, with the token of each one's link."""
    now, plan = rows.course_of(row), rows.plan_of(row)
    if now.snoozed:
        reminded = people.by_id(uow, row.snoozed_by)
        step = min(0, _lowest(uow, row)) - 1
        chosen = [reminded] if reminded is not None and reminded.active else []
    else:
        step, level = now.step, plan.level(now.step)
        chosen = _people(uow, level, plan.fallback) if level is not None else []
    sent = _told(uow, row, step, chosen)
    after = course.told(now, plan, uow.now, plans.calendars_of(uow, plan), rows.hours_of(row))
    rows.put(uow, row, after)
    return sent


def after_quiet(uow: UnitOfWork, row: Alert) -> list[tuple[Person, str]]:
    """Tell what quiet hours held back. Whoever is told of what is over by then gets no further level."""
    plan, now = rows.plan_of(row), rows.course_of(row)
    row.held_until = None
    if now.step > 0 or now.snoozed:
        return []
    if now.due(uow.now):
        return due(uow, row)
    level = plan.level(0)
    chosen = _people(uow, level, plan.fallback) if level is not None else []
    return _told(uow, row, 0, chosen)


def _people(uow: UnitOfWork, level: Level, fallback: Sequence[Target]) -> list[Person]:
    """Whom a level tells now: on-call schedules are asked, turns are taken."""
    targets = _behind(uow, level.targets)
    taken = turns.lock(uow, [level.turn]).get(level.turn) if level.mode is Mode.TURN else None
    seated = people.by_ids(uow, targets)
    chosen = choose(
        targets, level.mode, How.ADD, (), lambda one: one in seated and seated[one].active, turns.taken(taken)
    ).asked
    if taken is not None and chosen:
        turns.take(taken, chosen[0])
    if not chosen:
        seated = people.by_ids(uow, _behind(uow, fallback))
        chosen = tuple(one for one in seated if seated[one].active)
    return [seated[one] for one in chosen]


def _behind(uow: UnitOfWork, targets: Sequence[Target]) -> list[UUID]:
    found: list[UUID] = []
    for target in targets:
        schedule = uow.session.get(OnCallSchedule, target.schedule) if target.schedule is not None else None
        on_call = schedules.now_on_call(uow, schedule) if schedule is not None else None
        found += [on_call.id] if on_call is not None else target.people
    return list(dict.fromkeys(found))


def _told(uow: UnitOfWork, row: Alert, step: int, chosen: Sequence[Person]) -> list[tuple[Person, str]]:
    sent = []
    for person in chosen:
        token, token_hash = crypto.mint(uow.workspace)
        uow.session.add(
            AlertTold(id=new_id(), alert_id=row.id, step=step, user_id=person.id, at=uow.now, token_hash=token_hash)
        )
        rows.note(uow, row, "told" if step >= 0 else "reminded", person.id, step=step)
        sent.append((person, token))
    if not chosen:
        rows.note(uow, row, "nobody", step=step)
    return sent


def _lowest(uow: UnitOfWork, row: Alert) -> int:
    query = select(AlertTold.step).where(AlertTold.alert_id == row.id).order_by(AlertTold.step).limit(1)
    return uow.session.scalar(query) or 0
