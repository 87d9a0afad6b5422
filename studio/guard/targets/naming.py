"""Protected targets by key: Studio's own and the workspace's."""

from sqlalchemy import select

from studio.contract import references
from studio.contract.protecting import registry
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardTarget

KIND = references.TARGET


def own(uow: UnitOfWork, key: str) -> GuardTarget | None:
    """A target of the workspace itself, unless it is retired."""
    query = select(GuardTarget).where(GuardTarget.key == key, GuardTarget.retired_at.is_(None))
    return uow.session.scalar(query)


def missing(uow: UnitOfWork, key: str) -> references.Missing | None:
    """Why a step's protected action leads nowhere."""
    known = registry().get(key)
    if known is not None:
        if known.steps:
            return None
        message = _("“%(title)s” is done on its page, not by steps.", title=_(known.title))
        return references.Missing("target.not_by_steps", message)
    if own(uow, key) is not None:
        return None
    choices = ", ".join(sorted(one.key for one in registry().values() if one.steps))
    message = _("There is no protected action “%(key)s”. Choose from: %(choices)s.", key=key[:80], choices=choices)
    return references.Missing("target.unknown", message)
