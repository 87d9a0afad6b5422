"""What people do to runs: they cancel them."""

from collections.abc import Callable

from studio.audit import Target, record
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run
from studio.runtime.service.children import tell_caller
from studio.runtime.service.ending import Withdraw, end
from studio.runtime.waits import RunWaits


def _unannounced() -> None:
    """The sweeper finds the run that waited for it."""


def cancel(
    uow: UnitOfWork, run: Run, withdraw: Withdraw, reason: str = "", *, hint: Callable[[], None] = _unannounced
) -> None:
    """End a run now. What it waits for is withdrawn; a worker that is in the middle of it is fenced off.

    A run that called it and waits for it goes on; `hint` announces that.
    """
    locked = end(uow, run, withdraw, _why(uow, reason))
    tell_caller(uow, RunWaits(hint), locked)
    record(uow, "run.cancelled", targets=[target(locked)], metadata={"reason": reason})


def _why(uow: UnitOfWork, reason: str) -> str:
    """What those read whom the run had asked: who ended it, where that was a person, and why."""
    if uow.actor.user_id is None:
        return reason or str(_("The run was cancelled."))
    who = _("%(name)s cancelled the run.", name=uow.actor.name)
    return f"{who} {reason}".strip()


def target(run: Run) -> Target:
    """How the audit trail names it."""
    return Target("run", str(run.id), run.title or str(run.id), personal=True)
