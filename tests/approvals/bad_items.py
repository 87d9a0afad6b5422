"""Approvals that somebody may no longer decide, or never could: each face refuses them alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from studio.accounts.outcomes import Role
from studio.approvals import service
from studio.approvals.models import Request
from studio.approvals.outcomes import Outcome
from studio.approvals.service import threading
from studio.approvals.wordings import Edits
from studio.contract.approving import ApprovalPart, ApprovalRule, ApprovalStage
from studio.core import clock
from studio.core.unit_of_work import Database
from tests.factories.accounts import MadePerson, MadeTenant, make_person, make_tenant
from tests.factories.approvals import decide, make_request, share_of, shown
from tests.factories.escalations import escalate, level, make_escalating


@dataclass(frozen=True)
class Bad:
    """A request, and what the page carried that its reader has open."""

    id: UUID
    shown: str


REFUSED: Mapping[str, tuple[int, str, str]] = {
    "closed": (409, "already_decided", "declined this on"),
    "taken back": (409, "withdrawn", "This was taken back: Not needed."),
    "stale": (409, "content_changed", "What is asked has changed since you opened the page."),
    "expired": (409, "expired", "The time to decide has run out."),
    "ended by the clock": (409, "already_decided", "The time to decide ran out on"),
    "handed on": (409, "reassigned", "This was handed to somebody else."),
    "escalated away": (409, "escalated_away", "others were asked instead of you"),
    "held": (409, "changes_requested", "Changes were asked for, so a new version is awaited."),
    "its turn is not": (409, "not_yet", "Another approval about the same thing is open."),
    "a later stage": (409, "not_yet", "Others decide first."),
    "a thread is open": (409, "threads_open", "has to be resolved before this is approved."),
    "asked by themselves": (403, "self_approval", "You asked for this yourself"),
    "of others": (404, "not_found", ""),
    "of another workspace": (404, "not_found", ""),
}
"""By what is bad about it: status, code and words of the refusal."""


def bad_items(database: Database, tenant: MadeTenant, reader: MadePerson, other: MadePerson) -> dict[str, Bad]:
    """One of each, as `reader` has it open."""

    def asked(**changed) -> UUID:
        return make_request(database, tenant, changed.pop("of", [reader, other]), **changed)

    made = {name: asked() for name in ("closed", "taken back", "handed on")}
    made["of others"] = asked(of=[other])
    foreign = make_tenant(database, "Elsewhere")
    stranger = make_person(database, foreign.id, Role.APPROVER, "Stranger")
    made["of another workspace"] = make_request(database, foreign, [stranger])
    waits = ApprovalRule([_stage(reader, other)], changes="wait")
    made["stale"] = asked(of=[], rule=waits)
    made["held"] = asked(of=[], rule=waits)
    made["a later stage"] = asked(of=[], rule=ApprovalRule([_stage(other), _stage(reader)]))
    made["asked by themselves"] = asked(requester=reader.email)
    made["a thread is open"] = asked(threads_first=True)
    made["expired"], made["ended by the clock"] = (
        asked(due_at=clock.local_now() + timedelta(hours=1)) for _which in range(2)
    )
    asked(of=[other], lock="Price of TR-7")
    made["its turn is not"] = asked(lock="Price of TR-7")
    made["escalated away"] = make_escalating(database, tenant, [reader], level(other, replaces=True))
    found = {
        name: Bad(one, shown(database, foreign if name == "of another workspace" else tenant, one))
        for name, one in made.items()
    }
    _go_bad(database, tenant, reader, other, made)
    return found


def _stage(*people: MadePerson) -> ApprovalStage:
    return ApprovalStage([ApprovalPart([f"user:{one.email}" for one in people])])


def _go_bad(
    database: Database, tenant: MadeTenant, reader: MadePerson, other: MadePerson, made: dict[str, UUID]
) -> None:
    decide(database, tenant, other, made["closed"], Outcome.DECLINED)
    decide(database, tenant, other, made["held"], Outcome.CHANGES_REQUESTED)
    with database.unit(tenant.id) as uow:
        service.withdraw(uow, made["taken back"], "Not needed.")
        overdue = made["expired"], made["ended by the clock"]
        past = update(Request).where(Request.id.in_(overdue)).values(due_at=uow.now - timedelta(seconds=1))
        uow.session.execute(past)
    with database.unit(tenant.id) as uow:
        service.expire(uow, made["ended by the clock"])
    with database.unit(tenant.id, reader.actor) as uow:
        share = share_of(database, tenant, made["handed on"], reader)
        service.reassign(uow, share.id, tenant["builder"].user_id)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        seen = uow.session.get_one(Request, made["stale"]).shown
        service.revise(uow, made["stale"], Edits(facts=[("Order", "6022")]), shown=seen)
        threading.open_thread(uow, made["a thread is open"], "Which parcel?")
    escalate(database, tenant, made["escalated away"])
