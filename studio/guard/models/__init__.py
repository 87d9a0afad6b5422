"""Tables of gates."""

from studio.guard.models.policies import GuardPolicy, GuardPolicyVersion, GuardRevision, GuardTarget
from studio.guard.models.step_up import StepUp

__all__ = ["GuardPolicy", "GuardPolicyVersion", "GuardRevision", "GuardTarget", "StepUp"]
