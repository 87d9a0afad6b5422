"""What people do to workflows and their runs. A run's own progress is history, not audit."""

from studio.audit.registry import Action, Metadata, Redaction


class Origin(Metadata):
    source: str | None = None
    """`blank`, `import`, or `template:<slug>`."""


class Updated(Metadata):
    version: int | None = None
    """The draft's or version's number."""


class Published(Metadata):
    version: int
    note: str | None = None
    logic_hash: str | None = None
    """SHA-256 in hex of what the version does, layout left away."""


class Staged(Metadata):
    version: int
    share: int
    """Percent of the events that start it."""
    note: str | None = None
    logic_hash: str | None = None
    """SHA-256 in hex of what the version does, layout left away."""
    min_runs: int
    points: int
    """Once so many of its runs have ended, it is taken back where its failed ones are so many percentage points above
    those of the version from before."""


class StageChanged(Metadata):
    version: int
    share: int
    """Percent of the events that start it."""


class StageEnded(Metadata):
    version: int
    outcome: str
    """`taken` to everybody, taken `back` by a person, `returned` by Studio as it failed too often, `replaced` by
    another version, or `archived` with its workflow."""
    share: int
    failed: int
    ended: int
    """Runs of it that had ended by then, and that had failed."""


class ShadowBegun(Metadata):
    version: int
    """The published version beside it."""
    hours: int
    logic_hash: str | None = None
    """SHA-256 in hex of what the draft does, layout left away."""


class ShadowEnded(Metadata):
    version: int
    outcome: str
    """Its `time` was over, it saw as many events as wanted (`bound`), a person `stopped` it, another version was
    `published`, its workflow was `archived`, or it `failed`."""
    events: int
    same: int
    otherwise: int
    """Events that were compared, that came out the same, and that did not."""
    failed: int
    """Those that would have failed."""


class Restored(Metadata):
    version: int | None = None
    """The version that was brought back."""


class Reason(Metadata):
    reason: str | None = None


class Settled(Metadata):
    finding: str
    """`arrived`, `repeat` or `skipped`."""
    step: str | None = None
    """The key of the step whose call was in doubt; None or empty: none was."""


class Rerun(Metadata):
    new_run: str
    from_step: str | None = None
    """The key of the step that it starts from; None or empty: from its beginning."""
    newest_version: bool = False
    """On the newest version rather than on its own."""
    chosen_repeat: bool | None = None
    """Effects that had happened may happen once more, as its plan said."""
    item: str | None = None
    """In one item of a loop alone, such as `0.3`."""
    edited: bool | None = None
    """With other data."""
    skipped: str | None = None
    """Keys of steps that were not run, because somebody said what they had given; with commas between them."""
    plan: str | None = None
    """The hash of the plan that was agreed to."""


class Batch(Metadata):
    verb: str
    """`rerun`, `repeat`, `arrived`, `skip`, `done` or `cancel`."""
    runs: int
    filter: str
    """By which they were found, as an address says it."""
    per_minute: int
    plan: str | None = None
    """The hash of the plan that was agreed to."""
    repeats: bool | None = None
    """Effects that had happened may happen once more."""


class BatchChanged(Metadata):
    state: str
    """`paused`, `running` or `cancelled`."""
    left: int
    """Runs that nothing was done with."""


class Paused(Metadata):
    reason: str


class Resumed(Metadata):
    backlog: int
    """Held events and parked runs that go on, spread over time."""


class HeldDropped(Metadata):
    events: int


class Stopped(Metadata):
    reason: str
    events: str
    """`hold` or `refuse`: what becomes of what arrives."""


class Rotated(Metadata):
    trigger: str | None = None
    """The key of the trigger's node."""


