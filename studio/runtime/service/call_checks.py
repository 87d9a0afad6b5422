"""What a document's calls of other workflows are worth now: those are rows, so no pure check knows them.

Only a reference to nothing is an error. A called workflow may be published or turned on later, so the rest warns.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import is_template
from studio.runtime.checks import check
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Document, Problem, load
from studio.runtime.models import Workflow, WorkflowVersion
from studio.runtime.nodes.flow_call import Call
from studio.runtime.service.calls import workflow_of
from studio.runtime.service.feed_checks import circles
from studio.runtime.service.gate_checks import ungated
from studio.runtime.service.reference_checks import dangling
from studio.runtime.triggers.called import Called

FIELD = "config.workflow"
MOST_FOLLOWED = 200
"""Workflows that are looked at for a circle."""


def check_in(uow: UnitOfWork, document: Document, workflow: Workflow | None) -> list[Problem]:
    """Everything wrong with the document of a workflow, None: of one to be made; errors first, its calls included."""
    problems = [*check(document), *_calls(uow, document, workflow), *circles(uow, document, workflow)]
    problems += [*dangling(uow, document), *ungated(uow, document)]
    return sorted(problems, key=lambda problem: problem.severity != "error")


def called_names(uow: UnitOfWork, document: Document) -> dict[str, str]:
    """The name of the workflow that each step calls, where there is one."""
    calls = {
        step.key: workflow_of(uow, step.config.get("workflow")) for step in document.nodes if step.type == Call.key
    }
    return {key: workflow.name for key, workflow in calls.items() if workflow is not None}


def _calls(uow: UnitOfWork, document: Document, workflow: Workflow | None) -> Iterator[Problem]:
    outline = Outline(document)
    for key, step in outline.steps.items():
        named = step.config.get("workflow")
        if step.type != Call.key or not isinstance(named, str) or not named.strip() or is_template(named):
            continue
        called = workflow_of(uow, named)
        if called is None:
            message = _("%(step)s calls a workflow that this workspace does not have. Choose another.",
                        step=outline.name(key))  # fmt: skip
            yield outline.problem("call.unknown_workflow", message, key, FIELD)
            continue
        own = workflow.id if workflow is not None else None
        its_own = document if called.id == own else _published(uow, called)
        yield from _reachable(outline, key, called, its_own)
        yield from _inputs(outline, key, called, its_own)
        circle = [called.name] if called.id == own else _way_back(uow, called, own)
        if circle:
            names = " → ".join((document.name, *circle))
            message = _(
                "These workflows call one another in a circle: %(names)s. Studio stops them where they are too deep in "
                "one another; see that something ends it before.",
                names=names,
            )
            yield outline.problem("call.circle", message, key, FIELD, warning=True)


def _reachable(outline: Outline, key: str, called: Workflow, its_own: Document | None) -> Iterator[Problem]:
    if its_own is None:
        message = _("“%(name)s” is not published yet, so the step fails until it is.", name=called.name)
        yield outline.problem("call.unpublished", message, key, FIELD, warning=True)
    elif _trigger(its_own) is None:
        message = _(
            "“%(name)s” has no trigger “Called by another workflow”, so the step fails until it has one.",
            name=called.name,
        )
        yield outline.problem("call.no_trigger", message, key, FIELD, warning=True)
    elif called.published_version_id is not None and not called.enabled:
        message = _("“%(name)s” is turned off, so the step fails until it is on.", name=called.name)
        yield outline.problem("call.off", message, key, FIELD, warning=True)


def _inputs(outline: Outline, key: str, called: Workflow, its_own: Document | None) -> Iterator[Problem]:
    """Names alone: what they come to is known to a run."""
    trigger = _trigger(its_own) if its_own is not None else None
    given = outline.steps[key].config.get("inputs", {})
    asked = {str(field.get("name")): field for field in trigger or ()}
    if not asked or not isinstance(given, dict):
        return
    for name in sorted(given.keys() - asked.keys()):
        message = _("“%(workflow)s” takes no input “%(name)s”.", workflow=called.name, name=name)
        yield outline.problem("call.input_unknown", message, key, f"config.inputs.{name}", warning=True)
    for name, field in asked.items():
        needed = field.get("required", True) and field.get("type") != "yes_no"
        if needed and given.get(name) in (None, ""):  # the builder adds inputs empty
            message = _("“%(workflow)s” needs the input “%(name)s”.", workflow=called.name, name=name)
            path = f"config.inputs.{name}" if name in given else "config.inputs"
            yield outline.problem("call.input_missing", message, key, path, warning=True)


def _trigger(document: Document) -> list[Mapping[str, Any]] | None:
    """The inputs that its trigger asks for; None where it cannot be called."""
    steps = sorted((step for step in document.nodes if step.type == Called.key), key=lambda step: step.key)
    fields = steps[0].config.get("fields", []) if steps else None
    if fields is None:
        return None
    return [field for field in fields if isinstance(field, dict)] if isinstance(fields, list) else []


def _published(uow: UnitOfWork, workflow: Workflow) -> Document | None:
    version_id = workflow.published_version_id
    version = uow.session.get(WorkflowVersion, version_id) if version_id is not None else None
    return load(version.document) if version is not None else None


def _way_back(uow: UnitOfWork, called: Workflow, home: UUID | None) -> list[str]:
    """Names on a way of calls from one workflow back to another; empty where there is none, or nothing to call yet."""
    if home is None:
        return []
    work, seen = [(called, [called.name])], {called.id}
    while work and len(seen) < MOST_FOLLOWED:
        workflow, names = work.pop()
        document = _published(uow, workflow)
        for step in document.nodes if document is not None else ():
            following = workflow_of(uow, step.config.get("workflow")) if step.type == Call.key else None
            if following is None:
                continue
            if following.id == home:
                return [*names, following.name]
            if following.id not in seen:
                seen.add(following.id)
                work.append((following, [*names, following.name]))
    return []
