"""Letting one act through a freeze: its person says why, and everybody who administers the workspace reads it."""

from datetime import timedelta

from sqlalchemy import select

from studio import audit
from studio.accounts.models import Seat
from studio.accounts.outcomes import Role
from studio.contract.approving import ApprovalNotice, Approvals
from studio.contract.protecting import registry
from studio.core import ids
from studio.core.errors import Forbidden, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.guard.models import GuardException

GOOD_FOR = timedelta(minutes=10)
_ADMINS = (Role.OWNER.value, Role.ADMIN.value)


def allow(
    uow: UnitOfWork, approvals: Approvals, *, target: str, digest: str, freeze: str, what: str, reason: str
) -> GuardException:
    """Let the act whose content has this hash through, by the actor, for ten minutes. Raises InvalidInput."""
    if uow.actor.user_id is None:
        raise Forbidden(_("Only a person can say why."), code="not_a_person")
    if not reason.strip():
        said = _("Say why it cannot wait: all admins read it.")
        raise InvalidInput(said, code="reason_missing", field="reason")
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise InvalidInput(_("This is no hash of an act."), code="hash_unreadable", field="payload_hash")
    row = GuardException(
        id=ids.new_id(), target=target[:80], payload_hash=digest, user_id=uow.actor.user_id, freeze=freeze[:80],
        reason=reason.strip()[:2_000], made_at=uow.now, ends_at=uow.now + GOOD_FOR,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    known = registry().get(target)
    title = _(known.title) if known is not None else target
    metadata = {"target": row.target, "freeze": row.freeze, "what": what[:500]}
    about = [audit.Target("protected_action", row.target, title)]
    audit.record(uow, "guard.freeze_bypassed", targets=about, metadata=metadata, reason=row.reason)
    _tell(uow, approvals, row, title)
    return row


def _tell(uow: UnitOfWork, approvals: Approvals, row: GuardException, title: str) -> None:
    seats = select(Seat.user_id).where(Seat.role.in_(_ADMINS), Seat.disabled_at.is_(None))
    people = [f"user:{one}" for one in uow.session.scalars(seats) if one != row.user_id]
    if people:
        subject = _("Freeze bypassed: %(title)s", title=title)
        text = _("%(who)s bypassed the freeze “%(freeze)s” for “%(title)s”. Reason: %(reason)s",
                 who=uow.actor.name, freeze=row.freeze, title=title, reason=row.reason)  # fmt: skip
        approvals.notify(uow, ApprovalNotice(f"freeze:{row.id}", people, subject, text))
