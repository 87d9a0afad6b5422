"""The port by which other packages ask people."""

from uuid import UUID

from studio.approvals import service
from studio.approvals.service import notifying
from studio.contract.ports import ApprovalAsk, ApprovalNotice
from studio.core.unit_of_work import UnitOfWork


class ApprovalsPort:
    """`contract.ports.Approvals`, answered by this package's service."""

    def request(self, uow: UnitOfWork, ask: ApprovalAsk) -> UUID:
        """Open a request and its assignments; returns its id."""
        return service.request(uow, ask)

    def withdraw(self, uow: UnitOfWork, request_id: UUID, reason: str) -> None:
        """Close it because whoever asked no longer needs it."""
        service.withdraw(uow, request_id, reason)

    def notify(self, uow: UnitOfWork, notice: ApprovalNotice) -> list[str]:
        """Mail people when it suits them; returns their names."""
        return notifying.notify(uow, notice)
