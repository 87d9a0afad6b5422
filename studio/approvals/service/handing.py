"""Whether a share may be handed to somebody: never round a bar, never to somebody who has spoken."""

from collections.abc import Sequence

from flask_babel import gettext as _

from studio.approvals import policy
from studio.approvals.models import Assignment, Request
from studio.approvals.outcomes import WAITING
from studio.approvals.people import Person
from studio.approvals.service import rows
from studio.core.errors import Forbidden, InvalidInput
from studio.core.unit_of_work import UnitOfWork


def check(
    uow: UnitOfWork,
    request: Request,
    shares: Sequence[Assignment],
    share: Assignment,
    by: Person,
    to: Person,
) -> None:
    """Raises Forbidden where `by` must not choose who decides, InvalidInput where `to` must not."""
    barred = rows.barred(uow, request)
    if policy.is_barred(barred, by.email, by.id):
        said = _("You asked for this or edited it last, so you cannot choose who decides.")
        raise Forbidden(said, code="self_approval")
    if policy.is_barred(barred, to.email, to.id):
        said = _("%(name)s asked for this or edited it last, so somebody else has to decide.", name=to.name)
        raise InvalidInput(said, code="self_approval", field="to")
    if to.role in rows.rule(request, shares).exclude_roles:
        said = _("The rule of this approval excludes the role of %(name)s.", name=to.name)
        raise InvalidInput(said, code="role_excluded", field="to")
    of_stage = [one for one in shares if one.stage == share.stage and one.user_id == to.id]
    if any(one.state in WAITING for one in of_stage):
        raise InvalidInput(_("%(name)s has been asked already.", name=to.name), field="to")
    if any(vote.user_id == to.id and vote.stage == share.stage for vote in rows.votes(uow, request)):
        said = _("%(name)s has decided already, and counts once.", name=to.name)
        raise InvalidInput(said, code="already_decided", field="to")
