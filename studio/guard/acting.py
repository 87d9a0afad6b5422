"""What a run is about to do, looked at with its real data, by the policies of this moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from studio.contract.acting import Doing, Passed
from studio.contract.protecting import Requirement
from studio.contract.results import Fail
from studio.core.i18n import gettext as _
from studio.core.ids import parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.guard import words
from studio.guard.models import GuardPass
from studio.guard.obtained import Obtained, Proved, lacks
from studio.guard.outcomes import PassState
from studio.guard.policies import service as policies
from studio.guard.service import checking, passing, step_up

REQUIRED, FROZEN = "guard.required", "guard.frozen"


def judge(uow: UnitOfWork, doing: Doing) -> Fail | None:
    """Why it must not happen now; None: nothing is asked for, or all of it is there."""
    protected = doing.type.protects_of(doing.config)
    targets = [*([protected] if protected else []), *checking.own_targets(uow, doing.type.key, doing.config)]
    if not targets:
        return None
    facts = doing.type.facts_of(doing.config)
    asked = {target: checking.check(uow, target, facts) for target in targets}
    asked = {target: found for target, found in asked.items() if not found.nothing}
    if not asked:
        return None
    gates = list(doing.passed(uow))
    visits = _visits(uow, gates)
    for target, found in asked.items():
        title = policies.title_of(uow, target)
        if found.frozen is not None:
            said = _("%(title)s: “%(name)s” freezes this until its end, so it was not done.",
                     title=title, name=found.frozen.name)  # fmt: skip
            return Fail(FROZEN, said)
        missing = lacks(found.requirement, obtained(target, facts, gates, visits), uow.now)
        if not missing.empty:
            return Fail(REQUIRED, _said(title, missing, facts, visits))
    return None


def obtained(target: str, facts: Mapping[str, Any], gates: Sequence[Passed], visits: Sequence[GuardPass]) -> Obtained:
    """What counts for an action with these facts: approvals of the run, and what its gates obtained for just them."""
    digest = step_up.payload_hash(dict(facts))
    agreed = [
        Requirement.of(gate.proves.approvals, asker_decides=gate.proves.asker_decides)
        for one in gates
        for gate in one.type.satisfies_of(one.config)
        if one.port in gate.ports and gate.proves.approvals
    ]
    proofs: list[Proved] = []
    for row in visits:
        if row.payload_hash != digest:
            continue
        held = passing.has(row)
        proofs += held.proofs
        if row.target == target:
            agreed += held.agreed
    return Obtained(tuple(agreed), tuple(proofs))


def _visits(uow: UnitOfWork, gates: Sequence[Passed]) -> list[GuardPass]:
    """What the run has obtained at the gates that it passed."""
    outputs = [one.output for one in gates if isinstance(one.output, Mapping)]
    ids = [found for one in outputs if (found := parse_id(str(one.get("pass_id") or "")))]
    if not ids:
        return []
    query = select(GuardPass).where(GuardPass.id.in_(ids), GuardPass.state == PassState.PASSED.value)
    return list(uow.session.scalars(query))


def _said(title: str, missing: Requirement, facts: Mapping[str, Any], visits: Sequence[GuardPass]) -> str:
    said = _("%(title)s is protected, and this was not there when it should have happened: %(what)s. Nothing was done.",
             title=title, what=words.asked(missing))  # fmt: skip
    other = sorted({name for row in visits for name in {*row.facts, *facts} if row.facts.get(name) != facts.get(name)})
    if other:
        said += " " + _("What was obtained before is about other data: %(names)s.", names=", ".join(other))
    return said + " " + _("Run it again from a gate before it, which asks for what is lacking.")
