"""What several answers come to together. Pure: no I/O."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from studio.approvals.outcomes import Outcome

APPROVED, DECLINED, EXPIRED, CANCELLED = (
    Outcome.APPROVED.value,
    Outcome.DECLINED.value,
    Outcome.EXPIRED.value,
    Outcome.CANCELLED.value,
)


def summed_up(answers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All answers with how many there were of each kind, and one outcome for all.

    `approved`: every one was. Else `declined`, where somebody answered otherwise; else `expired`, where the time of
    one ran out; else `cancelled`. What asks for changes, or is an answer of a request's own, counts as `other`.
    """
    counts = Counter(answer["outcome"] for answer in answers)
    other = len(answers) - sum(counts[one] for one in (APPROVED, DECLINED, EXPIRED, CANCELLED))
    if answers and counts[APPROVED] == len(answers):
        outcome = APPROVED
    elif counts[DECLINED] or other:
        outcome = DECLINED
    else:
        outcome = EXPIRED if counts[EXPIRED] else CANCELLED
    return {
        "outcome": outcome,
        "count": len(answers),
        "approved": counts[APPROVED],
        "declined": counts[DECLINED],
        "other": other,
        "expired": counts[EXPIRED],
        "cancelled": counts[CANCELLED],
        "answers": [dict(answer) for answer in answers],
    }
