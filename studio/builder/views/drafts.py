"""The API of the draft: save, check, publish, what has changed."""

from uuid import UUID

from flask import Response, jsonify, url_for

from studio.accounts.permissions import permission
from studio.builder.service import drafts, whole
from studio.builder.views import bodies
from studio.builder.views.blueprint import API, asked, blueprint, checked, keyring, loaded
from studio.core import web
from studio.runtime import document as documents
from studio.runtime.service import workflows
from studio.runtime.service.staging import Wish
from studio.runtime.stages.policy import Rule


@blueprint.put(f"{API}/draft")
@permission("workflow.edit")
def save_draft(workflow_id: UUID) -> Response:
    """Keep the document; 409 with what is there now where somebody else was faster."""
    workflow, uow = asked(workflow_id), web.current_uow()
    body = bodies.read(bodies.Save)
    draft = drafts.save(uow, workflow, body.revision, body.document)
    return jsonify(
        checked(workflow, loaded(draft)).as_json()
        | {
            "revision": draft.revision,
            "saved_at": draft.at.isoformat(),
            "changed": whole.changed(uow, workflow, draft),
        }
    )


@blueprint.post(f"{API}/check")
@permission("workflow.read")
def check_document(workflow_id: UUID) -> Response:
    """What is wrong with a document. Keeps nothing."""
    workflow = asked(workflow_id)
    return jsonify(checked(workflow, documents.parse(bodies.read(bodies.Check).document)).as_json())


@blueprint.post(f"{API}/publish")
@permission("workflow.publish")
def publish(workflow_id: UUID) -> Response:
    """Make the draft the version that runs, for all events or a share of them; 422 with every problem."""
    workflow, uow = asked(workflow_id), web.current_uow()
    body = bodies.read(bodies.Publish)
    stage = body.stage
    wish = Wish(stage.share, Rule(stage.min_runs, stage.points)) if stage is not None else None
    version = whole.publish(uow, keyring(), workflow, body.revision, body.note, wish)
    facts = checked(workflow, documents.load(version.document))
    where = url_for("console.workflow_versions", workflow_id=workflow.id) if wish is not None else None
    return jsonify({"version": version.number, "staged": where} | facts.as_json())


@blueprint.post(f"{API}/enabled")
@permission("workflow.publish")
def set_enabled(workflow_id: UUID) -> Response:
    """Turn its triggers on or off."""
    workflow = asked(workflow_id)
    enabled = bodies.read(bodies.Enabled).enabled
    workflows.set_enabled(web.current_uow(), workflow, enabled=enabled)
    return jsonify({"enabled": workflow.enabled})


@blueprint.get(f"{API}/changes")
@permission("workflow.read")
def changes(workflow_id: UUID) -> Response:
    """What publishing would change, in words."""
    found = whole.changes(web.current_uow(), asked(workflow_id))
    return jsonify({"changes": [{"kind": one.kind, "node": one.node, "text": one.text} for one in found]})
