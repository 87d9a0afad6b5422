"""The readable page of the API, written from its OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from studio.api.v1.openapi import document
from studio.runtime.document import Document

INTRODUCTION = """# REST API

Written from the code by `python scripts/api_docs.py`; change an operation's docstring or its models instead. The same
as OpenAPI 3.1: `/api/v1/openapi.json`.

## How it works

- **Tokens.** Make one under Settings → API tokens and send it as `Authorization: Bearer stu_…`. Each operation names
  the scope that it needs. A token never can more than the seat of its person, and no token makes tokens.
- **Bodies** are JSON (`Content-Type: application/json`), at most 4 MiB. Nothing is coerced, and a field that does not
  exist is refused, in bodies and in queries.
- **Errors** are `application/problem+json`: `type`, `title`, `status`, `code` (for programs), `detail` (for people),
  `resource`, `errors` (a list of `path`, `code`, `message`) and `request_id`. A path is dotted, such as
  `document.nodes.3.config.url`.
- **Lists** answer `{"data": […], "next_cursor": …}`. Take `limit` (at most 100) and send `next_cursor` back as
  `cursor`; null means that this was the last page.
- **Repeating a POST.** Send `Idempotency-Key: <a text of yours>` (1 to 255 visible ASCII characters). For 24 hours the
  same request under the same key gets the first answer with `Idempotent-Replayed: true`, and does nothing again.
  Another request under it is refused with `idempotency.mismatch`. A refused request keeps nothing: mend it and send it
  again. While the first is under way, a second one waits or is refused with 409 `idempotency.in_flight`.

```sh
curl https://studio.example.com/api/v1/workflows -H "Authorization: Bearer $TOKEN"
```
"""
_HEAD = ["| field | type | what it is |", "| --- | --- | --- |"]


def page() -> str:
    """The whole page as Markdown."""
    whole = document()
    parts = [INTRODUCTION]
    for tag in whole["tags"]:
        parts.append(f"## {tag['name']}\n")
        parts += [_section(method, path, one) for method, path, one in _operations(whole) if tag["name"] in one["tags"]]
    parts.append("## What goes in and out\n")
    inner = set(Document.model_json_schema()["$defs"]) | {"Document"}
    parts.append("A workflow document is described in [workflow-document.md](workflow-document.md).\n")
    parts += [
        _model(name, schema)
        for name, schema in whole["components"]["schemas"].items()
        if name not in inner and not name.endswith("List") and "properties" in schema
    ]
    return "\n".join(parts)


def _operations(whole: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for path, methods in whole["paths"].items():
        for method, one in methods.items():
            yield method.upper(), path, one


def _section(method: str, path: str, one: Mapping[str, Any]) -> str:
    lines = [f"### {one['summary']}\n", f"`{method} {path}`\n", f"{one['description']}\n"]
    queries = [field for field in one["parameters"] if field["in"] == "query"]
    if queries:
        lines += ["| query | what it is |", "| --- | --- |"]
        lines += [f"| `{field['name']}` | {_cell(field['description'])} |" for field in queries]
        lines.append("")
    if "requestBody" in one:
        lines.append(f"Takes {_content(one['requestBody'])}.\n")
    status, done = next(iter(one["responses"].items()))
    refused = ", ".join(status for status in one["responses"] if status >= "400")
    lines.append(f"Answers {status}{_answer(done)}. Refuses with {refused}.\n")
    return "\n".join(lines)


def _answer(done: Mapping[str, Any]) -> str:
    return f" with {_content(done)}" if "content" in done else ""


def _content(holder: Mapping[str, Any]) -> str:
    kinds = [kind for kind in holder["content"] if kind != "application/json"]
    schema = next(iter(holder["content"].values())).get("schema", {})
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if not name:
        return " or ".join(f"`{kind}`" for kind in holder["content"])
    linked = f"a list of {_link(name[:-4])}" if name.endswith("List") else _link(name)
    return f"{linked} ({' or '.join(f'`{kind}`' for kind in holder['content'])})" if kinds else linked


def _model(name: str, schema: Mapping[str, Any]) -> str:
    lines = [
        f"### {name}\n",
        f"{schema.get('description', '')}\n",
        "| field | type | what it is |",
        "| --- | --- | --- |",
    ]
    for field, told in schema["properties"].items():
        needed = "" if field in schema.get("required", []) or "default" not in told else " May be left out."
        example = next(iter(told.get("examples", [])), None)
        text = told.get("description", "") + needed + (f" Such as `{_json(example)}`." if example is not None else "")
        lines.append(f"| `{field}` | {_cell(_type(told))} | {_cell(text.strip())} |")
    if schema.get("examples"):
        lines += ["", f"```json\n{json.dumps(schema['examples'][0], ensure_ascii=False, indent=2)}\n```"]
    return "\n".join([*lines, ""])


def _type(told: Mapping[str, Any]) -> str:
    if "$ref" in told:
        return _link(told["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in told:
        return " or ".join(_type(one) for one in told["anyOf"])
    if "enum" in told:
        return " or ".join(f"`{one}`" for one in told["enum"])
    kind = str(told.get("type", "any"))
    if kind == "array":
        return f"list of {_type(told.get('items', {}))}"
    return f"{kind} ({told['format']})" if "format" in told else kind


def _link(name: str) -> str:
    if name == "Document":
        return "[Document](workflow-document.md)"
    schema = document()["components"]["schemas"].get(name, {})
    if "enum" in schema:
        return " or ".join(f"`{one}`" for one in schema["enum"])
    return f"[{name}](#{name.lower()})"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
