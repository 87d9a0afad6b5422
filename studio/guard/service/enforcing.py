"""Whether something protected may happen now: the freeze, then the proof, then whoever has to agree."""

from sqlalchemy import select

from studio.contract.gates import Act, ApprovalNeeded, Frozen
from studio.contract.protecting import StepUpDemand
from studio.core.actor import ActorType
from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardException
from studio.guard.outcomes import Demand
from studio.guard.service import checking, holding, step_up

_PEOPLE = (ActorType.USER, ActorType.APPROVER, ActorType.API_TOKEN)


def require(uow: UnitOfWork, act: Act) -> None:
    """Go on where all is there that the policies in force ask for; a granted act is used up by it.

    Raises Frozen, StepUpNeeded, ApprovalNeeded; Forbidden (code `guarded`) for whoever is no person and can show
    nothing: a command, a run, the system.
    """
    found = checking.check(uow, act.target, act.facts)
    if found.nothing:
        holding.overtaken(uow, act)
        return
    if uow.actor.type not in _PEOPLE or uow.actor.user_id is None:
        said = _("This is protected. A person has to do it, signed in, so that they can prove who they are.")
        raise Forbidden(said, code="guarded", resource=f"action:{act.target}")
    digest = step_up.payload_hash(act.payload)
    if found.frozen is not None and not _excepted(uow, act.target, digest):
        said = _("“%(name)s” freezes this until its end.", name=found.frozen.name)
        raise Frozen(said, act=act, payload_hash=digest, name=found.frozen.name, ends_at=found.frozen.ends_at)
    if found.step_up is not None:
        step_up.require(uow, act.target, act.payload, _demand(found.step_up), act.what)
    if found.approvals and not holding.use(uow, act.target, digest, found.requirement):
        said = _("Others have to agree to this first.")
        names = tuple(one.name for one in found.policies)
        raise ApprovalNeeded(said, act=act, requirement=found.requirement, policies=names)
    holding.overtaken(uow, act)


def _demand(wanted: StepUpDemand) -> Demand:
    return Demand(wanted.strength, wanted.max_age)


def _excepted(uow: UnitOfWork, target: str, digest: str) -> bool:
    query = select(GuardException.id).where(
        GuardException.target == target,
        GuardException.payload_hash == digest,
        GuardException.user_id == uow.actor.user_id,
        GuardException.ends_at > uow.now,
    )
    return uow.session.scalar(query.limit(1)) is not None
