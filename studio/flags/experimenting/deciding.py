"""What becomes of the flag: proposed by whoever ends it, agreed to by whom the experiment names, done at once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.errors import Conflict, FieldProblem, InvalidInput, StudioError
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import asking, driving, history, rows, setting, weighing
from studio.flags.experiments.policy import Decision, State, Verb, objections
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment
from studio.flags.service import finding, gating

EVERYBODY = 100.0


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What is to be done, and who wants it."""

    ship: str | None
    note: str
    by: str

    def as_json(self) -> dict[str, Any]:
        return {"ship": self.ship, "note": self.note, "by": self.by}


def decide(uow: UnitOfWork, row: FlagExperiment, ship: str | None, note: str = "", *, gated: bool = True) -> bool:
    """Ship a variant, or keep the control (None). True: done; False: people were asked, whose yes does it.

    `gated`: False for whoever has been judged before, as a run's step is. Raises InvalidInput for a variant that there
    is not; Conflict before the horizon, where it is decided, and where people are being asked; as Gates.require()
    where a variant is shipped in production.
    """
    said = finding.noted(note)
    flag, place = rows.lock(uow, row)
    driving.look(uow, row, flag, place)
    driving.allowed(row, Verb.DECIDE)
    if row.proposal is not None:
        asked = _("People are being asked about a decision. Take that back first.")
        raise Conflict(asked, code="experiment.asked", resource=f"flag_experiment:{row.id}")
    arms = [one.name for one in rows.design_of(row).variants[1:]]
    if ship is not None and ship not in arms:
        unknown = _("Choose one of %(arms)s, or keep the control.", arms=", ".join(arms))
        raise InvalidInput(unknown, code="experiment.unknown_variant", field="ship",
                           problems=[FieldProblem("ship", "experiment.unknown_variant", unknown)])  # fmt: skip
    if ship is not None:
        finding.unarchived(flag)
        if gated:
            gating.require(uow, flag, place, EVERYBODY, {"experiment": str(row.id), "ship": ship})
    wanted = _Proposal(ship, said, uow.actor.name[:200])
    if not row.approvers:
        _apply(uow, row, flag, place, wanted)
        return True
    row.proposal = wanted.as_json()
    asking.ask(uow, row, flag, place, weighing.read(uow, row), ship, said)
    uow.session.flush()
    history.write(uow, row, flag, place, "proposed", ship=ship, note=said)
    return False


def withdraw(uow: UnitOfWork, row: FlagExperiment, note: str = "") -> None:
    """Take a proposal back. Raises Conflict where there is none."""
    said = finding.noted(note)
    flag, place = rows.lock(uow, row)
    if row.proposal is None:
        none = _("Nobody is being asked about a decision.")
        raise Conflict(none, code="experiment.not_asked", resource=f"flag_experiment:{row.id}")
    ship = row.proposal["ship"]
    asking.drop(uow, row)
    history.write(uow, row, flag, place, "withdrawn", ship=ship, note=said)


def answered(uow: UnitOfWork, experiment_id: UUID, request_id: UUID, *, agreed: bool, reason: str = "") -> None:
    """Hear how a question ended, in its transaction: a yes changes the flag in it."""
    row = uow.session.scalar(select(FlagExperiment).where(FlagExperiment.id == experiment_id))
    if row is None or row.request_id != request_id:
        return
    flag, place = rows.lock(uow, row)
    if row.request_id != request_id or row.proposal is None:
        return
    wanted = _Proposal(row.proposal["ship"], row.proposal["note"], row.proposal["by"])
    if not agreed:
        _forget(row)
        history.write(uow, row, flag, place, "declined", ship=wanted.ship, note=reason)
        return
    try:
        with uow.part():
            _apply(uow, row, flag, place, wanted)
    except StudioError as refused:  # what was agreed to cannot be done any more: the answer stands, and this is said
        uow.session.refresh(row)
        _forget(row)
        history.write(uow, row, flag, place, "not_applied", ship=wanted.ship, note=refused.message)


def _apply(uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, wanted: _Proposal) -> None:
    reading = weighing.read(uow, row)
    against = [one.value for one in objections(reading.found, Decision(wanted.ship))]
    was_serving = State(row.state) is State.ENDED
    if wanted.ship is not None:
        finding.unarchived(flag)
    # Before the flag changes: who turns it off has an open experiment stopped.
    row.state, row.closed_at = driving.allowed(row, Verb.DECIDE).value, uow.now
    _forget(row)
    uow.session.flush()
    if wanted.ship is not None:
        shipped = _("The experiment is decided: everybody gets “%(variant)s”", variant=wanted.ship)
        setting.ship(uow, row, flag, place, wanted.ship, wanted.note or shipped)
    elif was_serving:
        setting.take_back(uow, row, flag, place, wanted.note or _("The experiment is decided: nothing changes"))
    row.decision = {**wanted.as_json(), "objections": against, "version": flag.version}
    history.write(uow, row, flag, place, "decided", ship=wanted.ship, note=wanted.note)


def _forget(row: FlagExperiment) -> None:
    row.proposal, row.request_id = None, None
