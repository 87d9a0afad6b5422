"""Runs that a person, an application event or a schedule starts: an event and a run in the caller's transaction."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.document.bounds import check_payload
from studio.runtime.models import Event, Run, TriggerSubscription, Workflow
from studio.runtime.outcomes import Lane, Mode, RunState, Verdict
from studio.runtime.triggers.called import Called
from studio.runtime.triggers.form import Form, answers
from studio.runtime.triggers.manual import Manual

Hint = Callable[[], None]
FORMS: Mapping[str, type[Form]] = {Manual.key: Manual.Config, Called.key: Called.Config}
"""Triggers that ask for something, by type."""


def start(
    uow: UnitOfWork,
    subscription: TriggerSubscription,
    data: Any,
    hint: Hint,
    *,
    meta: dict[str, Any] | None = None,
) -> Run:
    """Write the event and the run that it starts. Raises Conflict where the trigger is off."""
    if not subscription.active:
        raise Conflict(
            _("The workflow is turned off, so nothing was started. Turn it on first."), code="workflow.off",
            resource=f"workflow:{subscription.workflow_id}",
        )  # fmt: skip
    run_id, event_id = new_id(), new_id()
    run = Run(
        id=run_id, workflow_id=subscription.workflow_id, version_id=subscription.version_id, event_id=event_id,
        trigger_node=subscription.node_key, state=RunState.QUEUED, mode=Mode.LIVE, lane=Lane.MAIN, input=data,
        available_at=uow.now, created_at=uow.now,
    )  # fmt: skip
    event = Event(
        id=event_id, workflow_id=subscription.workflow_id, subscription_id=subscription.id, type=subscription.type,
        verdict=Verdict.STARTED, run_id=run_id, meta=meta, received_at=uow.now,
    )  # fmt: skip
    uow.session.add_all((run, event))
    uow.after_commit(hint)
    return run


def turn_away(
    uow: UnitOfWork, subscription: TriggerSubscription, data: Any, verdict: Verdict, reason: str, meta: dict[str, Any]
) -> None:
    """Write the event that starts no run, and why, so that nobody has to guess."""
    uow.session.add(
        Event(
            id=new_id(), workflow_id=subscription.workflow_id, subscription_id=subscription.id, type=subscription.type,
            verdict=verdict, reason=reason, body=data, meta=meta, received_at=uow.now,
        )
    )  # fmt: skip


def start_manual(uow: UnitOfWork, workflow: Workflow, node_key: str | None, data: Any, hint: Hint) -> Run:
    """Start a workflow by hand at its manual trigger (or any trigger, with the data that it would bring)."""
    found = select(TriggerSubscription).where(TriggerSubscription.workflow_id == workflow.id)
    rows = list(uow.session.scalars(found))
    if node_key is not None:
        rows = [row for row in rows if row.node_key == node_key]
    else:
        rows.sort(key=lambda row: row.type != "trigger.manual")
    if not rows:
        raise InvalidInput(_("This workflow has no such trigger in its published version."), code="trigger.unknown",
                           field="trigger")  # fmt: skip
    return start(uow, rows[0], answered(rows[0], data), hint, meta={"by": uow.actor.name})


def answered(subscription: TriggerSubscription, data: Any) -> Any:
    """What was given, checked against the form where the trigger has one. Raises InvalidInput."""
    check_payload(data)
    asked = FORMS.get(subscription.type)
    if asked is None:
        return data
    form = asked.model_validate(subscription.settings)
    if isinstance(data, dict):
        return answers(form, data)
    if form.fields:
        raise InvalidInput(_("The form's answers are an object of names and values."), code="form.invalid",
                           field="data")  # fmt: skip
    return data


def get_run(uow: UnitOfWork, run_id: UUID | None) -> Run:
    """One run of this workspace. Raises NotFound."""
    return tenancy.get(uow.session, Run, run_id, "run")
