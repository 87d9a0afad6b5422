"""Monthly reports."""

from uuid import UUID

from pydantic import ConfigDict, Field

from studio.accounts.outcomes import Role
from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Shape


class ReportApprover(Shape):
    """One person's month."""

    user_id: str
    name: str = Field(description="Empty: somebody without a seat.")
    answered: int
    waited_s: int = Field(description="Seconds from being asked to answering, all answers together.")
    timed: int = Field(description="Answers of which that is known.")
    worked_s: int = Field(description="The same in working time.")
    worked: int


class ReportWorkflow(Shape):
    """A workflow and the runs that it started."""

    id: str
    name: str = Field(description="Empty: it is gone.")
    runs: int


class MonthlyReport(Shape):
    """What a month came to, by the days of the workspace's time zone."""

    month: str = Field(examples=["2026-10"])
    over: bool = Field(description="False: it goes on.")
    approved: dict[str, str] = Field(description="By currency, exact decimals.", examples=[{"EUR": "420.10"}])
    declined: dict[str, str]
    outcomes: dict[str, int] = Field(description="How requests ended.")
    in_time: int = Field(description="Requests with a deadline that people answered by then.")
    late: int
    undated: int = Field(description="Answered, without a deadline.")
    approvers: list[ReportApprover]
    failures: dict[str, int] = Field(description="Runs that failed, by code of the cause.")
    proofs: dict[str, int] = Field(description="Step-ups and bypasses, by audit action.")
    workflows: list[ReportWorkflow]


class ReportMonths(Shape):
    """Months of which there is a report, newest first."""

    months: list[str]


class ReportSendingShape(Shape):
    """To whom the report of each month is mailed, and when."""

    roles: list[Role]
    people: list[UUID]
    day: int
    hour: int = Field(description="By the workspace's wall clock.")


class ReportSendingSave(Body):
    """To whom the report of each month shall be mailed, and when."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"roles": ["owner", "admin"], "day": 1, "hour": 7}]})

    roles: list[Role] = Field(
        default_factory=list, max_length=len(Role), description="Everybody whose seat has one of them."
    )
    people: list[UUID] = Field(default_factory=list, max_length=50)
    day: int = Field(1, ge=1, le=28)
    hour: int = Field(7, ge=0, le=23)
