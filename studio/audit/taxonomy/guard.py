"""What a workspace protects, and by which policies."""

from studio.audit.registry import Action, Metadata, beside


class PolicyFacts(Metadata):
    version: int
    """Which version of it, from 1; each edit makes a new one."""
    target: str
    """The protected action: `refund.make`."""


class TargetFacts(Metadata):
    key: str
    """By which policies know it: `own.goods_write_off`."""
    node_type: str
    """The type of the steps that it is about."""
    condition: str
    """Over their settings; empty: all steps of the type."""


_POLICY = {"version": 1, "target": "refund.make"}
_TARGET = {"key": "own.write_off", "node_type": "action.http", "condition": ""}

CREATED = Action(
    "guard_policy.created",
    "A policy was set before a protected action.",
    sentence="{actor} set the protection policy “{target}”",
    metadata=PolicyFacts,
    example=_POLICY,
    severity="notice",
    ocsf=3004,
)
CHANGED = Action(
    "guard_policy.changed",
    "What a protected action asks for, or when, changed: field by field. It holds at once, for runs under way as well.",
    sentence="{actor} changed the protection policy “{target}”",
    metadata=PolicyFacts,
    example=_POLICY | {"version": 2},
    severity="warning",
    ocsf=3004,
)
RETIRED = Action(
    "guard_policy.retired",
    "A policy stands before its protected action no longer.",
    sentence="{actor} retired the protection policy “{target}”",
    metadata=PolicyFacts,
    example=_POLICY | {"version": 2},
    severity="warning",
    ocsf=3004,
)
TARGET_CREATED = Action(
    "guard_target.created",
    "The workspace protects steps of one type, while a condition over their settings holds.",
    sentence="{actor} made “{target}” a protected action",
    metadata=TargetFacts,
    example=_TARGET,
    severity="notice",
    ocsf=3004,
)
TARGET_RETIRED = Action(
    "guard_target.retired",
    "The workspace protects them no longer.",
    sentence="{actor} made “{target}” a protected action no longer",
    metadata=TargetFacts,
    example=_TARGET,
    severity="warning",
    ocsf=3004,
)


class ActFacts(Metadata):
    target: str
    """The protected action: `payout_account.change`."""
    what: str
    """What would be done, in words."""


class SettledFacts(ActFacts):
    state: str
    """`granted`, `done`, `declined`, `withdrawn` or `outdated`."""


class FreezeFacts(Metadata):
    target: str
    freeze: str
    """Name of the freeze."""
    what: str


class SettingFacts(Metadata):
    version: int
    """Which version of it, from 1."""
    agreed: bool
    """Whether others agreed to it; False: it needed nobody."""


_ACT = {"target": "payout_account.change", "what": "Payouts go to DE89 … 3000 of Nordlicht GmbH"}

ASKED = Action(
    "guard.asked",
    "Somebody asked for something protected that others have to agree to.",
    sentence="{actor} asked for “{target}”",
    metadata=ActFacts,
    example=_ACT,
    redactions=beside("what"),
    severity="notice",
)
SETTLED = Action(
    "guard.settled",
    "What somebody asked for was agreed to, done, declined, taken back, or could not be done any more.",
    sentence="“{target}” was settled: {state}",
    words={
        "granted": "granted",
        "done": "done",
        "declined": "declined",
        "withdrawn": "taken back",
        "outdated": "it could not be done any more",
    },
    metadata=SettledFacts,
    example=_ACT | {"state": "done"},
    redactions=beside("what"),
    severity="notice",
)
FREEZE_BYPASSED = Action(
    "guard.freeze_bypassed",
    "Somebody said why something must happen in a freeze; it may, by them, for ten minutes.",
    sentence="{actor} bypassed the freeze “{freeze}”",
    metadata=FreezeFacts,
    example={"target": "workflow.publish", "freeze": "Black Friday", "what": "Publish Refunds"},
    redactions=beside("what"),
    severity="critical",
)
SETTING = Action(
    "protected_setting.changed",
    "A setting that money depends on has another version: field by field. Account numbers show their last digits.",
    sentence="{actor} changed the setting “{target}”",
    metadata=SettingFacts,
    example={"version": 2, "agreed": True},
    severity="warning",
)


class ProofFacts(Metadata):
    what: str
    """What it is about, in words."""
    strength: str
    """At least how: `password`, `code` or `passkey`."""
    method: str
    """By what it was proved; empty: not yet."""
    run_id: str
    node: str
    """Key of the step that waits."""


_PROOF = {
    "what": "Refund €420.00 to Anna Keller", "strength": "passkey", "method": "",
    "run_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11", "node": "prove",
}  # fmt: skip

PROOF_ASKED = Action(
    "guard.proof_asked",
    "A run waits until somebody has proved who they are.",
    sentence="{actor} asked for a proof: “{target}”",
    metadata=ProofFacts,
    example=_PROOF,
    redactions=beside("what"),
)
PROOF_GIVEN = Action(
    "guard.proof_given",
    "Somebody has proved who they are, for one step of a run and its content.",
    sentence="{actor} proved who they are for “{target}”",
    metadata=ProofFacts,
    example=_PROOF | {"method": "passkey"},
    redactions=beside("what"),
    severity="notice",
    ocsf=3002,
)
PROOF_REFUSED = Action(
    "guard.proof_refused",
    "Somebody said no where a run asked them to prove who they are.",
    sentence="{actor} said no to “{target}”",
    metadata=ProofFacts,
    example=_PROOF,
    redactions=beside("what"),
    severity="notice",
)
PROOF_EXPIRED = Action(
    "guard.proof_expired",
    "Nobody had proved it when the time to do so was over.",
    sentence="The time to prove “{target}” is over",
    metadata=ProofFacts,
    example=_PROOF,
    redactions=beside("what"),
    severity="notice",
)
PROOF_WITHDRAWN = Action(
    "guard.proof_withdrawn",
    "The run that waited for a proof has ended, so it is asked for no longer.",
    sentence="{actor} no longer asks for a proof: “{target}”",
    metadata=ProofFacts,
    example=_PROOF,
    redactions=beside("what"),
)
