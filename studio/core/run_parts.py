"""How rows go with their run, said beside each column that names one: retention and erasure find them here alone.

    run_id: Mapped[UUID] = mapped_column(Uuid(), index=True, info=part_of_run())
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("a version of a flag never changes"))

A part is archived, deleted and searched for a customer's data together with its run. A test walks all tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, String, Text, inspect
from sqlalchemy.orm import InstrumentedAttribute, Mapper

_INFO = "run"


@dataclass(frozen=True, slots=True)
class _Declared:
    goes: bool
    why: str = ""
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunPart:
    """A table whose rows belong to runs and go with them."""

    model: type[Any]
    name: str
    """Of the column that names the run."""
    texts: tuple[str, ...]
    """Short columns that may hold a customer's data; JSON and long texts always may."""

    @property
    def table(self) -> str:
        """Its table's name."""
        return str(self.model.__tablename__)

    @property
    def run(self) -> InstrumentedAttribute[Any]:
        """The column in statements."""
        found: InstrumentedAttribute[Any] = getattr(self.model, self.name)
        return found

    @property
    def values(self) -> list[str]:
        """Its columns that may hold a customer's data, as the model calls them."""
        return value_columns(self.model, self.texts)


def part_of_run(*, texts: tuple[str, ...] = ()) -> dict[str, Any]:
    """`info` of a column whose rows go with the run. `texts` names short columns that may tell of a customer."""
    return {_INFO: _Declared(goes=True, texts=texts)}


def outlives_run(why: str) -> dict[str, Any]:
    """`info` of a column whose rows stay when the run goes, and why that is right."""
    return {_INFO: _Declared(goes=False, why=why)}


def run_parts(mappers: Iterable[Mapper[Any]]) -> list[RunPart]:
    """Every table that goes with its run, by name."""
    found = [
        RunPart(mapper.class_, attribute.key, declared.texts)
        for mapper in mappers
        for attribute in mapper.column_attrs
        if (declared := declared_of(attribute.columns[0].info)) is not None and declared.goes
    ]
    return sorted(found, key=lambda one: one.table)


def declared_of(info: dict[str, Any]) -> _Declared | None:
    """What a column says of its run; None: nothing."""
    return info.get(_INFO)


def value_columns(model: type[Any], texts: tuple[str, ...] = ()) -> list[str]:
    """Columns of a model in which a customer's data may stand: JSON, long texts, and the short ones that are named."""
    return [
        attribute.key
        for attribute in inspect(model).column_attrs
        if attribute.key in texts or _is_long(attribute.columns[0].type)
    ]


def _is_long(kind: Any) -> bool:
    return isinstance(kind, JSON | Text) or (isinstance(kind, String) and kind.length is None)
