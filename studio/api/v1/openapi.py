"""The OpenAPI 3.1 document, written from the registry of operations and the models that they read and answer with."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, models_json_schema

from studio.accounts.permissions import SCOPES
from studio.api.v1.blueprint import PREFIX
from studio.api.v1.operations import OPERATIONS, Operation
from studio.api.v1.shapes.common import Problem
from studio.runtime.document import Document

REF = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
_ARGUMENT = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_LIST = re.compile(r"ListOf_(\w+)_$")
_ADDRESS: dict[str, dict[str, Any]] = {
    "uuid": {"type": "string", "format": "uuid"},
    "number": {"type": "integer", "minimum": 1, "maximum": 999_999_999},
    "signal": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_.-]{0,79}$"},
    "slug": {"type": "string", "pattern": "^[a-z][a-z0-9-]{2,59}$"},
    "trigger_key": {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"},
    "flag_key": {"type": "string", "pattern": "^[a-zA-Z0-9][a-zA-Z0-9._~-]{0,99}$"},
    "environment": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,59}$"},
    "month": {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
    "kind": {"type": "string", "enum": ["payout_account", "tax_registrations", "refund_limit"]},
}
"""By the route's converter, or by the argument's name where it is a plain text."""
_REFUSALS = {
    400: "The body is not JSON.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "The token lacks the scope, or its person's seat the permission.",
    404: "There is no such thing in this workspace.",
    409: "It is in a state that does not allow this, or somebody else was faster.",
    413: "The body is larger than allowed.",
    415: "The body is of another content type.",
    422: "Something that was sent is wrong; `errors` names each field.",
    429: "This was asked for a short while ago; `Retry-After` says when it may be asked for again.",
}
_ABOUT = """Everything that people do in Studio, for programs.

Send an API token as `Authorization: Bearer …`; each operation names the scope it needs, and a token never can more than
the seat of its person. Bodies and answers are JSON; errors are `application/problem+json` (RFC 9457). Lists come in
pages: send `next_cursor` back as `cursor`. Send an `Idempotency-Key` with a POST to be able to repeat it safely."""
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A text of your choice, such as a UUID. The same request under the same key within 24 hours gets the"
    " first answer, with `Idempotent-Replayed: true`, and does nothing again. Another request under it is refused.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "order-6021-refund",
}


class _Schemas(GenerateJsonSchema):
    """Without a title for each field: it would only repeat the name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


@cache
def document() -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for one in sorted(OPERATIONS.values(), key=lambda one: (one.tag, one.path, one.method)):
        paths.setdefault(_path(one), {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {"title": "Studio", "version": "1", "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in sorted({one.tag for one in OPERATIONS.values()})],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "responses": {f"Refused{status}": _refusal(text) for status, text in _REFUSALS.items()},
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"An API token (`stu_…`). Scopes: {', '.join(SCOPES)}.",
                }
            },
        },
    }


def refusals(one: Operation) -> Iterator[int]:
    """The statuses with which an operation may refuse."""
    addressed = _ARGUMENT.search(one.path) is not None
    takes_body = one.body is not None or bool(one.file)
    if takes_body:
        yield 400
    yield 401
    if one.permission is not None:
        yield 403
    if addressed or one.optional:
        yield 404
    if one.conflicts or one.repeatable:
        yield 409
    if takes_body:
        yield from (413, 415)
    yield 422
    if one.paced:
        yield 429


def summary(one: Operation) -> str:
    """The first sentence of its docstring, without the dot."""
    return " ".join(one.doc.split()).partition(". ")[0].rstrip(".")


def details(one: Operation) -> str:
    """The rest of its docstring and what it needs."""
    more = " ".join(one.doc.split()).partition(". ")[2]
    needs = f"Needs the scope `{one.scope}`." if one.scope else "Needs a token with any scope."
    return f"{more} {needs}".strip()


def queries(one: Operation) -> list[dict[str, Any]]:
    """The parameters of its query."""
    if one.query is None:
        return []
    schema = one.query.model_json_schema(ref_template=REF, schema_generator=_Schemas)
    named = {REF.format(model=name): one for name, one in schema.get("$defs", {}).items()}
    required = schema.get("required", [])
    return [
        _parameter(name, field, named, required=name in required)
        for name, field in schema.get("properties", {}).items()
    ]  # fmt: skip


def _parameter(
    name: str, field: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]], *, required: bool
) -> dict[str, Any]:
    """`named`: schemas that the query refers to. They stand in the parameter itself, since no component has them."""
    plain = {key: value for key, value in field.items() if key not in ("description", "anyOf")}
    real = [one for one in field.get("anyOf", []) if one.get("type") != "null"]
    if "anyOf" in field:
        plain.pop("default", None)
        plain |= real[0]
    if "$ref" in plain:
        plain |= {key: value for key, value in named[plain.pop("$ref")].items() if key != "description"}
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": field.get("description", ""),
        "schema": plain,
    }


def _path(one: Operation) -> str:
    return PREFIX + _ARGUMENT.sub(r"{\2}", one.path)


def _operation(one: Operation) -> dict[str, Any]:
    parameters = [_argument(kind, name) for kind, name in _ARGUMENT.findall(one.path)] + queries(one)
    made: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": summary(one),
        "description": details(one),
        "security": [{"token": [one.scope] if one.scope else []}],
        "parameters": [*parameters, *([_KEY_HEADER] if one.repeatable else [])],
        "responses": _responses(one),
    }
    if one.body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(one.body)}}}
    elif one.file:
        made["requestBody"] = {"required": True, "content": {kind: {"schema": _ref(Document)} for kind in one.file}}
    return made


def _argument(kind: str, name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": _ADDRESS[kind or name]}


def _responses(one: Operation) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if one.answer is not None:
        done["content"] = {kind: {"schema": _ref(one.answer)} for kind in one.media}
    elif one.status != 204:
        done["content"] = {kind: {} for kind in one.media}
    if one.repeatable:
        done["headers"] = {
            "Idempotent-Replayed": {
                "description": "`true`: this is the answer that was given before.",
                "schema": {"type": "string", "enum": ["true"]},
            }
        }
    refused = {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in refusals(one)}
    return {str(one.status): done, **refused}


def _refusal(text: str) -> dict[str, Any]:
    return {"description": text, "content": {PROBLEM: {"schema": _ref(Problem)}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _schemas() -> dict[str, Any]:
    used: dict[type[BaseModel], JsonSchemaMode] = {Document: "validation", Problem: "serialization"}
    for one in OPERATIONS.values():
        if one.body is not None:
            used[one.body] = "validation"
        if one.answer is not None:
            used[one.answer] = "serialization"
    _, made = models_json_schema(sorted(used.items(), key=lambda pair: pair[0].__name__), ref_template=REF,
                                 schema_generator=_Schemas)  # fmt: skip
    return {_name(name): _referring(schema) for name, schema in sorted(made["$defs"].items())}


def _name(name: str) -> str:
    """`RunLineList`, as the model calls itself, where pydantic says `ListOf_RunLine_`."""
    return _LIST.sub(r"\1List", name)


def _referring(schema: Any) -> Any:
    """With a reference where a field names the model that reads it."""
    if isinstance(schema, list):
        return [_referring(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-model" in schema:
        return {"$ref": REF.format(model=schema["x-model"])}
    if "$ref" in schema:
        return {**schema, "$ref": _name(schema["$ref"])}
    return {name: _referring(one) for name, one in schema.items()}
