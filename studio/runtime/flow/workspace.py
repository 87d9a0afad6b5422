"""What all workflows of a workspace may do together: read and set by people."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from sqlalchemy import select

from studio.audit import Target, record
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.locking import lock
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import TriggerSubscription, WorkspaceLimit

MOST = 100_000
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class WorkspaceLimits:
    """So many runs executing at a time, and so many starts in `per_s` seconds. Each None: no limit."""

    at_once: int | None = None
    starts: int | None = None
    per_s: int | None = None


def limits_of(uow: UnitOfWork) -> WorkspaceLimits:
    """What the workspace is limited to."""
    row = uow.session.scalars(select(WorkspaceLimit)).one_or_none()
    return WorkspaceLimits(row.at_once, row.starts, row.per_s) if row is not None else WorkspaceLimits()


def set_limits(uow: UnitOfWork, wanted: WorkspaceLimits) -> WorkspaceLimits:
    """Limit all runs that start from now on. Raises InvalidInput for what would be no limit, or let nothing start."""
    _check(wanted)
    hold(uow)
    before = limits_of(uow)
    if wanted == before:
        return before
    row = uow.session.scalars(select(WorkspaceLimit)).one_or_none()
    if wanted == WorkspaceLimits():
        if row is not None:
            uow.session.delete(row)
    elif row is None:
        uow.session.add(WorkspaceLimit(**asdict(wanted)))
    else:
        row.at_once, row.starts, row.per_s = wanted.at_once, wanted.starts, wanted.per_s
    _mark(uow, limited=wanted != WorkspaceLimits())
    old, new = asdict(before), asdict(wanted)
    changes = {name: (old[name], value) for name, value in new.items() if old[name] != value}
    record(uow, "workspace.limited", targets=[Target("workspace", str(uow.workspace), "")], changes=changes)
    return wanted


def has_limits(uow: UnitOfWork) -> bool:
    """Whether the workspace limits its runs at all; stays true until the unit's end, for who writes it down."""
    hold(uow)
    return uow.session.scalar(select(WorkspaceLimit.workspace_id)) is not None


def hold(uow: UnitOfWork) -> None:
    """Nobody publishes a workflow while limits change: it would not know of them."""
    lock(uow.session, f"limits|{uow.workspace}")


def _mark(uow: UnitOfWork, *, limited: bool) -> None:
    """Every trigger says whether its runs have to pass the gate, so that accepting need not ask."""
    for trigger in uow.session.scalars(select(TriggerSubscription).order_by(TriggerSubscription.id)):
        kept = {name: part for name, part in (trigger.control or {}).items() if name != "workspace"}
        trigger.control = (kept | ({"workspace": True} if limited else {})) or None


def _check(wanted: WorkspaceLimits) -> None:
    """All that is wrong at once: whoever mends one field would hear of the next only then."""
    problems = list(_problems(wanted))
    if problems:
        first = problems[0]
        raise InvalidInput(first.message, code=first.code, field=first.path, problems=problems)


def _problems(wanted: WorkspaceLimits) -> Iterator[FieldProblem]:
    for name, most in (("at_once", MOST), ("starts", MOST), ("per_s", DAY_S)):
        value = getattr(wanted, name)
        if value is not None and not 1 <= value <= most:
            message = _("Give a whole number from 1 to %(most)s, or nothing.", most=separated(most))
            yield FieldProblem(name, "limits.bounds", message)
    if (wanted.starts is None) != (wanted.per_s is None):
        missing = "per_s" if wanted.per_s is None else "starts"
        message = _("Say how many runs may start, and in how many seconds.")
        yield FieldProblem(missing, "limits.incomplete", message)
