"""What a matrix says: columns of conditions, rows with who decides, and who decides where no row fits. Pure.

Cells are texts in one small language, in the grid, in CSV, in the API and as they are stored.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from studio.approvals import limits
from studio.approvals.clock.delays import Unit
from studio.approvals.deadlines import Duration
from studio.contract import tables
from studio.contract.tables import CellError, Column, Hits, Kind, Table, cells
from studio.core.errors import FieldProblem
from studio.core.i18n import gettext as _

OUTCOMES = ("approvers", "needed", "due", "proof", "then", "escalation", "name")
"""A row's cells behind its conditions, in the order of the grid."""
MOST_NAMES = 50
LONGEST_NAME = 80
_DUE = re.compile(
    r"(\d{1,5})\s*(minutes?|mins?|hours?|h|days?|d|working hours?|wh|working days?|wd)\s*(?:\((.{1,80})\))?\Z",
    re.IGNORECASE,
)
_UNITS = {"m": Unit.MINUTES, "h": Unit.HOURS, "d": Unit.DAYS, "wh": Unit.WORKING_HOURS, "wd": Unit.WORKING_DAYS}
_NEEDED = re.compile(r"(\d{1,3})\s*(%|per cent)?\Z")
_YES, _NO = frozenset({"yes", "true", "x"}), frozenset({"", "no", "false"})
_PREFIXES = ("group:", "user:", "schedule:")


