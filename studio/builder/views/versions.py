"""The API of versions, and of what triggers received."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import format_datetime

from studio.accounts.permissions import permission
from studio.builder.service import drafts, history, samples
from studio.builder.service.samples import Received
from studio.builder.views import bodies
from studio.builder.views.blueprint import API, asked, blueprint, checked, loaded
from studio.core import web
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _


@blueprint.get(f"{API}/versions")
@permission("workflow.read")
def versions(workflow_id: UUID) -> Response:
    """The newest versions, without their documents."""
    workflow = asked(workflow_id)
    found = history.versions(web.current_uow(), workflow)
    return jsonify(
        {
            "versions": [
                {
                    "number": one.number,
                    "note": one.note,
                    "by": one.by,
                    "at": one.at.isoformat(),
                    "current": one.number == workflow.published_number,
                }
                for one in found
            ]
        }
    )


@blueprint.post(f"{API}/versions/<number>/restore")
@permission("workflow.edit")
def restore_version(workflow_id: UUID, number: str) -> Response:
    """Make an old version the draft again."""
    workflow = asked(workflow_id)
    body = bodies.read(bodies.Restore)
    draft = drafts.restore(web.current_uow(), workflow, whole_number(number), body.revision)
    facts = checked(workflow, loaded(draft)).as_json()
    return jsonify(facts | {"document": draft.document, "revision": draft.revision})


@blueprint.get(f"{API}/samples")
@permission("event.read")
def recent_samples(workflow_id: UUID) -> Response:
    """What a trigger received lately, and what open sources kept that hear what a trigger of its `type` hears."""
    workflow, uow = asked(workflow_id), web.current_uow()
    own = samples.recent(uow, workflow, request.args.get("node", ""))
    others = samples.of_sources(uow, request.args.get("type", ""))
    return jsonify({"samples": [shown(one) for one in (*own, *others)]})


def whole_number(text: str) -> int:
    """A version's number from an address. Raises NotFound."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotFound(_("There is no such version."), resource=f"version:{text[:20]}")
    return int(text)


def shown(one: Received) -> dict[str, Any]:
    """One event as the editor takes it."""
    at = format_datetime(one.received_at, "short")
    return {
        "id": str(one.id),
        "label": f"{one.title} · {at}" if one.title else at,
        "received_at": one.received_at.isoformat(),
        "data": one.data,
    }
