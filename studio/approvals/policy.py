"""Who is asked, who may decide, when a snoozed item wakes. Facts in, verdict out."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from studio.approvals.outcomes import REASONED, UNSAID, Outcome, RequestState

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
"""Where what has no deadline is sorted: behind all that has one."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom the rule names, directly or through a group."""

    user_id: UUID
    email: str
    may_decide: bool
    """Has a working seat whose role may decide."""
    why: Mapping[str, str]
    role: str = ""
    group: UUID | None = None
    """The group through which they come; None: through none."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Whose wish, or whose work, it is. Both None: a machine's."""

    email: str | None = None
    user_id: UUID | None = None

    def is_(self, email: str, user_id: UUID) -> bool:
        """Whether this is that person, by seat or by mailbox."""
        same_mailbox = self.email is not None and mailbox(self.email) == mailbox(email)
        return same_mailbox or (self.user_id is not None and self.user_id == user_id)


@lru_cache(maxsize=4_096)
def mailbox(email: str) -> str:
    """The mailbox behind an address: anna+shop@x.de lands where anna@x.de does."""
    local, _, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def choose(
    candidates: Iterable[Candidate], barred: Collection[Requester], without: Collection[str] = ()
) -> list[Candidate]:
    """Who is asked: distinct people with a seat, nobody who is barred or of an excluded role. First reason stays."""
    chosen: dict[UUID, Candidate] = {}
    for one in candidates:
        if one.may_decide and one.role not in without and not is_barred(barred, one.email, one.user_id):
            chosen.setdefault(one.user_id, one)
    return list(chosen.values())


def is_barred(barred: Iterable[Requester], email: str, user_id: UUID) -> bool:
    """Whether this is one of those people, by seat or by mailbox."""
    return any(one.is_(email, user_id) for one in barred)


def shown(payload_hash: str, revision: int, stage: int) -> str:
    """What a page posts back: the payload's hash at first, later one that no earlier page carries."""
    if (revision, stage) == (1, 0):
        return payload_hash
    return hashlib.sha256(f"{payload_hash}:{revision}:{stage}".encode()).hexdigest()


class Verdict(StrEnum):
    """What is to be done with an attempt to decide."""

    PROCEED = "proceed"
    REPEATED = "repeated"
    """The same person, the same outcome again: the same answer."""
    NO_SEAT = "no_seat"
    NOT_ASKED = "not_asked"
    HANDED_ON = "handed_on"
    ESCALATED = "escalated"
    """Nobody answered in time, so others were asked instead."""
    QUEUED = "queued"
    """The stages before have not agreed yet."""
    SETTLED = "settled"
    """The stage of this person's share went on without it."""
    VOTED = "voted"
    """The same person said something else; others are still asked."""
    DECIDED = "decided"
    """It has ended: somebody else, or the same person otherwise, was first."""
    CLOSED = "closed"
    """Taken back by whoever asked."""
    HELD = "held"
    """Somebody asked for changes, and a new version is awaited."""
    PAST_DUE = "past_due"
    REQUESTER = "requester"
    EDITOR = "editor"
    """Last edited what is to be approved."""
    NOT_AWAY = "not_away"
    """Stood in for somebody who is back, or for whom somebody else stands in now."""
    FOR_BARRED = "for_barred"
    """Holds the place of somebody who is barred."""
    ROLE = "role"
    """Has a role that the rule excludes."""
    CHANGED = "changed"
    """What was shown is not what stands there now."""
    THREADS = "threads"
    """A thread is open that has to be resolved before anybody approves."""
    UNREASONED = "unreasoned"
    NOT_A_CHOICE = "not_a_choice"
    """An outcome that people cannot give."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """All that counts at the moment of decision."""

    outcome: Outcome
    state: RequestState
    has_seat: bool
    is_requester: bool
    was_asked: bool
    """Holds or held an assignment."""
    is_open: bool
    """Holds one that is open or snoozed, of the running stage."""
    shown_hash: str
    payload_hash: str
    """What the page of this moment would post back."""
    reason: str
    now: datetime
    due_at: datetime | None
    is_editor: bool = False
    for_barred: bool = False
    stands_in: bool = True
    """Whether the absence still runs by which they hold it, where they do by one."""
    is_excluded: bool = False
    is_queued: bool = False
    """Holds one of a later stage."""
    is_held: bool = False
    """Somebody else asked for changes, and a new version is awaited."""
    was_escalated: bool = False
    """Held one that ended since others were asked instead."""
    was_settled: bool = False
    """Held one that was settled without them."""
    decided: Outcome | None = None
    """How it ended."""
    voted: Outcome | None = None
    """What this person said last."""
    voted_on: str = ""
    """What the page posted back on which they said it."""
    voted_now: Outcome | None = None
    """What they said in the running stage."""
    same: bool = True
    """What was filled in, and which of the request's own answers it is, are the same as in what they said last."""
    threads_open: bool = False
    """Threads stand in the way of this."""
    offered: bool = True
    """The request offers this answer."""


