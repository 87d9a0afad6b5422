"""What people do with the audit trail itself."""

from typing import Literal

from studio.audit.registry import Action, Metadata


class Exported(Metadata):
    format: Literal["csv", "jsonl", "sealed"]
    filters: str | None = None
    """The filters as they stood in the address."""


class Verified(Metadata):
    checked: int
    first_bad_seq: int | None = None
    problem: str | None = None


class Erased(Metadata):
    erased: int
    """How many values: names, addresses, remarks."""


EXPORTED = Action(
    "audit.exported",
    "Audit events were downloaded.",
    sentence="{actor} exported audit events as {format}",
    metadata=Exported,
    example={"format": "csv", "filters": "action=approval.approved"},
    severity="notice",
    ocsf=6003,
    version=2,
)
PERSONAL_ERASED = Action(
    "audit.personal_erased",
    "What the trail said of a person, or in a title, was erased on request; the events stay.",
    sentence="{actor} erased {erased} personal values from the audit trail",
    metadata=Erased,
    example={"erased": 31},
    severity="warning",
    ocsf=6003,
)
VERIFIED = Action(
    "audit.verified",
    "Somebody had the hash chain checked.",
    sentence="{actor} verified {checked} audit events",
    metadata=Verified,
    example={"checked": 1204},
    ocsf=6003,
)
