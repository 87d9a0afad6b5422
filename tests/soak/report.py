"""The one line that a soak run prints, and the times from a worker's death to the next step of what it held."""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.soak.breaking import Kill
from tests.soak.facts import Committed
from tests.soak.invariants import Broken, Verdict


def resumes_s(kills: Iterable[Kill], commits: Sequence[Committed]) -> list[float]:
    """Seconds from each kill to the next committed step of each run that was held. What never went on is left out:
    an invariant says so."""
    moments: dict[str, list[datetime]] = defaultdict(list)
    for line in commits:
        moments[line.run_id].append(line.at)
    found = []
    for kill in kills:
        for run_id in kill.runs:
            later = sorted(moments[run_id])
            place = bisect_right(later, kill.at)
            if place < len(later):
                found.append((later[place] - kill.at).total_seconds())
    return sorted(found)


def quantile(values: Sequence[float], share: float) -> float | None:
    """Of sorted values, the smallest that so large a share does not exceed; None of nothing."""
    return round(values[min(len(values) - 1, int(len(values) * share))], 3) if values else None


@dataclass
class Report:
    """What came of one run."""

    verdict: Verdict
    accepted: int
    kills: int
    resumes_s: list[float]
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    """The same by the kind of kill."""
    more: dict[str, Any] = field(default_factory=dict)
    logs: str = ""
    """The end of what the processes wrote."""

    @property
    def broken(self) -> list[Broken]:
        return self.verdict.broken

    def line(self) -> str:
        """JSON."""
        verdict = self.verdict
        return json.dumps(
            {
                "accepted": self.accepted,
                "lost": verdict.lost,
                "duplicates_inside": verdict.duplicates_inside,
                "duplicates_outside": verdict.duplicates_outside,
                "unknown_flagged": verdict.unknown_flagged,
                "kills": self.kills,
                "resume_p50_s": quantile(self.resumes_s, 0.5),
                "resume_p99_s": quantile(self.resumes_s, 0.99),
                "broken": len(self.broken),
                "unknown": verdict.unknown,
                "resumed": {
                    kind: {"runs": len(found), "p50_s": quantile(found, 0.5), "max_s": quantile(found, 1.0)}
                    for kind, found in self.by_kind.items()
                },
                "states": dict(verdict.states),
                **self.more,
            }
        )
