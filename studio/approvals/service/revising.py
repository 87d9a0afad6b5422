"""A new version of a request: other words, another hash, and what was said before no longer counts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import askers, trail, wordings
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import LIVE, WAITING, AssignmentState, RequestState
from studio.approvals.people import Person
from studio.approvals.revisions import Revision
from studio.approvals.rule import Changes, Rule, Stale
from studio.approvals.service import attaching, delegating, holding, rows, staging, timers, versions
from studio.approvals.service.refusing import ended_words
from studio.approvals.wordings import BadEditError, Edits, Wording
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork

AGAIN = (*WAITING, AssignmentState.DECIDED, AssignmentState.WITHDRAWN)
"""Shares that are asked again: all but those that somebody else has now."""


def revise(
    uow: UnitOfWork, request_id: UUID, edits: Edits, *, shown: str | None = None, note: str = "", payload: Any = None
) -> Revision:
    """Word it anew, as whoever asked or manages approvals, or as a run. Returns the new version.

    `shown` is what the page carried that was edited; None: a run, which reads nothing. `payload` is what the decision
    is bound to beside the words; None: what it was bound to before. Whoever edits must not decide afterwards.
    """
    request = rows.locked(uow, request_id)
    shares = rows.assignments(uow, request)
    rule = rows.rule(request, shares)
    person = _editor(uow, request, shares, rule, edits)
    _still_open(uow, request, shown)
    before = versions.current(request)
    after = worded(before, edits)
    if after == before and payload is None and not note.strip():
        raise InvalidInput(_("Change something, or say in the note what has changed elsewhere."), code="unchanged")
    if request.revision == 1:
        uow.session.add(versions.first(request))
    bound = payload if payload is not None else {"follows": request.payload_hash}
    request.attachments = _attached(uow, request, after, edits)
    request.payload_hash = wordings.fingerprint(after, bound, request.options, request.items)
    request.title, request.facts = after.title, [list(fact) for fact in after.facts]
    request.instructions, request.amount, request.currency = after.instructions, after.amount, after.currency
    request.revision += 1
    row = versions.of(request, note.strip(), person, uow.now)
    uow.session.add(row)
    uow.session.flush()
    _void(uow, request, rule, shares, person)
    _ask_again(uow, request, rows.assignments(uow, request), row)
    trail.revised(uow, request, row)
    fault_point("revise.before_commit")
    uow.after_commit(lambda: fault_point("revise.after_commit"))
    return row


def _attached(uow: UnitOfWork, request: Request, after: Wording, edits: Edits) -> list[dict[str, Any]]:
    """What hangs on the new version: what stays of the old one, and files that were handed in, hung on it now."""
    new = {one.id for one in edits.add}
    files = attaching.handed_in(uow, [UUID(one.id) for one in edits.add])
    kept = [one for one in after.attachments if one.id not in new]
    return attaching.as_json((*kept, *attaching.as_worded(attaching.hang(uow, request, files))))


def worded(before: Wording, edits: Edits, named: Mapping[str, str] | None = None) -> Wording:
    """The new wording. Raises InvalidInput with the field; `named`: what the caller calls some of them."""
    try:
        return wordings.edited(before, edits)
    except BadEditError as error:
        field = (named or {}).get(error.field, error.field)
        raise InvalidInput(_why_not(error.code), code=error.code, field=field) from error


def may_word_instructions(request: Request, person: Person) -> bool:
    """Whether the text below the facts is theirs: of what they asked themselves, or as who manages approvals."""
    return person.may_manage or (request.asker == askers.PERSON and rows.asked_by(request, person))


def may_revise(request: Request, rule: Rule, person: Person) -> bool:
    """Whether a person may word it anew, were it open."""
    own = rows.asked_by(request, person)
    return rule.changes is Changes.WAIT and person.active and (own or person.may_manage)


def _editor(uow: UnitOfWork, request: Request, shares: Sequence[Assignment], rule: Rule, edits: Edits) -> Person | None:
    if uow.actor.user_id is None:
        return None
    person = rows.acting(uow)
    own = rows.asked_by(request, person)
    if not (own or person.sees_all or any(share.user_id == person.id for share in shares)):
        raise rows.missing(request.id)
    if not (own or person.may_manage):
        raise Forbidden(_("Only whoever asked for this, or an admin, can change what is asked."), code="not_requester")
    if rule.changes is not Changes.WAIT:
        said = _("This step takes no new versions: its run goes on with what it asked for at first.")
        raise Conflict(said, code="not_revisable", resource=f"approval:{request.id}")
    if edits.instructions is not None and not may_word_instructions(request, person):
        said = _("The instructions are set by whoever built the workflow, or an admin.")
        raise Forbidden(said, code="not_yours", field="instructions")
    return person


def _still_open(uow: UnitOfWork, request: Request, shown: str | None) -> None:
    decided = rows.decision(uow, request)
    nothing = _("Nothing was changed.")
    where = f"approval:{request.id}"
    if decided is not None:
        raise Conflict(f"{ended_words(decided)} {nothing}", code="already_decided", resource=where)
    if not request.open:
        raise Conflict(_("This was taken back. Nothing was changed."), code="withdrawn", resource=where)
    if request.state == RequestState.BETWEEN:
        said = _("All who were asked have agreed; whether others are asked is not settled yet.")
        raise Conflict(f"{said} {nothing}", code="between", resource=where)
    if request.state == RequestState.DEFERRED:
        said = _("It is approved, and takes effect later. Take it back, and ask for what you want instead.")
        raise Conflict(f"{said} {nothing}", code="deferred", resource=where)
    if request.state == RequestState.QUEUED:
        said = _("Another approval about the same thing is open. It can be worded anew once it is its turn.")
        raise Conflict(f"{said} {nothing}", code="queued", resource=where)
    if request.due_at is not None and uow.now >= request.due_at:
        raise Conflict(f"{_('The time to decide has run out.')} {nothing}", code="expired", resource=where)
    if shown is not None and shown != request.shown:
        said = _("What is asked has changed since you opened the page. Read it again.")
        raise Conflict(f"{said} {nothing}", code="content_changed", resource=where)


def _void(uow: UnitOfWork, request: Request, rule: Rule, shares: Sequence[Assignment], person: Person | None) -> None:
    """What no longer counts, and whose shares are open again for it."""
    votes = rows.votes(uow, request)
    holding.lift(uow, request, holding.asking(request, votes), holding.STALE)
    standing = [vote for vote in votes if vote.voided_at is None]
    if rule.stale is Stale.ALL:
        holding.void(uow, standing, holding.STALE)
        request.stage = 0
        _reopen(uow, request, rule, shares, {share.id for share in shares})
        timers.restart(uow, request)
    elif person is not None:  # whoever edits it must not have agreed to it
        own = [vote for vote in standing if vote.user_id == person.id]
        holding.void(uow, own, holding.STALE)
        _reopen(uow, request, rule, shares, _of(own))
    uow.session.flush()


def _of(votes: Sequence[Vote]) -> set[UUID]:
    return {vote.assignment_id for vote in votes}


def _reopen(uow: UnitOfWork, request: Request, rule: Rule, shares: Sequence[Assignment], wanted: set[UUID]) -> None:
    """Back to where they were when they were asked. One live share a person: the latest, where there are several.

    Whoever stood in for somebody is asked anew, where they still do. Whom an escalation added to a later stage is
    asked again if that stage escalates again.
    """
    owners = {share.handed_from if share.delegation_id else share.id for share in shares if share.id in wanted}
    chosen = [share for share in shares if share.id in owners and share.state in AGAIN and not share.delegation_id]
    chosen = [share for share in chosen if not rule.ended(share.stage, rows.place(share))]
    for share in chosen:
        if share.stage <= request.stage:
            continue
        if rows.place(share) not in rule.stages[share.stage].people:
            if share.state in WAITING:
                rows.close(uow, share, AssignmentState.WITHDRAWN)
        else:
            share.state, share.closed_at, share.snoozed_until = AssignmentState.QUEUED, None, None
    uow.session.flush()
    live = {share.user_id for share in shares if share.state in LIVE}
    opened = []
    for share in reversed(chosen):
        if share.stage == request.stage and share.state not in LIVE and share.user_id not in live:
            live.add(share.user_id)
            share.state, share.closed_at, share.snoozed_until = AssignmentState.OPEN, None, None
            share.stand(request)
            opened.append(share)
    uow.session.flush()
    delegating.extend(uow, request, reversed(opened))


def _ask_again(uow: UnitOfWork, request: Request, shares: Sequence[Assignment], row: Revision) -> None:
    staging.recount(uow, request)
    for share in shares:
        if share.stage == request.stage and share.state in LIVE:
            trail.mail_revised(uow, share.id, row.number)


def _why_not(code: str) -> str:
    words = {
        "bad_title": _("Say in one sentence, of up to 400 letters, what is to be decided."),
        "too_many_facts": _("There may be up to 20 facts."),
        "bad_label": _("A fact needs a label of up to 60 letters."),
        "too_long": _("This text is too long."),
        "unknown_attachment": _("An attachment that shall stay is not there."),
        "too_many_attachments": _("There may be up to %(most)s attachments.", most=wordings.MOST_ATTACHMENTS),
        "bad_amount": _("This is no amount of money. Write a number, such as 420.00."),
        "bad_currency": _("This is no currency. Write three letters, such as EUR."),
    }
    return str(words[code])
