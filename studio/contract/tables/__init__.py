"""Tables of rules, as decisions and approvals read them: cells, rows, hits; gaps and overlaps by exact arithmetic."""

from studio.contract.tables.cells import Cell, CellError, Kind
from studio.contract.tables.checks import Gap, Overlap, Report, check
from studio.contract.tables.space import TooComplexError
from studio.contract.tables.table import (
    MOST_COLUMNS,
    MOST_ROWS,
    Column,
    FactError,
    Hits,
    Judged,
    Table,
    column_problems,
    fact,
    facts_of,
    hit,
    judge,
    read,
)

__all__ = [
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Cell",
    "CellError",
    "Column",
    "FactError",
    "Gap",
    "Hits",
    "Judged",
    "Kind",
    "Overlap",
    "Report",
    "Table",
    "TooComplexError",
    "check",
    "column_problems",
    "fact",
    "facts_of",
    "hit",
    "judge",
    "read",
]
