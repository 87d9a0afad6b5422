"""Steps that somebody has to agree to: people are asked through the port, and their answer is waited for."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.contract.approving import ApprovalAsk, Approvals
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout
from studio.flags.ramps.evidence import Approval, Evidence
from studio.flags.rollouts import rows

ASKER = "flag_rollout"
"""Under this name rollouts ask people."""
WITHDRAW = "flag_rollout.withdraw"
"""Topic of the jobs that take a question back."""
_joined: list[Approvals] = []


def join(approvals: Approvals) -> None:
    """Say by whom people are asked. Called at the start of every process."""
    _joined[:] = [approvals]


def ask(uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, evidence: Evidence) -> None:
    """Ask whether the present step is good enough to go on. Raises InvalidInput where nobody can be asked."""
    steps = rows.plan_of(row).steps
    share, last = steps[row.step].share, row.step == len(steps) - 1
    after = _("the rollout is done") if last else _("%(share)s %%", share=f"{steps[row.step + 1].share:g}")
    facts: Sequence[tuple[str, str]] = (
        (_("Flag"), flag.key), (_("Environment"), place.title), (_("Has it now"), f"{share:g} %"), (_("Next"), after),
        (_("Seen with it"), str(evidence.treatment)), (_("Seen without it"), str(evidence.control)),
    )  # fmt: skip
    title = _("Rollout of %(flag)s in %(environment)s: go on from %(share)s %%?",
              flag=flag.key, environment=place.title, share=f"{share:g}")  # fmt: skip
    row.request_id = _joined[0].request(
        uow,
        ApprovalAsk(
            ASKER, {"rollout_id": str(row.id), "step": str(row.step)}, title, facts, row.approvers,
            payload={"rollout": str(row.id), "step": row.step, "plan": row.plan},
        ),
    )  # fmt: skip
    row.approval = Approval.PENDING.value


def drop(uow: UnitOfWork, row: FlagRollout, *, refusal: bool) -> None:
    """The question is no longer one: it is asked anew where the rollout goes on. `refusal`: a no is forgotten too.

    It is taken back by a job of this transaction: whoever decides holds the question and waits for the rollout, so
    that whoever holds the rollout must not wait for the question. An answer that comes between the two changes
    nothing, as the rollout knows the question no longer.
    """
    if row.approval == Approval.REFUSED.value and not refusal:
        return
    if row.approval == Approval.PENDING.value and row.request_id is not None:
        asked = str(row.request_id)
        outbox.enqueue(uow, WITHDRAW, key=f"{WITHDRAW}:{asked}", payload={"request_id": asked})
    row.approval, row.request_id = Approval.NOT_ASKED.value, None


def withdraw(uow: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Take a question back that a rollout has dropped. One that has ended meanwhile stays as it is."""
    _joined[0].withdraw(uow, UUID(payload["request_id"]), _("The rollout went another way."))


def answered(uow: UnitOfWork, rollout_id: UUID, request_id: UUID, *, agreed: bool) -> None:
    """Hear how a question ended, in its transaction. The rollout is looked at right after."""
    row = uow.session.scalar(select(FlagRollout).where(FlagRollout.id == rollout_id).with_for_update())
    if row is None or row.request_id != request_id:
        return
    row.approval = (Approval.GRANTED if agreed else Approval.REFUSED).value
    row.due_at = uow.now
