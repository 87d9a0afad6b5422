"""Experiments with flags."""

from studio.audit.registry import Action, Metadata


class Tried(Metadata):
    environment: str


class TriedAndStopped(Tried):
    why: str
    """`by_person`, `guardrail` or `switched_off`."""


class AboutVariant(Tried):
    variant: str
    """The one that everybody gets; `control`: nobody gets one."""


_EXPERIMENT = {"environment": "production"}
_VARIANT = _EXPERIMENT | {"variant": "one-page"}

EXPERIMENT_CREATED = Action(
    "flag_experiment.created",
    "An experiment with a flag was planned; nobody is in it yet.",
    sentence="{actor} planned an experiment with {target} in {environment}",
    metadata=Tried,
    example=_EXPERIMENT,
    severity="notice",
)
EXPERIMENT_STARTED = Action(
    "flag_experiment.started",
    "An experiment began: its arms get what they are given.",
    sentence="{actor} started the experiment with {target} in {environment}",
    metadata=Tried,
    example=_EXPERIMENT,
    severity="warning",
)
EXPERIMENT_DROPPED = Action(
    "flag_experiment.dropped",
    "An experiment was given up before anybody was in it.",
    sentence="{actor} dropped the experiment with {target} in {environment}",
    metadata=Tried,
    example=_EXPERIMENT,
)
EXPERIMENT_ENDED = Action(
    "flag_experiment.ended",
    "An experiment reached its horizon and was read; its arms keep what they have until somebody decides.",
    sentence="The experiment with {target} in {environment} reached its horizon",
    metadata=Tried,
    example=_EXPERIMENT,
    severity="notice",
)
EXPERIMENT_STOPPED = Action(
    "flag_experiment.stopped",
    "An experiment was stopped, by somebody, by a broken guardrail, or with its flag: what held before it holds again.",
    sentence="{actor} stopped the experiment with {target} in {environment}",
    metadata=TriedAndStopped,
    example=_EXPERIMENT | {"why": "guardrail"},
    severity="warning",
)
EXPERIMENT_PROPOSED = Action(
    "flag_experiment.proposed",
    "People were asked to agree to what becomes of the flag.",
    sentence="{actor} proposed {variant} for {target} in {environment}",
    metadata=AboutVariant,
    example=_VARIANT,
    severity="notice",
)
EXPERIMENT_WITHDRAWN = Action(
    "flag_experiment.withdrawn",
    "A proposal was taken back before anybody had answered.",
    sentence="{actor} took the proposal of {variant} for {target} in {environment} back",
    metadata=AboutVariant,
    example=_VARIANT,
)
EXPERIMENT_DECLINED = Action(
    "flag_experiment.declined",
    "People said no to a proposal, or did not answer in time; the experiment waits for another one.",
    sentence="{actor} declined {variant} for {target} in {environment}",
    metadata=AboutVariant,
    example=_VARIANT,
    severity="notice",
)
EXPERIMENT_DECIDED = Action(
    "flag_experiment.decided",
    "An experiment was decided: everybody gets a variant from now on, or nobody.",
    sentence="{actor} decided the experiment with {target} in {environment}: {variant}",
    metadata=AboutVariant,
    example=_VARIANT,
    severity="warning",
)
EXPERIMENT_NOT_APPLIED = Action(
    "flag_experiment.not_applied",
    "People agreed to a proposal, but the flag could not be changed any more; nothing was.",
    sentence="{variant} could not be given to everybody by {target} in {environment}, though {actor} agreed",
    metadata=AboutVariant,
    example=_VARIANT,
    severity="warning",
)
