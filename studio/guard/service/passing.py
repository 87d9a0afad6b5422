"""Gates of runs: opened, answered, ended. What is obtained there counts for one run and one content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from studio import audit
from studio.accounts.models import Seat, User
from studio.accounts.speaking import speaking_to
from studio.contract.approving import ApprovalAsk, Approvals
from studio.contract.node import Context
from studio.contract.ports import Mailer, Waits
from studio.contract.protecting import Requirement, StepUpDemand, Strength
from studio.contract.results import Signal
from studio.core import ids, tenancy
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard import obtained, words
from studio.guard.models import GuardPass
from studio.guard.obtained import Obtained, Proved
from studio.guard.outcomes import Demand, PassState
from studio.guard.service import holding, step_up

ASKER = "guard_pass"
"""Under this name runs ask people at their gates."""
WAIT = "guard"
"""The kind of all waits at gates."""
ACTION = "run.gate"
"""What a proof for a run's gate is given for."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What this reaches other packages by."""

    waits: Waits
    approvals: Approvals
    mailer: Mailer
    public_url: str
    starter: Callable[[UnitOfWork, UUID], UUID | None]
    """The person who started a run; None: no person did."""
    outputs: Callable[[UnitOfWork, UUID, str, str], Sequence[Any]]
    """What the steps of a type have given in a run, at a path and within."""


@dataclass(frozen=True, slots=True)
class About:
    """What a gate is about."""

    target: str
    """The protected action; empty: a proof alone."""
    what: str
    facts: Mapping[str, str]


_joined: list[Reach] = []


def join(reach: Reach) -> None:
    """Say how runs, people and mail are reached. Called at the start of every process."""
    _joined[:] = [reach]


def reach() -> Reach:
    """As it was joined."""
    return _joined[0]


