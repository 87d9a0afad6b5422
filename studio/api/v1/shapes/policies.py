"""Approval policies."""

from datetime import datetime

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Moment, Query
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.dry_run import Kind
from studio.approvals.escalation import Then
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


class DryRunQuery(Query):
    """When, and for whom."""

    at: Moment | None = Field(None, description="When it would be asked, up to a year ahead. None: now.")
    requester: str | None = Field(None, max_length=254, description="Address of who would ask, and so must not decide.")


class DryRunOf(Body):
    """A rule that is not saved, and when it would ask, for whom."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rule": {"approvers": ["group:Refund team"], "due_in": {"amount": 24, "unit": "hours"}},
                    "requester": "anna@example.com",
                }
            ]
        }
    )

    rule: PolicyRule
    at: Moment | None = Field(None, description="When it would be asked, up to a year ahead. None: now.")
    requester: str | None = Field(None, max_length=254, description="Address of who would ask, and so must not decide.")


class DryRunPerson(Shape):
    """Somebody who would be asked."""

    user_id: Id
    name: str
    through: str | None = Field(description="Name of the group or schedule by which they come. None: named themselves.")
    stands_in_for: str | None = Field(description="Name of who is away then.")


class DryRunLine(Shape):
    """One thing that would happen."""

    kind: Kind
    at: datetime | None = Field(description="None: once the stage before has agreed.")
    stage: int = Field(description="From 1.")
    level: int | None = Field(description="Of the escalation, from 1.")
    round: int | None = Field(description="How often the levels are gone through by then, from 1.")
    last_word: Then | None
    people: list[DryRunPerson] = Field(description="Who is asked; of a reminder, who is reminded.")
    reminded: list[DryRunPerson] = Field(description="Of a level: who was asked before, and is reminded.")
    gone: list[DryRunPerson] = Field(description="Of a level: who can no longer decide.")
    fallback: bool = Field(description="The level has nobody, so the fallback approvers are asked.")


class DryRunProblem(Shape):
    """Why a step would fail instead."""

    path: str = Field(description="Of the rule's field.", examples=["number"])
    code: str = Field(examples=["quorum_above_group"])
    message: str


class DryRunView(Shape):
    """What would happen if nobody answered."""

    at: datetime
    due_at: datetime | None
    problems: list[DryRunProblem] = Field(description="Empty: it would ask.")
    timeline: list[DryRunLine]
    fallback: list[DryRunPerson] = Field(description="Asked where nobody is left who may decide.")