CREATED = Action(
    "workflow.created",
    "A workflow was made: empty, from a template, or from an imported document.",
    sentence="{actor} created the workflow “{target}”",
    metadata=Origin,
    example={"source": "template:high-value-refunds"},
)
UPDATED = Action(
    "workflow.updated",
    "A workflow's name, description or settings were changed.",
    sentence="{actor} changed the workflow “{target}”",
    metadata=Updated,
    example={"version": 4},
)
PUBLISHED = Action(
    "workflow.published",
    "A new immutable version went live.",
    sentence="{actor} published version {version} of “{target}”",
    metadata=Published,
    example={"version": 5, "note": "Ask the refund team above €400"},
    severity="notice",
)
STAGED = Action(
    "workflow.staged",
    "A new immutable version went live for a share of the events, beside the one that takes the others.",
    sentence="{actor} published version {version} of “{target}” to {share} % of its events",
    metadata=Staged,
    example={"version": 5, "share": 10, "note": "Ask the refund team above €400", "min_runs": 20, "points": 10},
    severity="notice",
)
STAGE_CHANGED = Action(
    "workflow.stage_changed",
    "The share of the events that a staged version takes was changed.",
    sentence="{actor} let version {version} of “{target}” take {share} % of its events",
    metadata=StageChanged,
    example={"version": 5, "share": 50},
    severity="notice",
)
STAGE_ENDED = Action(
    "workflow.stage_ended",
    "A staged version was taken to everybody, or back. Studio itself takes back what fails too often.",
    sentence="{actor} ended the stage of version {version} of “{target}”: {outcome}",
    words={
        "taken": "it takes all events now",
        "back": "it was taken back",
        "returned": "it failed too often and was taken back",
        "replaced": "another version was published",
        "archived": "the workflow was archived",
    },
    metadata=StageEnded,
    example={"version": 5, "outcome": "returned", "share": 10, "failed": 9, "ended": 20},
    severity="notice",
)
ENABLED = Action(
    "workflow.enabled",
    "A workflow was turned on: its triggers accept again.",
    sentence="{actor} turned on “{target}”",
    metadata=Reason,
    severity="notice",
)
DISABLED = Action(
    "workflow.disabled",
    "A workflow was turned off: its triggers accept nothing.",
    sentence="{actor} turned off “{target}”",
    metadata=Reason,
    severity="notice",
)
WORKFLOW_PAUSED = Action(
    "workflow.paused",
    "A workflow was paused, or how it is paused was changed. Its events are held or refused.",
    sentence="{actor} paused “{target}”",
    metadata=Paused,
    redactions=(Redaction("metadata.reason", "personal", "reference"),),
    example={"reason": "The warehouse counts its stock"},
    severity="warning",
)
WORKFLOW_RESUMED = Action(
    "workflow.resumed",
    "A pause has ended. What was held starts in its order, spread over time.",
    sentence="{actor} resumed “{target}”",
    metadata=Resumed,
    example={"backlog": 120},
    severity="notice",
)
HELD_DROPPED = Action(
    "workflow.held_dropped",
    "Events that a pause held were dropped: they start nothing.",
    sentence="{actor} dropped {events} held events of “{target}”",
    metadata=HeldDropped,
    example={"events": 120},
    severity="warning",
)
WORKSPACE_STOPPED = Action(
    "workspace.stopped",
    "Everything in the workspace was stopped: runs are parked, nothing goes out any more.",
    sentence="{actor} stopped everything",
    metadata=Stopped,
    redactions=(Redaction("metadata.reason", "personal", "reference"),),
    example={"reason": "Refunds go out twice", "events": "hold"},
    severity="critical",
)
WORKSPACE_STARTED = Action(
    "workspace.started",
    "A stop has ended. What has gathered goes on, spread over time.",
    sentence="{actor} let everything go on",
    metadata=Resumed,
    example={"backlog": 4200},
    severity="critical",
)
SHADOW_BEGUN = Action(
    "workflow.shadow_begun",
    "The draft, as it stood then, began to run beside the published version on live events, without effects.",
    sentence="{actor} let the draft of “{target}” run beside version {version} for {hours} h",
    metadata=ShadowBegun,
    example={"version": 4, "hours": 24},
    severity="notice",
)
SHADOW_ENDED = Action(
    "workflow.shadow_ended",
    "A draft that ran beside the published version on live events does so no longer.",
    sentence="{actor} ended the draft's run beside version {version} of “{target}”: {outcome}",
    words={
        "time": "its time was over",
        "bound": "it has seen as many events as wanted",
        "stopped": "it was stopped",
        "published": "another version was published",
        "archived": "the workflow was archived",
        "failed": "it failed",
    },
    metadata=ShadowEnded,
    example={"version": 4, "outcome": "time", "events": 212, "same": 205, "otherwise": 7, "failed": 0},
    severity="notice",
)
DELETED = Action(
    "workflow.deleted",
    "A workflow was archived: it is hidden, and its triggers are off. Its runs stay in the history until their time is "
    "up.",
    sentence="{actor} archived the workflow “{target}”",
    metadata=Reason,
    severity="warning",
)
BROUGHT_BACK = Action(
    "workflow.brought_back",
    "An archived workflow was shown again. It stays off until somebody turns it on.",
    sentence="{actor} brought the workflow “{target}” back",
    metadata=Reason,
    severity="notice",
)
RESTORED = Action(
    "workflow.restored",
    "An earlier version was brought back.",
    sentence="{actor} restored version {version} of “{target}”",
    metadata=Restored,
    example={"version": 3},
    severity="notice",
)
RUN_CANCELLED = Action(
    "run.cancelled",
    "Somebody stopped a run.",
    sentence="{actor} cancelled the run “{target}”",
    metadata=Reason,
    redactions=(Redaction("metadata.reason", "personal", "reference"),),
    example={"reason": "Order was withdrawn"},
    severity="notice",
    ocsf=6003,
)
RUN_RERUN = Action(
    "run.rerun",
    "Somebody ran a run again, from its start, from a step, or what had failed.",
    sentence="{actor} ran “{target}” again",
    metadata=Rerun,
    example={"new_run": "019a0000-0000-7000-8000-000000000000", "from_step": "call"},
    severity="notice",
    ocsf=6003,
    version=2,
)
RUN_SETTLED = Action(
    "run.settled",
    "Somebody said how a run goes on that Studio could not carry on by itself: its call had arrived, or try it again.",
    sentence="{actor} let “{target}” go on",
    metadata=Settled,
    example={"finding": "arrived", "step": "call"},
    severity="notice",
    ocsf=6003,
)
RUN_MARKED_DONE = Action(
    "run.marked_done",
    "Somebody had done the rest of a run by hand that Studio could not carry on: it ended as done.",
    sentence="{actor} marked the run “{target}” as done",
    metadata=Reason,
    redactions=(Redaction("metadata.reason", "personal", "reference"),),
    example={"reason": "Refunded in the shop"},
    severity="notice",
    ocsf=6003,
)
BATCH_STARTED = Action(
    "run.batch_started",
    "Something was begun with many runs at once, such as running all that failed in an incident again.",
    sentence="{actor} began “{target}” with {runs} runs",
    metadata=Batch,
    example={"verb": "rerun", "runs": 312, "filter": "state=failed", "per_minute": 60},
    severity="warning",
    ocsf=6003,
)
BATCH_CHANGED = Action(
    "run.batch_changed",
    "What is done with many runs was paused, goes on, or was cancelled.",
    sentence="{actor} changed “{target}”: {state}",
    words={"paused": "paused", "running": "goes on", "cancelled": "cancelled"},
    metadata=BatchChanged,
    example={"state": "paused", "left": 120},
    severity="notice",
    ocsf=6003,
)
TRIGGER_ADDRESS_ROTATED = Action(
    "trigger.address_rotated",
    "A webhook trigger got a new secret address; the old one answers no longer.",
    sentence="{actor} replaced the webhook address of “{target}”",
    metadata=Rotated,
    example={"trigger": "order"},
    severity="warning",
)
