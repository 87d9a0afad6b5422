"""What is wrong with a table as a whole: facts without a row, rows that share some, rows that never count."""

from dataclasses import dataclass
from decimal import Decimal

from studio.contract.tables.space import Box, Space, Work
from studio.contract.tables.table import Hits, Table

MOST_SHOWN = 50
"""Gaps, and pairs of rows, that are told; there may be more."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Facts that no row fits."""

    box: Box
    example: tuple[Decimal | str, ...]
    """One of them, a value a column."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Facts that two rows fit; `first` stands above `second`."""

    first: int
    second: int
    box: Box
    example: tuple[Decimal | str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All of it. `more_gaps` and `more_overlaps`: there are others than those told."""

    space: Space
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    unreachable: tuple[int, ...]
    """Rows all of whose facts an earlier row takes, where the first hit counts."""
    more_gaps: bool = False
    more_overlaps: bool = False


def check(table: Table) -> Report:
    """Look at all of it, exactly. Raises TooComplexError where that would take too long."""
    space, work = Space(table), Work()
    everything = (1 << len(table.rows)) - 1
    gaps = space.uncovered(space.whole, everything, work, MOST_SHOWN + 1)
    overlaps = _overlaps(space)
    unreachable = tuple(_unreachable(space, work)) if table.hits is Hits.FIRST else ()
    return Report(
        space,
        tuple(Gap(box, example(space, box)) for box in gaps[:MOST_SHOWN]),
        tuple(overlaps[:MOST_SHOWN]),
        unreachable,
        more_gaps=len(gaps) > MOST_SHOWN,
        more_overlaps=len(overlaps) > MOST_SHOWN,
    )


def example(space: Space, box: Box) -> tuple[Decimal | str, ...]:
    """Facts in a box, as people would write them: an end of a range or a text that is named, where there is one."""
    return tuple(_example(space, place, atoms) for place, atoms in enumerate(box))


def _overlaps(space: Space) -> list[Overlap]:
    found: list[Overlap] = []
    for second, other in enumerate(space.boxes):
        for first, one in enumerate(space.boxes[:second]):
            if all(a & b for a, b in zip(one, other, strict=True)):
                box = tuple(a & b for a, b in zip(one, other, strict=True))
                found.append(Overlap(first, second, box, example(space, box)))
                if len(found) > MOST_SHOWN:
                    return found
    return found


def _unreachable(space: Space, work: Work) -> list[int]:
    return [row for row, box in enumerate(space.boxes) if not space.uncovered(box, (1 << row) - 1, work, 1)]


def _example(space: Space, place: int, atoms: int) -> Decimal | str:
    axis = space.axes[place]
    points, words = axis.points, axis.words
    if words or (not points and axis.column.kind == "text"):
        named = next((word for at, word in enumerate(words) if atoms >> at & 1), None)
        return named if named is not None else _another(words)
    for at, point in enumerate(points):
        if atoms >> 2 * at + 1 & 1:
            return point
    if not points:
        return Decimal(0)
    if atoms >> 2 * len(points) & 1:
        return points[-1] + 1
    between = next((at for at in range(1, len(points)) if atoms >> 2 * at & 1), None)
    return (points[between - 1] + points[between]) / 2 if between is not None else points[0] - 1


def _another(words: tuple[str, ...]) -> str:
    """A text that is none of those."""
    taken, number, made = {word.casefold() for word in words}, 1, "other"
    while made in taken:
        number += 1
        made = f"other {number}"
    return made
