"""Who has to prove who they are, of a run that has come to a gate."""

from uuid import UUID

from studio.contract.node import Context
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.guard.service import passing

_APPROVAL = "approval.request"


def prover(ctx: Context, who: str, person: str, agreed_by: UUID | None = None) -> UUID:
    """That person. `agreed_by`: whoever agreed at this gate. Raises InvalidInput where there is nobody."""
    if who == "person":
        return passing.person_named(ctx.unit, person)
    found = None
    if who == "approver":
        found = agreed_by or _approver(ctx)
    found = found or passing.reach().starter(ctx.unit, ctx.run.id)
    if found is None:
        said = _("No person started this run or agreed to it, so nobody can prove who they are. Name a person instead.")
        raise InvalidInput(said, code="guard.nobody", field="config.who")
    return found


def _approver(ctx: Context) -> UUID | None:
    """Whoever approved last in this run, in this iteration or around it."""
    given = passing.reach().outputs(ctx.unit, ctx.run.id, _APPROVAL, "")
    emails = [one["by_email"] for one in given if isinstance(one, dict) and one.get("outcome") == "approved"]
    return passing.person_named(ctx.unit, emails[-1]) if emails and emails[-1] else None
