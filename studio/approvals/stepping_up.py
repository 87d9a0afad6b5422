"""Where acts that need more than a seat ask whether whoever acts has shown just now that it is them.

Who checks that is joined here at the start; where nobody is, a seat's permission is what there is.
"""

from studio.contract.ports import StepUp
from studio.core.unit_of_work import UnitOfWork

_joined: list[StepUp] = []


def join(step_up: StepUp | None) -> None:
    """Say who checks it; None: nobody does."""
    _joined[:] = [] if step_up is None else [step_up]


def require(uow: UnitOfWork, action: str, bound_to: str) -> None:
    """Raises Forbidden where the actor has to show first that it is them."""
    for one in _joined:
        one.require(uow, action, bound_to)
