"""What happened to an experiment: its own history, which nobody changes, and the audit trail."""

from studio import audit
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagExperiment, FlagExperimentEvent

ABOUT_VARIANT = ("proposed", "withdrawn", "declined", "decided", "not_applied")


def write(
    uow: UnitOfWork, row: FlagExperiment, flag: Flag, place: FlagEnvironment, what: str, *, ship: str | None = None,
    note: str = "",
) -> None:  # fmt: skip
    """Write what happened now. `ship`: of a proposal or a decision, the variant; None: the control is kept."""
    made = FlagExperimentEvent(
        id=ids.new_id(), workspace_id=uow.workspace, experiment_id=row.id, at=uow.now, what=what, variant=ship or "",
        note=note[:500], who=uow.actor.name[:200],
    )  # fmt: skip
    uow.session.add(made)
    uow.session.flush()
    facts: dict[str, str | None] = {"environment": place.name}
    if what in ABOUT_VARIANT:
        facts["variant"] = ship or "control"
    if what == "stopped":
        facts["why"] = row.reason
    audit.record(uow, f"flag_experiment.{what}", targets=[audit.Target("flag", str(flag.id), flag.key)],
                 metadata=facts, reason=note[:500] or None)  # fmt: skip
