"""The API that helps while a field is filled in, and the test-run."""

from uuid import UUID

from flask import Response, jsonify

from studio.accounts.permissions import permission
from studio.builder import assist, data_tree, testrun, touring
from studio.builder.service import boot
from studio.builder.testrun import Ask, Place
from studio.builder.views import bodies
from studio.builder.views.blueprint import API, asked, blueprint, engine
from studio.core import web
from studio.runtime import document as documents
from studio.runtime.models import Workflow
from studio.runtime.outcomes import RunState


@blueprint.post(f"{API}/data")
@permission("workflow.read")
def data(workflow_id: UUID) -> Response:
    """What a step may use, as a tree with sample values."""
    asked(workflow_id)
    body = bodies.read(bodies.AtStep)
    document = documents.parse(body.document)
    told = assist.given(web.current_uow(), document)
    return jsonify({"roots": data_tree.roots(document, body.node, told)})


@blueprint.post(f"{API}/complete")
@permission("workflow.read")
def complete(workflow_id: UUID) -> Response:
    """What fits at the cursor."""
    asked(workflow_id)
    body = bodies.read(bodies.Complete)
    document = documents.parse(body.document)
    told = assist.given(web.current_uow(), document)
    return jsonify(assist.completions(document, body.node, body.source, body.position, told))


@blueprint.post(f"{API}/preview")
@permission("workflow.read")
def preview(workflow_id: UUID) -> Response:
    """What a field comes to with sample data."""
    asked(workflow_id)
    body = bodies.read(bodies.Preview)
    facts = boot.workspace_facts(web.current_uow())
    document = documents.parse(body.document)
    told = assist.given(web.current_uow(), document)
    found = assist.preview(
        document, body.node, body.source, facts, template=body.template, sample=body.sample, told=told
    )
    return jsonify(found)


@blueprint.post(f"{API}/test")
@permission("workflow.edit")
def test(workflow_id: UUID) -> Response:
    """Run the document on a sample."""
    workflow, uow = asked(workflow_id), web.current_uow()
    body = bodies.read(bodies.Test)
    ask = Ask(documents.parse(body.document), body.trigger, body.sample, frozenset(body.live), body.only, body.outputs)
    place = Place(workflow.id, uow.workspace, boot.workspace_facts(uow), uow.actor)
    database, first = web.database(), touring.lacks_trial(uow, workflow)
    web.rollback()  # live steps have transactions of their own, and SQLite knows one writer at a time
    result = testrun.run(ask, place, database, engine().ports)
    if first and result.state != RunState.FAILED:
        with database.unit(place.workspace_id, place.actor) as unit:
            touring.tried(unit, unit.session.get_one(Workflow, place.workflow_id))
    return jsonify(result.as_json())
