"""What starts a published workflow: one subscription a trigger node, kept from version to version."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.audit import Target, following, record
from studio.contract.node import Kind, node_type
from studio.core import rng
from studio.core.crypto import Keyring, hash_token
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.document import Document, Step
from studio.runtime.document.writing import SAMPLE
from studio.runtime.flow.control import PRIORITIES, written
from studio.runtime.flow.workspace import has_limits
from studio.runtime.models import TriggerSubscription, Workflow, WorkflowVersion
from studio.runtime.standing import apply
from studio.runtime.triggers.audit_event import AuditTrailEvent
from studio.runtime.triggers.schedule import next_due

Settings = Sequence[Mapping[str, Any]]
"""Of active triggers of one type."""
_watching: dict[str, Callable[[UnitOfWork, Settings], None]] = {}
TakeOver = Callable[[UnitOfWork, Keyring, UUID], str | None]
"""A workflow's id in; the address that its new webhook takes over, which nothing else has any longer, out."""
_inheriting: list[TakeOver] = []


def watch(kind: str, told: Callable[[UnitOfWork, Settings], None]) -> None:
    """Have somebody told, in the transaction, where active triggers of a type come, go or change: before and after."""
    _watching[kind] = told


def inherit(take_over: TakeOver) -> None:
    """Say where a new webhook's address may come from. Called at the start of every process."""
    _inheriting[:] = [take_over]


def active_of(uow: UnitOfWork, kind: str) -> Settings:
    """The settings of all active triggers of a type."""
    found = select(TriggerSubscription).where(TriggerSubscription.type == kind, TriggerSubscription.active)
    return [row.settings for row in uow.session.scalars(found.order_by(TriggerSubscription.id))]


def renew(uow: UnitOfWork, keyring: Keyring, workflow: Workflow, version: WorkflowVersion, document: Document) -> None:
    """Point each trigger at a new version. One that is gone is turned off, and keeps its address for its return."""
    held = {row.node_key: row for row in of_workflow(uow, workflow.id)}
    before = _watched(held.values())
    control = written(document.settings, workspace=has_limits(uow))
    for step in document.nodes:
        kind = node_type(step.type)
        if kind is None or kind.kind is not Kind.TRIGGER:
            continue
        row = held.pop(step.key, None)
        if row is None or row.type != step.type:
            row = _replace(uow, keyring, workflow, step, row)
        was, row.version_id, row.active = row.active, version.id, workflow.enabled
        row.type_version, row.config = step.version, step.config
        row.priority, row.control = PRIORITIES[document.settings.priority], control
        row.next_due_at = _next(step, uow.now)
        _follow(uow, row, was=was)
    for gone in held.values():
        gone.active = False
    apply(uow, workflow.id)
    _tell(uow, before, workflow)


def begins_alike(uow: UnitOfWork, workflow: Workflow, document: Document) -> bool:
    """Whether a document has the triggers, priority and limits by which the published version's events are taken."""
    control = written(document.settings, workspace=has_limits(uow))
    priority = PRIORITIES[document.settings.priority]
    wanted = {
        step.key: (step.type, _taken_by(kind.upgraded(step.config, step.version)))
        for step in document.nodes
        if (kind := node_type(step.type)) is not None and kind.kind is Kind.TRIGGER
    }
    live = [row for row in of_workflow(uow, workflow.id) if row.version_id == workflow.published_version_id]
    return {row.node_key: (row.type, _taken_by(row.settings)) for row in live} == wanted and all(
        (row.priority, row.control) == (priority, control) for row in live
    )


def _taken_by(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What of a trigger's settings events meet: a sample is for building."""
    return {name: value for name, value in settings.items() if name != SAMPLE}


def set_active(uow: UnitOfWork, workflow: Workflow, *, active: bool) -> None:
    """Turn on those that the published version has, or turn off all."""
    rows = of_workflow(uow, workflow.id)
    before = _watched(rows)
    for row in rows:
        was, row.active = row.active, active and row.version_id == workflow.published_version_id
        _follow(uow, row, was=was)
        if row.active and row.type == "trigger.schedule":
            row.next_due_at = next_due(row.settings, uow.now)
    _tell(uow, before, workflow)


def _watched(rows: Iterable[TriggerSubscription]) -> list[tuple[str, dict[str, Any]]]:
    return [(row.type, dict(row.settings)) for row in rows if row.active and row.type in _watching]


def _tell(uow: UnitOfWork, before: Sequence[tuple[str, dict[str, Any]]], workflow: Workflow) -> None:
    if not _watching:
        return
    uow.session.flush()
    after = _watched(of_workflow(uow, workflow.id))
    for kind, told in _watching.items():
        was, now = ([settings for one, settings in rows if one == kind] for rows in (before, after))
        if was != now:
            told(uow, [*was, *now])


def _follow(uow: UnitOfWork, row: TriggerSubscription, *, was: bool) -> None:
    """Whoever begins to follow the audit trail begins behind its last entry; what a pause has left out stays out."""
    if row.type == AuditTrailEvent.key and row.active and not (was and row.audit_seq is not None):
        row.audit_seq = following.head(uow)


def of_workflow(uow: UnitOfWork, workflow_id: UUID) -> list[TriggerSubscription]:
    """All subscriptions of a workflow."""
    found = select(TriggerSubscription).where(TriggerSubscription.workflow_id == workflow_id)
    return list(uow.session.scalars(found))


def address(keyring: Keyring, row: TriggerSubscription) -> str | None:
    """The secret part of its web address; None where it has none."""
    if row.address_sealed is None:
        return None
    return keyring.unseal(row.address_sealed, context=context_of(row, "address_sealed")).decode()


def rotate_address(uow: UnitOfWork, keyring: Keyring, row: TriggerSubscription) -> str:
    """Give it a new address; the old one is unknown from now on."""
    text = _give_address(keyring, row)
    record(uow, "trigger.address_rotated", targets=[Target("trigger", str(row.id), row.node_key)])
    return text


def _replace(
    uow: UnitOfWork, keyring: Keyring, workflow: Workflow, step: Step, old: TriggerSubscription | None
) -> TriggerSubscription:
    if old is not None:
        uow.session.delete(old)
        uow.session.flush()
    row = TriggerSubscription(
        workflow_id=workflow.id, version_id=workflow.published_version_id, node_key=step.key, type=step.type,
        type_version=step.version, config=step.config, active=True, created_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    if step.type == "trigger.webhook":
        _give_address(keyring, row, next((take_over(uow, keyring, workflow.id) for take_over in _inheriting), None))
    return row


def _give_address(keyring: Keyring, row: TriggerSubscription, text: str | None = None) -> str:
    text = text or rng.token()
    row.address_hash = hash_token(text)
    row.address_sealed = keyring.seal(text.encode(), context=context_of(row, "address_sealed"))
    return text


def _next(step: Step, now: datetime) -> datetime | None:
    return next_due(step.config, now) if step.type == "trigger.schedule" else None
