"""The blueprint of the builder, and what its views reach other parts by."""

from typing import cast
from uuid import UUID

from flask import Blueprint, Response, current_app, jsonify

from studio.builder import insight
from studio.builder.insight import Checked
from studio.builder.service import whole
from studio.builder.service.drafts import Draft, DraftConflict
from studio.core import problems, web
from studio.core.crypto import Keyring
from studio.core.settings import Settings
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.engine.engine import Engine
from studio.runtime.models import Workflow

blueprint = Blueprint("builder", "studio.builder")

API = "/builder/api/workflows/<uuid:workflow_id>"


def asked(workflow_id: UUID) -> Workflow:
    """The workflow that the address names. Asked before the body is read: another tenant's is not found."""
    return whole.get(web.current_uow(), workflow_id)


def keyring() -> Keyring:
    """What addresses are sealed with."""
    return cast("Keyring", current_app.extensions["studio_keyring"])


def settings() -> Settings:
    """The settings of this process."""
    return cast("Settings", current_app.extensions["studio_settings"])


def engine() -> Engine:
    """The engine that app.py has joined."""
    return cast("Engine", current_app.extensions["studio_engine"])


def checked(workflow: Workflow, document: Document) -> Checked:
    """The problems of a document, and facts of its steps with their addresses."""
    uow = web.current_uow()
    known = insight.triggers(uow, keyring(), workflow, settings().public_url)
    return insight.checked(uow, document, workflow, known)


def loaded(draft: Draft) -> Document:
    """A draft's document; types that are gone since are a problem, not a reason to close the door."""
    return documents.load(draft.document)


@blueprint.errorhandler(DraftConflict)
def conflict(error: DraftConflict) -> Response:
    """Tell whoever was slower what is there now."""
    web.rollback(error)
    current = error.current
    answer = jsonify(
        problems.problem(error)
        | {
            "current": {
                "revision": current.revision,
                "document": current.document,
                "by": current.by,
                "at": current.at.isoformat(),
            }
        }
    )
    answer.status_code, answer.content_type = error.status, "application/problem+json"
    return answer
