"""Tables of the builder: the draft of each workflow, its backtests, and people's tours."""

from studio.builder.models.backtests import Backtest, BacktestEvent
from studio.builder.models.drafts import WorkflowDraft
from studio.builder.models.tours import Tour

__all__ = ["Backtest", "BacktestEvent", "Tour", "WorkflowDraft"]
