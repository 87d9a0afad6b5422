"""Whether a request is told of in Slack as well."""

from sqlalchemy import select

from studio.approvals.models import Request, SlackChannel
from studio.core.unit_of_work import UnitOfWork


def announce(uow: UnitOfWork, request: Request, *, wanted: bool | None) -> None:
    """Decide it once, when it is asked; the audit event that follows has it posted. None: as the workspace has set."""
    if wanted is False:
        return
    every = uow.session.scalar(select(SlackChannel.every))
    request.in_slack = every is not None and (wanted or every)
