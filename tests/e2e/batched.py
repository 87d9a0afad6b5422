"""A batch that was begun after an incident, and paused; and a workflow that an outage breaks."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from flask import Flask

from studio.accounts.demo import Credentials
from studio.core.actor import Actor, ActorType
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.batches import service
from studio.runtime.batches.planning import runs_of
from studio.runtime.batches.wanted import State, Verb, Wanted, hash_of
from studio.runtime.models import Run
from studio.runtime.service import subscriptions, workflows
from tests.e2e import tried

FAILED = "state=failed"


def begin(uow: UnitOfWork, run: Run) -> None:
    """And the draft of what failed is tried on all that it has received."""
    wanted = Wanted(verb=Verb.RERUN)
    seen = hash_of(wanted, runs_of(uow, FAILED, UTC))
    made = service.begin(uow, "Warehouse 7 was closed", FAILED, wanted, per_minute=60, seen=seen, zone=UTC)
    service.change(uow, made.id, State.PAUSED)
    tried.begin(uow, run)


def tell_the_warehouse(made: dict[str, str], document: dict[str, Any]) -> Callable[[Flask, list[Credentials]], None]:
    """Publish a workflow that calls out; its address comes to stand in `made`."""

    def furnish(app: Flask, people: list[Credentials]) -> None:
        owner, keyring = people[0], app.extensions["studio_keyring"]
        actor = Actor(ActorType.USER, str(owner.user_id), owner.name, owner.user_id, owner.role.value)
        with app.extensions["studio_database"].unit(owner.workspace_id, actor) as uow:
            found = workflows.create(uow, "Tell the warehouse")
            workflows.publish(uow, keyring, found, document)
            [trigger] = subscriptions.of_workflow(uow, found.id)
            made["address"] = f"/hooks/{subscriptions.address(keyring, trigger)}"

    return furnish
