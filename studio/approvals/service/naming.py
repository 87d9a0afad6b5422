"""Names by which steps and policies call people, groups and schedules: whether there is somebody behind one."""

from flask_babel import gettext as _
from sqlalchemy import select

from studio.approvals import people
from studio.approvals.models import ApproverGroup
from studio.approvals.service import schedules
from studio.contract.references import Missing, Reference
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork

GROUP, SCHEDULE, USER = "approver_group", "schedule", "user"
"""How references to them are known."""
_PREFIXES = {"group:": GROUP, "schedule:": SCHEDULE, "user:": USER}


def key(name: str) -> str:
    """How a name is compared: "Refund team" and " refund  TEAM" are one."""
    return " ".join(name.split()).casefold()[:80]


def reference(field: str, ref: str) -> Reference:
    """What `group:<name>`, `schedule:<name>` or `user:<id or e-mail>` stands for."""
    for prefix, kind in _PREFIXES.items():
        if ref.startswith(prefix):
            return Reference(field, kind, ref[len(prefix) :].strip())
    return Reference(field, USER, ref.strip())


def missing(uow: UnitOfWork, one: Reference) -> Missing | None:
    """Why it leads nowhere."""
    lookups = {GROUP: missing_group, SCHEDULE: missing_schedule, USER: missing_person}
    return lookups[one.kind](uow, one.name)


def missing_group(uow: UnitOfWork, name: str) -> Missing | None:
    """Why a group's name leads nowhere."""
    query = select(ApproverGroup.id).where(ApproverGroup.name_key == key(name))
    if uow.session.scalar(query) is not None:
        return None
    message = _("There is no group “%(name)s”. Choose one of Settings, Approver groups.", name=name[:80])
    return Missing("group.unknown", message, warning=True)


def missing_schedule(uow: UnitOfWork, name: str) -> Missing | None:
    """Why a schedule's name leads nowhere."""
    if schedules.find(uow, name) is not None:
        return None
    message = _("There is no schedule “%(name)s”. Choose one of Settings, On call.", name=name[:80])
    return Missing("schedule.unknown", message, warning=True)


def missing_person(uow: UnitOfWork, name: str) -> Missing | None:
    """Why a person's address or id leads nowhere."""
    user_id = ids.parse_id(name)
    if people.by_id(uow, user_id) if user_id else people.by_email(uow, name):
        return None
    message = _("Nobody of this workspace is “%(name)s”. Choose somebody of Settings, People.", name=name[:80])
    return Missing("person.unknown", message, warning=True)
