"""The port by which other packages ask people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from studio.approvals import service
from studio.approvals.askers import ASK
from studio.approvals.policies import service as policies
from studio.approvals.service import gathering, groups, notifying, stages
from studio.contract.approving import ApprovalAsk, ApprovalFurther, ApprovalGather, ApprovalNotice, ApprovalPolicy
from studio.core.unit_of_work import UnitOfWork

Outputs = Callable[[UnitOfWork, UUID, str, str], Sequence[Any]]
"""What the steps of a type have given in a run, at a path and within."""


class ApprovalsPort:
    """`contract.approving.Approvals`, answered by this package's service."""

    def __init__(self, outputs: Outputs = lambda _uow, _run_id, _type, _path: ()) -> None:
        """`outputs` finds what a run has asked without waiting."""
        self._outputs = outputs

    def request(self, uow: UnitOfWork, ask: ApprovalAsk) -> UUID:
        """Open a request and its assignments; returns its id."""
        return service.request(uow, ask)

    def policy(self, uow: UnitOfWork, name: str) -> ApprovalPolicy:
        """The policy of that name. Raises InvalidInput where there is none."""
        found = policies.named(uow, name)
        return ApprovalPolicy(found.id, found.name, found.version, found.rule)

    def withdraw(self, uow: UnitOfWork, request_id: UUID, reason: str) -> None:
        """Close it because whoever asked no longer needs it."""
        service.withdraw(uow, request_id, reason)

    def settled(self, uow: UnitOfWork, request_id: UUID, how: str) -> None:
        """Close it because whoever acts has dealt with its object elsewhere; `how` is a sentence for people."""
        service.settled_elsewhere(uow, request_id, how)

    def further(self, uow: UnitOfWork, ask: ApprovalFurther) -> dict[str, Any] | None:
        """Add stages to a request that waits for them; how it ended, where it was taken back meanwhile."""
        return stages.add(uow, ask)

    def gather(self, uow: UnitOfWork, gather: ApprovalGather) -> dict[str, Any] | None:
        """Wait for several of a run's requests: their answers, where all have ended already."""
        asked: Sequence[Any] | None = gather.requests
        if asked is None:
            given = self._outputs(uow, gather.run_id, ASK, gather.path)
            asked = [one["request_id"] for one in given if isinstance(one, Mapping) and "request_id" in one]
        return gathering.gather(uow, gather, asked)

    def groups(self, uow: UnitOfWork, of: UUID | None = None) -> Mapping[UUID, str]:
        """The groups by id, with their names; or those alone that a person is in."""
        return groups.names(uow, of)

    def notify(self, uow: UnitOfWork, notice: ApprovalNotice) -> list[str]:
        """Mail people when it suits them; returns their names."""
        return notifying.notify(uow, notice)
