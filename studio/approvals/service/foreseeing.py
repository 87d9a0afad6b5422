"""Whether a rule could be met, and by whom: judged stage by stage without asking anybody, all problems at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from studio.approvals.policy import Candidate, Requester
from studio.approvals.rule import Stage
from studio.approvals.service import resolving
from studio.contract.approving import ApprovalRule, ApprovalStage
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Foreseen:
    """One stage, as asking it at a moment would find it."""

    wanted: ApprovalStage
    stage: Stage | None
    """With its people; None: it cannot be met."""
    asked: tuple[Candidate, ...]
    """Whom it asks, as far as its parts can be met."""
    problems: tuple[FieldProblem, ...] = ()
    """Why it cannot be met, at the fields of whoever wrote it."""


def stages(
    uow: UnitOfWork,
    wanted: ApprovalRule,
    barred: Sequence[Requester] = (),
    fallback: Sequence[str] = (),
    at: datetime | None = None,
) -> list[Foreseen]:
    """Each stage of a rule with the people behind it at a moment (now, unless it is said)."""
    return [_stage(uow, one, replace(wanted, stages=[one]), barred, fallback, at) for one in wanted.stages]


def _stage(
    uow: UnitOfWork,
    stage: ApprovalStage,
    wanted: ApprovalRule,
    barred: Sequence[Requester],
    fallback: Sequence[str],
    at: datetime | None,
) -> Foreseen:
    try:
        found = resolving.resolve_rule(uow, wanted, barred, fallback, at)
        return Foreseen(stage, found.rule.stages[0], found.asked[0])
    except InvalidInput as error:
        whole = FieldProblem(error.field or "", error.code, error.message)
    asked: dict[str, Candidate] = {}
    problems = []
    for part in stage.parts if len(stage.parts) > 1 else ():
        alone = replace(wanted, stages=[replace(stage, parts=[part], declines=1)])
        try:
            asked |= {who.email: who for who in resolving.resolve_rule(uow, alone, barred, fallback, at).asked[0]}
        except InvalidInput as error:
            problems.append(FieldProblem(error.field or "", error.code, error.message))
    return Foreseen(stage, None, tuple(asked.values()), tuple(problems) or (whole,))
