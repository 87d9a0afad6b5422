"""The part of the builder when somebody leaves: drafts are the workflow's, and say who edited them."""

from studio.contract.leaving import Kept

_SAID = "a draft is its workflow's; who edited it stays said, and stays barred from approving it"

_BEGUN = "who began a backtest stays said for the thirty days that it is kept"

PART = Kept(
    "builder",
    {"workflow_draft.updated_by": _SAID, "workflow_draft.edited_by": _SAID, "backtest.by_id": _BEGUN},
)
