"""Which template a workflow follows: written when it is made, moved on with each update."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from studio.core.unit_of_work import UnitOfWork
from studio.gallery.kept.content import OwnTemplate
from studio.gallery.loading import templates
from studio.gallery.models import TemplateUse
from studio.gallery.template import Template
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.models import Workflow

_TOLD = {"slug", "name", "value", "categories", "needs", "order", "checks", "samples"}
"""What the gallery says about a template, which its workflows do not depend on."""


def begin(
    uow: UnitOfWork, workflow: Workflow, template: Template, answers: Mapping[str, Any], document: Document
) -> None:
    """Keep what the workflow began as."""
    row = TemplateUse(workflow_id=workflow.id, slug=template.slug)
    move_on(uow, row, template, answers, document)
    uow.session.add(row)


def move_on(
    uow: UnitOfWork, row: TemplateUse, template: Template, answers: Mapping[str, Any], document: Document
) -> None:
    """From now on it follows this version."""
    row.revision, row.number = revision(template), number(template)
    row.answers, row.document, row.updated_at = dict(answers), documents.dump(document), uow.now


def of(uow: UnitOfWork, workflow: Workflow) -> TemplateUse | None:
    """What it follows; None: nothing, or it was made before this was kept."""
    return uow.session.get(TemplateUse, workflow.id)


def number(template: Template) -> int | None:
    """Of the workspace's own; Studio's have none."""
    return template.number if isinstance(template, OwnTemplate) else None


def revision(template: Template) -> str:
    """The hash of a version: of what it asks and makes."""
    return template.revision if isinstance(template, OwnTemplate) else _released(template.slug)


@lru_cache(maxsize=256)
def _released(slug: str) -> str:
    found = next(one for one in templates() if one.slug == slug)
    said = found.model_dump(mode="json", exclude=_TOLD)
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
