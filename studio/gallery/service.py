"""The verb of the gallery: make a workflow's draft out of a template and a few answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from studio.accounts.outcomes import Role
from studio.accounts.permissions import actor_may
from studio.accounts.service import workspaces
from studio.approvals import people
from studio.approvals.service import groups
from studio.builder.service import boot, whole
from studio.connectors.service import listing
from studio.core.errors import FieldProblem, InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import answers as reading
from studio.gallery import flagging, uses, values
from studio.gallery.answers import Linked, NewGroup, Place
from studio.gallery.filling import filled
from studio.gallery.forms import form
from studio.gallery.kept import rows
from studio.gallery.kept.content import PREFIX, OwnTemplate
from studio.gallery.loading import template as template_of
from studio.gallery.template import Question, Template
from studio.gallery.values import Value
from studio.runtime import document as documents
from studio.runtime.compile import check
from studio.runtime.document import Document
from studio.runtime.models import Workflow


@dataclass(frozen=True, slots=True)
class Made:
    """What a template and its answers give."""

    document: Document
    answers: dict[str, Any]
    """All of them, as they can be given again: a group that is made here by its name."""
    read: dict[str, reading.Read]


def find(uow: UnitOfWork, slug: str) -> Template:
    """One template, Studio's or the workspace's own. Raises NotFound."""
    return rows.by_slug(uow, slug) if slug.startswith(PREFIX) else template_of(slug)


def use(uow: UnitOfWork, slug: str, answers: Mapping[str, Any]) -> Workflow:
    """Make a workflow with a draft that can be published at once.

    Raises NotFound, or InvalidInput with a problem for each answer; then nothing was made.
    """
    template = find(uow, slug)
    if isinstance(template, OwnTemplate) and template.archived:
        raise NotFound(_("This template is archived."), resource=f"template:{slug}")
    made = make(uow, template, answers)
    make_needed(uow, template, made)
    workflow = whole.make(uow, made.document, template_slug=slug)
    uses.begin(uow, workflow, template, made.answers, made.document)
    return workflow


def make_needed(uow: UnitOfWork, template: Template, made: Made) -> None:
    """The groups and flags that the document names, where there are none yet."""
    for one in made.read.values():
        if isinstance(one, NewGroup):
            groups.create(uow, one.name, one.members)
    flagging.make(uow, template, {key: _expected(one) for key, one in made.read.items()})


def make(uow: UnitOfWork, template: Template, answers: Mapping[str, Any]) -> Made:
    """The document of these answers; writes nothing. Raises InvalidInput with a problem for each answer."""
    place = place_of(uow)
    given = {**defaults(template, place), **answers}
    read = reading.read(template, given, place)
    document = documents.parse(_document(template, {key: _expected(one) for key, one in read.items()}))
    problems = documents.errors(check(document))
    if problems:
        fields = [FieldProblem("answers", problem.code, problem.message) for problem in problems]
        message = _("With these answers the workflow has a problem: %(what)s", what=problems[0].message)
        raise InvalidInput(message, code="answers.problems", problems=fields)
    again = {key: {"group": one.name} if isinstance(one, NewGroup) else given[key] for key, one in read.items()}
    return Made(document, again, read)


def preview(uow: UnitOfWork, template: Template, place: Place | None = None) -> Document:
    """The workflow as its default answers would make it: for the picture and the steps in words.

    `place` is asked for once where there are several templates.
    """
    place = place_of(uow) if place is None else place
    given = defaults(template, place)
    made: dict[str, Value] = {}
    for question in template.questions:
        try:
            read = reading.read(template.model_copy(update={"questions": [question]}), _only(question, given), place)
            made[question.key] = _expected(read[question.key])
        except InvalidInput:  # such as: nobody here may decide yet
            made[question.key] = _stand_in(question)
    return documents.load(_document(template, made))


def _stand_in(question: Question) -> Value:
    """For a question that nothing here answers."""
    if question.kind == "people":
        return values.people(["group:…"], ["…"], [])
    return values.connection("…", next(iter(question.connectors), ""))


def place_of(uow: UnitOfWork) -> Place:
    """What reading answers needs to know of this workspace."""
    workspace, person = workspaces.current(uow), people.by_id(uow, uow.actor.user_id)
    return Place(
        own_email=person.email if person else "",
        currency=workspace.currency,
        locale=workspace.locale,
        deciders=people.deciders(uow),
        groups={group.name.casefold(): group.name for group in groups.all_groups(uow)},
        may_make_groups=actor_may(uow.actor, "group.manage"),
        connections=[Linked(row.handle, row.title, row.connector) for row in listing.choices(uow)],
        secrets=boot.secret_names(uow),
    )


def defaults(template: Template, place: Place) -> dict[str, Any]:
    """An answer for each question, as the wizard shows it at first."""
    return {question.key: _default(question, place) for question in template.questions}


def _default(question: Question, place: Place) -> Any:
    match question.kind:
        case "email" if question.default is None:
            return place.own_email
        case "people":
            return _usual_deciders(place)
        case "group":
            return _usual_group(str(question.default or ""), place)
        case "secret":
            return next(iter(place.secrets), "")
        case "connection":
            return next((one.handle for one in place.fitting(question)), "")
        case _:
            return question.default


def _usual_group(wanted: str, place: Place) -> dict[str, Any]:
    if wanted.casefold() in place.groups:
        return {"group": place.groups[wanted.casefold()]}
    if place.groups and not wanted:
        return {"group": next(iter(place.groups.values()))}
    return {"name": wanted or _("Approvers"), "people": _usual_deciders(place)}


def _usual_deciders(place: Place) -> list[str]:
    """Those whose only job it is; where there are none, everybody who may."""
    seated = [str(person.id) for person in place.deciders if person.role is Role.APPROVER]
    return seated or [str(person.id) for person in place.deciders]


def _document(template: Template, answers: Mapping[str, Value]) -> dict[str, Any]:
    """The filled document, each trigger with its first sample."""
    made = filled(form(template, answers), answers)
    for sample in reversed(template.samples):
        for node in made["nodes"]:
            if node["key"] == sample.trigger and node["type"] == "trigger.webhook":
                node["config"] = {**node.get("config", {}), "sample": sample.data}
    return made


def _expected(read: Value | NewGroup) -> Value:
    """A group that is about to be made is named like one that exists."""
    return values.people([f"group:{read.name}"], [read.name], []) if isinstance(read, NewGroup) else read


def _only(question: Question, given: Mapping[str, Any]) -> dict[str, Any]:
    return {question.key: given[question.key]}
