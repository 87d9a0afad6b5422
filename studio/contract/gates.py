"""How packages ask for a gate: through a port, joined in `app.py`; and what they hear where it is shut."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from studio.contract.protecting import Requirement
from studio.core.errors import StudioError
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Act:
    """Something protected that is about to happen."""

    target: str
    """Key of the protected target."""
    what: str
    """In words, as whoever is asked about it reads it: "Payouts go to DE… of Nordlicht GmbH"."""
    payload: Any
    """What would be done, as JSON: proofs and approvals are bound to it, by hash."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What policies compare, by the names that the target gives."""
    details: tuple[tuple[str, str], ...] = ()
    """Label and value, for whoever decides."""
    subject: str = ""
    """What it is done to, where there may be one open proposal at a time: `payout_account`."""


class StepUpNeeded(StudioError):
    """Whoever asks has to prove once more who they are. Pages and API put the question; nothing was done."""

    status = 401
    code = "step_up_needed"

    def __init__(
        self, message: str, *, action: str, payload_hash: str, strength: int, max_age: timedelta, what: str
    ) -> None:
        """`strength` and `max_age` are what is asked for; `what` says in words what is about to happen."""
        super().__init__(message, resource=f"action:{action}")
        self.action, self.payload_hash = action, payload_hash
        self.strength, self.max_age, self.what = strength, max_age, what


class ApprovalNeeded(StudioError):
    """Others have to agree first. Pages and API ask them; nothing was done."""

    status = 409
    code = "approval_needed"

    def __init__(self, message: str, *, act: Act, requirement: Requirement, policies: tuple[str, ...]) -> None:
        """`requirement` is what has to be there, `policies` by whose names."""
        super().__init__(message, resource=f"action:{act.target}")
        self.act, self.requirement, self.policies = act, requirement, policies


class Frozen(StudioError):
    """It does not happen at this time, unless somebody says why it must. Nothing was done."""

    status = 409
    code = "frozen"

    def __init__(self, message: str, *, act: Act, payload_hash: str, name: str, ends_at: datetime) -> None:
        """`name` and `ends_at` are the freeze's."""
        super().__init__(message, resource=f"action:{act.target}")
        self.act, self.payload_hash, self.name, self.ends_at = act, payload_hash, name, ends_at


class Gates(Protocol):
    """What stands before things that matter."""

    def require_sudo(self, uow: UnitOfWork) -> None:
        """Go on where this session has lately proved who it is. Raises StepUpNeeded."""
        ...

    def require_proof(self, uow: UnitOfWork, action: str, payload: Any, what: str) -> None:
        """Go on where this session has proved who it is for just this, lately and well enough. Raises StepUpNeeded."""
        ...

    def require(self, uow: UnitOfWork, act: Act) -> None:
        """Go on where all is there that the policies in force ask for. Raises StepUpNeeded, ApprovalNeeded, Frozen."""
        ...


_joined: list[Gates] = []


def join(gates: Gates) -> None:
    """Say who guards, at the start of every process. A process that joined none lets nothing protected happen."""
    _joined[:] = [gates]


def current() -> Gates:
    """Whoever guards. Raises RuntimeError where nobody was joined: nothing passes unguarded."""
    if not _joined:
        message = "Nobody was joined to guard what is protected."
        raise RuntimeError(message)
    return _joined[0]
