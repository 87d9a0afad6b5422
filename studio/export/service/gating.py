"""The gate before changes of the audit export: where the workspace has a policy, it stands before all of them alike."""

from typing import Any

from studio.contract import gates
from studio.contract.gates import Act
from studio.core.unit_of_work import UnitOfWork

TARGET = "audit_export.change"


def require(
    uow: UnitOfWork, do: str, what: str, payload: dict[str, Any], destinations: int,
    details: tuple[tuple[str, str], ...] = (),
) -> None:  # fmt: skip
    """Go on where all is there that the policies ask for; proofs and agreements are bound to `payload`.

    `do`: save, remove, pause, replay, drop. `destinations`: how many there will be. Raises as Gates.require().
    """
    facts = {"do": do, "destinations": destinations}
    gates.current().require(uow, Act(TARGET, what, {"do": do, **payload}, facts, details))
