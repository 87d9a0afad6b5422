"""Step-up: somebody proves once more who they are, in their session, for sudo or for one action with its content."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import rfc8785
from sqlalchemy import select

from studio.accounts import policy as accounts_policy
from studio.accounts import trail
from studio.accounts.factors import checking
from studio.accounts.factors.checking import Factors, Proof
from studio.accounts.outcomes import STRENGTHS, Strength
from studio.accounts.service import attempts
from studio.accounts.service.attempts import Attempts
from studio.accounts.site import Site
from studio.contract.gates import StepUpNeeded
from studio.core import ids, rng
from studio.core.actor import Actor, ActorType
from studio.core.crypto import Keyring, hash_token
from studio.core.errors import Forbidden, Gone, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard import policy
from studio.guard.models import StepUp
from studio.guard.outcomes import SUDO, Demand


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended."""

    confirmed: bool
    wait: timedelta | None = None
    """How long nothing more is looked at: too many failures."""


def require_sudo(uow: UnitOfWork) -> None:
    """Go on where this session has lately proved who it is, and keep that open. Raises StepUpNeeded."""
    session_id, user_id = _whose(uow.actor)
    demand = policy.sudo_demand(checking.of(uow, user_id).strongest)
    found = _good(uow, session_id, SUDO, "", demand)
    if found is None:
        raise StepUpNeeded(
            _("Prove that it is you to go on."), action=SUDO, payload_hash="", strength=demand.strength,
            max_age=demand.max_age, what="",
        )  # fmt: skip
    found.ends_at = policy.slid(found.confirmed_at or uow.now, uow.now)


def require(uow: UnitOfWork, action: str, payload: Any, demand: Demand, what: str) -> StepUp:
    """Go on where this session has proved who it is for just this. Raises StepUpNeeded.

    `payload` is what would be done, as JSON: another one needs another proof.
    """
    session_id, _user = _whose(uow.actor)
    digest = payload_hash(payload)
    found = _good(uow, session_id, action, digest, demand)
    if found is None:
        raise StepUpNeeded(
            _("Prove that it is you to go on."), action=action, payload_hash=digest, strength=demand.strength,
            max_age=demand.max_age, what=what,
        )  # fmt: skip
    return found


def ask(uow: UnitOfWork, needed: StepUpNeeded) -> StepUp:
    """Put the question to this session; one that stands already is the same question."""
    session_id, user_id = _whose(uow.actor)
    standing = uow.session.scalar(
        select(StepUp)
        .where(
            StepUp.session_id == session_id,
            StepUp.action == needed.action,
            StepUp.payload_hash == needed.payload_hash,
            StepUp.needed == int(needed.strength),
            StepUp.confirmed_at.is_(None),
            StepUp.ends_at > uow.now + policy.TO_ANSWER / 2,
        )
        .order_by(StepUp.id.desc())
        .limit(1)
    )
    if standing is not None:
        return standing
    row = StepUp(
        id=ids.new_id(),
        session_id=session_id,
        user_id=user_id,
        action=needed.action,
        payload_hash=needed.payload_hash,
        needed=int(needed.strength),
        what=needed.what,
        challenge=rng.secret_bytes(),
        created_at=uow.now,
        ends_at=uow.now + policy.TO_ANSWER,
    )
    uow.session.add(row)
    return row


def find(uow: UnitOfWork, step_up_id: UUID | None) -> StepUp:
    """An open question of this person. Raises NotFound, Gone.

    One of an API token is answered in the browser of its person.
    """
    _session_id, user_id = _whose(uow.actor)
    row = uow.session.get(StepUp, step_up_id) if step_up_id else None
    if row is None or row.user_id != user_id:
        raise NotFound(_("There is no such question for you."), resource=f"step_up:{step_up_id}")
    if row.confirmed_at is None and row.ends_at <= uow.now:
        raise Gone(_("This took too long. Go back and try again."), code="step_up_ended")
    return row


def factors(uow: UnitOfWork, row: StepUp) -> Factors:
    """By what it can be answered."""
    return checking.of(uow, row.user_id)


def answer(uow: UnitOfWork, site: Site, keyring: Keyring, row: StepUp, proof: Proof) -> Answer:
    """Look at a proof. A wrong one is counted, and the challenge is another one from then on."""
    if uow.actor.type is ActorType.API_TOKEN:
        raise Forbidden(_("A person answers this in a browser, not an API token."), code="not_a_person")
    key = hash_token(f"step-up|{row.user_id}")
    counters = Attempts.of(uow, {key: accounts_policy.FREE_FAILURES})
    if (wait := counters.locked_for(uow)) is not None:
        return Answer(confirmed=False, wait=wait)
    uow.session.refresh(row, with_for_update=True)
    challenge, row.challenge = row.challenge, rng.secret_bytes()
    enough = STRENGTHS[proof.method] >= Strength(row.needed)
    if row.confirmed_at is not None or not enough or not _holds(uow, site, keyring, row, proof, challenge):
        counters.failed(uow)
        _record(uow, row, proof, failed=True)
        return Answer(confirmed=False, wait=counters.locked_for(uow))
    attempts.forget(uow, key)
    row.method, row.strength = proof.method.value, int(STRENGTHS[proof.method])
    row.confirmed_at = uow.now
    row.ends_at = policy.slid(uow.now, uow.now) if row.action == SUDO else uow.now + policy.STEP_UP_GOOD
    _record(uow, row, proof, failed=False)
    return Answer(confirmed=True)


def payload_hash(payload: Any) -> str:
    """SHA-256 over the content in canonical JSON (RFC 8785)."""
    return hash_token(rfc8785.dumps(payload).decode())


def _holds(uow: UnitOfWork, site: Site, keyring: Keyring, row: StepUp, proof: Proof, challenge: bytes) -> bool:
    return checking.check(uow, site, keyring, row.user_id, proof, challenge)


def _good(uow: UnitOfWork, session_id: UUID, action: str, digest: str, demand: Demand) -> StepUp | None:
    rows = uow.session.scalars(
        select(StepUp)
        .where(
            StepUp.session_id == session_id,
            StepUp.action == action,
            StepUp.payload_hash == digest,
            StepUp.strength >= int(demand.strength),
            StepUp.ends_at > uow.now,
        )
        .order_by(StepUp.id.desc())
        .limit(1)
    ).all()
    for row in rows:
        if row.strength is not None and row.confirmed_at is not None and policy.good(
            demand, strength=row.strength, confirmed_at=row.confirmed_at, ends_at=row.ends_at, now=uow.now
        ):  # fmt: skip
            return row
    return None


def _whose(actor: Actor) -> tuple[UUID, UUID]:
    """Session (or token) and person. Raises Forbidden for whoever is no person."""
    key = actor.id if actor.type is ActorType.API_TOKEN else actor.origin.session_id
    session_id = ids.parse_id(key or "")
    if session_id is None or actor.user_id is None:
        raise Forbidden(_("Only a person can do this, signed in or by an API token."), code="not_a_person")
    return session_id, actor.user_id


def _record(uow: UnitOfWork, row: StepUp, proof: Proof, *, failed: bool) -> None:
    if uow.workspace_id is None:
        return
    name = "step_up.failed" if failed else "step_up.confirmed"
    target = ("user", row.user_id, uow.actor.name)
    trail.record(uow, name, target, failed=failed, step=row.action, method=proof.method.value)
