"""What the editor's page needs to know of its workspace."""

from typing import Any

from flask_babel import ngettext
from sqlalchemy import select

from studio.accounts.models import Secret, Workspace
from studio.approvals import people
from studio.approvals.service import groups
from studio.core.unit_of_work import UnitOfWork


def deciders(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Groups and people that an approval may ask."""
    found = [
        {
            "ref": f"group:{group.name}",
            "name": group.name,
            "detail": ngettext("%(num)d person", "%(num)d people", len(group.members)),
        }
        for group in groups.all_groups(uow)
    ]
    return found + [
        {"ref": f"user:{person.email}", "name": person.name, "detail": person.email} for person in people.deciders(uow)
    ]


def secret_names(uow: UnitOfWork) -> list[str]:
    """Names alone; values never leave the vault."""
    return list(uow.session.scalars(select(Secret.name).order_by(Secret.name).limit(500)))


def workspace_facts(uow: UnitOfWork) -> dict[str, str]:
    """The root `workspace` of expressions."""
    row = uow.session.get_one(Workspace, uow.workspace)
    return {"name": row.name, "currency": row.currency, "time_zone": row.time_zone, "locale": row.locale}
