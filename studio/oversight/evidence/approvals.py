"""Approvals as records of a pack: what was shown, to whom, what they said, and what was proven for it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.approvals import policy
from studio.approvals.models import Assignment, Attachment, Comment, Decision, Request, Thread, Vote
from studio.approvals.revisions import Revision
from studio.approvals.service import versions
from studio.audit.envelope import stamp
from studio.core.redact import Redactor
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardHold, GuardPass, StepUp
from studio.guard.outcomes import SUDO
from studio.oversight.evidence.people import Erasures, Names

PROOF_BEFORE = timedelta(minutes=10)
"""A proof that was given for a vote was given so shortly before it."""


@dataclass(slots=True)
class Rows:
    """What belongs to a batch of requests, by request."""

    requests: Sequence[Request]
    revisions: dict[UUID, list[Revision]]
    shares: dict[UUID, list[Assignment]]
    votes: dict[UUID, list[Vote]]
    decisions: dict[UUID, Decision]
    comments: dict[UUID, list[Comment]]
    threads: dict[UUID, list[Thread]]
    attachments: dict[UUID, list[Attachment]]
    passes: dict[UUID, list[GuardPass]]
    holds: dict[UUID, list[GuardHold]]
    proofs: Sequence[StepUp]


def records(uow: UnitOfWork, requests: Sequence[Request], erased: Erasures) -> list[dict[str, Any]]:
    """A batch as records, in its order: a fixed number of statements, however many there are."""
    rows = _read(uow, requests)
    names = Names(uow, _people(rows), erased)
    return [_record(request, rows, names, erased) for request in requests]


def _read(uow: UnitOfWork, requests: Sequence[Request]) -> Rows:
    ids = [one.id for one in requests]

    def by_request(model: Any) -> dict[UUID, list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        for row in uow.session.scalars(select(model).where(model.request_id.in_(ids)).order_by(model.id)):
            found[row.request_id].append(row)
        return found

    decisions = {
        one.request_id: one for one in uow.session.scalars(select(Decision).where(Decision.request_id.in_(ids)))
    }
    votes: dict[UUID, list[Vote]] = defaultdict(list)
    for counts in (Vote.voided_at.is_(None), Vote.voided_at.is_not(None)):  # each has an index of its own
        for row in uow.session.scalars(select(Vote).where(Vote.request_id.in_(ids), counts)):
            votes[row.request_id].append(row)
    for said in votes.values():
        said.sort(key=lambda vote: (vote.at, vote.id))
    return Rows(
        requests, by_request(Revision), by_request(Assignment), votes, decisions, by_request(Comment),
        by_request(Thread), by_request(Attachment), by_request(GuardPass), by_request(GuardHold),
        _proofs(uow, votes, decisions),
    )  # fmt: skip


def _proofs(uow: UnitOfWork, votes: dict[UUID, list[Vote]], decisions: dict[UUID, Decision]) -> Sequence[StepUp]:
    """What those who decided proved about themselves at that time, as long as such rows are kept."""
    said = [(vote.user_id, vote.at) for some in votes.values() for vote in some]
    said += [(one.by_user_id, one.at) for one in decisions.values() if one.by_user_id is not None]
    if not said:
        return ()
    users, moments = {user_id for user_id, _at in said}, [at for _user, at in said]
    query = select(StepUp).where(
        StepUp.user_id.in_(users),
        StepUp.action != SUDO,
        StepUp.confirmed_at >= min(moments) - PROOF_BEFORE,
        StepUp.confirmed_at <= max(moments),
    )
    return uow.session.scalars(query.order_by(StepUp.confirmed_at, StepUp.id)).all()


def _people(rows: Rows) -> Iterable[UUID | None]:
    for request in rows.requests:
        yield request.requester_id
        yield request.editor_id
        yield from (one.by_user_id for one in rows.revisions[request.id])
        yield from (one.user_id for one in rows.shares[request.id])
        yield from (one.user_id for one in rows.votes[request.id])
        yield from (one.user_id for one in rows.comments[request.id])
        yield from (one.by_user_id for one in rows.attachments[request.id])
        yield from (one.user_id for one in rows.passes[request.id])
        yield from (one.asked_by for one in rows.holds[request.id])
        decision = rows.decisions.get(request.id)
        yield decision.by_user_id if decision else None


def _record(request: Request, rows: Rows, names: Names, erased: Erasures) -> dict[str, Any]:
    decision, votes = rows.decisions.get(request.id), rows.votes[request.id]

    def about(value: Any) -> Any:
        return erased.said("approval", request.id, value)

    return {
        "id": str(request.id),
        "state": request.state,
        "title": about(request.title),
        "amount": request.amount,
        "currency": request.currency,
        "asked_at": stamp(request.created_at),
        "closed_at": _at(request.closed_at),
        "close_reason": about(request.close_reason),
        "due_at": _at(request.due_at or request.paused_due_at),
        "requester": names.person(request.requester_id, email=request.requester_email),
        "asker": request.asker,
        "workflow_id": _id(request.workflow_id),
        "run_id": _id(request.run_id),
        "rule": request.rule,
        "policy": {"id": str(request.policy_id), "version": request.policy_version} if request.policy_id else None,
        "options": request.options,
        "items": about(request.items),
        "shown": [_shown(one, names, about) for one in rows.revisions[request.id] or [versions.first(request)]],
        "asked": [_share(one, names) for one in rows.shares[request.id]],
        "votes": [_vote(one, names, about) for one in votes],
        "decision": _decision(decision, names, about) if decision else None,
        "comments": [_comment(one, names) for one in rows.comments[request.id]],
        "threads": [_thread(one, names) for one in rows.threads[request.id]],
        "attachments": [_attachment(one, names, about) for one in rows.attachments[request.id]],
        "gates": [gate(one, names, erased) for one in rows.passes[request.id]],
        "held": [_hold(one, names, about) for one in rows.holds[request.id]],
        "step_ups": [_proof(one, names) for one in _own_proofs(rows.proofs, votes, decision)],
    }


def _shown(one: Revision, names: Names, about: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "revision": one.number,
        "title": about(one.title),
        "facts": about(one.facts),
        "instructions": about(one.instructions),
        "amount": one.amount,
        "currency": one.currency,
        "payload_hash": one.payload_hash,
        "note": about(names.text(one.by_user_id, one.note)),
        "by": names.person(one.by_user_id, one.by_name),
        "at": stamp(one.at),
    }


def _share(one: Assignment, names: Names) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "person": names.person(one.user_id),
        "why": names.text(one.user_id, one.why.get("kind")),
        "group": one.why.get("name") if one.why.get("kind") == "group" else None,
        "stage": one.stage,
        "state": one.state,
        "handed_from": _id(one.handed_from),
        "delegation_id": _id(one.delegation_id),
        "at": stamp(one.created_at),
        "closed_at": _at(one.closed_at),
    }


def _vote(one: Vote, names: Names, about: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "person": names.person(one.user_id),
        "place_id": str(one.place_id),
        "outcome": one.outcome,
        "option": one.option_label or one.option,
        "answer": about(one.answer),
        "items": one.items,
        "reason": about(names.text(one.user_id, one.reason)),
        "channel": one.channel,
        "revision": one.revision,
        "stage": one.stage,
        "payload_hash": one.payload_hash,
        "shown_hash": policy.shown(one.payload_hash, one.revision, one.stage),
        "at": stamp(one.at),
        "voided_at": _at(one.voided_at),
        "void_reason": one.void_reason,
    }


def _decision(one: Decision, names: Names, about: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "outcome": one.outcome,
        "option": one.option_label or one.option,
        "answer": about(one.answer),
        "items": one.items,
        "by": names.person(one.by_user_id, one.by_name, one.by_email),
        "reason": about(names.text(one.by_user_id, one.reason)),
        "channel": one.channel,
        "payload_hash": one.payload_hash,
        "at": stamp(one.at),
    }


def _comment(one: Comment, names: Names) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "by": names.person(one.user_id, one.author),
        "text": names.text(one.user_id, one.text),
        "thread_id": _id(one.thread_id),
        "at": stamp(one.at),
    }


def _thread(one: Thread, names: Names) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "opened_by": names.person(one.opened_by, one.opened_by_name),
        "opened_at": stamp(one.opened_at),
        "resolved_at": _at(one.resolved_at),
    }


def _attachment(one: Attachment, names: Names, about: Callable[[Any], Any]) -> dict[str, Any]:
    """By its hash: the file itself is not in the pack."""
    return {
        "id": str(one.id),
        "name": about(names.text(one.by_user_id, one.name)),
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "vote_id": _id(one.vote_id),
        "comment_id": _id(one.comment_id),
        "by": names.person(one.by_user_id, one.by_name),
        "at": stamp(one.at),
    }


def gate(one: GuardPass, names: Names, erased: Erasures) -> dict[str, Any]:
    """What a run obtained at a gate, and for which content."""
    return {
        "id": str(one.id),
        "run_id": str(one.run_id),
        "node": one.node,
        "path": one.path,
        "target": one.target,
        "what": erased.said("run", one.run_id, one.what),
        "facts": erased.said("run", one.run_id, Redactor().json(one.facts)),
        "payload_hash": one.payload_hash,
        "state": one.state,
        "person": names.person(one.user_id),
        "method": one.method,
        "strength": one.strength,
        "proven_at": _at(one.proven_at),
        "at": stamp(one.created_at),
        "ended_at": _at(one.ended_at),
    }


def _hold(one: GuardHold, names: Names, about: Callable[[Any], Any]) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "target": one.target,
        "what": about(one.what),
        "payload": about(Redactor().json(one.payload)),
        "payload_hash": one.payload_hash,
        "asked_by": names.person(one.asked_by, one.asked_by_name),
        "state": one.state,
        "reason": about(one.reason),
        "at": stamp(one.created_at),
        "ended_at": _at(one.ended_at),
    }


def _own_proofs(proofs: Sequence[StepUp], votes: Sequence[Vote], decision: Decision | None) -> list[StepUp]:
    said = [(vote.user_id, vote.at) for vote in votes]
    if decision is not None and decision.by_user_id is not None:
        said.append((decision.by_user_id, decision.at))
    return [
        one
        for one in proofs
        if any(
            one.user_id == who and one.confirmed_at and at - PROOF_BEFORE <= one.confirmed_at <= at for who, at in said
        )
    ]


def _proof(one: StepUp, names: Names) -> dict[str, Any]:
    return {
        "person": names.person(one.user_id),
        "action": one.action,
        "payload_hash": one.payload_hash,
        "method": one.method,
        "strength": one.strength,
        "at": _at(one.confirmed_at),
    }


def _id(one: UUID | None) -> str | None:
    return str(one) if one is not None else None


def _at(moment: datetime | None) -> str | None:
    return stamp(moment) if moment is not None else None
