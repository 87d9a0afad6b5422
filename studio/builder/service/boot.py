"""What the editor's page needs to know of its workspace."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from studio.accounts.models import Secret, Workspace
from studio.approvals import people
from studio.approvals.matrices import service as matrices
from studio.approvals.nodes import deciders as deciding
from studio.approvals.policies import service as policies
from studio.approvals.service import calendars, groups, schedules
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import TriggerSubscription, Workflow
from studio.runtime.triggers.called import Called


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
    found += [
        {"ref": f"schedule:{row.name}", "name": row.name, "detail": _("whoever is on call")}
        for row in schedules.every(uow)
    ]
    return found + [
        {"ref": f"user:{person.email}", "name": person.name, "detail": person.email} for person in people.deciders(uow)
    ]


def secret_names(uow: UnitOfWork) -> list[str]:
    """Names alone; values never leave the vault."""
    return list(uow.session.scalars(select(Secret.name).order_by(Secret.name).limit(500)))


def callable_workflows(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Workflows whose published version others may call, with the inputs that it asks for."""
    found = (
        select(Workflow, TriggerSubscription)
        .join(TriggerSubscription, TriggerSubscription.version_id == Workflow.published_version_id)
        .where(TriggerSubscription.type == Called.key, Workflow.archived_at.is_(None))
        .order_by(Workflow.name, Workflow.id, TriggerSubscription.node_key)
        .limit(500)
    )
    rows = {row.id: (row, trigger) for row, trigger in reversed(uow.session.execute(found).all())}  # first triggers win
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "on": row.enabled,
            "inputs": [
                {"name": field.name, "label": field.label, "type": field.type, "required": field.required}
                for field in Called.Config.model_validate(trigger.settings).fields
            ],
        }
        for row, trigger in reversed(rows.values())
    ]


def calendar_names(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Calendars that a deadline may be counted by."""
    return [{"name": row.name, "default": row.is_default} for row in calendars.every(uow)]


def policy_names(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Approval policies, and who decides by them in words."""
    return [{"id": str(row.id), "name": row.name, "detail": deciding.words(row.rule)} for row in policies.every(uow)]


def matrix_names(uow: UnitOfWork) -> list[dict[str, Any]]:
    """Approval matrices that are published, and what they compare."""
    return [
        {"id": str(row.id), "name": row.name, "columns": [one["name"] for one in row.draft["columns"]]}
        for row in matrices.every(uow)
        if row.version
    ]


def workspace_facts(uow: UnitOfWork) -> dict[str, str]:
    """The root `workspace` of expressions."""
    row = uow.session.get_one(Workspace, uow.workspace)
    return {"name": row.name, "currency": row.currency, "time_zone": row.time_zone, "locale": row.locale}
