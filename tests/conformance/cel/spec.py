"""The simple tests of the CEL specification, as the npm package @bufbuild/cel-spec carries them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[3] / "node_modules" / "@bufbuild" / "cel-spec"
_MODULE = "dist/esm/testdata/conformance.js"


class SpecMissing(Exception):
    """The package or Node is not there; the message says what to do."""


class Unsaid(ValueError):
    """The value has no form in JSON, so Studio's expressions cannot hold it."""


@dataclass(frozen=True, eq=False)
class Case:
    """One test: an expression, the data it sees, and the value or the error it should give."""

    name: str
    source: str
    bindings: dict[str, Any] = field(default_factory=dict)
    value: Any = None
    fails: bool = False
    typed: bool = False
    """Whether it needs declared types, messages or a container."""


def load(package: Path = PACKAGE) -> list[dict[str, Any]]:
    """The raw suites. Raises SpecMissing."""
    node = shutil.which("node")
    if node is None or not (package / _MODULE).exists():
        raise SpecMissing("@bufbuild/cel-spec is not installed: run `npm ci`")
    script = f"import({json.dumps((package / _MODULE).as_uri())}).then((m) => console.log(JSON.stringify(m.tests)))"
    done = subprocess.run([node, "-e", script], capture_output=True, check=True, timeout=60)
    suites: list[dict[str, Any]] = json.loads(done.stdout)["suites"]
    return suites


def cases(suites: list[dict[str, Any]], above: str = "") -> Iterator[Case]:
    """Every test, named ``suite/section/test``."""
    for suite in suites:
        name = f"{above}{suite['name']}/"
        yield from cases(suite.get("suites", []), name)
        for number, test in enumerate(suite.get("tests", [])):
            original = test.get("original")
            if original:
                yield _case(f"{name}{original.get('name', '')}#{number}", original)


def _case(name: str, original: dict[str, Any]) -> Case:
    if "typedResult" in original and "result" not in original["typedResult"]:
        return Case(name, original["expr"], typed=True)
    typed = bool(original.get("container") or original.get("typeEnv") or original.get("checkOnly"))
    try:
        bindings = {root: python(bound["value"]) for root, bound in original.get("bindings", {}).items()}
        fails = "evalError" in original or "anyEvalErrors" in original
        value = None if fails else python(_value(original))
    except (Unsaid, KeyError):
        return Case(name, original["expr"], typed=True)
    return Case(name, original["expr"], bindings, value, fails, typed and "typeEnv" not in original)


def _value(original: dict[str, Any]) -> dict[str, Any]:
    typed = original.get("typedResult", {}).get("result")
    value: dict[str, Any] = typed or original.get("value", {"boolValue": True})
    return value


_SCALARS = {
    "boolValue": bool,
    "stringValue": str,
    "int64Value": int,
    "doubleValue": float,
    "nullValue": lambda _: None,
}


def python(value: dict[str, Any]) -> Any:
    """A value of the specification as JSON. Raises Unsaid."""
    [(kind, inner)] = value.items()
    if kind in _SCALARS:
        return _SCALARS[kind](inner)
    if kind == "listValue":
        return [python(one) for one in inner.get("values", [])]
    if kind == "mapValue":
        return {key(one["key"]): python(one["value"]) for one in inner.get("entries", [])}
    if kind == "objectValue" and inner.get("@type", "").endswith(("Timestamp", "Duration")):
        return inner["value"]
    raise Unsaid(kind)


def key(value: dict[str, Any]) -> str:
    """A map's key as a JSON key."""
    found = python(value)
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)
