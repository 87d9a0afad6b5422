"""How long to pause before a step is tried again. Pure but for the jitter that is handed in."""

from collections.abc import Callable
from datetime import timedelta

from studio.contract.graph import Retry
from studio.contract.results import Fail

LONGEST_ASKED_S = 86_400.0
"""A target's Retry-After is honoured up to a day."""


def may_retry(retry: Retry, attempt: int, failure: Fail) -> bool:
    """Whether another attempt follows attempt number `attempt` (1 = the first)."""
    most = max(retry.attempts, 2) if failure.not_called else retry.attempts
    return failure.retryable and not failure.ends_run and attempt < most


def pause(retry: Retry, attempt: int, failure: Fail, jitter: Callable[[float], float]) -> timedelta:
    """Full jitter under an exponential ceiling; what the target asked for is the floor."""
    ceiling = min(retry.max_s, retry.base_s * 2.0 ** (attempt - 1))
    asked = min(failure.retry_after_s or 0.0, LONGEST_ASKED_S)
    return timedelta(seconds=max(asked, jitter(ceiling)))
