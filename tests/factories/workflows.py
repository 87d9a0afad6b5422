"""Workflow documents, and workflows made of them."""

from copy import deepcopy
from typing import Any
from uuid import UUID

from flask import Flask

from studio.builder.service import whole
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from tests.factories.accounts import MadeTenant

ORDER = {"order": {"id": "6021", "total": 420.0, "currency": "EUR", "customer": {"name": "Anna Keller"}}}

REFUNDS: dict[str, Any] = {
    "schema": "studio.workflow/1",
    "name": "High-value refunds",
    "description": "Asks before a large refund goes out.",
    "nodes": [
        {
            "key": "order", "type": "trigger.webhook", "version": 1, "name": "Order created",
            "config": {"sample": ORDER}, "position": {"x": 0, "y": 0},
        },
        {
            "key": "large", "type": "condition.if", "version": 1, "name": "Total above €400?",
            "config": {"condition": "trigger.order.total > 400.0"}, "position": {"x": 0, "y": 140},
        },
        {
            "key": "call", "type": "action.http", "version": 1, "name": "Tell the ERP",
            "config": {
                "method": "POST", "url": "https://erp.example.com/refunds", "body": {"id": "{{ trigger.order.id }}"},
            },
            "retry": {"attempts": 3, "base_s": 2, "max_s": 60}, "position": {"x": 0, "y": 280},
        },
    ],
    "edges": [
        {"from": "order", "port": "next", "to": "large"},
        {"from": "large", "port": "true", "to": "call"},
    ],
}  # fmt: skip


def refunds(**changed: Any) -> dict[str, Any]:
    """A document without problems, a copy each time."""
    return {**deepcopy(REFUNDS), **changed}


def drafted(uow: UnitOfWork, raw: dict[str, Any] | None = None) -> Workflow:
    """A workflow whose draft is this document."""
    return whole.make(uow, documents.parse(raw or refunds()))


def make_workflow(
    app: Flask, tenant: MadeTenant, raw: dict[str, Any] | None = None, *, published: bool = False, by: str = "builder"
) -> UUID:
    """A workflow of a workspace; its draft has revision 1. `by`: whose it is."""
    with app.extensions["studio_database"].unit(tenant.id, tenant[by].actor) as uow:
        workflow = drafted(uow, raw)
        if published:
            whole.publish(uow, app.extensions["studio_keyring"], workflow, 1, "First")
        return workflow.id
