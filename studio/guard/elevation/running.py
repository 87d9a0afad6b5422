"""Elevations that runs ask for, on behalf of people."""

from uuid import UUID

from sqlalchemy import select

from studio.accounts.service import members
from studio.contract.approving import ApprovalNotice
from studio.contract.node import Context
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation import asking, eligibility, ending, rows, words
from studio.guard.elevation.outcomes import Ending
from studio.guard.elevation.policy import Wish
from studio.guard.models import GuardElevation

WAIT = "elevation"
"""The kind of waits for an answer."""


def ask(ctx: Context, email: str, role: str, wish: Wish, wait_id: UUID) -> GuardElevation:
    """Ask for a role for the person of an address. Raises InvalidInput where they are not eligible, and as asking."""
    uow = ctx.unit
    person = members.by_email(uow, email)
    if person is None:
        raise InvalidInput(_("Nobody with a seat here has this address."), field="person", code="no_seat")
    held = [one for one in eligibility.of_person(uow, person.user_id) if one.role == role]
    if not held:
        said = _("%(name)s may not ask for this role. An admin has to make them eligible.", name=person.name)
        raise InvalidInput(said, field="role", code="not_eligible")
    context = {
        "workflow_id": str(ctx.run.workflow_id), "workflow_name": ctx.run.workflow_name, "run_title": ctx.run.title,
        "node_name": ctx.node_name,
    }  # fmt: skip
    asked = asking.Asked(ctx.run.id, wait_id, context)
    row = asking.ask_for(uow, held[0].id, person.user_id, wish, asked)
    if row.request_id is None:  # whoever was asked is mailed by the approval, and its requester with them
        notice = ApprovalNotice(
            f"elevation:{row.id}", [f"user:{person.email}"],
            _("Start your elevated access"),
            _("The workflow “%(workflow)s” has asked for elevated access for you, for %(time)s. Start it on the page "
              "“Elevated access” of your profile within 24 hours. What for: %(reason)s",
              workflow=ctx.run.workflow_name, time=words.lasting(row.minutes), reason=row.justification),
            ctx.run.workflow_name,
        )  # fmt: skip
        rows.joined().approvals.notify(uow, notice)
    return row


def at(uow: UnitOfWork, wait_id: UUID) -> GuardElevation:
    """What a run waits, or has waited, for by a wait."""
    row = uow.session.scalar(select(GuardElevation).where(GuardElevation.wait_id == wait_id))
    if row is None:
        raise NotFound(_("What this step has asked for is not there any more."), resource=f"wait:{wait_id}")
    return row


def withdraw(uow: UnitOfWork, wait_id: UUID, reason: str) -> None:
    """The run no longer waits: nobody is asked about it any more. Locks the request first, as its deciders do."""
    query = select(GuardElevation.id, GuardElevation.request_id).where(GuardElevation.wait_id == wait_id)
    found = uow.session.execute(query).one_or_none()
    if found is None:
        return
    if found.request_id is not None:
        rows.joined().approvals.withdraw(uow, found.request_id, reason)
    ending.end_requested(uow, found.id, Ending.TAKEN_BACK, reason)
