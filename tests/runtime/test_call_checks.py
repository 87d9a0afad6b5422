"""What publishing says of calls: a reference to nothing forbids it, everything that may still change warns."""

import pytest

from studio.core.errors import InvalidInput
from studio.core.ids import new_id
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.service import workflows
from studio.runtime.service.call_checks import called_names, check_in
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

pytestmark = pytest.mark.parametrize("store", ["sqlite"], indirect=True)
CALLED = {
    "key": "t", "type": "trigger.called", "name": "Called",
    "config": {"fields": [{"name": "order"}, {"name": "why", "required": False}]},
}  # fmt: skip
HOOK = {"key": "t", "type": "trigger.webhook", "name": "Hook", "config": {}}


def calling(name, workflow_id, trigger=HOOK, **inputs):
    call = {
        "key": "call", "type": "flow.call", "name": "Call",
        "config": {"workflow": str(workflow_id), "inputs": inputs or {"order": "1"}},
    }  # fmt: skip
    return refunds(name=name, nodes=[trigger, call], edges=[{"from": "t", "port": "next", "to": "call"}])


def quiet(name, trigger=CALLED):
    return refunds(name=name, nodes=[trigger], edges=[])


@pytest.fixture
def ask(app):
    """Check a document as that of a workflow: {code: (severity, field)} of what is said of its calls."""
    tenant = make_tenant(app.extensions["studio_database"])

    def look(raw, workflow_id=None):
        workflow_id = workflow_id or make_workflow(app, tenant, quiet("Home"))
        with app.extensions["studio_database"].unit(tenant.id) as unit:
            found = check_in(unit, documents.load(raw), unit.session.get(Workflow, workflow_id))
        return {one.code: (one.severity, one.field) for one in found if one.code.startswith("call.")}

    look.tenant = tenant
    return look


def test_a_workflow_that_may_be_called_is_fine(app, ask):
    child = make_workflow(app, ask.tenant, quiet("Child"), published=True)
    assert ask(calling("Home", child)) == {}
    assert ask(calling("Home", "{{ trigger.which }}")) == {}


@pytest.mark.parametrize("named", [new_id(), "no id at all", "elsewhere"])
def test_a_workflow_that_is_not_here_forbids_publishing(app, ask, named):
    if named == "elsewhere":
        other = make_tenant(app.extensions["studio_database"])
        named = make_workflow(app, other, quiet("Theirs"), published=True)
    raw = calling("Home", named)
    assert ask(raw) == {"call.unknown_workflow": ("error", "config.workflow")}
    home = make_workflow(app, ask.tenant, raw)
    with app.extensions["studio_database"].unit(ask.tenant.id, ask.tenant["builder"].actor) as unit:
        workflow = unit.session.get(Workflow, home)
        with pytest.raises(InvalidInput) as refused:
            workflows.publish(unit, app.extensions["studio_keyring"], workflow, raw)
    assert [(one.code, one.path) for one in refused.value.problems] == [
        ("call.unknown_workflow", "nodes.1.config.workflow")
    ]


def test_what_may_still_change_warns(app, ask):
    draft = make_workflow(app, ask.tenant, quiet("Draft"))
    assert ask(calling("Home", draft)) == {"call.unpublished": ("warning", "config.workflow")}
    other = make_workflow(app, ask.tenant, quiet("Other", HOOK), published=True)
    assert ask(calling("Home", other)) == {"call.no_trigger": ("warning", "config.workflow")}
    off = make_workflow(app, ask.tenant, quiet("Off"), published=True)
    with app.extensions["studio_database"].unit(ask.tenant.id, ask.tenant["builder"].actor) as unit:
        workflows.set_enabled(unit, unit.session.get(Workflow, off), enabled=False)
    assert ask(calling("Home", off)) == {"call.off": ("warning", "config.workflow")}
    with app.extensions["studio_database"].unit(ask.tenant.id, ask.tenant["builder"].actor) as unit:
        workflows.archive(unit, unit.session.get(Workflow, off))
    assert ask(calling("Home", off)) == {"call.unknown_workflow": ("error", "config.workflow")}


def test_inputs_are_held_against_the_form(app, ask):
    child = make_workflow(app, ask.tenant, quiet("Child"), published=True)
    assert ask(calling("Home", child, why="1", weight="2")) == {
        "call.input_missing": ("warning", "config.inputs"),
        "call.input_unknown": ("warning", "config.inputs.weight"),
    }


def test_an_input_that_is_left_empty_is_missing(app, ask):
    child = make_workflow(app, ask.tenant, quiet("Child"), published=True)
    needed = {"call.input_missing": ("warning", "config.inputs.order")}
    assert ask(calling("Home", child, order="")) == needed
    assert ask(calling("Home", child, order="6021")) == {}


def test_a_circle_is_named(app, ask):
    home = make_workflow(app, ask.tenant, quiet("Home"), published=True)
    assert ask(calling("Home", home, CALLED), home) == {"call.circle": ("warning", "config.workflow")}
    child = make_workflow(app, ask.tenant, calling("Child", home, CALLED), published=True)
    with app.extensions["studio_database"].unit(ask.tenant.id) as unit:
        document = documents.load(calling("Home", child, CALLED))
        found = check_in(unit, document, unit.session.get(Workflow, home))
        assert next(one.message for one in found if one.code == "call.circle").count("Home → Child → Home") == 1
        assert called_names(unit, document) == {"call": "Child"}
