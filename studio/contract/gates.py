"""How packages below ask for a gate: through a port, joined in `app.py`; and what they hear where it is shut."""

from datetime import timedelta
from typing import Protocol

from studio.core.errors import StudioError
from studio.core.unit_of_work import UnitOfWork


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


class Gates(Protocol):
    """What stands before things that matter."""

    def require_sudo(self, uow: UnitOfWork) -> None:
        """Go on where this session has lately proved who it is. Raises StepUpNeeded."""
        ...
