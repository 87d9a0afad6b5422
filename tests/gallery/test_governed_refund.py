"""The governed refund under policies: publishing proves that each of its ways to the shop's money passes a gate.

A refund that the shop refuses is done again from its step: what people agreed to and proved counts on, as long as it
would have counted then, and the shop is asked under the key of the first time.
"""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from studio.approvals.models import Request
from studio.builder.service import drafts
from studio.connectors.nodes.connection_action import ConnectionAction
from studio.contract.node import Context, Fail
from studio.contract.results import Outcome
from studio.core import clock
from studio.core.errors import StudioError
from studio.core.unit_of_work import Database
from studio.gallery.loading import template
from studio.gallery.template import Event
from studio.guard.models import GuardPass
from studio.runtime.models import Run, Step, Workflow
from tests.factories.accounts import make_tenant
from tests.factories.guard import make_guard_policy
from tests.factories.reruns import run_again
from tests.gallery.trial import Trial


@pytest.fixture
def trial(app: Flask, database: Database):
    made = Trial(app, make_tenant(database), template("governed-refund"))
    yield made
    made.engine.stop()


def test_what_policies_ask_for_is_met_on_every_way_and_not_without_its_gates(trial: Trial, database: Database) -> None:
    asks = {"approvals": [{"approvers": ["group:Refund team"]}], "step_up": {"strength": "code"}}
    make_guard_policy(database, trial.tenant, **asks)
    trial.publish()

    past_the_gate = {("large", "false"), ("largest", "false")}
    with database.unit(trial.tenant.id, trial.tenant["owner"].actor) as uow:
        workflow = uow.session.get(Workflow, trial.workflow_id)
        draft = drafts.current(uow, workflow)
        document = dict(draft.document)
        document["edges"] = [
            {**edge, "to": "refund"} if (edge["from"], edge["port"]) in past_the_gate else edge
            for edge in document["edges"]
        ]
        drafts.save(uow, workflow, draft.revision, document)
    with pytest.raises(StudioError) as refused:
        trial.publish()
    ungated = [one.message for one in refused.value.problems if one.code == "guard.ungated"]
    assert any("Order cancelled → Above €100.00? → Refund it in the shop" in said for said in ungated), ungated


class Till:
    """What refunds a shop is asked for, by their keys; it refuses them until it is let."""

    def __init__(self) -> None:
        self.lets, self.asked, self.made = False, [], []

    def start(self, node: ConnectionAction, ctx: Context, config: ConnectionAction.Config) -> Outcome:
        """In the place of the step's own."""
        if not config.action.endswith(".refund"):
            return node.simulate(ctx, config)
        self.asked.append(ctx.effect_key)
        if not self.lets:
            return Fail("connection.refused", "The shop does not let it do that.", retryable=False)
        self.made.append(ctx.effect_key)
        return node.simulate(ctx, config)


@pytest.fixture
def till(monkeypatch):
    made = Till()

    def start(node, ctx, config):
        return made.start(node, ctx, config)

    monkeypatch.setattr(ConnectionAction, "start", start)
    return made


@pytest.fixture
def refused(trial, database, till):
    """A large refund under a policy, agreed to and proved, that the shop has refused; and the run's id."""
    asks = {"approvals": [{"approvers": ["group:Refund team"]}], "step_up": {"strength": "code"}}
    make_guard_policy(database, trial.tenant, **asks)
    trial.publish()
    for event in ({"sample": "largest"}, {"answer": {"outcome": "approved"}}, {"proof": "given"}):
        trial.happen(Event.model_validate(event))
    [run] = trial.runs()
    assert (run.state, len(till.asked), till.made) == ("failed", 1, [])
    till.lets = True
    return run.id


def again(trial: Trial, run_id, from_step: str):
    with trial.database.unit(trial.tenant.id, trial.tenant["owner"].actor) as uow:
        made = run_again(
            uow, uow.session.get(Run, run_id), trial.engine.versions, trial.engine.wake_main, from_step=from_step
        ).id
    trial.settle()
    return made


def asked_of_people(trial: Trial) -> tuple[int, int]:
    """Requests and proofs that there are."""
    with trial.database.unit(trial.tenant.id, read_only=True) as uow:
        return tuple(uow.session.scalar(select(func.count()).select_from(one)) for one in (Request, GuardPass))


def error_of(trial: Trial, run_id, step: str):
    with trial.database.unit(trial.tenant.id, read_only=True) as uow:
        return uow.session.scalars(select(Step.error).where(Step.run_id == run_id, Step.node_key == step)).one()


def test_a_re_run_of_the_refund_asks_nobody_again_and_pays_back_once(trial: Trial, till: Till, refused) -> None:
    made = again(trial, refused, "refund")
    trial.happen(Event.model_validate({"sink": "takes"}))
    path = ["cancelled", "large", "ask", "largest", "prove", "refund", "goodwill", "export", "told"]
    assert trial.path(made) == path
    assert asked_of_people(trial) == (1, 1)
    assert till.made == till.asked[:1], "under the key of the first time"


def test_a_proof_that_is_too_old_by_then_is_asked_for_anew_and_the_yes_is_not(
    trial: Trial, till: Till, refused
) -> None:
    clock.shift(timedelta(minutes=6))
    made = again(trial, refused, "refund")
    assert error_of(trial, made, "refund")["code"] == "guard.required"
    assert till.made == []

    made = again(trial, made, "prove")
    assert till.made == []
    trial.happen(Event.model_validate({"proof": "given"}))
    trial.happen(Event.model_validate({"sink": "takes"}))
    assert trial.path(made)[-4:] == ["refund", "goodwill", "export", "told"]
    assert asked_of_people(trial) == (1, 2)
    assert len(till.made) == 1
