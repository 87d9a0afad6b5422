"""What a step tells a matrix of."""

from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationInfo, field_validator

from studio.approvals.nodes.fields.groups import RULES
from studio.approvals.nodes.fields.owned import OWN
from studio.contract.node import NodeConfig, help_
from studio.contract.tables import MOST_COLUMNS


class Compared(NodeConfig):
    """One thing that a matrix compares."""

    column: str = help_(
        "The matrix's column, by its name", title="Column", example="Amount", min_length=1, max_length=60
    )
    value: Any = help_("What it is here", title="Value", expression="any", example="trigger.order.total")
    unit: str = help_(
        "Currency or unit of this number; where it is not the column's, nobody is asked by a wrong row. Empty: it is "
        "the column's",
        title="In",
        default="",
        template=True,
        example="{{ trigger.order.currency }}",
        max_length=12,
    )


class ByMatrix(NodeConfig):
    """A matrix that says who decides."""

    matrix: str = help_(
        "A matrix of Settings, Approval matrices: by what this is about it says who decides, until when, and whether "
        "they prove who they are. Those below are asked where it has nobody. Empty: no matrix",
        title="By matrix",
        default="",
        widget="matrix",
        example="Refunds",
        max_length=80,
        show_if=OWN,
        group=RULES,
    )
    compare: list[Compared] = help_(
        "What the matrix's columns compare, one each",
        title="Compare",
        default=[],
        max_length=2 * MOST_COLUMNS,
        show_if=OWN,
        validate_default=True,
        group=RULES,
    )

    @field_validator("compare")
    @classmethod
    def _something(cls, compared: list[Compared], info: ValidationInfo) -> list[Compared]:
        if info.data.get("matrix") and not compared:
            raise ValueError(_("Say what the matrix's columns are here."))
        return compared
