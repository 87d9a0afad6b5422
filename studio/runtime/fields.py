"""Where a raw config holds expressions and texts with placeholders: its type's fields laid over its values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from studio.contract.node import Kind, NodeType
from studio.core.i18n import gettext as _
from studio.expressions import is_template

Path = tuple[str | int, ...]
LeafKind = Literal["expression", "deferred", "template"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One text of a config that is a source. A deferred one is evaluated by the node itself."""

    path: Path
    kind: LeafKind
    source: str
    expects: Literal["any", "bool", "string", "number", "list"] = "any"
    as_text: bool = False
    """A template's value is written out as text, whatever it is."""


def leaves(node_type: type[NodeType], config: Mapping[str, Any]) -> list[Leaf]:
    """Every source in a raw config.

    A trigger's texts are never rendered: its config is read before there is an event.
    """
    found = list(_of_model(node_type.Config, config, ()))
    if node_type.kind is Kind.TRIGGER:
        return [leaf for leaf in found if leaf.kind == "deferred"]
    return found


def without_blanks(node_type: type[NodeType], config: Mapping[str, Any]) -> dict[str, Any]:
    """The config without expressions that nobody has written yet: an empty one is a missing one."""
    pruned: dict[str, Any] = _prune(node_type.Config, dict(config))
    return pruned


def label(model: type[BaseModel], path: Path) -> str:
    """What people call the field at a path: the titles along it."""
    words: list[str] = []
    here: type[BaseModel] | None = model
    for part in path:
        if isinstance(part, int):
            words.append(str(part + 1))
            continue
        if here is None:  # a name that somebody gave, such as a header's
            words.append(part)
            continue
        info = here.model_fields.get(part)
        words.append(_((info.title if info else None) or part.replace("_", " ").capitalize()))
        here = inner_model(info.annotation) if info is not None else None
    return " ".join(words) or _("The set-up")


def inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model in `Model`, `Model | None`, `list[Model]` or `dict[str, Model]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (Union, UnionType, list, dict, tuple):
        for part in get_args(annotation):
            found = inner_model(part)
            if found is not None:
                return found
    return inner_model(get_args(annotation)[0]) if hasattr(annotation, "__metadata__") else None


def _extra(info: FieldInfo) -> Mapping[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _of_model(model: type[BaseModel], raw: Mapping[str, Any], path: Path) -> Iterator[Leaf]:
    for name, value in raw.items():
        info, here = model.model_fields.get(name), (*path, name)
        if info is None:
            yield from _inside(Any, value, here)
            continue
        extra = _extra(info)
        expects = extra.get("x-expression")
        if expects is None or not isinstance(value, str):
            yield from _inside(info.annotation, value, here)
        elif value.strip():
            yield Leaf(here, "deferred" if extra.get("x-deferred") else "expression", value, expects)


def _inside(annotation: Any, value: Any, path: Path) -> Iterator[Leaf]:
    if isinstance(value, str):
        if is_template(value):
            yield Leaf(path, "template", value, as_text=_takes_text_alone(annotation))
    elif isinstance(value, list):
        entry = _part(annotation, list, 0)
        for index, below in enumerate(value):
            yield from _inside(entry, below, (*path, index))
    elif isinstance(value, dict):
        model = inner_model(annotation)
        if model is not None and not _part_of(annotation, dict):
            yield from _of_model(model, value, path)
        else:
            entry = _part(annotation, dict, 1)
            for name, below in value.items():
                yield from _inside(entry, below, (*path, name))


def _members(annotation: Any) -> tuple[Any, ...]:
    """The members of a union, or the one type; what Annotated adds is left out."""
    if get_origin(annotation) in (Union, UnionType):
        return tuple(member for part in get_args(annotation) for member in _members(part))
    return _members(get_args(annotation)[0]) if hasattr(annotation, "__metadata__") else (annotation,)


def _part_of(annotation: Any, container: type) -> Any:
    """`dict[str, X]` itself, out of a union with it; None where there is none."""
    return next((member for member in _members(annotation) if get_origin(member) is container), None)


def _part(annotation: Any, container: type, place: int) -> Any:
    """X of `list[X]` (place 0) or `dict[str, X]` (place 1); Any where nobody said."""
    found = _part_of(annotation, container)
    return get_args(found)[place] if found is not None else Any


def _takes_text_alone(annotation: Any) -> bool:
    """Whether a value must be a text here, so that a number in braces is written out."""
    return {member for member in _members(annotation) if member is not type(None)} == {str}


def _prune(model: type[BaseModel] | None, value: Any) -> Any:
    if model is None:
        return value
    if isinstance(value, list):
        return [_prune(model, entry) for entry in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, below in value.items():
        info = model.model_fields.get(name)
        if info is not None and "x-expression" in _extra(info) and isinstance(below, str) and not below.strip():
            continue
        kept[name] = _prune(inner_model(info.annotation), below) if info is not None else below
    return kept
