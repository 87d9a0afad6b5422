"""A policy as forms, API and rows have it, and as a Requirement."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from studio.contract.protecting import ApprovalDemand, Freeze, Requirement, StepUpDemand, Strength
from studio.core.deferred import Deferred
from studio.core.i18n import gettext as _
from studio.core.moments import reached

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Who = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(user|group|schedule):.+", max_length=300)]
Moment = Annotated[AwareDatetime, AfterValidator(reached)]
STRENGTHS: dict[str, Strength] = {one.name.lower(): one for one in Strength}
LONGEST_FREEZE = timedelta(days=92)


class _Fields(Deferred):
    model_config = ConfigDict(extra="forbid")


class ApprovalFields(_Fields):
    """Distinct people who have to agree."""

    approvers: list[Who] = Field(min_length=1, max_length=50)
    count: int = Field(default=1, ge=1, le=20)
    """How many of them."""


class StepUpFields(_Fields):
    """Whoever does it proves once more who they are, for just this content."""

    strength: Literal["password", "code", "passkey"] = "code"
    max_age_s: int = Field(default=300, ge=30, le=300)
    """How long ago that may be, in seconds; a proof is good for five minutes at most."""


class FreezeFields(_Fields):
    """A time in which it does not happen."""

    name: Name
    starts_at: Moment
    ends_at: Moment

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta() < self.ends_at - self.starts_at <= LONGEST_FREEZE:
            raise ValueError(_("A freeze ends after it starts, and lasts 92 days at most."))
        return self


class PolicyFields(_Fields):
    """What a target asks for, and when."""

    above: Decimal | None = Field(default=None, ge=0, max_digits=15, decimal_places=4)
    """Holds above this number of the target's limit; None: whatever the number."""
    condition: str = Field(default="", max_length=2_000)
    """CEL over `facts` and `actor`; empty: always. What cannot be evaluated holds."""
    approvals: list[ApprovalFields] = Field(default=[], max_length=10)
    asker_decides: bool = False
    """Whether whoever asks may be one of those who agree."""
    step_up: StepUpFields | None = None
    freezes: list[FreezeFields] = Field(default=[], max_length=50)

    def requirement(self) -> Requirement:
        """In the words in which it is compared and proved."""
        proof = self.step_up
        return Requirement.of(
            (ApprovalDemand(frozenset(one.approvers), one.count) for one in self.approvals),
            None if proof is None else StepUpDemand(STRENGTHS[proof.strength], timedelta(seconds=proof.max_age_s)),
            asker_decides=self.asker_decides,
            freezes=(Freeze(one.name, one.starts_at, one.ends_at) for one in self.freezes),
        )

    def stored(self) -> dict[str, Any]:
        """As its row keeps it."""
        return self.model_dump(mode="json")


def until(freezes: list[FreezeFields], now: datetime) -> list[FreezeFields]:
    """Those that are not over."""
    return [one for one in freezes if one.ends_at > now]
