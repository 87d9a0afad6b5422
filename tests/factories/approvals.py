"""Requests for approval, asked as a step of a run asks them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from studio.approvals import askers, service
from studio.approvals.askers import Ended
from studio.approvals.models import Assignment, Request, Vote
from studio.approvals.outcomes import Outcome
from studio.approvals.service import delegating, groups
from studio.contract.approving import ApprovalAsk
from studio.core import ids
from studio.core.unit_of_work import Database, UnitOfWork
from tests.factories.accounts import MadePerson, MadeTenant

ASKER = "test"
TITLE = "Refund €420.00 to Anna Keller"
FACTS = [("Order", "6021, paid 14 November"), ("Reason", "Arrived damaged")]


@dataclass
class Heard:
    """Stands for whoever asks: keeps what it is told."""

    ends: list[Ended] = field(default_factory=list)

    def __call__(self, uow: UnitOfWork, ends: Sequence[Ended]) -> None:
        self.ends += ends


def listen() -> Heard:
    """Register the asker of these requests afresh."""
    heard = Heard()
    askers.register(ASKER, heard)
    return heard


def make_ask(approvers: Iterable[MadePerson | str], **changed) -> ApprovalAsk:
    refs = [one if isinstance(one, str) else f"user:{one.email}" for one in approvers]
    plain = {
        "asker": ASKER,
        "ref": {"run_id": str(ids.new_id()), "wait_id": str(ids.new_id())},
        "title": TITLE,
        "facts": FACTS,
        "context": {
            "workflow_id": str(ids.new_id()),
            "workflow_name": "High-value refunds",
            "run_title": "order 6021",
        },
    }
    return ApprovalAsk(approvers=refs, **plain | changed)


def make_request(database: Database, tenant: MadeTenant, approvers: Iterable[MadePerson | str], **changed) -> UUID:
    with database.unit(tenant.id) as uow:
        return service.request(uow, make_ask(approvers, **changed))


def make_group(database: Database, tenant: MadeTenant, name: str, members: Iterable[MadePerson]) -> UUID:
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return groups.create(uow, name, [one.user_id for one in members]).id


def make_delegation(
    database: Database,
    tenant: MadeTenant,
    owner: MadePerson,
    to: MadePerson,
    *,
    starts_in: timedelta = timedelta(),
    lasting: timedelta = timedelta(hours=8),
    open_items: bool = True,
) -> UUID:
    with database.unit(tenant.id, owner.actor) as uow:
        begin = uow.now + starts_in
        return delegating.create(uow, owner.user_id, to.user_id, begin, begin + lasting, open_items=open_items).id


def shown(database: Database, tenant: MadeTenant, request_id: UUID) -> str:
    """What a page of this moment would post back."""
    with database.unit(tenant.id) as uow:
        return uow.session.get(Request, request_id).shown


def decide(
    database: Database, tenant: MadeTenant, person: MadePerson, request_id: UUID, outcome=Outcome.APPROVED, **more
) -> Vote:
    """Press a button on the page as it stands now."""
    seen = more.pop("shown", None) or shown(database, tenant, request_id)
    with database.unit(tenant.id, person.actor) as uow:
        return service.decide(uow, request_id, outcome, shown=seen, reason=more.pop("reason", "Because"), **more)


def share_of(database: Database, tenant: MadeTenant, request_id: UUID, person: MadePerson) -> Assignment:
    """Somebody's latest share."""
    with database.unit(tenant.id) as uow:
        query = Assignment.__table__.select().where(
            Assignment.request_id == request_id, Assignment.user_id == person.user_id
        )
        rows = uow.session.execute(query).all()
    return max(rows, key=lambda row: row.id)
