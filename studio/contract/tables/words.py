"""Tables in sentences: what is in a box, which facts an example is, why a row fits."""

from collections.abc import Sequence
from decimal import Decimal

from studio.contract.tables import cells
from studio.contract.tables.cells import Kind, Range
from studio.contract.tables.checks import Gap, Overlap
from studio.contract.tables.space import Axis, Box, Space
from studio.contract.tables.table import Column, Table
from studio.core.i18n import gettext as _


def gap(space: Space, found: Gap) -> str:
    """An example first, then all of it: Amount 500 EUR, Country DE has no row, as all of: Amount >=500."""
    if not space.table.rows:
        return _("There is no row yet.")
    return _("%(example)s has no row, as all of: %(box)s.", example=facts(space.table.columns, found.example),
             box=box_words(space, found.box))  # fmt: skip


def overlap(space: Space, found: Overlap) -> str:
    """Which two rows, and a fact that both fit."""
    return _("Rows %(first)s and %(second)s both fit %(example)s.", first=found.first + 1, second=found.second + 1,
             example=facts(space.table.columns, found.example))  # fmt: skip


def unreachable(row: int) -> str:
    """A row that changes nothing."""
    return _("Row %(row)s is never chosen: rows above it take all that it fits. Move it up, or remove it.",
             row=row + 1)  # fmt: skip


def too_complex() -> str:
    """The check gave up."""
    return _("The rows cross each other in too many ways to be checked. Use fewer columns or rows, or split the table.")


def facts(columns: Sequence[Column], values: Sequence[Decimal | str]) -> str:
    """Amount 500 EUR, Country DE."""
    return ", ".join(f"{column.name} {value(column, one)}" for column, one in zip(columns, values, strict=True))


def value(column: Column, one: Decimal | str) -> str:
    """A fact with its unit."""
    text = cells.decimal_text(one) if isinstance(one, Decimal) else one or _("nothing")
    return f"{text} {column.unit}".rstrip() if column.kind is Kind.NUMBER else text


def why(table: Table, row: int) -> str:
    """What a row asks: "Amount 100..<500 EUR, Country DE, AT"; of one that asks nothing: "anything"."""
    asked = [
        f"{column.name} {cells.write(cell)} {column.unit if column.kind is Kind.NUMBER else ''}".rstrip()
        for column, cell in zip(table.columns, table.rows[row], strict=True)
        if cell != cells.ANY
    ]
    return "; ".join(asked) or _("anything")


def box_words(space: Space, box: Box) -> str:
    """Each column that is not whole, in words."""
    asked = [
        f"{axis.column.name} {_atoms(axis, atoms)}"
        for axis, atoms in zip(space.axes, box, strict=True)
        if atoms != axis.whole
    ]
    return "; ".join(asked) or _("anything")


def _atoms(axis: Axis, atoms: int) -> str:
    if axis.column.kind is Kind.NUMBER:
        return _(" or ").join(cells.write(one) for one in _ranges(axis, atoms))
    inside = [word for at, word in enumerate(axis.words) if atoms >> at & 1]
    if not atoms >> len(axis.words) & 1:
        return ", ".join(inside)
    left_out = [word for word in axis.words if word not in inside]
    return _("anything but %(words)s", words=", ".join(left_out))


def _ranges(axis: Axis, atoms: int) -> list[Range]:
    """Stretches of neighbouring atoms, as ranges."""
    made, at = [], 0
    while at < axis.size:
        if not atoms >> at & 1:
            at += 1
            continue
        start = at
        while at < axis.size and atoms >> at & 1:
            at += 1
        made.append(_stretch(axis, start, at - 1))
    return made


def _stretch(axis: Axis, first: int, last: int) -> Range:
    """Odd atoms are points; an even one is the stretch before the point of half its number."""
    low = None if first == 0 else axis.points[(first - 1) // 2]
    high = None if last == axis.size - 1 else axis.points[last // 2]
    return Range(low, high, low_in=first % 2 == 1, high_in=last % 2 == 1)
