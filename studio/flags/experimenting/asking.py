"""Decisions that somebody has to agree to: people are asked through the port."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from studio.contract.approving import ApprovalAsk, Approvals
from studio.core import outbox
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import words
from studio.flags.experimenting.weighing import Reading
from studio.flags.experiments.policy import Decision, objections
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment

ASKER = "flag_experiment"
"""Under this name experiments ask people."""
WITHDRAW = "flag_experiment.withdraw"
"""Topic of the jobs that take a question back."""
_joined: list[Approvals] = []


def join(approvals: Approvals) -> None:
    """Say by whom people are asked. Called at the start of every process."""
    _joined[:] = [approvals]


def ask(
    uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, reading: Reading, ship: str | None,
    note: str,
) -> None:  # fmt: skip
    """Ask whether this is to be decided. Raises InvalidInput where nobody can be asked."""
    against = [words.objection(one) for one in objections(reading.found, Decision(ship))]
    facts: Sequence[tuple[str, str]] = (
        (_("Flag"), flag.key), (_("Environment"), place.title),
        (_("Proposed"), words.decision(ship)), (_("It says"), words.conclusion(reading.conclusion)),
        *((one.name, words.arm(one)) for one in reading.found.arms),
        *([(_("Speaks against it"), " ".join(against))] if against else []),
    )  # fmt: skip
    title = _("Experiment with %(flag)s in %(environment)s: %(proposed)s", flag=flag.key, environment=place.title,
              proposed=words.decision(ship))  # fmt: skip
    row.request_id = _joined[0].request(
        uow,
        ApprovalAsk(
            ASKER, {"experiment_id": str(row.id)}, title, facts, row.approvers, instructions=note,
            payload={"experiment": str(row.id), "ship": ship, "read": reading.as_json()},
        ),
    )  # fmt: skip


def drop(uow: UnitOfWork, row: FlagExperiment) -> None:
    """The question is no longer one. It is taken back by a job of this transaction: see rollouts.asking.drop()."""
    if row.request_id is not None:
        asked = str(row.request_id)
        outbox.enqueue(uow, WITHDRAW, key=f"{WITHDRAW}:{asked}", payload={"request_id": asked})
    row.proposal, row.request_id = None, None


def withdraw(uow: UnitOfWork, payload: Mapping[str, Any]) -> None:
    """Take a question back that an experiment has dropped. One that has ended meanwhile stays as it is."""
    _joined[0].withdraw(uow, UUID(payload["request_id"]), _("The proposal was taken back."))
