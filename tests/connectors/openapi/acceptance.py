"""openapi-core, as the judge of requests: an implementation that knows nothing of ours."""

import copy
import json
import re
import warnings
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from studio.connectors.openapi.calling.requesting import Call


class Judge:
    """Says of a call what a document holds against it."""

    def __init__(self, tree: dict[str, Any], base_url: str) -> None:
        own = copy.deepcopy(tree)
        own.pop("security", None)
        own["servers"] = [{"url": base_url}]
        _read_only_is_not_required(own)
        for schema in own.get("components", {}).get("schemas", {}).values():
            if schema.get("type") in ("string", "integer"):
                schema.pop("readOnly", None)  # of a property; openapi-core holds it against a parameter in a path
        for item in own["paths"].values():
            item.pop("servers", None)
            for operation in item.values():
                if isinstance(operation, dict):
                    operation.pop("servers", None)
                    operation["security"] = []
                    _without_deep_lists(operation)
        as_json = {"application/json-patch+json": json.loads, "*/*": json.loads}
        self.openapi = OpenAPI.from_dict(
            own, config=Config(spec_validator_cls=None, extra_media_type_deserializers=as_json)
        )
        self.base_url = base_url

    def problems(self, call: Call, template: str) -> list[str]:
        """`template`: the path as the document writes it, since several may fit one address."""
        found = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of what documents of others still use
            errors = list(self.openapi.iter_request_errors(Sent(self.base_url, call, template)))
        for error in errors:
            causes, cause = [], error
            while cause is not None:
                causes.append(f"{type(cause).__name__}: {str(cause)[:300]}")
                inner = getattr(cause, "schema_errors", None)
                causes += [f"{list(one.absolute_path)} {one.message[:200]}" for one in list(inner or ())[:3]]
                cause = cause.__cause__
            found.append(" < ".join(causes))
        return found


class Sent:
    """One call as it would arrive."""

    def __init__(self, base_url: str, call: Call, template: str) -> None:
        parts = urlsplit(base_url)
        self.host_url = f"{parts.scheme}://{parts.netloc}"
        self.path = parts.path + call.path
        self.path_pattern = parts.path + template
        self.method = call.method.lower()
        self.body = call.body
        self.content_type = call.content_type or "application/json"
        cookies = dict(one.split("=", 1) for one in call.headers.get("cookie", "").split("; ") if one)
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(call.query, keep_blank_values=True)),
            header=Headers({**call.headers, **({"Content-Type": call.content_type} if call.content_type else {})}),
            cookie=ImmutableMultiDict(cookies),
            path=_variables(call.path, template),
        )


def _variables(path: str, template: str) -> dict[str, str]:
    """What stands where the template has braces, read as a server would: split first, unescaped then."""
    pieces = re.split(r"\{([^{}]+)\}", template.partition("#")[0])
    pattern = "".join(re.escape(one) if index % 2 == 0 else "([^/]+?)" for index, one in enumerate(pieces))
    found = re.fullmatch(pattern, path)
    assert found is not None, (path, template)
    return dict(zip(pieces[1::2], map(unquote, found.groups()), strict=True))


def _without_deep_lists(operation: dict[str, Any]) -> None:
    """Take out what openapi-core cannot read: OpenAPI leaves open how `deepObject` writes lists.

    Stripe reads them as `name[0]=…`, which test_calling.py holds.
    """
    operation["parameters"] = [
        one
        for one in operation.get("parameters", [])
        if one.get("style") != "deepObject" or one.get("schema", {}).get("type") == "object"
    ]
    for media in operation.get("requestBody", {}).get("content", {}).values():
        for name, how in list(media.get("encoding", {}).items()):
            if how.get("style") == "deepObject":
                del media["encoding"][name]
                media["schema"]["properties"].pop(name, None)
                media["schema"]["required"] = [one for one in media["schema"].get("required", []) if one != name]


def _read_only_is_not_required(tree: dict[str, Any]) -> None:
    """What is required and read-only is required of answers alone, says OpenAPI; openapi-core asks it of requests."""
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            properties, required = node.get("properties"), node.get("required")
            if isinstance(properties, dict) and isinstance(required, list):
                node["required"] = [name for name in required if not properties.get(name, {}).get("readOnly")]
        stack.extend(one for one in (node.values() if isinstance(node, dict) else node) if isinstance(one, dict | list))
