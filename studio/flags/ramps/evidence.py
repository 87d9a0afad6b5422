"""What is known of a running ramp, and what is wrong by it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from studio.flags.ramps.guardrails import look
from studio.flags.ramps.plan import Guardrail, OnBreach, OnMismatch, OnNoTraffic, Plan
from studio.flags.statistics.comparing import Comparison
from studio.flags.statistics.samples import Sample
from studio.flags.statistics.srm import Ratio, RatioCheck, check_ratio_anytime


class Approval(StrEnum):
    """How the approval stands that was asked for since the ramp last began to run at its present step."""

    NOT_ASKED = "not_asked"
    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known at one moment, counted since the ramp started."""

    treatment: int = 0
    """Units that were seen in the treatment, each counted once, in the arm of its first moment."""
    control: int = 0
    metrics: Mapping[str, tuple[Sample, Sample]] = field(default_factory=dict)
    """By key: treatment and control. A metric that is not there is not known."""
    last_exposure: datetime | None = None
    """When anybody was last seen, counted before or not."""
    approval: Approval = Approval.NOT_ASKED


class Code(StrEnum):
    """What is wrong."""

    GUARDRAIL = "guardrail"
    MISMATCH = "mismatch"
    NO_TRAFFIC = "no_traffic"
    APPROVAL_REFUSED = "approval_refused"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and what it rests on."""

    code: Code
    guardrail: Guardrail | None = None
    comparison: Comparison | None = None
    """Of a guardrail: with its alpha, as it was judged."""
    ratio: RatioCheck | None = None

    @property
    def key(self) -> str:
        """What it is known by while it lasts, such as `guardrail:errors:up`."""
        return self.code if self.guardrail is None else f"{self.code}:{self.guardrail.metric}:{self.guardrail.worse}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong, by what the plan does about it."""

    roll_back: tuple[Finding, ...] = ()
    hold: tuple[Finding, ...] = ()
    warn: tuple[Finding, ...] = ()


def judge(plan: Plan, step: int, evidence: Evidence, quiet_since: datetime, now: datetime) -> Judgement:
    """What is wrong at this step. `quiet_since`: when it last began to run, before which no traffic means nothing.

    Where arms are not compared (no control, or above 50 per cent), only an approval that was refused can be.
    """
    roll_back = list[Finding]()
    hold = list[Finding]()
    warn = list[Finding]()
    if plan.monitored(step):
        for breach in breaches(plan, evidence):
            on_breach = breach.guardrail.on_breach if breach.guardrail else OnBreach.HOLD
            (roll_back if on_breach is OnBreach.ROLL_BACK else hold).append(breach)
        if mismatch := _mismatch(evidence):
            lists = {OnMismatch.ROLL_BACK: roll_back, OnMismatch.HOLD: hold, OnMismatch.WARN: warn}
            lists[plan.on_mismatch].append(mismatch)
        last = max(quiet_since, evidence.last_exposure or quiet_since)
        if plan.on_no_traffic is OnNoTraffic.HOLD and (now - last).total_seconds() >= plan.grace:
            hold.append(Finding(Code.NO_TRAFFIC))
    if plan.steps[step].approval and evidence.approval is Approval.REFUSED:
        hold.append(Finding(Code.APPROVAL_REFUSED))
    return Judgement(tuple(roll_back), tuple(hold), tuple(warn))


def breaches(plan: Plan, evidence: Evidence) -> Iterator[Finding]:
    """The guardrails that are broken. Each has its part of alpha, so that together they keep it (Bonferroni)."""
    for guardrail in plan.guardrails:
        pair = evidence.metrics.get(guardrail.metric)
        if pair is None:
            continue
        seen = look(guardrail, *pair, plan.alpha / len(plan.guardrails))
        if seen.broken and isinstance(seen.comparison, Comparison):
            yield Finding(Code.GUARDRAIL, guardrail, seen.comparison)


def judged(guardrail: Guardrail, evidence: Evidence) -> bool:
    """Whether there is enough to judge it by."""
    pair = evidence.metrics.get(guardrail.metric)
    return pair is not None and min(pair[0].n, pair[1].n) >= guardrail.minimum


def _mismatch(evidence: Evidence) -> Finding | None:
    checked = check_ratio_anytime((evidence.treatment, evidence.control), (1, 1))
    return Finding(Code.MISMATCH, ratio=checked) if checked.ratio is Ratio.MISMATCH else None
