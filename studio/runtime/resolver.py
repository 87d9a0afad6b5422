"""From a raw config and the data of a moment to the Config that a node sees. The hot path of every step."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from studio.contract.graph import Node
from studio.contract.node import NodeType, node_type
from studio.contract.wording import code, dotted, sentence
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.sizes import fits
from studio.expressions import EvaluationError, Scope, evaluate, render
from studio.expressions.filters import text_of
from studio.expressions.work import Fault
from studio.runtime.fields import Leaf, Path, label, leaves, without_blanks

Fill = Callable[[Scope], Any]
_KINDS: dict[str, tuple[tuple[type, ...], str]] = {
    "bool": ((bool,), marked("yes or no")),
    "string": ((str, int, float), marked("a text")),
    "number": ((int, float, str), marked("a number")),
    "list": ((list, tuple), marked("a list")),
}
_UNSTORED = {"sample"}
LARGEST = 4_000_000
"""Bytes of one step's config once its expressions are filled in: the row keeps it, and a loop keeps its items."""


class ConfigError(Exception):
    """A field came out wrong with this run's data. `field` is dotted, such as `config.url`."""

    def __init__(self, code: str, message: str, field: str, *, expression: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.field, self.expression = code, message, field, expression


class Resolver:
    """The plan of one step's config, made once a version."""

    __slots__ = ("_build", "_constant", "_error", "_model", "_validate")

    def __init__(self, found: type[NodeType], config: Mapping[str, Any]) -> None:
        self._model = found.Config
        self._validate = found.Config.__pydantic_validator__.validate_python
        raw = without_blanks(found, config)
        dynamic = {leaf.path: leaf for leaf in leaves(found, raw) if leaf.kind != "deferred"}
        self._build = _plan(raw, (), dynamic, self._model)
        self._constant: BaseModel | None = None
        self._error: ConfigError | None = None
        if not dynamic:
            self._settle(raw)

    def resolve(self, scope: Scope) -> BaseModel:
        """Evaluate expressions, render texts, validate. Raises ConfigError."""
        if self._constant is not None:
            return self._constant
        if self._error is not None:
            raise self._error
        built = self._build(scope)
        if not fits(built, LARGEST):
            message = _(
                "With this data the step's set-up has more than %(largest)s KB. Nothing was done. Use only the fields "
                "that it needs, or filter the list first.",
                largest=separated(LARGEST // 1000),
            )
            raise ConfigError("config.too_large", message, "config")
        return self._checked(built)

    def plain(self, config: BaseModel) -> dict[str, Any]:
        """What history keeps: all of it but samples. Secrets are names here, never values."""
        return config.model_dump(mode="json", exclude=_UNSTORED, fallback=str)

    def _settle(self, raw: dict[str, Any]) -> None:
        try:
            self._constant = self._checked(raw)
        except ConfigError as error:
            self._error = error

    def _checked(self, raw: Any) -> BaseModel:
        try:
            checked: BaseModel = self._validate(raw)
        except ValidationError as error:
            raise _worded(error, self._model) from None
        return checked


def field_plan(node: Node) -> Resolver:
    """The plan for one step of a compiled version."""
    found = node_type(node.type)
    if found is None:
        raise ConfigError("document.unknown_type", _("This Studio has no node type %(type)s.", type=node.type), "type")
    return Resolver(found, node.config)


def _worded(error: ValidationError, model: type[BaseModel]) -> ConfigError:
    first = error.errors(include_url=False, include_input=False)[0]
    path = tuple(first["loc"])
    field = f"config.{dotted(path)}" if path else "config"
    return ConfigError(code(first, "config"), f"{label(model, path)}: {sentence(first)}", field)


def _plan(value: Any, path: Path, dynamic: Mapping[Path, Leaf], model: type[BaseModel]) -> Fill:
    """A function that makes the value anew from a scope, sharing what never changes."""
    leaf = dynamic.get(path)
    if leaf is not None:
        return _leaf(leaf, model)
    if isinstance(value, dict) and _touched(path, dynamic):
        return _object(value, path, dynamic, model)
    if isinstance(value, list) and _touched(path, dynamic):
        parts = [_plan(below, (*path, index), dynamic, model) for index, below in enumerate(value)]
        return lambda scope: [part(scope) for part in parts]
    return lambda _scope: value


def _object(value: dict[str, Any], path: Path, dynamic: Mapping[Path, Leaf], model: type[BaseModel]) -> Fill:
    filled = [
        (name, _plan(below, (*path, name), dynamic, model))
        for name, below in value.items()
        if (*path, name) in dynamic or _touched((*path, name), dynamic)
    ]

    def build(scope: Scope) -> dict[str, Any]:
        made = value.copy()
        for name, fill in filled:
            made[name] = fill(scope)
        return made

    return build


def _touched(path: Path, dynamic: Mapping[Path, Leaf]) -> bool:
    return any(known[: len(path)] == path for known in dynamic)


def _leaf(leaf: Leaf, model: type[BaseModel]) -> Fill:
    source, field, name = leaf.source, f"config.{dotted(leaf.path)}", label(model, leaf.path)
    compute = _compute(leaf)
    kinds, wanted = _KINDS.get(leaf.expects, ((), ""))
    bool_fits = leaf.expects == "bool"

    def fill(scope: Scope) -> Any:
        try:
            value = compute(source, scope)
        except EvaluationError as error:
            raise ConfigError(error.code, f"{name}: {error.message}", field, expression=error.expression) from None
        if not kinds or (isinstance(value, kinds) and (bool_fits or not isinstance(value, bool))):
            return value
        raise ConfigError(
            "config.type",
            _("%(name)s gave %(word)s, but %(wanted)s is needed.", name=name, word=_word(value), wanted=_(wanted)),
            field,
            expression=source,
        )

    return fill


def _compute(leaf: Leaf) -> Callable[[str, Scope], object]:
    if leaf.kind != "template":
        return evaluate
    return _render_text if leaf.as_text else render


def _render_text(source: str, scope: Scope) -> object:
    value = render(source, scope)
    try:
        return value if isinstance(value, str) else text_of(value)
    except Fault:
        raise EvaluationError(
            "expression.too_large", _("The value is too deep to be written as text."), source
        ) from None


def _word(value: object) -> str:
    """The kind of a value, never the value: it may be private."""
    if value is None:
        return "nothing"
    words = {
        bool: _("yes or no"),
        str: "a text",
        int: "a number",
        float: "a number",
        list: "a list",
        dict: _("an object"),
    }
    return words.get(type(value), _("something else"))
