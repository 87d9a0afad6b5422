"""Values that a document's own schemas allow, drawn from a seed: what a person or a run might fill in."""

from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

TEXTS = {
    "date": "2026-11-27", "date-time": "2026-11-27T10:00:00Z", "email": "ada@example.com", "uuid":
    "6f1d1b0e-5e5f-4c3c-9a55-0d6a3c1f2b11", "uri": "https://shop.example.com/a", "url": "https://shop.example.com/a",
    "time": "10:00:00Z", "ipv4": "192.0.2.1", "hostname": "shop.example.com", "byte": "YQ==",
}  # fmt: skip


WORDS = ("north shop", "ä/ö?&=", "100 %", "a+b", "order-17")
FOR_HEADERS = ("north shop", "a/b?&=", "order-17")


class Sampler:
    """Draws values of schemas of one document. Follows references by itself: it shares no code with what it tests."""

    def __init__(self, tree: dict[str, Any], seed: int) -> None:
        self.tree = tree
        self.random = Random(seed)
        self.words = WORDS

    def followed(self, node: Any) -> Any:
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            found: Any = self.tree
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def value(self, schema: Any, depth: int = 0) -> Any:
        schema = self.followed(schema)
        if not isinstance(schema, dict):
            return "x"
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            real = [one for one in schema["enum"] if one not in (None, "")]
            return self.random.choice(real or schema["enum"])
        for several in ("oneOf", "anyOf"):
            if schema.get(several) and not schema.get("properties"):
                real = [one for one in schema[several] if self.followed(one).get("type") != "null"]
                rest = {name: one for name, one in schema.items() if name != several}
                return self.value({**rest, **self.followed((real or schema[several])[0])}, depth)
        if schema.get("allOf"):
            return self.value(self.folded(schema), depth)
        return self.of_type(schema, depth)

    def folded(self, schema: dict[str, Any]) -> dict[str, Any]:
        whole: dict[str, Any] = {name: one for name, one in schema.items() if name != "allOf"}
        for raw in schema["allOf"]:
            part = self.followed(raw)
            if part.get("allOf"):
                part = self.folded(part)
            for name, one in part.items():
                if name == "properties":
                    whole["properties"] = {**one, **whole.get("properties", {})}
                elif name == "required":
                    whole["required"] = [*whole.get("required", []), *one]
                else:
                    whole.setdefault(name, one)
        return whole

    def of_type(self, schema: dict[str, Any], depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "string")
        if kind == "object" or (kind is None and "properties" in schema):
            return self.object(schema, depth)
        if kind == "array" or (kind is None and "items" in schema):
            count = max(1, schema.get("minItems", 0)) if depth < 4 else schema.get("minItems", 0)
            made = [self.value(schema.get("items", {}), depth + 1) for _index in range(min(count, 5))]
            return made[:1] if schema.get("uniqueItems") else made
        if kind in ("integer", "number"):
            return self.number(schema, kind)
        if kind == "boolean":
            return self.random.choice([True, False])
        return self.text(schema)

    def object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        made = {}
        required = set(schema.get("required", []))
        for name, one in schema.get("properties", {}).items():
            plain = self.followed(one)
            plain = self.folded(plain) if isinstance(plain, dict) and plain.get("allOf") else plain
            if isinstance(plain, dict) and plain.get("readOnly"):
                continue
            wanted = self.random.random() < (0.5 if depth < 2 else 0.1)
            if name in required or (wanted and depth < 4):
                made[name] = self.value(one, depth + 1)
        for name in required - set(schema.get("properties", {})):
            made[name] = "x"
        free = schema.get("additionalProperties")
        if not made and isinstance(free, dict):
            made["key"] = self.value(free, depth + 1)
        return made

    def number(self, schema: dict[str, Any], kind: str) -> int | float:
        low, high = schema.get("minimum"), schema.get("maximum")
        if isinstance(schema.get("exclusiveMinimum"), int | float) and schema["exclusiveMinimum"] is not True:
            low = schema["exclusiveMinimum"] + 1
        least = low if low is not None else min(1, high) if high is not None else 1
        step = schema.get("multipleOf")
        value = least + (1 if schema.get("exclusiveMinimum") is True else 0)
        if step:
            value = step * (-(-value // step))
        return int(value) if kind == "integer" else value

    def text(self, schema: dict[str, Any]) -> str:
        if schema.get("pattern"):
            return matching(schema)
        if schema.get("format") in TEXTS:
            return TEXTS[schema["format"]]
        least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
        words = self.random.choice(self.words)
        return (words + "x" * least)[: max(most, least, 1)] if least else words[: max(1, most)]


def matching(schema: dict[str, Any]) -> str:
    """A text that a pattern takes, by Hypothesis."""
    return _matching(schema["pattern"], schema.get("minLength", 0), schema.get("maxLength", 200))


@cache
def _matching(pattern: str, least: int, most: int) -> str:
    found: list[str] = []
    validator = Draft202012Validator({"pattern": pattern, "minLength": least, "maxLength": most})

    @settings(
        max_examples=20,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        deadline=None,
    )
    @given(st.from_regex(pattern, alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
    def look(text: str) -> None:
        if text.strip() == text != "" and validator.is_valid(text):
            found.append(text)

    look()
    return found[-1] if found else "x"
