"""A workflow whose second version takes a tenth of the events."""

from typing import Any

from studio.core.crypto import Keyring
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.service import staging as stages
from studio.runtime.service import workflows
from studio.runtime.service.staging import Wish
from studio.runtime.stages.policy import Rule


def furnish(uow: UnitOfWork, keyring: Keyring) -> None:
    """The other nine tenths start the first."""
    workflow = workflows.create(uow, "Thank the customer")
    workflows.publish(uow, keyring, workflow, thanking("Thank you"), note="Begins")
    stages.begin(uow, workflow, thanking("Thank you very much"), Wish(10, Rule(50, 5)), note="Warmer words")


def thanking(text: str) -> dict[str, Any]:
    """Webhook → a note."""
    return {
        "schema": "studio.workflow/1",
        "name": "Thank the customer",
        "nodes": [
            {"key": "order", "type": "trigger.webhook", "name": "Order", "position": {"x": 0, "y": 0}},
            {"key": "thank", "type": "action.note", "name": "Thank", "config": {"text": text},
             "position": {"x": 0, "y": 140}},
        ],
        "edges": [{"from": "order", "port": "next", "to": "thank"}],
    }  # fmt: skip
