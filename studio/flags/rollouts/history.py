"""What happened to a rollout: its own history, which nobody changes, and the audit trail."""

from collections.abc import Iterable

from studio import audit
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout, FlagRolloutEvent
from studio.flags.ramps.evidence import Finding
from studio.flags.rollouts import rows, told

ASKED = "asked"
"""People were asked; the one thing that happens and that the audit trail has from elsewhere."""


def write(
    uow: UnitOfWork, row: FlagRollout, flag: Flag, place: FlagEnvironment, what: str, *, before: int,
    found: Iterable[Finding] = (), note: str = "",
) -> None:  # fmt: skip
    """Write what happened now. `before`: the step at which it was."""
    share = rows.share_of(row)
    uow.session.add(
        FlagRolloutEvent(
            id=ids.new_id(), workspace_id=uow.workspace, rollout_id=row.id, at=uow.now, what=what, from_step=before,
            to_step=row.step, share=share, findings=told.findings(found), note=note, who=uow.actor.name[:200],
        )
    )  # fmt: skip
    uow.session.flush()
    if what == ASKED:
        return
    facts = {"environment": place.name, "step": row.step + 1, "share": share}
    audit.record(uow, f"flag_rollout.{what}", targets=[audit.Target("flag", str(flag.id), flag.key)], metadata=facts,
                 reason=note or None)  # fmt: skip
