"""The workspace, and whom a request acts for."""

from dataclasses import asdict

from studio.accounts.identity import signed_in_person
from studio.accounts.models import Workspace
from studio.accounts.service import approver_seats, logos, workspaces
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.api.v1.operations import operation
from studio.api.v1.shapes.workspace import ApproverSeats, Limits, Me, WorkspaceChange, WorkspaceInfo
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.flow.workspace import WorkspaceLimits, limits_of, set_limits


@operation("GET", "/me", tag="Workspace", anybody="any token may ask whom it acts for; without one it is refused",
           answer=Me)  # fmt: skip
def get_me(_uow: UnitOfWork) -> Me:
    """Whom this request acts for.

    Any working token may ask, whatever its scopes.
    """
    person = signed_in_person()
    seat = person.seat
    return Me(
        user_id=person.user_id,
        name=person.name,
        email=person.email,
        role=seat.role if seat else None,
        workspace_id=seat.workspace_id if seat else None,
        workspace=seat.workspace if seat else None,
        token_id=person.token_id,
        token_name=person.token_name,
        scopes=sorted(person.scopes) if person.scopes is not None else None,
    )


@operation("GET", "/workspace", tag="Workspace", needs="settings.read", answer=WorkspaceInfo)
def get_workspace(uow: UnitOfWork) -> WorkspaceInfo:
    """What the workspace is set to."""
    return _info(workspaces.current(uow))


@operation("PATCH", "/workspace", tag="Workspace", needs="settings.manage", body=WorkspaceChange, answer=WorkspaceInfo)
def change_workspace(uow: UnitOfWork, body: WorkspaceChange) -> WorkspaceInfo:
    """Change what the workspace is set to."""
    row = workspaces.current(uow)
    facts = WorkspaceFacts(row.name, row.currency, row.time_zone, row.locale, row.retention_days, row.approver_seats)
    wanted = asdict(facts) | body.model_dump(exclude_none=True)
    return _info(workspaces.update(uow, WorkspaceFacts(**wanted)))


@operation("PUT", "/workspace/logo", tag="Workspace", needs="settings.manage", file=logos.MEDIA_TYPES,
           largest=logos.MOST_BYTES, answer=WorkspaceInfo)  # fmt: skip
def put_logo(uow: UnitOfWork, data: bytes) -> WorkspaceInfo:
    """Show another picture beside the workspace's name, on pages and above mails.

    It is drawn anew as a PNG that fits into 480 by 240 pixels; nothing else of the file is kept. It is no secret.
    """
    return _info(logos.change(uow, "logo", data))


@operation("DELETE", "/workspace/logo", tag="Workspace", needs="settings.manage")
def delete_logo(uow: UnitOfWork) -> None:
    """Show the first letter of the name again."""
    logos.remove(uow)


def _info(row: Workspace) -> WorkspaceInfo:
    logo = logos.path(row.id, row.logo_id) if row.logo_id is not None else None
    return WorkspaceInfo(
        id=row.id, name=row.name, slug=row.slug, currency=row.currency, time_zone=row.time_zone, locale=row.locale,
        retention_days=row.retention_days, approver_seats=row.approver_seats, logo=logo, created_at=row.created_at,
    )  # fmt: skip


@operation("GET", "/workspace/approver-seats", tag="Workspace", needs="member.read", answer=ApproverSeats)
def get_approver_seats(uow: UnitOfWork) -> ApproverSeats:
    """How many approver seats are taken, of how many."""
    return ApproverSeats(**asdict(approver_seats.usage(uow)))


@operation("GET", "/workspace/limits", tag="Workspace", needs="settings.read", answer=Limits)
def get_limits(uow: UnitOfWork) -> Limits:
    """What all workflows of the workspace may do together."""
    return Limits(**asdict(limits_of(uow)))


@operation("PUT", "/workspace/limits", tag="Workspace", needs="settings.manage", body=Limits, answer=Limits)
def put_limits(uow: UnitOfWork, body: Limits) -> Limits:
    """Limit all runs that start from now on; those beyond wait for their turn. What is left out is not limited."""
    return Limits(**asdict(set_limits(uow, WorkspaceLimits(**body.model_dump()))))
