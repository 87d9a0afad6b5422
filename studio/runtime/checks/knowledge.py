"""What expressions may name at each step, and sample values of it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from studio.contract.gathering import single
from studio.contract.graph import ERROR_PORT
from studio.contract.node import NodeType, node_type
from studio.contract.outputs import Given
from studio.expressions import Environment, ExpressionError, Schema, compile_expression
from studio.expressions.schema import merged
from studio.runtime.checks.certainty import Certainty
from studio.runtime.checks.outline import Outline

_TEXT = {"type": "string"}
_MOMENT = {"type": "string", "format": "date-time"}
RUN = Schema.from_json_schema(
    {"properties": {"id": _TEXT, "title": _TEXT, "started_at": _MOMENT}, "additionalProperties": False}
)
WORKSPACE = Schema.from_json_schema(
    {
        "properties": {"name": _TEXT, "currency": _TEXT, "time_zone": _TEXT, "locale": _TEXT},
        "additionalProperties": False,
    }
)
FAILURE = Schema.from_json_schema(
    {
        "properties": {
            "error": {
                "properties": {"code": _TEXT, "message": _TEXT, "field": {}, "expression": {}},
                "additionalProperties": False,
            },
            "output": {},
        },
        "additionalProperties": False,
    }
)
INDEX = Schema.of_kind("number", sample=0)
HEADERS = Schema.anything()


class Knowledge:
    """The environments of one document's steps."""

    def __init__(
        self, outline: Outline, given: Mapping[str, Given] | None = None, kept: Mapping[str, Any] | None = None
    ) -> None:
        """`given`: what steps give where their workspace says more than their types; `kept`: see checks.kept.

        What is kept is for choosing and trying: checks are made without it, so that no publishing hangs on it.
        """
        self.outline, self._given, self._kept = outline, given or {}, kept or {}
        self.certainty = Certainty(outline)
        self._routed = {edge.source for edge in outline.document.edges if edge.port == ERROR_PORT}
        self._outputs: dict[str, Schema] = {}
        self._environments: dict[str, Environment] = {}

    def environment(self, key: str) -> Environment:
        """The roots that the expressions of a step may name."""
        found = self._environments.get(key)
        if found is None:
            found = self._environments[key] = Environment(self._roots(key))
        return found

    def workflow_environment(self) -> Environment:
        """What the run's title may name: the event alone."""
        return Environment({"trigger": self._trigger(self.outline.triggers), "workspace": WORKSPACE})

    def deferred(self, key: str, config: Mapping[str, Any]) -> Environment:
        """What an expression sees that its node evaluates for itself."""
        roots = dict(self.environment(key).roots)
        if key in self.outline.triggers:
            headers = {"headers": HEADERS, "query": HEADERS}
            one = _output(self.outline.types.get(key), single(config))
            if key in self._kept and config.get("gather", "none") == "none":
                one = Schema.from_sample(self._kept[key])
            return Environment({"trigger": one, "workspace": WORKSPACE, **headers})
        if "items" in self.outline.types[key].Config.model_fields:
            roots["item"], roots["index"] = self._entry(config.get("items"), self.environment(key)), INDEX
        roots |= {name: Schema.anything() for name in self.outline.types[key].sees}
        return Environment(roots)

    def output(self, key: str) -> Schema:
        """What a step gives, as far as its type, its sample or nothing says."""
        known = self._outputs.get(key)
        if known is None:
            given = self._given.get(key)
            known = (
                Schema.from_json_schema(given.schema)
                if given is not None
                else _output(self.outline.types.get(key), self.outline.steps[key].config)
            )
            if key in self._kept:
                shape = Schema.from_sample(self._kept[key])
                declared = given is not None or _is_declared(
                    self.outline.types.get(key), self.outline.steps[key].config
                )
                known = merged(shape, known) if declared and shape.kind == known.kind else shape
            self._outputs[key] = known
        return known

    def _roots(self, key: str) -> dict[str, Schema]:
        earlier = self.certainty.before(key)
        triggers = [step for step in earlier if step in self.outline.triggers]
        steps = {step: self._seen(step, key) for step in earlier}
        roots = {
            "trigger": self._trigger(triggers or self.outline.triggers),
            "steps": Schema.of_fields(steps),
            "run": RUN,
            "workspace": WORKSPACE,
        }
        loop = self.outline.steps[key].parent
        if loop is not None and loop in self.outline.steps and loop != key:
            outer = self.environment(loop) if self.outline.index[loop] != self.outline.index[key] else Environment({})
            roots["item"] = self._entry(self.outline.steps[loop].config.get("items"), outer)
            roots["index"] = INDEX
        return roots

    def _seen(self, step: str, key: str) -> Schema:
        """What a step gives, seen from a later one: behind its error port that is its error."""
        if step not in self._routed:
            return self.output(step)
        ports = self.certainty.ports_to(step, key)
        if ports == {ERROR_PORT}:
            return FAILURE
        return Schema.anything() if ERROR_PORT in ports else self.output(step)

    def _trigger(self, keys: list[str]) -> Schema:
        shapes = [self.output(key) for key in keys]
        found = shapes[0] if shapes else Schema.anything()
        for shape in shapes[1:]:
            found = merged(found, shape)
        return found

    def _entry(self, source: Any, environment: Environment) -> Schema:
        """What one entry of a list looks like, where the list is named by a path."""
        if isinstance(source, list):
            return Schema.from_sample(source).entry()
        try:
            path = compile_expression(source).path if isinstance(source, str) else None
        except ExpressionError:
            path = None
        root = environment.roots.get(path[0]) if path else None
        found = root.at(path[1:]) if root is not None and path else None
        return found.entry() if found is not None and found.kind == "list" else Schema.anything()


def _output(found: type[NodeType] | None, config: Mapping[str, Any]) -> Schema:
    if found is None:
        return Schema.anything()
    declared = _schema_of(found, config)
    if declared is not None:
        return _declared(found.key) if declared is found.output_schema else Schema.from_json_schema(declared)
    sample = sample_output(found, config)
    return Schema.anything() if sample is None else Schema.from_sample(sample)


def _is_declared(found: type[NodeType] | None, config: Mapping[str, Any]) -> bool:
    return found is not None and _schema_of(found, config) is not None


def _schema_of(found: type[NodeType], config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    try:
        return found.output_schema_of(config)
    except Exception:  # noqa: BLE001 - as for samples: a draft's config may be anything
        return found.output_schema


@lru_cache(maxsize=512)
def _declared(key: str) -> Schema:
    found = node_type(key)
    return Schema.from_json_schema(found.output_schema or {}) if found is not None else Schema.anything()


def sample_output(found: type[NodeType], config: Mapping[str, Any]) -> Any:
    """A step's sample output; None where its half-written config does not allow one."""
    try:
        return found.sample_of(config)
    except Exception:  # noqa: BLE001 - a draft's config may be anything; a preview must not fail for it
        return None
