"""Approval matrices."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Query
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.limits import Who
from studio.approvals.tables import document
from studio.approvals.tables.document import Matrix, Row
from studio.contract.tables import MOST_COLUMNS, MOST_ROWS, Column, Hits, Kind
from studio.contract.tables.cells import LONGEST_CELL

_EXAMPLE = {
    "hits": "first",
    "columns": [{"name": "Amount", "kind": "number", "unit": "EUR"}],
    "rows": [{"when": ["<500"], "approvers": ["group:Refund team"], "due": "4 working hours"}],
    "otherwise": {"approvers": ["group:Finance"], "needed": "2", "proof": True},
}
_Name = Annotated[str, Field(max_length=60)]
_CSV = (
    "Row (first hit),Amount: number EUR,Approvers,Needed,Due,Proof,Then,Escalation,Name\n1,<500,group:Finance,,,,,,\n"
)


def _like(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class MatrixColumn(Body):
    """One thing that rows compare."""

    name: str = Field(min_length=1, max_length=60, examples=["Amount"])
    kind: Kind
    unit: str = Field(default="", max_length=12, examples=["EUR"])


class MatrixRow(Body):
    """Who decides where all of its conditions hold."""

    when: list[Annotated[str, Field(max_length=LONGEST_CELL)]] = Field(
        default_factory=list,
        max_length=MOST_COLUMNS,
        description="A cell a column: `100..<500`, `>=500`, `DE, AT`; empty fits anything.",
    )
    approvers: list[Who] = Field(min_length=1, max_length=50, examples=[["group:Finance"]])
    needed: str = Field(default="", max_length=20, description="Empty: any one; `all`, `2` or `50%`.")
    due: str = Field(default="", max_length=120, description="`4 working hours (Berlin)`; empty: no end.")
    proof: bool = Field(default=False, description="Whoever approves proves once more who they are.")
    then: list[Who] = Field(default_factory=list, max_length=50, description="Of whom one has to agree afterwards.")
    escalation: str = Field(default="", max_length=80, description="The approval policy by whose levels it escalates.")
    name: str = Field(default="", max_length=80)


class MatrixDocument(Body):
    """What a matrix says."""

    hits: Hits = Hits.FIRST
    columns: list[MatrixColumn] = Field(min_length=1, max_length=MOST_COLUMNS)
    rows: list[MatrixRow] = Field(default_factory=list, max_length=MOST_ROWS)
    otherwise: MatrixRow | None = None

    def matrix(self) -> Matrix:
        """As the service takes it."""
        return Matrix(
            tuple(Column(" ".join(one.name.split()), one.kind, one.unit) for one in self.columns),
            tuple(_row(one) for one in self.rows),
            _row(self.otherwise) if self.otherwise is not None else None,
            self.hits,
        )

    @classmethod
    def of(cls, matrix: Matrix) -> Self:
        """As it is answered. What is kept was judged before."""
        return cls.model_validate(document.to_json(matrix), strict=False)


class MatrixCreate(Body):
    """A new matrix, as a draft."""

    model_config = _like({"name": "Refunds", "document": _EXAMPLE})

    name: str = Field(min_length=1, max_length=80, examples=["Refunds"])
    document: MatrixDocument


class MatrixSave(Body):
    """A draft as it shall be."""

    model_config = _like({"document": _EXAMPLE, "revision": 1})

    document: MatrixDocument
    revision: int | None = Field(default=None, description="The revision that was edited; another one is a conflict.")


class MatrixPublish(Body):
    """What is published, and why."""

    model_config = _like({"revision": 3, "note": "Legal decides above 5,000"})

    revision: int = Field(description="The draft's, as it was seen.", examples=[3])
    note: str = Field(default="", max_length=2_000)


class MatrixFinding(Shape):
    """Something about the draft: a gap, rows that both fit, a name that leads nowhere."""

    path: str = Field(examples=["rows.2"])
    code: str = Field(examples=["table.gap"])
    message: str
    refused: bool = Field(description="It keeps the draft from being published.")


class MatrixView(Shape):
    """A matrix with its draft."""

    id: Id
    name: str
    version: int = Field(description="The version that requests ask by; 0: none yet.")
    revision: int = Field(description="The draft's.")
    draft: MatrixDocument
    changed_at: datetime
    changed_by: str


class MatrixChange(Shape):
    """One thing that a version changed; empty: it was or is not there."""

    field: str
    before: str
    after: str


class MatrixVersionView(Shape):
    """A published version."""

    number: int
    document: MatrixDocument
    note: str
    published_at: datetime
    published_by: str
    changes: list[MatrixChange] = Field(description="What it changed of the version before.")


class MatrixAsk(Body):
    """Facts, by the names of columns."""

    model_config = _like({"facts": {"Amount": "420.00"}, "units": {"Amount": "EUR"}})

    facts: dict[_Name, Any] = Field(max_length=2 * MOST_COLUMNS, examples=[{"Amount": "420.00", "Country": "DE"}])
    units: dict[_Name, Annotated[str, Field(max_length=12)]] = Field(default_factory=dict, max_length=2 * MOST_COLUMNS)


class MatrixAnswer(Shape):
    """Whom the draft would ask for them. Nobody is asked."""

    rows: list[int] = Field(description="From 1; empty: the row for all other cases.")
    labels: str
    why: str
    who: str


class MatrixTryQuery(Query):
    """On which requests."""

    workflow_id: Id | None = None
    most: int = Field(default=50, ge=1, le=200)


class MatrixTried(Shape):
    """One request of before."""

    request_id: Id
    title: str
    facts: str
    rows: str
    would_ask: str
    asked: str
    same: bool
    problem: str = Field(description="Why nothing can be told of it; may be empty.")


class MatrixCsv(Shape):
    """The draft as comma-separated values."""

    csv: str


class MatrixCsvSave(Body):
    """The same, to take the draft's place."""

    model_config = _like({"csv": _CSV, "revision": 1})

    csv: str = Field(max_length=2 * 1024 * 1024)
    revision: int | None = None


def _row(row: MatrixRow) -> Row:
    return Row(
        tuple(row.when), tuple(row.approvers), row.needed, row.due, row.proof, tuple(row.then), row.escalation, row.name
    )
