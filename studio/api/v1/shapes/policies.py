"""Approval policies."""

from datetime import datetime

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.nodes.fields.governing import PolicyRule


class PolicyView(Shape):
    """Who decides and until when, by a name that approval steps use."""

    id: Id
    name: str = Field(examples=["Refunds over 500"])
    version: int = Field(description="Grows with each edit, from 1.")
    rule: PolicyRule
    changed_at: datetime
    changed_by: str = Field(description="Name of who edited it last.", examples=["Mira Keller"])


class PolicyUse(Shape):
    """Who names a policy."""

    workflows: list[str] = Field(description="Names of the workflows whose draft or published version names it.")


class PolicySave(Body):
    """A policy as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Refunds over 500",
                    "rule": {
                        "approvers": ["group:Refund team"],
                        "need": "at_least",
                        "number": 2,
                        "due_in": {"amount": 24, "unit": "hours"},
                    },
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=80)
    rule: PolicyRule
    version: int | None = Field(
        None, ge=1, description="The version that was edited; refused where it is no longer the newest. None: any."
    )
