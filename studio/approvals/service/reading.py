"""One request as a person may see it: what is asked, who was asked, what was said, how it ended."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.approvals import people
from studio.approvals.models import Assignment, Comment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, AssignmentState, RequestState
from studio.approvals.people import Person
from studio.approvals.quorum import Tally
from studio.approvals.rule import Rule
from studio.approvals.service import counting, rows
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

    @property
    def progress(self) -> tuple[Tally, ...]:
        """How far each stage of the rule is."""
        return counting.progress(self.request, self.rule, self.votes)

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
        return self.request.state == RequestState.PENDING

    @property
    def overdue(self) -> bool:
        """Its time is over, whether or not the deadline's job has come round."""
        return self.request.due_at is not None and self.now >= self.request.due_at

    @property
    def decidable(self) -> bool:
        """The reader may press a button."""
        own = self.own
        may = own is not None and own.live and counting.may_vote(self.reader, self.rule, ())
        return self.open and may and not self.overdue

    @property
    def others(self) -> list[str]:
        """Names of the others who may decide now."""
        return [
            share.person.name
            for share in self.shares
            if share.live and share.person is not None and share.person.id != self.reader.id
        ]


def details(uow: UnitOfWork, request_id: UUID, reader: Person | None = None) -> Details:
    """One request. NotFound to whoever neither was asked nor may read all."""
    reader = reader or rows.acting(uow)
    request = uow.session.get(Request, request_id)
    if request is None:
        raise rows.missing(request_id)
    shares = rows.assignments(uow, request)
    if not reader.sees_all and all(share.user_id != reader.id for share in shares):
        raise rows.missing(request_id)
    seated = people.by_ids(uow, {share.user_id for share in shares})
    rule = rows.rule(request, shares)
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
