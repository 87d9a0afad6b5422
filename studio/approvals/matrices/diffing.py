"""What two versions of a matrix differ in, in words. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from studio.approvals.matrices.grid import HEADS, head
from studio.approvals.tables.document import OUTCOMES, Matrix, Row
from studio.core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs; empty text: it was or is not there."""

    field: str
    before: str
    after: str


def differences(before: Matrix | None, after: Matrix) -> list[Difference]:
    """All of them, from the head to the last row. Rows are told apart by what they say, wherever they stand."""
    before = before or Matrix()
    found = []
    if before.columns and before.hits is not after.hits:
        found.append(Difference(_("Counts"), before.hits.value, after.hits.value))
    heads = [", ".join(head(one) for one in matrix.columns) for matrix in (before, after)]
    if heads[0] != heads[1]:
        found.append(Difference(_("Columns"), *heads))
    found += _rows(before, after)
    other = [row_text(one.otherwise, one) if one.otherwise is not None else "" for one in (before, after)]
    if other[0] != other[1]:
        found.append(Difference(_("Otherwise"), *other))
    return found


def row_text(row: Row, matrix: Matrix) -> str:
    """A row in one line: what it asks, then who decides."""
    asked = [f"{column.name} {cell}" for column, cell in zip(matrix.columns, row.when, strict=False) if cell]
    said = [f"{HEADS[OUTCOMES.index(name)].lower()}: {text}" for name, text in zip(OUTCOMES, row.outcome, strict=True)
            if text]  # fmt: skip
    return f"{'; '.join(asked) or _('anything')} → {'; '.join(said)}"


def _rows(before: Matrix, after: Matrix) -> Iterator[Difference]:
    old = [row_text(row, before) for row in before.rows]
    new = [row_text(row, after) for row in after.rows]
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _changed(old[i:j], new[k:m], i, k)


def _changed(old: Sequence[str], new: Sequence[str], first_old: int, first_new: int) -> Iterator[Difference]:
    for at in range(max(len(old), len(new))):
        before = old[at] if at < len(old) else ""
        after = new[at] if at < len(new) else ""
        number = first_new + at + 1 if after else first_old + at + 1
        yield Difference(_("Row %(row)s", row=number), before, after)
