"""What the outbox hands back to this package: mails to write, reminders, deadlines.

Each handler runs in a unit of work of its own, may run twice or late, and looks at the rows as they are then.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from sqlalchemy import select

from studio.accounts.speaking import speaking_to
from studio.approvals import completing, digest_letter, digests, letters, people, service, thread_mails, trail
from studio.approvals.escalating import working
from studio.approvals.letters import Letter
from studio.approvals.mail_times import Departure, when_to_mail
from studio.approvals.models import Assignment, Comment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, CommentKind, RequestState
from studio.approvals.people import Person
from studio.approvals.requesting.post import AskerPost
from studio.approvals.service import deferring, delegating, holding, links, locking, rows, seats, timers, versions
from studio.contract.ports import Mailer
from studio.core import outbox
from studio.core.speaking import speaking
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Post:
    """This package's mail: who carries it, and where its links lead."""

    mailer: Mailer
    public_url: str

    @property
    def _asker(self) -> AskerPost:
        return AskerPost(self.mailer, self.public_url, _due)

    def register(self) -> None:
        """Take over this package's topics; called at the start of every process."""
        outbox.register(trail.ASKED, self.asked)
        outbox.register(trail.REMIND, self.remind)
        outbox.register(trail.TOLD, self.told)
        outbox.register(trail.CHANGES, self._asker.changes)
        outbox.register(trail.WITHDRAWN, self.withdrawn)
        outbox.register(trail.NUDGE, self.nudged)
        outbox.register(trail.REVISED, self.revised)
        outbox.register(trail.DISMISSED, self.dismissed)
        outbox.register(trail.THREAD, self.thread)
        outbox.register(trail.COMPLETED, self.completed)
        outbox.register(trail.TAKEN_BACK, self.taken_back)
        outbox.register(digests.TOPIC, self.digest)
        outbox.register(trail.STUCK, self.stuck)
        outbox.register(trail.NOTICE, self.notice)
        outbox.register(trail.EXPIRE, expire)
        outbox.register(delegating.TOPIC, delegating.look)
        outbox.register(seats.TOPIC, seats.look)
        outbox.register(trail.EFFECT, deferring.look)
        outbox.register(trail.DEFERRED, self._asker.deferred)
        outbox.register(locking.TOPIC, locking.look)
        outbox.register_many(timers.TOPIC, working.work_off)

    def asked(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail somebody their link; nothing where it was settled meanwhile."""
        self._ask(uow, [UUID(payload["assignment_id"])], reminder=bool(payload.get("reminder")))

    def remind(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail everybody whose share is still open, with a fresh link."""
        self._ask(uow, service.remind(uow, UUID(payload["request_id"])), reminder=True)

    def told(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail whoever asked how it ended, and everybody who was asked, each when it suits them."""
        request, decision = _ended(uow, payload)
        if request is None or decision is None:
            return
        self._asker.told(uow, request, decision, payload)
        if "to" not in payload:
            self._complete_all(uow, request, decision, decision.by_user_id)

    def taken_back(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail everybody who was asked, when it suits them, that nothing is left to do."""
        request, _decision = _ended(uow, payload)
        if request is not None:
            self._complete_all(uow, request, None, UUID(payload["by"]) if payload["by"] else None)

    def withdrawn(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail whoever asked that what asked for them needs it no longer."""
        request, _decision = _ended(uow, payload)
        if request is not None:
            self._asker.told(uow, request, None, payload)

    def nudged(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail everybody whose share is still open that whoever asked waits; or one of them, after quiet hours."""
        only, by, at = payload.get("share_id"), str(payload["by"]), payload["at"]
        for share, request, person in _open_shares(uow, service.remind(uow, UUID(payload["request_id"]))):
            if only is not None and str(share.id) != only:
                continue
            leaves = _leaves(uow, person, request.due_at)
            if leaves.digest:
                digests.plan(uow, person, leaves.at)
            elif leaves.at > uow.now:
                trail.mail_nudge_later(uow, share.id, payload, leaves.at)
            else:
                link, due = self._link(uow, share, request), _due(request.due_at, person)
                with speaking(person.locale):
                    letter = letters.asked(request, link, due=due, reminder=True, why=share.why, by=by)
                self._send(uow, f"{trail.NUDGE}:{share.id}:{at}", person.email, letter)

    def _complete_all(self, uow: UnitOfWork, request: Request, decision: Decision | None, by: UUID | None) -> None:
        for person in completing.audience(uow, request, by):
            leaves = _leaves(uow, person, None)
            if leaves.digest and request.state != RequestState.BYPASSED:
                digests.plan(uow, person, leaves.at)
            elif leaves.at > uow.now:
                completing.later(uow, request, person, leaves.at)
            else:
                self._complete(uow, request, decision, person)

    def revised(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail somebody what has changed; nothing where it has changed again or was settled meanwhile."""
        for share, request, person in _open_shares(uow, [UUID(payload["assignment_id"])]):
            if request.revision != payload["number"] or self._held_back(uow, person, request, share, payload["number"]):
                continue
            found = versions.changed(uow, request, versions.all_of(uow, request), person.id, share, None)
            if found is not None:
                link, due = self._link(uow, share, request), _due(request.due_at, person)
                with speaking(person.locale):
                    letter = letters.revised(request, found, link, due=due)
                self._send(uow, f"{trail.REVISED}:{share.id}:{request.revision}", person.email, letter)

    def _held_back(self, uow: UnitOfWork, person: Person, request: Request, share: Assignment, number: int) -> bool:
        """Whether a new version is told with the digest, or after quiet hours."""
        leaves = _leaves(uow, person, request.due_at)
        if leaves.digest:
            digests.plan(uow, person, leaves.at)
        elif leaves.at > uow.now:
            trail.mail_revised(uow, share.id, number, leaves.at)
        return leaves.digest or leaves.at > uow.now

    def dismissed(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail whoever asked for changes that they were set aside; nothing where it was settled meanwhile."""
        vote = uow.session.get(Vote, UUID(payload["vote_id"]))
        said = _set_aside(uow, vote) if vote is not None else None
        if vote is None or said is None:
            return
        for share, request, person in _open_shares(uow, [vote.assignment_id]):
            leaves = _leaves(uow, person, request.due_at)
            if leaves.digest:
                digests.plan(uow, person, leaves.at)
            elif leaves.at > uow.now:
                trail.mail_dismissed(uow, vote.id, leaves.at)
            else:
                link, due = self._link(uow, share, request), _due(request.due_at, person)
                with speaking(person.locale):
                    letter = letters.dismissed(request, said, link, due=due)
                self._send(uow, f"{trail.DISMISSED}:{vote.id}", person.email, letter)

    def thread(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail those whom it concerns what was said in a thread; nothing where the request has ended meanwhile."""
        found = thread_mails.news(uow, UUID(payload["comment_id"]))
        if found is None:
            return
        (request, said), only = found, payload.get("user_id")
        for person in thread_mails.audience(uow, request, said):
            if only is not None and str(person.id) != only:
                continue
            leaves = _leaves(uow, person, request.due_at)
            if leaves.digest and person.may_decide:
                digests.plan(uow, person, leaves.at)
            elif leaves.at > uow.now:
                trail.mail_thread(uow, said.id, person.id, leaves.at)
            else:
                self._send_thread(uow, request, said, person)
        stranger = thread_mails.stranger(uow, request, said)
        if stranger is not None:
            with speaking_to(uow, None):
                letter = letters.thread(request, said, None)
            self._send(uow, f"{trail.THREAD}:{said.id}", stranger, letter)

    def _send_thread(self, uow: UnitOfWork, request: Request, said: Comment, person: Person) -> None:
        share = thread_mails.share(uow, request, person)
        link = self._link(uow, share, request) if share is not None else f"{self.public_url}/approvals/{request.id}"
        with speaking(person.locale):
            letter = letters.thread(request, said, link)
        self._send(uow, f"{trail.THREAD}:{said.id}:{person.id}", person.email, letter)

    def completed(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail one person, after their quiet hours, how it ended."""
        (request, decision), person = _ended(uow, payload), digests.reader(uow, payload)
        if request is not None and person is not None:
            self._complete(uow, request, decision, person)

    def digest(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail somebody all that waits, and what was settled; nothing where there is neither."""
        person = digests.reader(uow, payload)
        if person is None:
            return
        found, at = digests.waiting(uow, person), datetime.fromisoformat(payload["at"])
        changed = digests.changed(uow, person, found, at)
        listed = [
            digest_letter.Waiting(
                request, self._link(uow, share, request), _due(request.due_at, person), request.id in changed
            )
            for share, request in found[: digests.MOST]
        ]
        settled, aside = digests.settled(uow, person, at), digests.set_aside(uow, person, at)
        said = thread_mails.since(uow, person, at)
        if listed or settled or aside or said:
            more = len(found) > len(listed)
            inbox = f"{self.public_url}/inbox"
            with speaking(person.locale):
                letter = digest_letter.digest(listed, settled, inbox, more=more, aside=aside, threads=said)
            self._send(uow, f"{digests.TOPIC}:{person.id}:{payload['at']}", person.email, letter)
        if listed:
            digests.plan_next(uow, person)

    def stuck(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail those who may hand shares on that too few people are left; nothing where that has changed."""
        request = uow.session.get(Request, UUID(payload["request_id"]))
        if request is None or request.stuck_at is None or request.state != RequestState.PENDING:
            return
        for person in people.deciders(uow):
            if person.may_manage:
                with speaking(person.locale):
                    letter = letters.stuck(request, f"{self.public_url}/approvals/{request.id}/history")
                self._send(uow, f"approval.stuck:{request.id}:{request.stage}:{person.id}", person.email, letter)

    def notice(self, uow: UnitOfWork, payload: dict[str, Any]) -> None:
        """Mail somebody what a run tells them; nothing where their seat is gone."""
        person = people.by_id(uow, UUID(payload["user_id"]))
        if person is None or not person.active:
            return
        with speaking(person.locale):
            letter = letters.notice(payload["subject"], payload["text"], payload["workflow_name"])
        self._send(uow, f"{trail.NOTICE}:{payload['key']}:{person.id}", person.email, letter)

    def code(self, uow: UnitOfWork, found: links.Found, digits: str) -> None:
        """Mail a one-time code to the person whom a link names."""
        if found.person is not None:
            key = f"approval.code:{found.link.id}:{found.link.codes_sent}"
            with speaking(found.person.locale):
                letter = letters.code(digits)
            self._send(uow, key, found.person.email, letter)

    def _ask(self, uow: UnitOfWork, share_ids: list[UUID], *, reminder: bool) -> None:
        kind = "reminded" if reminder else "asked"
        for share, request, person in _open_shares(uow, share_ids):
            leaves = _leaves(uow, person, request.due_at)
            if leaves.digest:
                digests.plan(uow, person, leaves.at)
            elif leaves.at > uow.now:
                trail.mail_asked_later(uow, share.id, leaves.at, reminder=reminder)
            else:
                link, due = self._link(uow, share, request), _due(request.due_at, person)
                so_far = rows.agreed(uow, request)
                with speaking(person.locale):
                    letter = letters.asked(request, link, due=due, reminder=reminder, agreed=so_far, why=share.why)
                self._send(uow, f"approval.{kind}:{share.id}", person.email, letter)

    def _complete(self, uow: UnitOfWork, request: Request, decision: Decision | None, person: Person) -> None:
        with speaking(person.locale):
            if decision is None:
                letter = letters.taken_back(request, _due(request.closed_at, person) or "")
            else:
                letter = letters.completed(request, decision, _due(decision.at, person) or "")
        self._send(uow, f"{trail.COMPLETED}:{request.id}:{person.id}", person.email, letter)

    def _link(self, uow: UnitOfWork, share: Assignment, request: Request) -> str:
        return f"{self.public_url}/a/{links.mint(uow, share, request)}"

    def _send(self, uow: UnitOfWork, key: str, to: str, letter: Letter) -> None:
        self.mailer.send(uow, key=key, to=[to], subject=letter.subject, text=letter.text, html=letter.html)


def expire(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """The deadline of a request."""
    service.expire(uow, UUID(payload["request_id"]))


def _open_shares(uow: UnitOfWork, share_ids: list[UUID]) -> list[tuple[Assignment, Request, Person]]:
    if not share_ids:
        return []
    query = (
        select(Assignment, Request)
        .join(Request, Request.id == Assignment.request_id)
        .where(
            Assignment.id.in_(share_ids),
            Assignment.state.in_(LIVE),
            Request.state == RequestState.PENDING,
        )
    )
    found = [(share, request) for share, request in uow.session.execute(query)]
    seated = people.by_ids(uow, (share.user_id for share, _request in found))
    return [
        (share, request, seated[share.user_id])
        for share, request in found
        if share.user_id in seated and seated[share.user_id].may_decide
    ]


def _ended(uow: UnitOfWork, payload: dict[str, Any]) -> tuple[Request | None, Decision | None]:
    """A request that has ended, and its decision; without one it was taken back."""
    request = uow.session.get(Request, UUID(payload["request_id"]))
    if request is None or request.open:
        return None, None
    return request, rows.decision(uow, request)


def _set_aside(uow: UnitOfWork, vote: Vote) -> Comment | None:
    """Why somebody set aside that this vote asked for changes, where that happened."""
    if vote.void_reason != holding.DISMISSED:
        return None
    query = select(Comment).where(Comment.request_id == vote.request_id, Comment.kind == CommentKind.DISMISSED)
    return uow.session.scalars(query.where(Comment.at == vote.voided_at).limit(1)).one_or_none()


def _leaves(uow: UnitOfWork, person: Person, due_at: datetime | None) -> Departure:
    return when_to_mail(uow.now, ZoneInfo(person.time_zone), person.preferences, due_at)


def _due(moment: datetime | None, person: Person) -> str | None:
    """In the reader's own zone and language: a worker has no request to ask."""
    if moment is None:
        return None
    local, locale = moment.astimezone(ZoneInfo(person.time_zone)), person.locale.replace("-", "_")
    day, time = format_date(local, "full", locale), format_time(local, "short", local.tzinfo, locale)
    return f"{day}, {time} ({get_timezone_name(local, locale=locale)})"
