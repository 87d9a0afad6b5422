"""All that facts can be, cut at each end of a range and at each text that a table names. Pure, and exact.

A column falls into atoms within which no cell tells two facts apart: each number that is an end of a range, the open
stretches between them, each text that is named, and all other texts. A cell is a set of atoms, kept as bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from studio.contract.tables import cells
from studio.contract.tables.cells import Anything, Cell, Kind, Range, Words
from studio.contract.tables.table import Column, Table

Box = tuple[int, ...]
"""A set of atoms a column: all facts of which each is in its set."""
MOST_WORK = 3_000_000
"""Atoms that one check looks at before it gives up: a second or two."""


class TooComplexError(Exception):
    """The table's rows cross each other in more ways than can be looked at."""


@dataclass(slots=True)
class Work:
    """What a check may still look at."""

    left: int = MOST_WORK

    def spend(self, atoms: int) -> None:
        """Raises TooComplexError."""
        self.left -= atoms
        if self.left < 0:
            raise TooComplexError


@dataclass(frozen=True, slots=True)
class Axis:
    """A column's atoms. Numbers: below the first point, at it, above it and below the next, and so on."""

    column: Column
    points: tuple[Decimal, ...]
    words: tuple[str, ...]
    """Each text that is named, as it was first written; behind them one atom for all other texts."""

    @property
    def size(self) -> int:
        """Number of atoms."""
        return 2 * len(self.points) + 1 if self.column.kind is Kind.NUMBER else len(self.words) + 1

    @property
    def whole(self) -> int:
        """All atoms."""
        return (1 << self.size) - 1


class Space:
    """A table's axes, its rows as boxes, and each atom's rows."""

    def __init__(self, table: Table) -> None:
        """Cut it up."""
        self.table = table
        columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.columns)
        self.axes = [_axis(column, list(some)) for column, some in zip(table.columns, columns, strict=True)]
        places = [
            {point: at for at, point in enumerate(axis.points)}
            | {cells.key(word): at for at, word in enumerate(axis.words)}
            for axis in self.axes
        ]
        self.boxes: list[Box] = [
            tuple(_bits(axis, at, cell) for axis, at, cell in zip(self.axes, places, row, strict=True))
            for row in table.rows
        ]
        self.whole: Box = tuple(axis.whole for axis in self.axes)
        self.rows_at = [_rows_at(axis.size, [box[place] for box in self.boxes]) for place, axis in enumerate(self.axes)]
        self.open_behind = self._open_behind()

    def _open_behind(self) -> list[int]:
        """For each column, the rows that ask nothing in it and in those behind it; one more at the end: all rows."""
        behind = [(1 << len(self.boxes)) - 1]
        for place in reversed(range(len(self.axes))):
            asks_nothing = sum(1 << row for row, box in enumerate(self.boxes) if box[place] == self.whole[place])
            behind.append(behind[-1] & asks_nothing)
        return behind[::-1]

    def uncovered(self, within: Box, rows: int, work: Work, most: int) -> list[Box]:
        """Disjoint boxes of `within` that none of some rows (bits) covers, at most so many. Raises TooComplexError."""
        known: dict[tuple[int, int], list[Box]] = {}

        def search(column: int, active: int) -> list[Box]:
            if not active:
                return [within[column:]]
            if active & self.open_behind[column]:
                return []
            found = known.get((column, active))
            if found is None:
                found = known[column, active] = []
                for remaining, atoms in self._parted(column, active, within[column], work).items():
                    found += [(atoms, *rest) for rest in search(column + 1, remaining)]
                    if len(found) >= most:
                        del found[most:]
                        break
            return found

        return search(0, rows)

    def _parted(self, column: int, active: int, within: int, work: Work) -> dict[int, int]:
        """Atoms of a column by which of the active rows they leave."""
        rows_at = self.rows_at[column]
        work.spend(within.bit_count())
        parted: dict[int, int] = {}
        while within:
            atom = within & -within
            within ^= atom
            remaining = active & rows_at[atom.bit_length() - 1]
            parted[remaining] = parted.get(remaining, 0) | atom
        return parted


def _axis(column: Column, some: Sequence[Cell]) -> Axis:
    points = {end for cell in some if isinstance(cell, Range) for end in (cell.low, cell.high) if end is not None}
    words: dict[str, str] = {}
    for cell in some:
        if isinstance(cell, Words):
            for word in cell.words:
                words.setdefault(cells.key(word), word)
    return Axis(column, tuple(sorted(points)), tuple(words.values()))


def _bits(axis: Axis, places: dict[Decimal | str, int], cell: Cell) -> int:
    match cell:
        case Anything():
            return axis.whole
        case Words():
            return sum(1 << places[word] for word in cell.keys)
        case Range():
            first = 0 if cell.low is None else 2 * places[cell.low] + (1 if cell.low_in else 2)
            last = axis.size - 1 if cell.high is None else 2 * places[cell.high] + (1 if cell.high_in else 0)
            return (1 << last + 1) - (1 << first)


def _rows_at(size: int, column: Sequence[int]) -> list[int]:
    found, everywhere = [0] * size, 0
    for row, bits in enumerate(column):
        if bits == (1 << size) - 1:
            everywhere |= 1 << row
            continue
        left = bits
        while left:
            atom = left & -left
            left ^= atom
            found[atom.bit_length() - 1] |= 1 << row
    return [some | everywhere for some in found]
