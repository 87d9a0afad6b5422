"""E-mail links, one-time codes and the sessions they open.

A link finds an assignment and proves nothing. A code, mailed to the assignee and typed into the browser that asked
for it, shows that this browser's user reads that mailbox: enough to decide, and for nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select, update

from studio.approvals import people, trail
from studio.approvals.models import Assignment, Link, LinkCode, MailboxSession, Request
from studio.approvals.outcomes import LIVE, AssignmentState, CodeVerdict, LinkEnd, RequestState
from studio.approvals.people import Person
from studio.core import crypto, ids, rng
from studio.core.errors import Gone, TooManyRequests
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

LIFETIME = timedelta(days=30)
"""Of the link to a request without a deadline."""
CODE_LIFETIME = timedelta(minutes=10)
WRONG_CODES = 5
CODES = 5
"""Sent for one link; the reminder's link begins anew."""
SESSION_LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Found:
    """Where a link leads."""

    link: Link
    assignment: Assignment
    request: Request
    person: Person | None
    """Whom it was sent to; None once that seat is gone."""
    end: LinkEnd | None
    """Why it only explains itself; None while it works."""
    locked: bool
    """Too many wrong codes: only signing in helps."""

    @property
    def ended(self) -> bool:
        """It opens nothing any more."""
        return self.end is not None

    @property
    def ended_at(self) -> datetime | None:
        """When that happened, where it is known."""
        return None if self.end is None else self.request.closed_at or self.assignment.closed_at


def mint(uow: UnitOfWork, assignment: Assignment, request: Request) -> str:
    """A fresh token for an assignment; only its hash is stored."""
    token, token_hash = crypto.mint(uow.workspace)
    uow.session.add(
        Link(
            id=ids.new_id(),
            assignment_id=assignment.id,
            token_hash=token_hash,
            created_at=uow.now,
            expires_at=request.due_at or uow.now + LIFETIME,
            codes_sent=0,
            wrong_codes=0,
        )
    )
    return token


def find(uow: UnitOfWork, token: str) -> Found | None:
    """Where a link leads; None for a token that never was one here."""
    query = (
        select(Link, Assignment, Request)
        .join(Assignment, Assignment.id == Link.assignment_id)
        .join(Request, Request.id == Assignment.request_id)
        .where(Link.token_hash == crypto.hash_token(token))
    )
    found = uow.session.execute(query).one_or_none()
    if found is None:
        return None
    link, assignment, request = found
    person = people.by_id(uow, assignment.user_id)
    locked = link.wrong_codes >= WRONG_CODES
    return Found(link, assignment, request, person, _end(uow, link, assignment, request, person), locked)


def _end(
    uow: UnitOfWork, link: Link, assignment: Assignment, request: Request, person: Person | None
) -> LinkEnd | None:
    """The first reason that applies: what became of the request counts more than what became of the share."""
    overdue = request.due_at is not None and uow.now >= request.due_at
    of_request = {RequestState.CANCELLED: LinkEnd.TAKEN_BACK, RequestState.EXPIRED: LinkEnd.EXPIRED}
    reasons = (
        (person is None or not person.may_decide, LinkEnd.NO_SEAT),
        (not request.open, of_request.get(RequestState(request.state), LinkEnd.DECIDED)),
        (assignment.state == AssignmentState.REASSIGNED, LinkEnd.HANDED_ON),
        (assignment.state == AssignmentState.REVOKED and assignment.delegation_id is not None, LinkEnd.AWAY_OVER),
        (assignment.state == AssignmentState.ESCALATED_AWAY, LinkEnd.ESCALATED),
        (assignment.state == AssignmentState.DECIDED, LinkEnd.SPOKEN),
        (assignment.state not in LIVE, LinkEnd.SETTLED),
        (overdue, LinkEnd.EXPIRED),
        (link.dead_at is not None or uow.now >= link.expires_at, LinkEnd.OLD),
    )
    return next((end for applies, end in reasons if applies), None)


