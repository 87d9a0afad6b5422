"""One request as a person may see it: what is asked, who was asked, what was said, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.approvals import people, policy
from studio.approvals.models import Assignment, Attachment, Comment, Decision, Escalation, Request, Thread, Vote
from studio.approvals.outcomes import LIVE, AssignmentState, RequestState
from studio.approvals.people import Person
from studio.approvals.policy import Requester
from studio.approvals.quorum import Tally
from studio.approvals.revisions import Revision
from studio.approvals.rule import Rule
from studio.approvals.service import (
    attaching,
    counting,
    holding,
    locking,
    nudging,
    revising,
    rows,
    seats,
    taking_back,
    threading,
    timers,
    versions,
)
from studio.approvals.service.locking import Ahead
from studio.approvals.service.versions import Changed
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Share:
    """One person's share, with the person; None once the seat is gone altogether."""

    row: Assignment
    person: Person | None

    @property
    def live(self) -> bool:
        """Still open."""
        return self.row.state in LIVE

    @property
    def lost(self) -> bool:
        """Nobody's: the seat of whoever was asked no longer decides."""
        return seats.lost(self.row)


@dataclass(frozen=True, slots=True)
class Details:
    """A request for one reader."""

    request: Request
    reader: Person
    shares: tuple[Share, ...]
    comments: tuple[Comment, ...]
    decision: Decision | None
    now: datetime
    rule: Rule
    votes: tuple[Vote, ...]
    """What people said, and what counts; oldest first."""
    past: tuple[Vote, ...] = ()
    """What they said that no longer counts."""
    versions: tuple[Revision, ...] = ()
    """How it was worded when; empty where it was never revised."""
    changed: Changed | None = None
    """What is not as the reader last knew it."""
    threads: tuple[Thread, ...] = ()
    """Oldest first; what is said in one is among the comments."""
    attachments: tuple[Attachment, ...] = ()
    """All that hangs on it, of earlier versions too, oldest first."""
    barred: tuple[Requester, ...] = ()
    """Who must not decide."""
    escalation: Escalation | None = None
    """Where it is in its plan; None: it has none."""
    ahead: Ahead | None = None
    """What it waits for before anybody is asked; None: it does not."""

    @property
    def acknowledgeable(self) -> bool:
        """The reader may hold the next step of its escalation back."""
        row, own = self.escalation, self.own
        if row is None or own is None or row.next_at is None or row.next_at <= self.now:
            return False
        return self.decidable and self.request.state == RequestState.PENDING and row.acknowledged_share != own.row.id

    @property
    def awaited(self) -> Vote | None:
        """Who asked for the changes that are awaited, and why; None: none are."""
        return next(iter(holding.asking(self.request, self.votes)), None)

    @property
    def revisable(self) -> bool:
        """The reader may word it anew."""
        return (
            self.open
            and not self.overdue
            and not self.between
            and self.ahead is None
            and revising.may_revise(self.request, self.rule, self.reader)
        )

    @property
    def remindable(self) -> bool:
        """The reader may have those who hold it reminded, though perhaps not yet again."""
        asked = self.request.state == RequestState.PENDING and any(one.live for one in self.shares)
        return asked and not self.overdue and nudging.may_nudge(self.request, self.reader)

    @property
    def text_theirs(self) -> bool:
        """The reader may change the text below the facts."""
        return self.revisable and revising.may_word_instructions(self.request, self.reader)

    @property
    def own_request(self) -> bool:
        """The reader asked for it."""
        return rows.asked_by(self.request, self.reader)

    @property
    def retractable(self) -> bool:
        """The reader may take it back."""
        return self.open and taking_back.may_take_back(self.request, self.reader)

    @property
    def dismissable(self) -> bool:
        """The reader may set aside that changes were asked for."""
        kept_out = policy.is_barred(self.barred, self.reader.email, self.reader.id)
        return self.awaited is not None and self.reader.may_manage and not kept_out

    @property
    def shown_files(self) -> list[Attachment]:
        """Those that are part of what is asked now."""
        now = {one["id"] for one in self.request.attachments}
        return [one for one in self.attachments if str(one.id) in now]

    @property
    def further_files(self) -> list[Attachment]:
        """Those that came with a decision or a comment."""
        return [one for one in self.attachments if one.vote_id or one.comment_id]

    @property
    def remarks(self) -> list[Comment]:
        """What stands in no thread."""
        return [one for one in self.comments if one.thread_id is None]

    def said_in(self, thread: Thread) -> list[Comment]:
        """What stands in a thread, oldest first."""
        return [one for one in self.comments if one.thread_id == thread.id and one.text]

    def resolvable(self, thread: Thread) -> bool:
        """The reader may resolve it, or open it again."""
        kept_out = policy.is_barred(self.barred, self.reader.email, self.reader.id)
        decides = (self.own is not None or self.reader.may_manage) and not kept_out
        return self.open and (thread.opened_by == self.reader.id or decides)

    @property
    def bypassable(self) -> bool:
        """The reader may end it without those who were asked."""
        kept_out = policy.is_barred(self.barred, self.reader.email, self.reader.id)
        asked = self.open and self.request.state not in (RequestState.BETWEEN, RequestState.QUEUED)
        return asked and not self.overdue and self.reader.may_bypass and not kept_out

    @property
    def progress(self) -> tuple[Tally, ...]:
        """How far each stage of the rule is."""
        return counting.progress(self.rule, self.votes)

    @property
    def own_vote(self) -> Vote | None:
        """What the reader said last."""
        said = [vote for vote in self.votes if vote.user_id == self.reader.id]
        return said[-1] if said else None

    def name_of(self, user_id: UUID) -> str | None:
        """The name of somebody who was asked; None once their seat is gone."""
        people_ = (share.person for share in self.shares if share.person is not None)
        return next((person.name for person in people_ if person.id == user_id), None)

    @property
    def own(self) -> Share | None:
        """The reader's own share: the open one, else the one to come, else the latest."""
        mine = [share for share in self.shares if share.row.user_id == self.reader.id]
        live = [share for share in mine if share.live]
        best = live or [share for share in mine if share.row.state == AssignmentState.QUEUED][:1] or mine
        return best[-1] if best else None

    @property
    def handed_to(self) -> Share | None:
        """Where the reader's own share went, once it was handed on."""
        own = self.own
        return next(
            (
                share
                for share in self.shares
                if own is not None and share.row.handed_from == own.row.id and share.row.delegation_id is None
            ),
            None,
        )

    @property
    def chains(self) -> list[list[Share]]:
        """Shares that were handed on, each from its first person to its last; whoever stands in is no such step."""
        steps = [share for share in self.shares if share.row.handed_from and share.row.delegation_id is None]
        following = {share.row.handed_from: share for share in steps}
        chains = [[share] for share in self.shares if share.row.id in following and share not in steps]
        for chain in chains:
            while (after := following.get(chain[-1].row.id)) is not None:
                chain.append(after)
        return chains

    @property
    def open(self) -> bool:
        """Nobody has decided yet."""
        return self.request.open

    @property
    def between(self) -> bool:
        """All stages so far have agreed, and a further one may follow."""
        return self.request.state == RequestState.BETWEEN

    @property
    def deferred(self) -> bool:
        """All have agreed, and it takes effect later."""
        return self.request.state == RequestState.DEFERRED

    @property
    def overdue(self) -> bool:
        """Its time is over, whether or not the deadline's job has come round."""
        return self.request.due_at is not None and self.now >= self.request.due_at

    @property
    def decidable(self) -> bool:
        """The reader may press a button."""
        own = self.own
        if own is None or not own.live or not counting.may_vote(self.reader, self.rule, self.barred):
            return False
        held = self.awaited is not None and self.awaited.place_id != rows.place(own.row)
        return self.open and not self.overdue and not held

    @property
    def others(self) -> list[str]:
        """Names of the others who may decide now."""
        return [
            share.person.name
            for share in self.shares
            if share.live and share.person is not None and share.person.id != self.reader.id
        ]