@dataclass(frozen=True, slots=True)
class Row:
    """Who decides, and until when, where all of its conditions hold."""

    when: tuple[str, ...] = ()
    """A cell a column; of the row for all other cases: none."""
    approvers: tuple[str, ...] = ()
    """`group:…`, `user:…` or `schedule:…`."""
    needed: str = ""
    """Empty: any one of them; `all`, `2` or `50%`."""
    due: str = ""
    """Empty: no end; `4 working hours (Berlin)`."""
    proof: bool = False
    """Whoever approves proves once more who they are."""
    then: tuple[str, ...] = ()
    """Of whom any one has to agree afterwards."""
    escalation: str = ""
    """Name of the approval policy by whose levels it escalates; empty: the step's own."""
    name: str = ""
    """For people to read; may be empty."""

    @property
    def blank(self) -> bool:
        """Nothing is written in it."""
        return not any((*self.when, *self.outcome))

    @property
    def outcome(self) -> tuple[str, ...]:
        """Its cells behind the conditions, as texts."""
        proof = "yes" if self.proof else ""
        approvers, then = refs_text(self.approvers), refs_text(self.then)
        return (approvers, self.needed, self.due, proof, then, self.escalation, self.name)


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole of it."""

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    otherwise: Row | None = None
    """Who decides where no row fits; None: nobody, so that every case has to have a row."""
    hits: Hits = Hits.FIRST


@dataclass(slots=True)
class Read:
    """What was read, and what is wrong with it."""

    matrix: Matrix
    problems: list[FieldProblem] = field(default_factory=list)


def to_json(matrix: Matrix) -> dict[str, Any]:
    """As it is stored, and as programs read it."""
    return {
        "hits": matrix.hits.value,
        "columns": [{"name": one.name, "kind": one.kind.value, "unit": one.unit} for one in matrix.columns],
        "rows": [row_json(row) for row in matrix.rows],
        "otherwise": row_json(matrix.otherwise) if matrix.otherwise is not None else None,
    }


def row_json(row: Row) -> dict[str, Any]:
    """One row; the one for all other cases has no conditions."""
    return {
        "when": list(row.when), "approvers": list(row.approvers), "needed": row.needed, "due": row.due,
        "proof": row.proof, "then": list(row.then), "escalation": row.escalation, "name": row.name,
    }  # fmt: skip


def from_json(kept: Mapping[str, Any]) -> Matrix:
    """Read back what was stored."""
    other = kept.get("otherwise")
    return Matrix(
        tuple(Column(one["name"], Kind(one["kind"]), one.get("unit", "")) for one in kept["columns"]),
        tuple(_row(one) for one in kept["rows"]),
        _row(other) if other is not None else None,
        Hits(kept["hits"]),
    )


def read(columns: Sequence[Column], rows: Sequence[Sequence[str]], otherwise: Sequence[str] | None, hits: Hits) -> Read:
    """From the grid's texts. Problems stand at `columns.<n>`, `rows.<row>.<cell>` and `otherwise.<cell>`, from 0.

    Cells come in their one form: `Any` is empty, `2 WD` is `2 working days`.
    """
    made = Read(Matrix(tuple(columns), hits=hits), tables.column_problems(columns))
    if len(rows) > tables.MOST_ROWS:
        said = _("A matrix has at most %(most)s rows; this one has %(rows)s.", most=tables.MOST_ROWS, rows=len(rows))
        made.problems.append(FieldProblem("rows", "table.too_many_rows", said))
        return made
    wide, found = len(columns), []
    for place, row in enumerate(rows):
        if len(row) != wide + len(OUTCOMES):
            said = _("Row %(row)s has %(cells)s cells, but there are %(columns)s columns.",
                     row=place + 1, cells=len(row), columns=wide + len(OUTCOMES))  # fmt: skip
            made.problems.append(FieldProblem(f"rows.{place}", "table.cells", said))
            continue
        when = tuple(_condition(one, row[at], f"rows.{place}.{at}", made) for at, one in enumerate(columns))
        found.append(replace(_outcome(row[wide:], f"rows.{place}", wide, made), when=when))
    other = _outcome(otherwise, "otherwise", wide, made) if otherwise is not None and any(otherwise) else None
    made.matrix = replace(made.matrix, rows=tuple(found), otherwise=other)
    return made


def checked(matrix: Matrix) -> Read:
    """The same for a matrix that a program sent."""
    rows = [[*row.when, *row.outcome] for row in matrix.rows]
    return read(matrix.columns, rows, matrix.otherwise.outcome if matrix.otherwise else None, matrix.hits)


def table(matrix: Matrix) -> Table:
    """Its conditions, to be compared and checked."""
    return tables.read(matrix.columns, [row.when for row in matrix.rows], matrix.hits)[0]


def need_of(row: Row) -> tuple[str, int | None]:
    """How many, as an approval step says it, and its number."""
    if not row.needed:
        return "any_one", None
    found = _NEEDED.match(row.needed)
    if found is None:
        return "everybody", None
    return ("at_least_per_cent" if found[2] else "at_least"), int(found[1])


def due_of(row: Row) -> Duration | None:
    """Until when; None: no end."""
    found = _DUE.match(row.due)
    return Duration(amount=int(found[1]), unit=_unit(found[2]), calendar=(found[3] or "").strip()) if found else None


def refs_text(refs: Sequence[str]) -> str:
    """People and groups in a cell."""
    return cells.write(cells.Words(tuple(refs))) if refs else ""


def everybody(matrix: Matrix) -> Iterator[tuple[str, Row]]:
    """Each row with its path, the one for all other cases last."""
    yield from ((f"rows.{place}", row) for place, row in enumerate(matrix.rows))
    if matrix.otherwise is not None:
        yield "otherwise", matrix.otherwise


def _row(raw: Mapping[str, Any]) -> Row:
    return Row(
        tuple(raw["when"]), tuple(raw["approvers"]), raw["needed"], raw["due"], bool(raw["proof"]), tuple(raw["then"]),
        raw["escalation"], raw["name"],
    )  # fmt: skip


def _condition(column: Column, text: str, path: str, made: Read) -> str:
    try:
        return cells.write(cells.parse(column.kind, text))
    except CellError as error:
        made.problems.append(FieldProblem(path, error.code, error.message))
        return text


@dataclass(slots=True)
class _Cells:
    """A row's cells behind its conditions, as they are read."""

    texts: dict[str, str]
    path: str
    first: int
    """The place of the first of them."""
    made: Read

    def refuse(self, name: str, code: str, said: str) -> None:
        """Say what is wrong with one of them."""
        at = self.first + OUTCOMES.index(name)
        self.made.problems.append(FieldProblem(f"{self.path}.{at}", code, said))

    def people(self, name: str, *, needed: bool = False) -> tuple[str, ...]:
        """Whom a cell names."""
        try:
            found = tuple(dict.fromkeys(_ref(one) for one in cells.split(self.texts[name])))
        except CellError as error:
            self.refuse(name, error.code, error.message)
            return ()
        if len(found) > MOST_NAMES:
            self.refuse(name, "matrix.too_many_people", _("A cell names at most %(most)s.", most=MOST_NAMES))
        if any(len(one) > limits.WHO for one in found):
            said = _("A name in a cell has at most %(most)s letters.", most=limits.WHO)
            self.refuse(name, "table.too_long", said)
        if needed and not found:
            said = _("Name who decides, such as group:Finance or user:a@example.com.")
            self.refuse(name, "matrix.nobody", said)
        return found

    def needed(self) -> str:
        """How many, in its one form."""
        found = _needed(self.texts["needed"])
        if found is None:
            self.refuse(
                "needed", "matrix.needed", _("Write any, all, a number such as 2, or a share such as 50 per cent.")
            )
        return found or ""

    def due(self) -> str:
        """Until when, in its one form."""
        found = _due(self.texts["due"])
        if found is None:
            said = _("Write 4 working hours, 2 days or 30 minutes; a calendar in brackets behind it.")
            self.refuse("due", "matrix.due", said)
        return found or ""

    def proof(self) -> bool:
        """Yes or no."""
        word = self.texts["proof"].casefold()
        if word not in _YES | _NO:
            self.refuse("proof", "matrix.proof", _("Write yes or no, or leave it empty."))
        return word in _YES

    def name(self, name: str) -> str:
        """A name, not too long."""
        if len(self.texts[name]) > LONGEST_NAME:
            said = _("A name has at most %(most)s letters.", most=LONGEST_NAME)
            self.refuse(name, "table.too_long", said)
        return self.texts[name]


