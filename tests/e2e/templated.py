"""A template of the workspace's own, and a workflow that follows an older version of it, changed where that changed."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from studio.builder.service import drafts, whole
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import service
from studio.gallery.kept import rows
from studio.gallery.models import TemplateUse
from studio.gallery.own import service as own
from studio.gallery.own.service import Wanted
from studio.runtime.models import Workflow

NAME = "Count twice"


def furnish(uow: UnitOfWork) -> None:
    """Two versions; the workflow was made of the first, and has its trigger as every other one."""
    source = uow.session.scalars(select(Workflow).where(Workflow.name == "Count the stock again")).one()
    value = "Counts the stock again where two systems do not agree."
    row = own.from_workflow(uow, source, Wanted(NAME, value, "Inventory", {}))
    made = service.use(uow, rows.slug(row.id), {})
    for workflow, name in ((made, "Our own note"), (source, "The template's note")):
        draft = drafts.current(uow, workflow)
        drafts.save(uow, workflow, draft.revision, _with_note(draft.document, name))
    whole.describe(uow, source, "Counts twice, one after the other.")
    own.from_workflow(uow, source, Wanted(NAME, value, "Inventory", {}, note="Says what it is for."), row.id)


def _with_note(raw: dict[str, Any], name: str) -> dict[str, Any]:
    """A step more, on the first line."""
    key = f"note_{len(name)}"
    first, *others = raw["edges"]
    place = {"x": 300, "y": 180}
    step = {"key": key, "type": "action.note", "name": name, "config": {"text": name}, "position": place}
    around = [first | {"to": key}, {"from": key, "port": "next", "to": first["to"]}]
    return raw | {"nodes": [*raw["nodes"], step], "edges": [*around, *others]}


def news(app: Flask) -> str:
    """Where what is new is told: one workflow of several has that page."""
    with app.extensions["studio_database"].across() as unit:
        older = select(TemplateUse.workflow_id).where(TemplateUse.slug.startswith("own-"))
        return f"/workflows/{unit.session.scalars(older).one()}/template"
