"""Dataclasses whose methods wait for their first object.

The standard library writes half a dozen methods of each dataclass as text and has Python compile it: a fifth of what a
process costs to start, for eight hundred classes of which it makes objects of few. Here one function shows, compares
and protects the objects of all classes, and `__init__`, which has to be quick, is compiled with a class's first object.
The rest is the standard library's own: `fields`, `replace`, `asdict`, `match` and pydantic tell no difference.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, kw_only: bool = False,
        repr: bool = True, eq: bool = True,  # noqa: A002 - the standard library's name
    ) -> Any:  # fmt: skip
        """As `dataclasses.dataclass`, which makes what derives from another: it checks that both are frozen."""
        wanted = {"frozen": frozen, "slots": slots, "kw_only": kw_only, "repr": repr, "eq": eq}
        if cls is None:
            return partial(dataclass, **wanted)
        if any(map(dataclasses.is_dataclass, cls.__mro__)):
            return dataclasses.dataclass(**wanted)(cls)
        return _made(cls, **wanted)


def _made(cls: type, *, frozen: bool, slots: bool, kw_only: bool, repr: bool, eq: bool) -> Any:  # noqa: A002 - see above
    own = dict(vars(cls))
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(cls)
    made.__dataclass_params__.frozen = frozen  # what derives from it has to be frozen too
    fields = dataclasses.fields(made)
    methods: dict[str, Any] = {"__init__": _init_of(made, frozen=frozen, slots=slots)}
    if repr:
        methods["__repr__"] = _repr_of([one.name for one in fields if one.repr])
    if eq:
        methods["__eq__"] = _eq_of(_values([one.name for one in fields if one.compare]))
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    if eq and own.get("__hash__") is None:
        hashed = [one.name for one in fields if (one.compare if one.hash is None else one.hash)]
        made.__hash__ = _hash_of(_values(hashed)) if frozen else None  # None: Python says that it has none
    if frozen:
        _protect(made)
    return made


def _init_of(made: Any, *, frozen: bool, slots: bool) -> Callable[..., None]:
    def init(self: object, *values: Any, **named: Any) -> None:
        compiled = _compiled(made, frozen=frozen, slots=slots)
        made.__init__ = compiled  # from now on it is the quick one
        compiled(self, *values, **named)

    return init


def _compiled(made: Any, *, frozen: bool, slots: bool) -> Callable[..., None]:
    """What the standard library would have written, taken from a class of the same fields."""
    fields = [
        (
            one.name,
            one.type,
            dataclasses.field(
                default=one.default, default_factory=one.default_factory, init=one.init, kw_only=one.kw_only
            ),
        )
        for one in dataclasses.fields(made)
    ]
    afterwards = {"__post_init__": made.__post_init__} if hasattr(made, "__post_init__") else {}
    twin: Any = dataclasses.make_dataclass(
        made.__name__, fields, namespace=afterwards, repr=False, eq=False, frozen=frozen, slots=slots
    )
    init: Callable[..., None] = twin.__init__
    init.__qualname__ = f"{made.__qualname__}.__init__"  # what Python says where a value is missing
    return init


def _values(names: Sequence[str]) -> Callable[[object], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda one: tuple(getattr(one, name) for name in names)


def _repr_of(names: Iterable[str]) -> Callable[[object], str]:
    @recursive_repr()
    def show(self: object) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return show


def _eq_of(values: Callable[[object], tuple[Any, ...]]) -> Callable[[object, object], bool]:
    def equals(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return equals


def _hash_of(values: Callable[[object], tuple[Any, ...]]) -> Callable[[object], int]:
    def hashed(self: object) -> int:
        return hash(values(self))

    return hashed


def _protect(made: Any) -> None:
    """Frozen objects refuse changes; copies and pickles fill theirs past that."""
    made.__setattr__ = _refuse_change
    made.__delattr__ = _refuse_removal
    if "__slots__" in vars(made):
        made.__getstate__ = _state
        made.__setstate__ = _fill


def _refuse_change(_self: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_removal(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _fill(self: Any, state: Iterable[Any]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)
