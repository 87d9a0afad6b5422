"""Asking for a decision without a workflow: the same request that a step makes, asked by a person for themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from pydantic import ValidationError
from sqlalchemy import select

from studio.approvals import askers, deadlines
from studio.approvals.deadlines import Deadline
from studio.approvals.models import Request
from studio.approvals.nodes import deciders
from studio.approvals.nodes.fields import escalating
from studio.approvals.nodes.fields.governing import PolicyRule, restored
from studio.approvals.people import Person
from studio.approvals.policies import service as policies
from studio.approvals.service import asking, attaching, rows
from studio.approvals.service.revising import worded
from studio.approvals.wordings import Edits, Wording
from studio.contract.approving import ApprovalAsk, ApprovalPolicy, ApprovalRule
from studio.contract.wording import field_problems
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork

MOST_OPEN = 200
"""Requests that one person may have open at once without a workflow."""
AGAIN = timedelta(minutes=1)
"""The very same, asked again within this time, is the same request: a button that was pressed twice."""
DAY = timedelta(days=1)
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PersonAsk:
    """What somebody asks, of whom, until when."""

    title: str
    facts: Sequence[tuple[str, str]] = ()
    text: str = ""
    amount: str = ""
    """Decimal text; empty: no money goes through it."""
    currency: str = ""
    approvers: Sequence[str] = ()
    """`user:<email or id>`, `group:<name>` or `schedule:<name>`; empty where a policy says who decides."""
    need: str = deciders.HowMany.ANY.value
    number: int | None = None
    policy: str = ""
    """Name of the policy that says who decides; empty: `approvers` do."""
    due_at: datetime | None = None
    """None: as the policy says, or never."""
    attachments: Sequence[UUID] = ()
    """Files that the same person has handed in."""


def ask(uow: UnitOfWork, wanted: PersonAsk) -> UUID:
    """Open it in the name of the actor, who is barred from deciding it; returns its id.

    Raises InvalidInput with the field of what makes no sense, Conflict where too many of theirs are open. Nothing is
    asked then.
    """
    person = rows.acting(uow)
    if not person.may_decide:
        raise Forbidden(_("Your seat reads along; it cannot ask others to decide."), resource="permission:approval.ask")
    whole = _whole(uow, person, wanted)
    files = attaching.stored(uow, wanted.attachments)
    before = _asked_before(uow, person, asking.fingerprint(whole, attaching.as_worded(files)))
    if before is not None:
        return before
    try:
        return asking.request(uow, whole)
    except InvalidInput as error:
        if wanted.policy:
            said = _("The policy “%(name)s” cannot be met: %(why)s", name=wanted.policy, why=error.message)
            raise InvalidInput(said, code=error.code, field="policy") from error
        raise


def _whole(uow: UnitOfWork, person: Person, wanted: PersonAsk) -> ApprovalAsk:
    edits = Edits(wanted.title, wanted.facts, wanted.text, wanted.amount, wanted.currency)
    said = worded(Wording("", ()), edits, {"instructions": "text"})
    policy, rule = _rule(uow, wanted)
    ends = _ends(uow, wanted, rule)
    bound = [wanted.policy or sorted(wanted.approvers), rule.need.value, rule.number]
    return ApprovalAsk(
        asker=askers.PERSON,
        ref={},
        title=said.title,
        facts=said.facts,
        instructions=said.instructions,
        amount=said.amount,
        currency=said.currency,
        approvers=rule.approvers,
        rule=ApprovalRule(
            deciders.stages_of(rule), [role.value for role in rule.exclude_roles], changes="wait", stale="all"
        ),
        policy=policy,
        escalation=escalating.plan(rule),
        due_at=ends.due_at,
        remind_at=ends.remind_at,
        calendar_id=ends.calendar_id,
        counted=ends.counted,
        requester=person.email,
        attachments=wanted.attachments,
        payload={"asked_by": str(person.id), "asked": bound, "due": wanted.due_at.isoformat() if wanted.due_at else ""},
        context={"asked_by": person.name},
    )


def _rule(uow: UnitOfWork, wanted: PersonAsk) -> tuple[ApprovalPolicy | None, PolicyRule]:
    if wanted.policy and wanted.approvers:
        said = _("Choose either a policy or those who decide.")
        raise InvalidInput(said, code="both_named", field="policy")
    if wanted.policy:
        found = policies.named(uow, wanted.policy)
        return ApprovalPolicy(found.id, found.name, found.version, found.rule), restored(found.rule)
    try:
        rule = PolicyRule.model_validate(
            {"approvers": list(wanted.approvers), "need": wanted.need, "number": wanted.number}
        )
    except ValidationError as error:
        problems = field_problems(error, "approvers")
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems) from None
    return None, rule


def _ends(uow: UnitOfWork, wanted: PersonAsk, rule: PolicyRule) -> Deadline:
    """By the policy, unless a moment is said: then a day before it, where there is more than that, is the reminder."""
    if wanted.due_at is None:
        return deadlines.deadline(uow, uow.now, rule.due_in, rule.remind_before)
    if not uow.now < wanted.due_at <= uow.now + FURTHEST:
        said = _("Choose a moment that is still to come, within a year.")
        raise InvalidInput(said, code="due_out_of_range", field="due_at")
    before = wanted.due_at - DAY
    return replace(Deadline(wanted.due_at), remind_at=before if before > uow.now + DAY else None)


def _asked_before(uow: UnitOfWork, person: Person, payload_hash: str) -> UUID | None:
    """The very same request of a moment ago. Raises Conflict where too many others are open."""
    one_at_a_time(uow, f"requests of {person.id}")  # a button that is pressed twice asks once
    own = Request.requester_id == person.id, Request.closed_at.is_(None)
    query = select(Request.id, Request.payload_hash, Request.created_at).where(*own, Request.asker == askers.PERSON)
    found = uow.session.execute(query.order_by(Request.id.desc()).limit(MOST_OPEN)).all()
    for row in found:
        if row.payload_hash == payload_hash and row.created_at > uow.now - AGAIN:
            same: UUID = row.id
            return same
    if len(found) == MOST_OPEN:
        said = _("You have %(most)s requests open. Wait for some of them, or take some back.", most=MOST_OPEN)
        raise Conflict(said, code="too_many_open")
    return None
