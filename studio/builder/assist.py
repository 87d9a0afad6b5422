"""Help while a field is filled in: the data of earlier steps, completion, and what an expression comes to."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask_babel import gettext as _

from studio.builder import catalogue
from studio.contract import gathering, outputs
from studio.contract.outputs import Given
from studio.core import clock
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.expressions import (
    Environment,
    EvaluationError,
    ExpressionError,
    Scope,
    complete,
    evaluate,
    render,
)
from studio.expressions.filters import text_of
from studio.runtime.checks.kept import kept, kept_outputs
from studio.runtime.checks.knowledge import Knowledge, sample_output
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure import structure_problems
from studio.runtime.compile import sample_values
from studio.runtime.document import Document, Step

LARGEST_SHOWN = 20_000
"""Bytes of a previewed value; a larger one is shown by its beginning alone."""
LONGEST_TEXT = 500


Outputs = Mapping[str, Given]
"""What steps give by the workspace's own word, by step (`given`)."""
_NONE: Outputs = {}


def given(uow: UnitOfWork, document: Document) -> Outputs:
    """What only the workspace knows of the steps' outputs."""
    return outputs.of(uow, ((step.key, step.type, step.config) for step in document.nodes))


def environment(document: Document, key: str, told: Outputs = _NONE) -> Environment:
    """What the fields of one step may name. Raises InvalidInput where there is no such step."""
    step, outline = _step(document, key), Outline(document)
    if any(problem.code == "graph.parent_circle" for problem in structure_problems(outline)):
        return Environment({})  # a step inside itself has no before and after
    knowledge, found = Knowledge(outline, told, kept_outputs(outline)), outline.types.get(key)
    if found is not None and catalogue.defers(found.key):
        return knowledge.deferred(key, step.config)
    return knowledge.environment(key)


def completions(document: Document, key: str, source: str, position: int, told: Outputs = _NONE) -> dict[str, Any]:
    """What fits at the cursor, which browsers count in UTF-16.

    Each option takes the place of its last `replace` characters before it.
    """
    before = source.encode("utf-16-le")[: 2 * position].decode("utf-16-le", errors="ignore")
    options = complete(before, environment(document, key, told))
    shortest = min((one.replace for one in options), default=0)
    return {
        "from": position - shortest,
        "options": [
            {
                "label": one.label, "insert": one.insert, "type": one.type, "detail": one.detail,
                "sample": one.sample, "replace": one.replace,
            }
            for one in options
        ],
    }  # fmt: skip


def preview(
    document: Document, key: str, source: str, facts: dict[str, str], *, template: bool, sample: Any = None,
    told: Outputs = _NONE,
) -> dict[str, Any]:  # fmt: skip
    """What a field comes to with sample data, or why it comes to nothing."""
    try:
        scope = Scope(_values(document, key, facts, sample, told))
        value = render(source, scope) if template else evaluate(source, scope)
    except EvaluationError as error:
        return {"error": {"code": error.code, "message": error.message}}
    except ExpressionError as error:
        return {"error": {"code": error.code, "message": error.problem.message}}
    return {"value": value if len(orjson.dumps(value)) <= LARGEST_SHOWN else None, "text": _in_words(value)}


def _step(document: Document, key: str) -> Step:
    step = document.step(key)
    if step is None:
        raise InvalidInput(_("There is no step “%(key)s” in this workflow.", key=key[:40]), field="node")
    return step


def _values(document: Document, key: str, facts: dict[str, str], sample: Any, told: Outputs) -> dict[str, Any]:
    """The roots with the sample data of every earlier step."""
    step, outline = _step(document, key), Outline(document)
    if any(problem.code == "graph.parent_circle" for problem in structure_problems(outline)):
        return {"workspace": facts}
    known = {step: one.sample for step, one in told.items()} | kept_outputs(outline)
    known |= _of_triggers(outline, key, sample)
    values = sample_values(document, key, known)
    values["workspace"] = facts
    now = clock.local_now().isoformat()
    values["run"] = {"id": "00000000-0000-7000-8000-000000000000", "title": document.name, "started_at": now}
    found = outline.types.get(key)
    deferring = found is not None and catalogue.defers(found.key)
    loop = step if deferring and "items" in step.config else document.step(step.parent) if step.parent else None
    if loop is not None:
        values["item"], values["index"] = _first(loop.config.get("items"), values), 0
    return values


def _of_triggers(outline: Outline, key: str, sample: Any) -> dict[str, Any]:
    """What each trigger brings, where a sample was chosen. A trigger's own expressions see one event of it."""
    if sample is not None:
        return {
            trigger: sample if trigger == key else gathering.shaped(outline.steps[trigger].config.get("gather"), sample)
            for trigger in outline.triggers
        }
    if key not in outline.triggers:
        return {}
    held = kept(outline.steps[key])
    if held is not None:
        return {key: held.data}
    own = sample_output(outline.types[key], gathering.single(outline.steps[key].config))
    return {} if own is None else {key: own}


def _first(items: Any, values: dict[str, Any]) -> Any:
    """The first entry of a loop's list, as far as the samples have one."""
    if isinstance(items, str):
        try:
            items = evaluate(items, Scope(values))
        except (EvaluationError, ExpressionError):
            return None
    return items[0] if isinstance(items, list) and items else None


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if value is None:
        return str(_("nothing"))
    text = orjson.dumps(value).decode() if isinstance(value, dict | list) else text_of(value)
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"
