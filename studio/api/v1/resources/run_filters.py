"""The list of runs as people set it up: filters by a name, columns."""

from uuid import UUID

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.resources.runs import TAG
from studio.api.v1.shapes.common import ListOf, cut
from studio.api.v1.shapes.run_views import (
    RunColumnsBody,
    RunColumnsShape,
    RunViewChange,
    RunViewSave,
    RunViewShape,
    shaped,
)
from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history import columns, views


@operation("GET", "/run-views", tag=TAG, needs="run.read", query=Paged, answer=ListOf[RunViewShape])
def list_run_views(uow: UnitOfWork, query: Paged) -> ListOf[RunViewShape]:
    """Named filters of the list of runs: one's own, and those of everybody."""
    page, after = cut(views.listed(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[RunViewShape](data=[shaped(row) for row in page], next_cursor=after)


@operation(
    "POST", "/run-views", tag=TAG, needs="run.read", body=RunViewSave, answer=RunViewShape, status=201, conflicts=True
)
def save_run_view(uow: UnitOfWork, body: RunViewSave) -> RunViewShape:
    """Name a filter, for oneself or, with a seat that may edit workflows, for everybody of the workspace."""
    wanted = body.wanted()
    if body.shared:
        _may_share()
    return shaped(views.save(uow, body.name, wanted, shared=body.shared))


@operation("PATCH", "/run-views/<uuid:view_id>", tag=TAG, needs="run.read", body=RunViewChange, answer=RunViewShape,
           conflicts=True)  # fmt: skip
def change_run_view(uow: UnitOfWork, view_id: UUID, body: RunViewChange) -> RunViewShape:
    """Give a view another name or other filters: one's own or, as who edits workflows, one of everybody."""
    wanted, row = body.wanted(), views.one(uow, view_id)
    if row.owner_id is None:
        _may_share()
    return shaped(views.change(uow, row, name=body.name, wanted=wanted))


@operation("DELETE", "/run-views/<uuid:view_id>", tag=TAG, needs="run.read")
def remove_run_view(uow: UnitOfWork, view_id: UUID) -> None:
    """Remove a view: one's own or, with a seat that may edit workflows, one of everybody."""
    row = views.one(uow, view_id)
    if row.owner_id is None:
        _may_share()
    views.remove(uow, row)


@operation("GET", "/run-columns", tag=TAG, needs="run.read", answer=RunColumnsShape)
def get_run_columns(uow: UnitOfWork) -> RunColumnsShape:
    """What of each run the list shows to you."""
    return RunColumnsShape(columns=list(columns.chosen(uow)))


@operation("PUT", "/run-columns", tag=TAG, needs="run.read", body=RunColumnsBody, answer=RunColumnsShape)
def set_run_columns(uow: UnitOfWork, body: RunColumnsBody) -> RunColumnsShape:
    """Choose it, in this workspace. None: the run's name alone."""
    return RunColumnsShape(columns=list(columns.choose(uow, body.columns)))


def _may_share() -> None:
    if not signed_in_person().may("workflow.edit"):
        said = _("Whoever edits workflows shares views with everybody, and changes or removes shared ones.")
        raise Forbidden(said, resource="permission:workflow.edit")