def opened(ctx: Context, about: About, within: timedelta) -> GuardPass:
    """A run has come to a gate."""
    uow = ctx.unit
    row = GuardPass(
        id=ids.new_id(), run_id=ctx.run.id, workflow_id=ctx.run.workflow_id, workflow_name=ctx.run.workflow_name[:200],
        node=ctx.node, path=ctx.path, target=about.target, what=" ".join(about.what.split()), facts=dict(about.facts),
        payload_hash=step_up.payload_hash(dict(about.facts)), state=PassState.OPEN.value, asked_of=[], agreed=[],
        created_at=ctx.now, due_at=ctx.now + within,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    return row


def ask_proof(uow: UnitOfWork, row: GuardPass, user_id: UUID, demand: StepUpDemand, wait_id: UUID) -> User:
    """Ask a person to prove who they are, by mail and on their page. Raises InvalidInput where they have no seat."""
    person = _seated(uow, user_id)
    row.user_id, row.wait_id = person.id, wait_id
    row.needed, row.max_age_s = int(demand.strength), int(demand.max_age.total_seconds())
    row.method = row.strength = row.proven_at = None
    uow.session.flush()
    with speaking_to(uow, person):
        subject = _("Prove who you are: %(what)s", what=row.what)
        text = "\n\n".join((
            _("Hello %(name)s,", name=person.name),
            _("the workflow “%(workflow)s” waits until you have proved that it is you: %(what)s",
              workflow=row.workflow_name, what=row.what),
            "\n".join(f"{name}: {value}" for name, value in words.facts(row.target, row.facts)),
            _("Do it, or say no, here: %(url)s", url=f"{reach().public_url}/prove/{row.id}"),
        ))  # fmt: skip
    key = f"guard_pass:{row.id}:{wait_id}"
    reach().mailer.send(uow, key=key, to=[person.email], subject=subject[:200], text=text)
    _record(uow, "guard.proof_asked", row, person)
    return person


def ask_people(ctx: Context, row: GuardPass, missing: Requirement, wait_id: UUID) -> UUID:
    """Ask those who have to agree; returns the request. Raises InvalidInput where they cannot be asked."""
    uow = ctx.unit
    row.asked_of, row.asker_decides = obtained.stored(missing.approvals), missing.asker_decides
    asked = obtained.demands(row.asked_of)
    started_by = reach().starter(uow, row.run_id)
    barred = started_by is not None and not missing.asker_decides
    ask = ApprovalAsk(
        asker=ASKER,
        ref={"pass_id": str(row.id), "run_id": str(row.run_id), "workflow_id": str(row.workflow_id), "node": row.node},
        title=row.what,
        facts=words.facts(row.target, row.facts),
        approvers=sorted({who for one in asked for who in one.approvers}),
        due_at=row.due_at,
        payload={"target": row.target, "payload_hash": row.payload_hash},
        rule=holding.rule(asked),
        barred=[started_by] if barred and started_by is not None else [],
        context={
            "workflow_id": str(row.workflow_id),
            "workflow_name": row.workflow_name,
            "run_title": ctx.run.title,
            "node_name": ctx.node_name,
        },
    )
    row.wait_id, row.user_id = wait_id, None
    row.request_id = reach().approvals.request(uow, ask)
    uow.session.flush()
    return row.request_id


def answered(uow: UnitOfWork, pass_id: UUID, *, outcome: str, agreed: bool, by: str, by_email: str | None) -> None:
    """Hear how those who were asked have decided, in their transaction; the run wakes with it."""
    row = _locked(uow, GuardPass.id == pass_id)
    if row is None or row.state != PassState.OPEN or row.wait_id is None:
        return
    if agreed:
        row.agreed = [*row.agreed, *({**one, "asker_decides": row.asker_decides} for one in row.asked_of)]
        query = select(User.id).where(func.lower(User.email) == (by_email or "").lower())
        row.agreed_by = uow.session.scalar(query)
    uow.session.flush()
    payload = {"outcome": "agreed" if agreed else outcome, "by": by, "by_email": by_email}
    reach().waits.resolve(uow, row.wait_id, row.run_id, payload)


def of_person(uow: UnitOfWork, user_id: UUID) -> list[GuardPass]:
    """Gates that wait for this person's proof, the most urgent first."""
    return list(uow.session.scalars(_waiting(user_id).order_by(GuardPass.due_at, GuardPass.id).limit(100)))


def count_of_person(uow: UnitOfWork, user_id: UUID) -> int:
    """How many they are."""
    return uow.session.scalar(select(func.count()).select_from(_waiting(user_id).subquery())) or 0


def find(uow: UnitOfWork, pass_id: UUID) -> GuardPass:
    """One that this person is, or was, asked about. Raises NotFound."""
    row = tenancy.get(uow.session, GuardPass, pass_id, "proof")
    if row.user_id is None or row.user_id != uow.actor.user_id:
        raise NotFound(_("There is no such question for you."), resource=f"proof:{pass_id}")
    return row


def shown(row: GuardPass) -> dict[str, Any]:
    """What a proof for it is bound to: the run, the step, and all that is shown."""
    return {"pass": str(row.id), "run": str(row.run_id), "node": row.node, "path": row.path, "what": row.what,
            "facts": dict(row.facts)}  # fmt: skip


def prove(uow: UnitOfWork, row: GuardPass) -> None:
    """Take the proof that its person has given in this session, for just this; the run wakes with it.

    Raises StepUpNeeded where there is none that is strong and young enough, Conflict where it is too late, or answered.
    """
    _open_for(uow, row)
    demand = Demand(Strength(row.needed), timedelta(seconds=row.max_age_s))
    proof = step_up.require(uow, ACTION, shown(row), demand, row.what)
    row.method, row.strength, row.proven_at = proof.method, proof.strength, proof.confirmed_at
    uow.session.flush()
    _record(uow, "guard.proof_given", row, _known(uow, row))
    _resolve(uow, row, "proven")


def refuse(uow: UnitOfWork, row: GuardPass) -> None:
    """Its person says no. Raises Conflict where it is too late, or answered."""
    _open_for(uow, row)
    row.state, row.ended_at = PassState.REFUSED.value, uow.now
    uow.session.flush()
    _record(uow, "guard.proof_refused", row, _known(uow, row))
    _resolve(uow, row, "refused")


def said(row: GuardPass, signal: Signal) -> str:
    """What ended a wait at it. What its person has said before its time was over counts, though it was heard after."""
    if signal.kind != "due":
        return str(signal.payload["outcome"])
    if row.proven_at is not None and row.state == PassState.OPEN:
        return "proven"
    return "refused" if row.state == PassState.REFUSED else "expired"


def at(uow: UnitOfWork, wait_id: UUID) -> GuardPass:
    """The visit that a wait belongs to, under its lock."""
    row = _locked(uow, GuardPass.wait_id == wait_id)
    if row is None:
        raise NotFound(_("The gate that this run waited at is not there any more."), resource=f"wait:{wait_id}")
    return row


def end(uow: UnitOfWork, row: GuardPass, state: PassState) -> None:
    """The run goes on, or does not come back; a request that is open is not asked any more."""
    if state is PassState.EXPIRED and row.user_id is not None and row.proven_at is None:
        _record(uow, "guard.proof_expired", row, _known(uow, row))
    row.state, row.ended_at, row.wait_id = state.value, uow.now, None
    uow.session.flush()


def withdraw(uow: UnitOfWork, wait_id: UUID, reason: str) -> None:
    """The run no longer waits: nobody is asked about it any more. Locks requests first, as those who decide them do."""
    found = uow.session.execute(select(GuardPass.request_id).where(GuardPass.wait_id == wait_id)).one_or_none()
    if found is None:
        return
    if found.request_id is not None:
        reach().approvals.withdraw(uow, found.request_id, reason)
    row = _locked(uow, GuardPass.wait_id == wait_id)
    if row is None or row.state != PassState.OPEN:
        return
    if row.user_id is not None and row.proven_at is None:
        _record(uow, "guard.proof_withdrawn", row, _known(uow, row), reason=reason)
    end(uow, row, PassState.WITHDRAWN)


def has(row: GuardPass) -> Obtained:
    """What was obtained there."""
    agreed = tuple(
        Requirement.of(obtained.demands([one]), asker_decides=bool(one["asker_decides"])) for one in row.agreed
    )
    proofs = () if row.strength is None or row.proven_at is None else (Proved(Strength(row.strength), row.proven_at),)
    return Obtained(agreed, proofs)


def name_of(uow: UnitOfWork, user_id: UUID | None) -> tuple[str, str | None]:
    """A person's name and address; empty where there is none."""
    person = uow.session.get(User, user_id) if user_id is not None else None
    return (person.name, person.email) if person is not None else ("", None)


def last_of(uow: UnitOfWork, row: GuardPass) -> tuple[str, str | None]:
    """Who did what was asked for last: the proof, or the agreement before it."""
    return name_of(uow, row.user_id or row.agreed_by)


def person_named(uow: UnitOfWork, email: str) -> UUID:
    """Somebody with a working seat. Raises InvalidInput."""
    query = select(User.id).join(Seat, Seat.user_id == User.id).where(func.lower(User.email) == email.strip().lower())
    found = uow.session.scalar(query.where(Seat.disabled_at.is_(None), User.disabled_at.is_(None)))
    if found is None:
        said = _("Nobody with a working seat here has the address “%(email)s”, so nobody was asked.", email=email[:254])
        raise InvalidInput(said, code="guard.person_unknown", field="config.person")
    return found


def _seated(uow: UnitOfWork, user_id: UUID) -> User:
    query = select(User).join(Seat, Seat.user_id == User.id).where(User.id == user_id, Seat.disabled_at.is_(None))
    found = uow.session.scalar(query.where(User.disabled_at.is_(None)))
    if found is None:
        said = _("Whoever would have to prove who they are has no working seat here, so nobody was asked.")
        raise InvalidInput(said, code="guard.person_unknown", field="config.who")
    return found


def _waiting(user_id: UUID) -> Any:
    return select(GuardPass).where(
        GuardPass.user_id == user_id, GuardPass.state == PassState.OPEN.value, GuardPass.wait_id.is_not(None),
        GuardPass.proven_at.is_(None),
    )  # fmt: skip


def _open_for(uow: UnitOfWork, row: GuardPass) -> None:
    _locked(uow, GuardPass.id == row.id)
    late = row.due_at <= uow.now
    if row.state != PassState.OPEN or row.proven_at is not None or row.wait_id is None or late:
        said = _("It is too late: the workflow waits for this no longer.")
        raise Conflict(said, code="guard.not_waiting", resource=f"proof:{row.id}")


def _resolve(uow: UnitOfWork, row: GuardPass, outcome: str) -> None:
    assert row.wait_id is not None  # noqa: S101 - _open_for() has looked
    if not reach().waits.resolve(uow, row.wait_id, row.run_id, {"outcome": outcome, "by": uow.actor.name}):
        raise Conflict(_("This was answered already."), code="guard.not_waiting", resource=f"proof:{row.id}")


def _locked(uow: UnitOfWork, which: Any) -> GuardPass | None:
    query = select(GuardPass).where(which).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def _known(uow: UnitOfWork, row: GuardPass) -> User:
    return uow.session.get_one(User, row.user_id)


def _record(uow: UnitOfWork, action: str, row: GuardPass, person: User, reason: str = "") -> None:
    about = [
        audit.Target("guard_pass", row.id, row.what[:200], personal=True),
        audit.Target("user", person.id, person.name, personal=True),
    ]
    facts = {"what": row.what[:500], "strength": Strength(row.needed).name.lower(), "run_id": str(row.run_id),
             "node": row.node, "method": row.method or ""}  # fmt: skip
    audit.record(uow, action, targets=about, metadata=facts, reason=reason or None)
