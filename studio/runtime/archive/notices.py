"""A place of archived runs needs somebody: said where it is found, told by the rules of alerts."""

from uuid import UUID

from studio.contract import alerting
from studio.core.unit_of_work import UnitOfWork

KIND = "archive.failing"
WRITING, DELETING = "writing", "deleting"


def failing(uow: UnitOfWork, place_id: UUID, why: str) -> None:
    """`why`: WRITING or DELETING. Found at every look that fails."""
    alerting.report(uow, KIND, place_id, {"why": why}, mark=f"{why}:{uow.now.isoformat()}")
