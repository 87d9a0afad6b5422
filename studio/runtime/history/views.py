"""Filters of the list of runs that people keep by a name, for themselves or for everybody of the workspace."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, or_, select

from studio.audit import Target, record
from studio.audit.registry import Action
from studio.audit.taxonomy import run_views as actions
from studio.core import tenancy
from studio.core.errors import Conflict, FieldProblem, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history import filters
from studio.runtime.history.filters import RunFilter
from studio.runtime.models import RunView

MOST = 50
"""Of one person, and of the workspace."""
LONGEST = 60


def listed(uow: UnitOfWork) -> Sequence[RunView]:
    """One's own and those of everybody, by name."""
    mine = RunView.owner_id == uow.actor.user_id if uow.actor.user_id is not None else RunView.owner_id.is_(None)
    found = select(RunView).where(or_(mine, RunView.owner_id.is_(None)))
    return uow.session.scalars(found.order_by(func.lower(RunView.name), RunView.id).limit(2 * MOST)).all()


def save(uow: UnitOfWork, name: str, wanted: RunFilter, *, shared: bool) -> RunView:
    """Keep a filter. Raises InvalidInput with the field, or Conflict where the name is taken or there are too many."""
    name, pairs = _name(name), _pairs(wanted)
    owner_id = None if shared else uow.actor.user_id
    if not shared and owner_id is None:
        raise _invalid("shared", _("A view of one's own needs somebody whose it is."))
    names = _names(uow, owner_id)
    _expect_free(name, names.values())
    if len(names) >= MOST:
        raise Conflict(_("There are %(count)s views. Remove one first.", count=MOST),
                       code="run_view.too_many", resource="run_view")  # fmt: skip
    row = RunView(
        id=new_id(), name=name, filter=pairs, owner_id=owner_id, made_by=uow.actor.user_id, created_at=uow.now
    )
    uow.session.add(row)
    uow.session.flush()
    if shared:
        _record(uow, actions.RUN_VIEW_SHARED, row)
    return row


def change(uow: UnitOfWork, row: RunView, *, name: str | None = None, wanted: RunFilter | None = None) -> RunView:
    """Give it another name, or another filter; None: it stays. Whose it is stays as well.

    Raises InvalidInput with the field, or Conflict where the name is taken, and changes nothing then.
    """
    new_name = _name(name) if name is not None else row.name
    pairs = _pairs(wanted) if wanted is not None else row.filter
    others = {key: value for key, value in _names(uow, row.owner_id).items() if key != row.id}
    _expect_free(new_name, others.values())
    told = {"name": (row.name, new_name), "filter": (_said(row.filter), _said(pairs))}
    changes = {path: pair for path, pair in told.items() if pair[0] != pair[1]}
    row.name, row.filter = new_name, pairs
    uow.session.flush()
    if changes and row.owner_id is None:
        record(uow, actions.RUN_VIEW_CHANGED, targets=[Target("run_view", row.id, row.name)], changes=changes)
    return row


def differs(row: RunView, wanted: RunFilter) -> bool:
    """Whether a filter is another one than is kept, in whatever order its parts stand."""
    return sorted(map(list, filters.written(wanted))) != sorted(row.filter)


def one(uow: UnitOfWork, view_id: UUID) -> RunView:
    """One's own, or one of everybody. Raises NotFound: somebody else's is not found either."""
    row = tenancy.get(uow.session, RunView, view_id, "view")
    if row.owner_id is not None and row.owner_id != uow.actor.user_id:
        raise NotFound(_("There is no such view."), resource=f"run_view:{view_id}")
    return row


def remove(uow: UnitOfWork, row: RunView) -> None:
    """Forget it."""
    if row.owner_id is None:
        _record(uow, actions.RUN_VIEW_REMOVED, row)
    uow.session.delete(row)


def _name(given: str) -> str:
    name = " ".join(given.split())
    if not 0 < len(name) <= LONGEST or "\0" in name:
        raise _invalid("name", _("Give it a name of at most %(count)s letters.", count=LONGEST))
    return name


def _pairs(wanted: RunFilter) -> list[list[str]]:
    pairs = [list(pair) for pair in filters.written(wanted)]
    if not pairs:
        raise _invalid("filters", _("Set a filter first: all runs need no name."))
    return pairs


def _names(uow: UnitOfWork, owner_id: UUID | None) -> dict[UUID, str]:
    """Of one person's views, or of everybody's, in one case."""
    same = RunView.owner_id.is_(None) if owner_id is None else RunView.owner_id == owner_id
    return {row.id: row.name.casefold() for row in uow.session.execute(select(RunView.id, RunView.name).where(same))}


def _expect_free(name: str, taken: Iterable[str]) -> None:
    if name.casefold() in taken:
        raise Conflict(_("There is a view of this name. Choose another, or remove that one first."),
                       code="run_view.taken", resource="run_view")  # fmt: skip


def _invalid(field: str, said: str) -> InvalidInput:
    return InvalidInput(said, code="run_view.invalid", problems=[FieldProblem(field, "run_view.invalid", said)])


def _record(uow: UnitOfWork, action: Action, row: RunView) -> None:
    said = {"filter": _said(row.filter)}
    record(uow, action, targets=[Target("run_view", row.id, row.name)], metadata=said)


def _said(pairs: list[list[str]]) -> str:
    """As the address of the list says it."""
    return "&".join(f"{name}={value}" for name, value in pairs)[:400]
