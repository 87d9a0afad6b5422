"""The governed refund under policies: publishing proves that each of its ways to the shop's money passes a gate."""

import pytest
from flask import Flask

from studio.builder.service import drafts
from studio.core.errors import StudioError
from studio.core.unit_of_work import Database
from studio.gallery.loading import template
from studio.runtime.models import Workflow
from tests.factories.accounts import make_tenant
from tests.factories.guard import make_guard_policy
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
