"""What a person asks for without a workflow, and what they have asked for."""

from typing import Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Moment, Paged, Query
from studio.api.v1.shapes.approvals import ApprovalLine, Fact, HandedIn
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.limits import Who
from studio.approvals.requesting.own import Show


class RequestedQuery(Paged):
    """Which of your requests."""

    show: Show = Field(
        Show.ALL,
        description="`changes`: a new version of yours is awaited. `other`: expired, taken back, answered otherwise.",
    )


class RequestedLine(ApprovalLine):
    """One of your requests."""

    held_by: list[str] = Field(description="Names of those who may decide it now.", examples=[["Jonas Weber"]])
    changes_wanted_by: str = Field(description="Who asked for changes; empty: none are awaited.")
    changes_wanted: str = Field(description="Which, in their words.")


class AskApproval(Body):
    """What is to be decided, by whom, until when. You cannot decide it yourself."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "title": "Buy a camera for \u20ac420.00",
                    "facts": [["Shop", "Foto Koch"]],
                    "amount": "420.00",
                    "currency": "EUR",
                    "approvers": ["group:Refund team"],
                }
            ]
        }
    )

    title: str = Field(min_length=1, max_length=400)
    text: str = Field("", max_length=4_000, description="Why, and what they should know.")
    facts: list[Fact] = Field([], max_length=20, description="Pairs of label and value.")
    amount: str = Field("", max_length=40, description="Decimal text; empty: no money goes through it.")
    currency: str = Field("", max_length=3)
    approvers: list[Who] = Field(
        [], max_length=50, description="`user:<e-mail or id>`, `group:<name>` or `schedule:<name>`."
    )
    need: Literal["any_one", "everybody", "at_least", "at_least_per_cent"] = "any_one"
    number: int | None = Field(None, ge=1, le=100, description="How many, or how many per cent.")
    policy: str = Field("", max_length=80, description="Name of a policy that says who decides, instead of approvers.")
    due_at: Moment | None = Field(None, description="Null: as the policy says, or never.")
    attachments: HandedIn = Field([], description="Ids of files handed in (`/attachments`).")


class FileQuery(Query):
    """What the file is called."""

    name: str = Field(min_length=1, max_length=200, description="With its ending.", examples=["receipt.pdf"])


class FileView(Shape):
    """A file that was handed in. It is let go after a day unless a request, decision or comment takes it."""

    id: Id
    name: str
    media_type: str = Field(description="As its content says.", examples=["image/png"])
    size: int = Field(description="Bytes, as it is kept.")
    sha256: str


class Reminded(Shape):
    """Who was reminded."""

    names: list[str] = Field(examples=[["Jonas Weber"]])