def _outcome(given: Sequence[str], path: str, first: int, made: Read) -> Row:
    texts = dict(zip(OUTCOMES, (" ".join(one.split()) for one in given), strict=True))
    some = _Cells(texts, path, first, made)
    return Row(
        (), some.people("approvers", needed=True), some.needed(), some.due(), some.proof(), some.people("then"),
        some.name("escalation"), some.name("name"),
    )  # fmt: skip


def _ref(text: str) -> str:
    """`group:` before what names neither: a bare address is a person's."""
    for prefix in _PREFIXES:
        if text.casefold().startswith(prefix):
            return prefix + text[len(prefix) :].strip()
    return f"user:{text}" if "@" in text else f"group:{text}"


def _needed(text: str) -> str | None:
    plain = text.casefold()
    if plain in ("", "any", "1"):
        return ""
    if plain in ("all", "everybody"):
        return "all"
    found = _NEEDED.match(plain)
    if found is None or not 1 <= int(found[1]) <= 100:
        return None
    return f"{int(found[1])}{'%' if found[2] else ''}"


def _due(text: str) -> str | None:
    if not text:
        return ""
    found = _DUE.match(text)
    if found is None or not 1 <= int(found[1]) <= 10_000:
        return None
    unit = _unit(found[2])
    words = unit.value.replace("_", " ").removesuffix("s" if int(found[1]) == 1 else "")
    calendar = (found[3] or "").strip()
    if calendar and not unit.value.startswith("working"):
        return None
    return f"{int(found[1])} {words}" + (f" ({calendar})" if calendar else "")


def _unit(text: str) -> Unit:
    words = text.casefold().split()
    short = "".join(word[0] for word in words) if len(words) > 1 else words[0]
    return _UNITS[short if short in _UNITS else short[0]]
