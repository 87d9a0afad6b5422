"""Which columns hold sealed records, said beside each model: rotation finds them here and nowhere else.

    ciphertext: Mapped[bytes] = mapped_column(LargeBinary(), info=sealed("{workspace_id}|secret|{id}"))

The text is the context that the keyring binds a record to, over columns of its own row. Services ask `context_of()` for
it, so a record that can be opened can be re-wrapped as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import InstrumentedAttribute, Mapper

from studio.core.tenancy import Tenant

_INFO = "sealed"


@dataclass(frozen=True, slots=True)
class _Declared:
    context: str
    version: str | None


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """One column of sealed records."""

    model: type[Any]
    name: str
    """As the model calls it."""
    context: str
    """What a record is bound to, with names of the model's columns in braces."""
    version: str | None
    """The column that repeats the version of its master key, where there is one."""

    @property
    def table(self) -> str:
        """Its table's name."""
        return str(self.model.__tablename__)

    @property
    def of_tenants(self) -> bool:
        """Whether its rows belong to workspaces; else to the installation."""
        return issubclass(self.model, Tenant)

    @property
    def sealed(self) -> InstrumentedAttribute[Any]:
        """The column in statements."""
        found: InstrumentedAttribute[Any] = getattr(self.model, self.name)
        return found

    @property
    def key(self) -> InstrumentedAttribute[Any]:
        """The primary key: one column."""
        [key] = inspect(self.model).primary_key
        found: InstrumentedAttribute[Any] = inspect(self.model).get_property_by_column(key).class_attribute
        return found

    @property
    def bound_to(self) -> list[InstrumentedAttribute[Any]]:
        """The columns that its context names."""
        return [getattr(self.model, name) for _, name, _, _ in Formatter().parse(self.context) if name]

    def context_of(self, row: object) -> str:
        """The context of one row's record: of an object, or of a result row with the columns of `bound_to`."""
        names = [name for _, name, _, _ in Formatter().parse(self.context) if name]
        return self.context.format_map({name: getattr(row, name) for name in names})


def sealed(context: str, *, version: str | None = None) -> dict[str, Any]:
    """`info` of a column whose values come from `Keyring.seal()`. `version` names a column with the key's version."""
    return {_INFO: _Declared(context, version)}


def is_sealed(info: dict[str, Any]) -> bool:
    """Whether a column says that it holds sealed records."""
    return _INFO in info


def context_of(row: object, name: str) -> str:
    """What a row's record in a sealed column is bound to. The columns that it names have to be set."""
    return _column(inspect(type(row)), name).context_of(row)


def sealed_columns(mappers: Iterable[Mapper[Any]]) -> list[SealedColumn]:
    """Every sealed column of these models, by table and name."""
    found = [
        _column(mapper, attribute.key)
        for mapper in mappers
        for attribute in mapper.column_attrs
        if _INFO in attribute.columns[0].info
    ]
    return sorted(found, key=lambda one: (one.table, one.name))


def _column(mapper: Mapper[Any], name: str) -> SealedColumn:
    declared: _Declared = mapper.column_attrs[name].columns[0].info[_INFO]
    return SealedColumn(mapper.class_, name, declared.context, declared.version)