def new_code(uow: UnitOfWork, found: Found, browser: str) -> str:
    """Six digits for the mailbox of the assignee, good in this browser. An earlier code ends."""
    link = _locked(uow, found.link.id)
    if found.ended or found.person is None or not found.person.may_decide:
        raise Gone(_("This link has ended."), code="link_ended")
    if link.wrong_codes >= WRONG_CODES or link.codes_sent >= CODES:
        raise TooManyRequests(_("This link takes no more codes. Sign in instead."), code="link_locked")
    link.codes_sent += 1
    _use_up(uow, link.id)
    digits = rng.digits(6)
    uow.session.add(
        LinkCode(
            id=ids.new_id(),
            link_id=link.id,
            code_hash=_code_hash(link.id, browser, digits),
            created_at=uow.now,
            expires_at=uow.now + CODE_LIFETIME,
        )
    )
    fault_point("code.before_commit")
    uow.after_commit(lambda: fault_point("code.after_commit"))
    return digits


def try_code(uow: UnitOfWork, found: Found, browser: str, digits: str) -> CodeVerdict:
    """Look at a typed code. Never raises: a wrong one is counted, and the count must be committed."""
    link = _locked(uow, found.link.id)
    if link.wrong_codes >= WRONG_CODES:
        return CodeVerdict.LOCKED
    query = select(LinkCode).where(
        LinkCode.link_id == link.id, LinkCode.used_at.is_(None), LinkCode.expires_at > uow.now
    )
    code = uow.session.scalars(query.order_by(LinkCode.id.desc()).limit(1)).one_or_none()
    if code is None:
        return CodeVerdict.EXPIRED
    typed = "".join(c for c in digits if c in "0123456789")
    if crypto.same(_code_hash(link.id, browser, typed), code.code_hash):
        code.used_at = uow.now
        return CodeVerdict.RIGHT
    link.wrong_codes += 1
    if link.wrong_codes < WRONG_CODES:
        return CodeVerdict.WRONG
    _use_up(uow, link.id)
    trail.record(uow, "approval.link_locked", found.request)
    return CodeVerdict.LOCKED


def open_session(uow: UnitOfWork, found: Found) -> str:
    """Remember, for an hour, that this browser's user reads the assignee's mail."""
    token, token_hash = crypto.mint(uow.workspace)
    uow.session.add(
        MailboxSession(
            id=ids.new_id(),
            user_id=found.assignment.user_id,
            token_hash=token_hash,
            created_at=uow.now,
            expires_at=uow.now + SESSION_LIFETIME,
        )
    )
    trail.record(uow, "approval.mailbox_verified", found.request)
    fault_point("mailbox.before_commit")
    uow.after_commit(lambda: fault_point("mailbox.after_commit"))
    return token


def session_person(uow: UnitOfWork, token: str) -> tuple[UUID, Person] | None:
    """The session's id and its person as their seat stands now; None where either has ended."""
    query = select(MailboxSession).where(
        MailboxSession.token_hash == crypto.hash_token(token),
        MailboxSession.ended_at.is_(None),
        MailboxSession.expires_at > uow.now,
    )
    row = uow.session.scalars(query).one_or_none()
    person = people.by_id(uow, row.user_id) if row else None
    if row is None or person is None or not person.may_decide:
        return None
    return row.id, person


def end_session(uow: UnitOfWork, token: str) -> None:
    """Forget this browser."""
    uow.session.execute(
        update(MailboxSession).where(MailboxSession.token_hash == crypto.hash_token(token)).values(ended_at=uow.now)
    )


def _locked(uow: UnitOfWork, link_id: UUID) -> Link:
    """The link, with its counts held: guesses at the same time are counted one after the other."""
    query = select(Link).where(Link.id == link_id).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def _use_up(uow: UnitOfWork, link_id: UUID) -> None:
    uow.session.execute(
        update(LinkCode).where(LinkCode.link_id == link_id, LinkCode.used_at.is_(None)).values(used_at=uow.now)
    )


def _code_hash(link_id: UUID, browser: str, digits: str) -> str:
    return crypto.hash_token(f"{link_id}:{browser}:{digits}")
