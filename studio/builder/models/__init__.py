"""Tables of the builder: the draft of each workflow, and its backtests."""

from studio.builder.models.backtests import Backtest, BacktestEvent
from studio.builder.models.drafts import WorkflowDraft

__all__ = ["Backtest", "BacktestEvent", "WorkflowDraft"]
