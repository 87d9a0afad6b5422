"""A destination needs somebody: said where it is found, told by the rules of alerts."""

from uuid import UUID

from studio.contract import alerting
from studio.core.unit_of_work import UnitOfWork

KIND = "export.failing"
HELD, FULL = "held", "full"


def held(uow: UnitOfWork, destination_id: UUID) -> None:
    """Nothing is sent there until somebody has mended it."""
    alerting.report(uow, KIND, destination_id, {"why": HELD}, mark=f"{HELD}:{uow.now.isoformat()}")


def full(uow: UnitOfWork, destination_id: UUID, queue: int) -> None:
    """As many events wait as its queue takes. Found at every attempt that fails."""
    alerting.report(uow, KIND, destination_id, {"why": FULL, "queue": queue}, mark=f"{FULL}:{uow.now.isoformat()}")
