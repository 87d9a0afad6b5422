"""Change freezes with dates: each is a policy of what it freezes, which asks for nothing but that time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import select

from studio.accounts.models import User
from studio.contract.wording import field_problems
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardException, GuardPolicy
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policies.service import PolicySave
from studio.guard.service import checking

KINDS: dict[str, tuple[str, ...]] = {
    "publish": ("workflow.publish",),
    "flags": ("flag.rollout",),
    "connections": ("connection.change",),
    "settings": ("payout_account.change", "tax_registrations.change", "refund_limit.change"),
}
"""What a freeze may be about, and the protected actions that it freezes then."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One policy's freeze, over or to come."""

    policy_id: UUID
    target: str
    title: str
    name: str
    starts_at: datetime
    ends_at: datetime
    alone: bool
    """The policy asks for nothing else: it can be taken away with it."""

    def state(self, now: datetime) -> Literal["planned", "now", "over"]:
        """`planned`, `now` or `over`."""
        return "planned" if now < self.starts_at else "now" if now < self.ends_at else "over"


def listed(uow: UnitOfWork) -> list[Planned]:
    """All that policies in force freeze, what begins last at the top."""
    found = []
    for row in policies.every(uow):
        fields = PolicyFields.model_validate(row.rule)
        alone = not fields.approvals and fields.step_up is None
        title = policies.title_of(uow, row.target) if fields.freezes else ""
        found += [
            Planned(row.id, row.target, title, one.name, one.starts_at, one.ends_at, alone) for one in fields.freezes
        ]
    return sorted(found, key=lambda one: (one.starts_at, one.title), reverse=True)


def plan(
    uow: UnitOfWork, *, name: str, starts_at: datetime, ends_at: datetime, kinds: Sequence[str]
) -> list[GuardPolicy]:
    """Freeze these kinds of changes for that time. Raises InvalidInput with each field that is wrong."""
    problems = [] if kinds else [FieldProblem("kinds", "freeze.nothing", _("Say what is frozen."))]
    problems += [
        FieldProblem(f"kinds.{place}", "freeze.kind", _("This cannot be frozen."))
        for place, kind in enumerate(kinds) if kind not in KINDS
    ]  # fmt: skip
    if ends_at <= uow.now:
        problems.append(FieldProblem("ends_at", "freeze.over", _("It ends in the future.")))
    fields, wrong = _read({"name": name, "starts_at": starts_at, "ends_at": ends_at})
    problems += wrong
    if problems or fields is None:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    wanted = dict.fromkeys(target for kind in kinds for target in KINDS[kind])
    return [policies.create(uow, PolicySave(target, fields.freezes[0].name, fields)) for target in wanted]


def _read(freeze: dict[str, object]) -> tuple[PolicyFields | None, list[FieldProblem]]:
    try:
        return PolicyFields.model_validate({"freezes": [freeze]}), []
    except ValidationError as error:
        found = [(one, one.path.removeprefix("freezes.0").strip(".")) for one in field_problems(error, "freeze")]
        return None, [FieldProblem(path or "ends_at", one.code, one.message) for one, path in found]


def cancel(uow: UnitOfWork, policy_id: UUID) -> None:
    """Take a freeze away. Raises NotFound, Conflict where its policy asks for more than a freeze."""
    row = policies.get(uow, policy_id)
    fields = PolicyFields.model_validate(row.rule)
    if not fields.freezes or fields.approvals or fields.step_up is not None:
        said = _("This policy asks for more than a freeze. Edit it on its own page.")
        raise Conflict(said, code="freeze.not_alone", resource=f"guard_policy:{policy_id}")
    policies.retire(uow, policy_id)


def bypasses(uow: UnitOfWork, limit: int = 20) -> Sequence[tuple[GuardException, str, str]]:
    """Who was let through a freeze lately, and of which action: newest first."""
    found = select(GuardException, User.name).join(User, User.id == GuardException.user_id)
    rows = uow.session.execute(found.order_by(GuardException.made_at.desc(), GuardException.id).limit(limit)).all()
    titles = {row.target: policies.title_of(uow, row.target) for row, _name in rows}
    return [(row, name, titles[row.target]) for row, name in rows]


def now_over(uow: UnitOfWork, target: str) -> tuple[str, datetime] | None:
    """The name of the freeze that holds for an action at this moment, whatever its facts, and its end; None: none."""
    found = checking.check(uow, target, {}).frozen
    return (found.name, found.ends_at) if found is not None else None
