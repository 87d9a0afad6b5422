"""Guarded rollouts of flags."""

from studio.audit.registry import Action, Metadata


class Rolled(Metadata):
    environment: str
    step: int
    """Of the plan, from 1."""
    share: float
    """Per cent that had it from then on."""


class OfMetric(Metadata):
    kind: str
    """`proportion` or `mean`."""


_EXAMPLE = {"environment": "production", "step": 2, "share": 5.0}

ROLLOUT_CREATED = Action(
    "flag_rollout.created",
    "A guarded rollout of a flag was planned; nobody has it yet.",
    sentence="{actor} planned a rollout of {target} in {environment}",
    metadata=Rolled,
    example=_EXAMPLE | {"step": 1, "share": 0.0},
    severity="notice",
)
ROLLOUT_CHANGED = Action(
    "flag_rollout.changed",
    "The plan of a rollout was changed before anybody started it.",
    sentence="{actor} changed the plan of the rollout of {target} in {environment}",
    metadata=Rolled,
    example=_EXAMPLE | {"step": 1, "share": 0.0},
    severity="notice",
)
ROLLOUT_STARTED = Action(
    "flag_rollout.started",
    "A rollout began: the share of its first step has the flag.",
    sentence="{actor} started the rollout of {target} in {environment} at {share} %",
    metadata=Rolled,
    example=_EXAMPLE | {"step": 1, "share": 1.0},
    severity="warning",
)
ROLLOUT_ADVANCED = Action(
    "flag_rollout.advanced",
    "All that a step waits for was there, and the next one began.",
    sentence="The rollout of {target} in {environment} went on to {share} %",
    metadata=Rolled,
    example=_EXAMPLE,
    severity="notice",
)
ROLLOUT_CUT_SHORT = Action(
    "flag_rollout.cut_short",
    "Somebody ended the time that a step has to run; its other gates stand.",
    sentence="{actor} cut step {step} of the rollout of {target} in {environment} short",
    metadata=Rolled,
    example=_EXAMPLE,
    severity="notice",
)
ROLLOUT_PAUSED = Action(
    "flag_rollout.paused",
    "Somebody stopped a rollout where it is.",
    sentence="{actor} paused the rollout of {target} in {environment} at {share} %",
    metadata=Rolled,
    example=_EXAMPLE,
    severity="notice",
)
ROLLOUT_HELD = Action(
    "flag_rollout.held",
    "A rollout stands still because something is wrong, until somebody lets it go on.",
    sentence="The rollout of {target} in {environment} was held at {share} % by {actor}",
    metadata=Rolled,
    example=_EXAMPLE,
    severity="warning",
)
ROLLOUT_RESUMED = Action(
    "flag_rollout.resumed",
    "Somebody let a rollout go on.",
    sentence="{actor} let the rollout of {target} in {environment} go on at {share} %",
    metadata=Rolled,
    example=_EXAMPLE,
    severity="warning",
)
ROLLOUT_COMPLETED = Action(
    "flag_rollout.completed",
    "A rollout came to its end: the share of its last step has the flag.",
    sentence="The rollout of {target} in {environment} was completed at {share} % by {actor}",
    metadata=Rolled,
    example=_EXAMPLE | {"step": 6, "share": 100.0},
    severity="notice",
)
ROLLOUT_ROLLED_BACK = Action(
    "flag_rollout.rolled_back",
    "A rollout was taken back, by a guardrail or by somebody: what held before it holds again.",
    sentence="The rollout of {target} in {environment} was rolled back at step {step} by {actor}",
    metadata=Rolled,
    example=_EXAMPLE | {"share": 0.0},
    severity="warning",
)
ROLLOUT_LEFT = Action(
    "flag_rollout.left",
    "The run that waited for a rollout ended before it; what stands still stays for somebody to resume or take back.",
    sentence="No run waits for the rollout of {target} in {environment} any more; it stands at {share} %",
    metadata=Rolled,
    example=_EXAMPLE,
    severity="notice",
)
FLAG_METRIC_CREATED = Action(
    "flag_metric.created",
    "A metric was named, which guardrails may watch.",
    sentence="{actor} made the metric {target}",
    metadata=OfMetric,
    example={"kind": "proportion"},
)
