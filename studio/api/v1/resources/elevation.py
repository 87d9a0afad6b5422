"""Elevated access: who may ask for which role, asking, ending."""

from datetime import timedelta
from uuid import UUID

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.reading import Paged
from studio.api.v1.shapes import elevation as shapes
from studio.api.v1.shapes.common import ListOf, cursor_id, cut, written
from studio.api.v1.shapes.elevation import ElevationView, EligibilityView
from studio.contract import gates
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import asking, eligibility, ending, listing, rows, starting
from studio.guard.elevation.eligibility import GrantSave
from studio.guard.elevation.policy import Wish

TAG = "Elevated access"
HELD, ONE = "/eligibilities/<uuid:eligibility_id>", "/elevations/<uuid:elevation_id>"


@operation("GET", "/eligibilities", tag=TAG, needs="elevation.read", query=Paged, answer=ListOf[EligibilityView])
def list_eligibilities(uow: UnitOfWork, query: Paged) -> ListOf[EligibilityView]:
    """Who may ask for which role now."""
    page, after = cut(eligibility.in_force(uow), lambda row: row.id, query.cursor, query.limit)
    return ListOf[EligibilityView](data=[EligibilityView.model_validate(row) for row in page], next_cursor=after)


@operation("GET", "/eligibilities/mine", tag=TAG, needs="elevation.ask", answer=ListOf[EligibilityView])
def list_my_eligibilities(uow: UnitOfWork) -> ListOf[EligibilityView]:
    """What the token's person may ask for, their own and their groups'."""
    found = eligibility.of_person(uow, signed_in_person().user_id)
    return ListOf[EligibilityView](data=[EligibilityView.model_validate(row) for row in found], next_cursor=None)


@operation("POST", "/eligibilities", tag=TAG, needs="elevation.manage", body=shapes.EligibilitySave,
           answer=EligibilityView, status=201, conflicts=True)  # fmt: skip
def grant_eligibility(uow: UnitOfWork, body: shapes.EligibilitySave) -> EligibilityView:
    """Let somebody ask for a role: never oneself, never more than one's own seat allows.

    Its person has to have proved lately who they are.
    """
    gates.current().require_sudo(uow)
    made = eligibility.grant(uow, GrantSave(
        body.role, body.user_id, body.group_id, timedelta(minutes=body.most_minutes), body.justification, body.ticket,
        body.approvers, body.needed, body.step_up, body.ends_at,
    ))  # fmt: skip
    return EligibilityView.model_validate(made)


@operation("GET", HELD, tag=TAG, needs="elevation.read", answer=EligibilityView)
def get_eligibility(uow: UnitOfWork, eligibility_id: UUID) -> EligibilityView:
    """One, in force or withdrawn."""
    return EligibilityView.model_validate(eligibility.get(uow, eligibility_id))


@operation("DELETE", HELD, tag=TAG, needs="elevation.manage", conflicts=True)
def withdraw_eligibility(uow: UnitOfWork, eligibility_id: UUID) -> None:
    """Let them ask no longer. What is in force by it ends at once."""
    eligibility.get(uow, eligibility_id)
    gates.current().require_sudo(uow)
    eligibility.withdraw(uow, eligibility_id)


@operation("GET", "/elevations", tag=TAG, needs="elevation.read", query=Paged, answer=ListOf[ElevationView])
def list_elevations(uow: UnitOfWork, query: Paged) -> ListOf[ElevationView]:
    """Everybody's, newest first: who, why, when, and how they ended."""
    found, after = listing.page(uow, after=cursor_id(query.cursor), size=query.limit)
    return ListOf[ElevationView](data=[ElevationView.model_validate(row) for row in found], next_cursor=written(after))


@operation("GET", "/elevations/mine", tag=TAG, needs="elevation.ask", query=Paged, answer=ListOf[ElevationView])
def list_my_elevations(uow: UnitOfWork, query: Paged) -> ListOf[ElevationView]:
    """Those of the token's person, newest first."""
    own = signed_in_person().user_id
    found, after = listing.page(uow, after=cursor_id(query.cursor), of=own, size=query.limit)
    return ListOf[ElevationView](data=[ElevationView.model_validate(row) for row in found], next_cursor=written(after))


@operation("POST", "/elevations", tag=TAG, needs="elevation.ask", body=shapes.ElevationSave, answer=ElevationView,
           status=201, conflicts=True)  # fmt: skip
def request_elevation(uow: UnitOfWork, body: shapes.ElevationSave) -> ElevationView:
    """Ask for a role, for oneself. By a token nothing begins: its person starts it in a browser."""
    wish = Wish(
        timedelta(minutes=body.minutes), body.justification, body.ticket, body.starts_at,
        None if body.scope is None else frozenset(body.scope),
    )  # fmt: skip
    try:
        return ElevationView.model_validate(asking.ask(uow, body.eligibility_id, wish))
    except NotFound as error:  # it is named in the body: the operation itself is there
        raise InvalidInput(error.message, code="eligibility.unknown", field="eligibility_id") from None


@operation("GET", ONE, tag=TAG, needs="elevation.read", answer=ElevationView)
def get_elevation(uow: UnitOfWork, elevation_id: UUID) -> ElevationView:
    """One, and how far it is."""
    return ElevationView.model_validate(rows.get(uow, elevation_id))


@operation("POST", f"{ONE}/start", tag=TAG, needs="elevation.ask", answer=ElevationView, conflicts=True)
def start_elevation(uow: UnitOfWork, elevation_id: UUID) -> ElevationView:
    """Start one's own in this browser's session, which alone it holds in. Refused for tokens: `not_a_browser`."""
    return ElevationView.model_validate(starting.start(uow, elevation_id))


@operation("POST", f"{ONE}/end", tag=TAG, needs="elevation.ask", answer=ElevationView, conflicts=True)
def end_elevation(uow: UnitOfWork, elevation_id: UUID) -> ElevationView:
    """End one's own before its time, or take it back before it began."""
    return ElevationView.model_validate(ending.end_own(uow, elevation_id))


@operation("POST", f"{ONE}/revoke", tag=TAG, needs="elevation.manage", body=shapes.ElevationEnd, answer=ElevationView,
           conflicts=True)  # fmt: skip
def revoke_elevation(uow: UnitOfWork, elevation_id: UUID, body: shapes.ElevationEnd) -> ElevationView:
    """End somebody's at once, with a reason."""
    return ElevationView.model_validate(ending.revoke(uow, elevation_id, body.reason))
