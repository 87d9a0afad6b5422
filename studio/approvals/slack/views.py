"""What a request's message says at this moment, read from its rows."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import letters, people, saying
from studio.approvals.models import Escalation, Request, SlackMember
from studio.approvals.outcomes import LIVE, RequestState
from studio.approvals.rule import from_json
from studio.approvals.service import holding, rows, timers
from studio.approvals.slack.blocks import View
from studio.core.unit_of_work import UnitOfWork


def of(uow: UnitOfWork, request: Request, public_url: str) -> View:
    """The view of a request, open or ended."""
    ended, reason, at = _ended(uow, request)
    asked, names = _asked(uow, request)
    rule = from_json(request.rule)
    due = request.due_at is None or request.due_at > uow.now
    plan = timers.of(uow, request) if request.state == RequestState.PENDING and due else None
    coming = plan is not None and plan.next_at is not None
    decidable = request.state == RequestState.PENDING and due and not _further(request)
    return View(
        title=request.title,
        facts=[*((label, value) for label, value in request.facts), *_amount(request), *_attached(request)],
        instructions=request.instructions,
        url=f"{public_url}/approvals/{request.id}",
        value=f"{request.id}.{request.shown}" if decidable else "",
        due_at=request.due_at,
        asked=asked,
        names=names,
        rule="" if rule.plain else f"{saying.rule_words(rule)}.",
        agreed=rows.agreed(uow, request),
        origin=" · ".join(filter(None, (str(request.context.get(key) or "") for key in _ORIGIN))),
        note=_note(uow, request),
        take_on=str(request.id) if coming and plan is not None and plan.acknowledged_by is None else "",
        on_it=_on_it(uow, plan),
        ended=ended,
        ended_at=at,
        reason=reason,
    )


_ORIGIN = ("workflow_name", "run_title")


def _further(request: Request) -> bool:
    """Whether more is asked or shown than a message has room for: it is decided on its page then."""
    return bool(request.options or request.items or request.attachments)


def _attached(request: Request) -> list[tuple[str, str]]:
    names = ", ".join(one["name"] for one in request.attachments)
    return [(str(_("Attachments")), names)] if names else []


def _amount(request: Request) -> list[tuple[str, str]]:
    """All that is decided on is shown: the amount too, whether or not somebody wrote it down as a fact."""
    return [(str(_("Amount")), " ".join(filter(None, (request.amount, request.currency))))] if request.amount else []


def _asked(uow: UnitOfWork, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Members who are mentioned, and names of those whose accounts are not known."""
    shares = [share for share in rows.assignments(uow, request) if share.state in LIVE]
    waiting = dict.fromkeys(share.user_id for share in shares if share.stage == request.stage)
    query = select(SlackMember.user_id, SlackMember.member_id).where(
        SlackMember.user_id.in_(waiting), SlackMember.verified_at.is_not(None)
    )
    known = {row.user_id: row.member_id for row in uow.session.execute(query)}
    seated = people.by_ids(uow, waiting)
    unknown = [seated[one].name for one in waiting if one not in known and one in seated]
    return tuple(known[one] for one in waiting if one in known), tuple(unknown)


def _ended(uow: UnitOfWork, request: Request) -> tuple[str, str, datetime | None]:
    """How it ended, why and when; empty where it is open."""
    if request.open:
        return "", "", None
    decision = rows.decision(uow, request)
    if decision is not None:
        return letters.became(decision), decision.reason, decision.at
    return str(_("It was taken back.")), request.close_reason or "", request.closed_at


def _note(uow: UnitOfWork, request: Request) -> str:
    if holding.asking(request, rows.votes(uow, request)):
        return str(_("Changes were asked for, so a new version is awaited."))
    if request.state == RequestState.DEFERRED and request.effect_at is not None:
        return str(_("Approved. It takes effect on %(when)s, and can be taken back until then.", when=_when(request)))
    if request.state == RequestState.QUEUED:
        return str(_("Another approval about the same thing is open. Nobody is asked until that has ended."))
    return _escalated(uow, request)


def _escalated(uow: UnitOfWork, request: Request) -> str:
    """Who had not answered, where others were asked for that and still are."""
    asked = (share for share in rows.assignments(uow, request) if share.state in LIVE and share.stage == request.stage)
    before = [share.why.get("name", "") for share in asked if share.why.get("kind") == "escalated"]
    return str(_("Escalated: %(name)s had not answered.", name=before[-1])) if before and request.open else ""


def _on_it(uow: UnitOfWork, plan: Escalation | None) -> tuple[str, datetime] | None:
    if plan is None or plan.acknowledged_by is None or plan.next_at is None:
        return None
    person = people.by_id(uow, plan.acknowledged_by)
    return (person.name, plan.next_at) if person is not None else None


def _when(request: Request) -> str:
    return f"{request.effect_at:%Y-%m-%d %H:%M} UTC"