def details(uow: UnitOfWork, request_id: UUID, reader: Person | None = None, *, shown: str | None = None) -> Details:
    """One request. NotFound to whoever neither asked, nor was asked, nor may read all.

    `shown` is what a page carried that was refused: what has changed is told since then.
    """
    reader = reader or rows.acting(uow)
    request = uow.session.get(Request, request_id)
    if request is None:
        raise rows.missing(request_id)
    shares = rows.assignments(uow, request)
    own = [share for share in shares if share.user_id == reader.id]
    if not (reader.sees_all or own or rows.asked_by(request, reader)):
        raise rows.missing(request_id)
    seated = people.by_ids(uow, {share.user_id for share in shares})
    rule = rows.rule(request, shares)
    wordings = versions.all_of(uow, request)
    said = select(Comment).where(Comment.request_id == request_id).order_by(Comment.id)
    return Details(
        request=request,
        reader=reader,
        shares=tuple(Share(share, seated.get(share.user_id)) for share in shares),
        comments=tuple(uow.session.scalars(said)),
        decision=rows.decision(uow, request),
        now=uow.now,
        rule=rule,
        votes=tuple(rows.votes(uow, request)),
        past=tuple(rows.past_votes(uow, request)),
        versions=tuple(wordings),
        changed=versions.changed(uow, request, wordings, reader.id, own[-1] if own else None, shown),
        threads=tuple(threading.every(uow, request_id)),
        attachments=tuple(attaching.every(uow, request_id)),
        barred=tuple(rows.barred(uow, request)),
        escalation=timers.shown(uow, request),
        ahead=locking.ahead(uow, request, reader),
    )


def targets(uow: UnitOfWork, found: Details) -> list[Person]:
    """To whom a share of it may be handed."""
    asked = {share.row.user_id for share in found.shares if share.live}
    asked |= {vote.user_id for vote in found.votes if vote.stage == found.request.stage}
    barred = rows.barred(uow, found.request)
    return [
        person
        for person in people.deciders(uow)
        if person.id not in asked and counting.may_vote(person, found.rule, barred)
    ]
