"""The one way to a tenant's rows.

A session of a unit of work carries its workspace. Every ORM statement that touches a tenant's table gets the filter
here, and every new row is stamped here, so no query elsewhere names `workspace_id`. Row security repeats the rule in
PostgreSQL.
"""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import event, text
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column, with_loader_criteria
from sqlalchemy.types import Uuid

from studio.core.absent import ABSENT
from studio.core.errors import NotFound, StudioError
from studio.core.i18n import gettext

Row = TypeVar("Row")

CROSS_TENANT = "cross_tenant"
WORKSPACE = "workspace_id"
USER = "user_id"


class TenancyError(StudioError):
    """A tenant's row was reached without its workspace: a defect, never a user's fault."""

    status = 500
    code = "tenancy"


class Tenant:
    """Mixin of every table whose rows belong to one workspace."""

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), nullable=False)
    """The workspace whose row this is."""


class OwnedByUser(Tenant):
    """Mixin of a tenant's rows that their person may see before a workspace is chosen: seats."""

    user_id: Mapped[UUID] = mapped_column(Uuid(), nullable=False)
    """The person whose row this is."""


class TenantSession(Session):
    """A session that sees one workspace, or, for the engine alone, all of them."""


def bind(session: Session, *, workspace_id: UUID | None, user_id: UUID | None = None, cross: bool = False) -> None:
    """Say whose rows this session may touch, to SQLAlchemy and to PostgreSQL's row security."""
    session.info.update({WORKSPACE: workspace_id, USER: user_id, CROSS_TENANT: cross})
    if session.get_bind().dialect.name == "postgresql" and not cross:
        session.execute(
            text("select set_config('studio.workspace_id', :w, true), set_config('studio.user_id', :u, true)"),
            {"w": str(workspace_id or ""), "u": str(user_id or "")},
        )


def get(session: Session, model: type[Row], key: UUID | None, what: str) -> Row:
    """One row of this workspace by id; `what` is one of `absent.ABSENT`.

    Raises NotFound; another workspace's row is not found either.
    """
    found = session.get(model, key) if key is not None else None
    if found is None:
        raise NotFound(gettext(ABSENT[what]), resource=f"{what}:{key}")
    return found


@event.listens_for(TenantSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> None:
    info = state.session.info
    if info.get(CROSS_TENANT) or state.is_column_load or state.is_relationship_load:
        return
    workspace_id, user_id = info.get(WORKSPACE), info.get(USER)
    own_seats = state.execution_options.get("rows_of_own_user", False)
    if own_seats and user_id is not None:
        _refuse_others(state)
        state.statement = state.statement.options(
            with_loader_criteria(OwnedByUser, lambda cls: cls.user_id == user_id, include_aliases=True)
        )
    elif workspace_id is not None:
        state.statement = state.statement.options(
            with_loader_criteria(Tenant, lambda cls: cls.workspace_id == workspace_id, include_aliases=True)
        )
    elif any(issubclass(mapper.class_, Tenant) for mapper in state.all_mappers):
        message = f"No workspace is set for {state.all_mappers[0].class_.__name__}."
        raise TenancyError(message)


def _refuse_others(state: ORMExecuteState) -> None:
    for mapper in state.all_mappers:
        if issubclass(mapper.class_, Tenant) and not issubclass(mapper.class_, OwnedByUser):
            message = f"{mapper.class_.__name__} belongs to a workspace, not to a person."
            raise TenancyError(message)


@event.listens_for(TenantSession, "before_flush")
def _stamp(session: Session, _context: object, _instances: Any) -> None:
    if session.info.get(CROSS_TENANT):
        return
    workspace_id, new = session.info.get(WORKSPACE), session.new  # which is made anew whenever it is asked for
    for row in (*new, *session.dirty, *session.deleted):
        if not isinstance(row, Tenant):
            continue
        if row in new and row.workspace_id is None:
            if workspace_id is None:
                message = f"No workspace is set for a new {type(row).__name__}."
                raise TenancyError(message)
            row.workspace_id = workspace_id
        elif workspace_id is not None and row.workspace_id != workspace_id:
            message = f"A {type(row).__name__} of another workspace was changed."
            raise TenancyError(message)
