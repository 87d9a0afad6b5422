"""An operation's form, filled from samples of the document's own schemas."""

from typing import Any

from studio.connectors.openapi.operations.operation import Operation
from tests.connectors.openapi.sampling import FOR_HEADERS, WORDS, Sampler


def template(tree: dict[str, Any], operation: Operation) -> str:
    """The operation's path as its document writes it, by its id where it has one."""
    method = operation.method.lower()
    by_id = (path for path, item in tree["paths"].items() if item.get(method, {}).get("operationId") == operation.key)
    return next(by_id, operation.path)


def filled(sampler: Sampler, operation: Operation) -> dict[str, Any]:
    """Values by field: everything required, and about half of the rest."""
    item = sampler.followed(sampler.tree["paths"][template(sampler.tree, operation)])
    raw = item[operation.method.lower()]
    parameters = {}
    for one in [*item.get("parameters", []), *raw.get("parameters", [])]:
        said = sampler.followed(one)
        parameters[said["in"], said["name"]] = said
    body = _body(sampler, operation, raw)
    needed = operation.form["required"]
    values: dict[str, Any] = {}
    for binding in operation.bindings:
        if binding.place == "whole":
            values[binding.field] = body
        elif binding.place == "body":
            if isinstance(body, dict) and binding.name in body:
                values[binding.field] = body[binding.name]
        elif binding.field in needed or sampler.random.random() < 0.5:
            said = parameters.get((binding.place, binding.name), {"schema": {"type": "string"}})
            schema = said.get("schema") or next(iter(said.get("content", {}).values()), {}).get("schema", {})
            sampler.words = FOR_HEADERS if binding.place == "header" else WORDS
            values[binding.field] = sampler.value(schema, 1)
    return values


def _body(sampler: Sampler, operation: Operation, raw: dict[str, Any]) -> Any:
    if not operation.content_type:
        return None
    content = sampler.followed(raw["requestBody"])["content"]
    media = next(
        (one for name, one in content.items() if name.strip().lower() == operation.content_type.lower()), None
    ) or next(iter(content.values()))
    return sampler.value(media.get("schema", {}))
