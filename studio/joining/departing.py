"""Joins what is done when somebody leaves."""

from studio.accounts.departing import AccountsPart
from studio.approvals.departing.part import ApprovalsPart
from studio.builder.departing import BuilderPart
from studio.connectors.departing import ConnectionsPart
from studio.contract import leaving as leaving_parts
from studio.export import departing as export_leaving
from studio.flags.departing import FlagsPart
from studio.guard.departing import GuardPart
from studio.oversight.leaving.alerting import AlertsPart
from studio.oversight.leaving.reviewing import ReviewsPart
from studio.runtime.departing import WorkflowsPart


def join_leaving() -> None:
    """In order: what runs wait for first, the seat last, since it ends whatever would still ask for it."""
    leaving_parts.join(
        [
            ApprovalsPart(), GuardPart(), WorkflowsPart(), ConnectionsPart(), FlagsPart(), ReviewsPart(),
            AlertsPart(),
            BuilderPart(), export_leaving.PART, AccountsPart(),
        ]
    )  # fmt: skip
