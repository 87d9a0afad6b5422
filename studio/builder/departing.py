"""The part of the builder when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping

from sqlalchemy import delete

from studio.builder.models import Tour
from studio.contract.leaving import Holding, Leave
from studio.core.unit_of_work import UnitOfWork

_SAID = "a draft is its workflow's; who edited it stays said, and stays barred from approving it"

_BEGUN = "who began a backtest stays said for the thirty days that it is kept"


class BuilderPart:
    """Drafts are the workflow's, and say who edited them; a tour is nobody else's."""

    name = "builder"
    columns: Mapping[str, str] = {
        "workflow_draft.updated_by": _SAID,
        "workflow_draft.edited_by": _SAID,
        "backtest.by_id": _BEGUN,
        "tour.user_id": "goes with them",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Nothing that anybody has to take over."""
        return []

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Forget their tour."""
        uow.session.execute(delete(Tour).where(Tour.user_id == leave.who.id))
