"""Whether a template will do, wherever it comes from: an untrusted document until every part of it was looked at."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from studio.connectors.catalogue import connectors
from studio.contract.wording import field_problems
from studio.core.errors import FieldProblem, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import answers, service
from studio.gallery.kept.content import PREFIX, SCHEMA, Content, OwnTemplate, as_template
from studio.gallery.template import Question
from studio.runtime import document as documents
from studio.runtime.compile import check
from studio.runtime.document.bounds import check_bounds, refuse

FAMILY = "template"
T = TypeVar("T")
_ASKED_WITH = ("money", "number", "text", "choice", "duration", "flag")
"""Kinds of question whose default must be a possible answer; those of others come from the workspace."""


def checked(uow: UnitOfWork, raw: Any) -> Content:
    """What it says, where everything is well. Raises InvalidInput with the path and code of each problem."""
    if not isinstance(raw, Mapping):
        raise refuse("template.not_object", _("A template is a JSON object."), FAMILY)
    _refuse_other_kinds(raw)
    check_bounds(raw)
    try:
        content = Content.model_validate(raw)
    except ValidationError as error:
        raise _refused(field_problems(error, FAMILY)) from None
    _below("workflow", lambda: documents.parse(content.workflow))
    try:
        template = as_template(dict(raw), f"{PREFIX}new", 1)
    except ValidationError as error:
        raise _refused(field_problems(error, FAMILY)) from None
    problems = list(_questions(uow, template.questions))
    if problems:
        raise _refused(problems)
    _works(uow, template)
    return content


def _refuse_other_kinds(raw: Mapping[str, Any]) -> None:
    schema = raw.get("schema")
    if isinstance(schema, str) and schema.startswith("studio.workflow/"):
        said = _("This is a workflow, not a template. Import it under Workflows.")
        raise InvalidInput(said, code="template.other_kind", field="schema")
    if schema != SCHEMA:
        said = _("This Studio reads templates of the form %(schema)s.", schema=SCHEMA)
        raise InvalidInput(said, code="template.schema", field="schema")


def _questions(uow: UnitOfWork, questions: Iterable[Question]) -> Iterable[FieldProblem]:
    """Kinds of connection that there are, and defaults that could be answers."""
    place, known = service.place_of(uow), connectors()
    for index, question in enumerate(questions):
        for one in question.connectors:
            if one not in known:
                said = _("This Studio has no connector %(key)s.", key=one)
                yield FieldProblem(f"questions.{index}.connectors", "connector.unknown", said)
        if question.kind not in _ASKED_WITH:
            continue
        try:
            answers.one(question, question.default, place)
        except answers.WrongAnswer as error:
            yield FieldProblem(f"questions.{index}.default", "template.default", str(error))


def _works(uow: UnitOfWork, template: OwnTemplate) -> None:
    """The workflow of the defaults could be published, once what it needs is there."""
    document = _below("workflow", lambda: service.preview(uow, template))
    problems = documents.errors(check(document))
    if problems:
        raise _refused([FieldProblem(f"workflow.{one.path}".rstrip("."), one.code, one.message) for one in problems])


def _below(path: str, read: Callable[[], T]) -> T:
    """Its problems by their place in the whole template."""
    try:
        return read()
    except InvalidInput as error:
        found = [FieldProblem(_under(path, one.path), one.code, one.message) for one in error.problems]
        raise _refused(found or [FieldProblem(path, error.code, error.message)]) from None


def _under(path: str, below: str) -> str:
    return path if below in ("", "document") else f"{path}.{below}"


def _refused(problems: list[FieldProblem]) -> InvalidInput:
    first = problems[0]
    return InvalidInput(first.message, code=first.code, field=first.path, problems=problems)