def judge(attempt: Attempt) -> Verdict:
    """What is to be done with an attempt. The first rule that applies wins."""
    said_it = attempt.voted is attempt.outcome and attempt.same
    repeated = said_it and (not attempt.is_open or attempt.shown_hash == attempt.voted_on)
    otherwise = attempt.voted_now is not None and not (attempt.voted_now is attempt.outcome and attempt.same)
    overdue = attempt.due_at is not None and attempt.now >= attempt.due_at
    unreasoned = attempt.outcome in REASONED and not attempt.reason.strip()
    rules = (
        (not attempt.has_seat, Verdict.NO_SEAT),
        (attempt.is_requester, Verdict.REQUESTER),
        (attempt.is_editor, Verdict.EDITOR),
        (not attempt.was_asked, Verdict.NOT_ASKED),
        (attempt.for_barred, Verdict.FOR_BARRED),
        (attempt.is_excluded, Verdict.ROLE),
        (repeated, Verdict.REPEATED),
        (attempt.decided is not None, Verdict.DECIDED),
        (attempt.state is not RequestState.PENDING, Verdict.CLOSED),
        (otherwise or (attempt.voted is not None and not attempt.is_open), Verdict.VOTED),
        (not attempt.is_open and attempt.is_queued, Verdict.QUEUED),
        (not attempt.is_open and attempt.was_escalated, Verdict.ESCALATED),
        (not attempt.is_open and attempt.was_settled, Verdict.SETTLED),
        (not attempt.stands_in, Verdict.NOT_AWAY),
        (not attempt.is_open, Verdict.HANDED_ON),
        (attempt.is_held, Verdict.HELD),
        (overdue, Verdict.PAST_DUE),
        (attempt.shown_hash != attempt.payload_hash, Verdict.CHANGED),
        (not attempt.offered or attempt.outcome in UNSAID, Verdict.NOT_A_CHOICE),
        (attempt.threads_open, Verdict.THREADS),
        (unreasoned, Verdict.UNREASONED),
    )
    return next((verdict for applies, verdict in rules if applies), Verdict.PROCEED)


def sort_at(due_at: datetime | None) -> datetime:
    """Where a request with this deadline stands in a list of what waits: the less time is left, the further up."""
    return NEVER if due_at is None else due_at


def wakes_at(until: datetime, now: datetime, deadlines: Sequence[datetime | None]) -> datetime:
    """When a snoozed item comes back: as asked, or at the next deadline, whichever is first."""
    ahead = [moment for moment in deadlines if moment is not None and moment > now]
    return min([until, *ahead])


class Snooze(StrEnum):
    """The choices that people get."""

    HOUR = "hour"
    LATER = "later"
    TOMORROW = "tomorrow"
    WEEK = "week"


def snooze_until(choice: Snooze, now: datetime) -> datetime:
    """The moment of a choice. `now` carries the person's zone: tomorrow is that zone's.

    Hours are counted in UTC, since a wall clock repeats or skips one twice a year.
    """
    match choice:
        case Snooze.HOUR:
            return now.astimezone(UTC) + timedelta(hours=1)
        case Snooze.LATER:
            return now.astimezone(UTC) + timedelta(hours=4)
        case Snooze.TOMORROW:
            return _morning(now, 1)
        case Snooze.WEEK:
            return _morning(now, 7 - now.weekday())


def _morning(now: datetime, days: int) -> datetime:
    """08:00 by the wall clock: adding days to an aware datetime keeps it across a change of DST."""
    return (now + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0, fold=0)
