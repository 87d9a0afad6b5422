"""Many at once: decide, put off, take back up; each for itself, so one refusal stops no other."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from studio.approvals.held import Held, hold
from studio.approvals.models import Assignment
from studio.approvals.outcomes import LIVE, REASONED, Channel, Outcome, RequestState
from studio.approvals.service import deciding, inbox, rows
from studio.approvals.together import together
from studio.core.errors import InvalidInput, NotFound, StudioError
from studio.core.unit_of_work import UnitOfWork

MOST = 100
"""Requests at once: all of it is one transaction, whose locks others wait for."""

Act = Callable[[UUID, Held], str]
"""What is done with one request that is held; returns what is still to come, in words."""


@dataclass(frozen=True, slots=True)
class Pick:
    """One request that was chosen, with what its row showed."""

    request_id: UUID
    shown: str = ""
    """Payload hash of the row; empty: the row did not show all that is decided on."""


class Fate(StrEnum):
    """What became of one of them."""

    DONE = "done"
    SETTLED = "settled"
    """It had ended already: the sentence says by whom."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one request, and why."""

    request_id: UUID
    fate: Fate
    title: str = ""
    """Empty where there is no such request for this person."""
    code: str = ""
    """Of a refusal, as one decision alone would be refused."""
    message: str = ""
    """The same in words; where it is done, what is still to come."""


def decide(
    uow: UnitOfWork, picks: Sequence[Pick], outcome: Outcome, *, reason: str = "", channel: Channel = Channel.PAGE
) -> list[Result]:
    """Decide each alike, as the actor; results come in the order of the picks.

    Sent again, those that this person decided so before count as done. Raises InvalidInput, and decides nothing, where
    there are none or too many, or where a reason is needed and none was given.
    """
    if outcome in REASONED and not reason.strip():
        raise InvalidInput(
            _("Say why in the comment: whoever asked has to act on it."), code="reason_missing", field="comment"
        )
    shown = {pick.request_id: pick.shown for pick in picks}

    def one(request_id: UUID, held: Held) -> str:
        try:
            deciding.decide(uow, request_id, outcome, shown=shown[request_id], reason=reason, channel=channel)
        except StudioError as error:
            raise (_not_shown() if error.code == "content_changed" and not shown[request_id] else error) from None
        return _("It counts. Others have still to decide.") if held.request.state == RequestState.PENDING else ""

    return _each(uow, picks, one)


def snooze(uow: UnitOfWork, picks: Sequence[Pick], until: datetime) -> list[Result]:
    """Put one's own shares off; each wakes at its own next deadline if that is earlier."""
    inbox.ahead(uow, until)

    def one(request_id: UUID, held: Held) -> str:
        inbox.snooze(uow, _own(uow, request_id, held), until)
        return ""

    return _each(uow, picks, one)


def restore(uow: UnitOfWork, picks: Sequence[Pick]) -> list[Result]:
    """Take one's own shares back up."""

    def one(request_id: UUID, held: Held) -> str:
        inbox.restore(uow, _own(uow, request_id, held))
        return ""

    return _each(uow, picks, one)


def _each(uow: UnitOfWork, picks: Sequence[Pick], do: Act) -> list[Result]:
    wanted = list(dict.fromkeys(pick.request_id for pick in picks))
    if not wanted:
        raise InvalidInput(_("Select at least one."), code="nothing_selected", field="items")
    if len(wanted) > MOST:
        raise InvalidInput(_("Select at most %(most)s at once.", most=MOST), code="too_many", field="items")
    try:
        with hold(uow, wanted) as held, uow.part(), together(uow):
            return [_one(uow, request_id, held.get(request_id), do, nullcontext) for request_id in wanted]
    except (_HalfDone, StudioError, IntegrityError):  # seldom: whoever asked would not hear of it. Then each alone
        with hold(uow, wanted) as held:
            return [_one(uow, request_id, held.get(request_id), do, uow.part) for request_id in wanted]


class _HalfDone(Exception):
    """One was refused after something of it had been written."""


def _one(
    uow: UnitOfWork, request_id: UUID, held: Held | None, do: Act, part: Callable[[], AbstractContextManager[None]]
) -> Result:
    if held is None:
        return _refused(request_id, "", rows.missing(request_id))
    before = _written(uow, held)
    try:
        with part():
            still = do(request_id, held)
    except StudioError as error:
        if part is nullcontext and _written(uow, held) != before:
            raise _HalfDone from error
        return _refused(request_id, "" if error.code == NotFound.code else held.request.title, error)
    return Result(request_id, Fate.DONE, held.request.title, message=still)


def _refused(request_id: UUID, title: str, error: StudioError) -> Result:
    settled = error.code in ("already_decided", "withdrawn", "expired", "closed")
    return Result(request_id, Fate.SETTLED if settled else Fate.REFUSED, title, error.code, error.message)


def _written(uow: UnitOfWork, held: Held) -> tuple[object, ...]:
    """What every verb changes first: its rows, or what it notes for the trail."""
    states = [(share.state, share.snoozed_until) for share in held.shares]
    noted = sum(len(found) for found in uow.collected.values())
    return held.request.state, states, noted, len(uow.session.new)


def _own(uow: UnitOfWork, request_id: UUID, held: Held) -> UUID:
    """The actor's own share: the open one, else the latest, which says why it is not open."""
    mine = [share for share in held.shares if share.user_id == uow.actor.user_id]
    if not mine:
        raise rows.missing(request_id)
    return max(mine, key=_open_and_late).id


def _open_and_late(share: Assignment) -> tuple[bool, UUID]:
    return share.state in LIVE, share.id


def _not_shown() -> InvalidInput:
    words = _("Its row does not show all that you decide on. Review it on its own page. Nothing was decided.")
    return InvalidInput(words, code="not_shown")
