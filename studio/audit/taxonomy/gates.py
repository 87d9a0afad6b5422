"""Gates: proofs of who somebody is."""

from studio.audit.registry import Action, Metadata


class StepUp(Metadata):
    step: str
    """`sudo`, or the action that it was asked for."""
    method: str
    """`passkey`, `totp`, `recovery_code` or `password`."""


CONFIRMED = Action(
    "step_up.confirmed",
    "Somebody proved once more who they are.",
    sentence="{actor} proved once more who they are, by {method}",
    metadata=StepUp,
    example={"step": "sudo", "method": "passkey"},
    ocsf=3002,
)
FAILED = Action(
    "step_up.failed",
    "Somebody failed to prove who they are.",
    sentence="{actor} failed to prove who they are, by {method}",
    metadata=StepUp,
    example={"step": "sudo", "method": "totp"},
    severity="warning",
    ocsf=3002,
)
